"""Makes the parts and puts them together. Read it from top to bottom to see what Civicwire is made of."""

import contextlib
import os
import random
import secrets
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from config.city import default_city_text, read_city
from config.settings import Settings
from feeds import words
from feeds.arrivals import Arrivals
from feeds.clock import Clock, system_clock
from feeds.errors import CivicwireError
from feeds.model import City, Newsroom
from feeds.shelf import Shelf
from feeds.store.database import Database
from feeds.web.assets import Assets
from feeds.web.chrome import Chrome
from feeds.web.feeds import FeedRoutes
from feeds.web.pages import Pages
from notifier import messages
from notifier.alerts import Alerts
from notifier.delivery import Sender
from notifier.digests import Digests
from notifier.following import Following
from notifier.messages import Letters
from notifier.schedule import Ticks
from notifier.tokens import Tokens
from notifier.transport.smtp import SmtpOptions, SmtpTransport
from notifier.web.residents import Residents

PAGE_TEMPLATES = (("feeds", "templates"), ("notifier", "templates/pages"))


@dataclass
class Parts:
    """The parts of one installation, each made when it is first asked for."""

    settings: Settings
    clock: Clock = system_clock

    @cached_property
    def newsroom(self) -> Newsroom:
        """The city at its public address."""
        city = read_city_file(self.settings.city)
        if self.settings.mail_from is not None:
            city = replace(city, sender_address=self.settings.mail_from)
        return Newsroom(city, self.settings.base_url)

    @cached_property
    def database(self) -> Database:
        """The store and the ledger."""
        return Database(self.settings.database_url)

    @cached_property
    def words(self) -> dict[str, words.Words]:
        """The sentences of pages and mails."""
        return words.load("feeds", "notifier")

    @cached_property
    def tokens(self) -> Tokens:
        """Signs and reads links."""
        return Tokens(self.settings.secret_key or (kept_key(self.database),))

    @cached_property
    def arrivals(self) -> Arrivals:
        """Takes pages in."""
        return Arrivals(self.database, self.newsroom, self.clock)

    @cached_property
    def letters(self) -> Letters:
        """Writes mails."""
        return Letters(self.newsroom, self.words, messages.environment())

    @cached_property
    def following(self) -> Following:
        """What residents do."""
        return Following(self.database, self.newsroom, self.letters, self.tokens, self.clock)

    @cached_property
    def alerts(self) -> Alerts:
        """Plans alerts."""
        return Alerts(self.database, self.newsroom, self.letters, self.clock)

    @cached_property
    def digests(self) -> Digests:
        """Plans digests."""
        return Digests(self.database, self.newsroom, self.letters, self.clock)

    @cached_property
    def transport(self) -> SmtpTransport:
        """The way to the mail server."""
        settings = self.settings
        options = SmtpOptions(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            ca_file=settings.smtp_ca_file,
            username=settings.smtp_username,
            password=settings.smtp_password,
            connections=settings.smtp_connections,
        )
        return SmtpTransport(options)

    @cached_property
    def sender(self) -> Sender:
        """Sends what is planned."""
        jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
        return Sender(self.database, self.newsroom, self.tokens, self.transport, self.clock, jitter)

    @cached_property
    def ticks(self) -> Ticks:
        """What the alarm clock wakes."""
        return Ticks(self.alerts, self.digests, self.sender, self.following)

    @cached_property
    def chrome(self) -> Chrome:
        """What all pages share."""
        return Chrome(self.newsroom, self.words, self.assets, templates=PAGE_TEMPLATES)

    @cached_property
    def assets(self) -> Assets:
        """Stylesheet and mark."""
        return Assets()

    @cached_property
    def residents(self) -> Residents:
        """The residents' pages."""
        return Residents(self.following, self.tokens, self.chrome, self.clock)

    @cached_property
    def pages(self) -> Pages:
        """The public pages."""
        return Pages(self.database, self.chrome, self.clock, self.residents.form_token)

    @cached_property
    def feed_routes(self) -> FeedRoutes:
        """The feeds."""
        return FeedRoutes(Shelf(self.database, self.newsroom, self.words), self.chrome)


def read_city_file(path: Path | None) -> City:
    """The city of a file, or Daegu. CivicwireError, naming every problem, if it cannot be used."""
    if path is None:
        return read_city(default_city_text(), name="daegu.toml")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CivicwireError(f"cannot read the city file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CivicwireError(f"the city file {path} is not text in UTF-8") from error
    return read_city(text, name=path.name)


def _keep_first(path: Path, key: str) -> None:
    """Write the key whole and durably, unless another process was first: all of them must sign with the same one."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".key", encoding="ascii") as draft:  # mode 0600
        draft.write(key + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, path)


def key_file(database: Database) -> Path:
    """Where the secret key of a SQLite database is kept. CivicwireError where a key has to be set instead."""
    if not database.is_sqlite:
        raise CivicwireError("set CIVICWIRE_SECRET_KEY to at least 32 random characters, the same for every process")
    return Path(database.url.database or "").with_name("secret.key")


def kept_key(database: Database) -> str:
    """The secret key kept beside a SQLite database, made at first use. Several machines need a key in the settings."""
    path = key_file(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _keep_first(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise CivicwireError(f"cannot keep the secret key in {path}: {error.strerror}") from error
