"""The whole application on a real database, asked without a socket, with a clock that the test moves."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment
from starlette.responses import Response

from config.asgi import application
from config.settings import Settings
from config.site import PAGE_TEMPLATES
from config.site import Site as Parts
from feeds import words
from feeds.access.passwords import Passwords
from feeds.model import City, Newsroom
from feeds.scope import Scope
from feeds.store.database import Database
from feeds.store.schema import metadata
from feeds.web.chrome import page_templates
from feeds.words import Words
from notifier import messages
from notifier.links import Links
from notifier.messages import Letters
from notifier.model import Cadence, Subscriber
from notifier.tokens import Purpose
from tests.builders import BASE_URL, QUICK, SECRET, Hands
from tests.web.browser import Answer, Browser, path_of


@dataclass(frozen=True, slots=True)
class Site:
    """A site and somebody who visits it."""

    parts: Parts
    clock: Hands
    browser: Browser

    @property
    def database(self) -> Database:
        """The store of the site."""
        return self.parts.database

    def sibling(self) -> "Site":
        """Another process over the same database, as it were."""
        return make_site(self.parts.settings, self.parts.newsroom.city, self.clock)

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table as the database has it, to compare."""
        with closing(sqlite3.connect(self.database.url.database or "")) as connection:
            return {
                table: sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr) for table in metadata.tables
            }

    def follow(self, address: str = "reader@example.org", *divisions: str, cadence: str = "daily") -> Subscriber:
        """Somebody who follows these divisions."""
        return self.parts.following.add(address, Scope(divisions), Cadence(cadence), language="en")

    def asked(self, address: str = "reader@example.org", *divisions: str) -> int:
        """A sign-up that waits for its confirmation; the first of this database."""
        self.parts.following.ask(address, Scope(divisions), Cadence.DAILY, language="en")
        return 1

    def link(self, purpose: Purpose, subject: int) -> str:
        """The path that a mail's link of this purpose opens."""
        return path_of(Links(self.parts.newsroom, self.parts.tokens).to(purpose, subject, now=self.clock()))

    def form_token(self) -> str:
        """The token of a form that somebody took a moment to fill in."""
        self.clock.forward(seconds=-5)
        token = self.parts.residents.form_token()
        self.clock.forward(seconds=5)
        return token

    def form(self, **values: str) -> dict[str, str]:
        """A sign-up form filled in soundly, but for what the test is about."""
        sound = {"email": "reader@example.org", "cadence": "daily", "language": "en", "website": ""}
        return sound | {"form_token": self.form_token()} | values

    def sign_up(self, **values: str) -> Answer:
        """Send a sign-up form."""
        return self.browser.post("/subscribe", self.form(**values))


@cache
def _read_once() -> tuple[dict[str, Words], Environment, Environment]:
    """The sentences, and the templates of pages and of mails: no test changes them."""
    return words.load("feeds", "notifier"), page_templates(PAGE_TEMPLATES), messages.environment()


def make_site(settings: Settings, city: City, clock: Hands, undo: timedelta = timedelta()) -> Site:
    """The real parts, of a small city."""
    parts = Parts(settings, clock)
    parts.newsroom = Newsroom(city, settings.base_url, undo)
    parts.passwords = Passwords(QUICK)
    parts.words, parts.page_templates, mails = _read_once()
    parts.letters = Letters(parts.newsroom, parts.words, mails)
    return Site(parts, clock, Browser(application(parts)))


def site_in(folder: Path, prepared: Path, city: City, undo: timedelta = timedelta()) -> Site:
    """A site of its own, its database a copy of a prepared one."""
    path = folder / "civicwire.db"
    shutil.copy(prepared, path)
    settings = Settings(database_url=f"sqlite:///{path}", base_url=BASE_URL, secret_key=(SECRET,))
    return make_site(settings, city, Hands(), undo)


@pytest.fixture
def site(tmp_path: Path, prepared_file: Path, city: City) -> Iterator[Site]:
    made = site_in(tmp_path, prepared_file, city)
    yield made
    made.database.close()


def is_page(answer: Answer | Response) -> bool:
    """Whether an answer is one of our pages."""
    return answer.headers["content-type"] == "text/html; charset=utf-8"
