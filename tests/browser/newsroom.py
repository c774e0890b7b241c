"""A newsroom in a real browser: a site of the small city, its staff, and a clock that the test moves."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser, Page

from config.asgi import application
from config.demo.mailbox import Mailbox, catching
from config.migrations.upgrading import upgrade
from config.server import background
from config.settings import Settings
from config.site import Site
from feeds.access.passwords import made_up
from feeds.model import City, Newsroom
from feeds.scope import Scope
from feeds.staff import Role
from feeds.store import divisions, staff, topics
from notifier.model import Cadence
from notifier.transport.smtp import Tls
from tests.builders import SECRET, Hands

T = TypeVar("T")
CITY_FILE = """
zone = "Asia/Seoul"
languages = ["en", "ko"]
authority = "riverton.example.org,2026"
telephone = "120"
licence = "KOGL-1"
fallback_division = "climate"
names = { en = "Riverton", ko = "강변시" }
newsroom_names = { en = "Riverton Newsroom", ko = "강변시 뉴스룸" }

[sender]
address = "newsroom@riverton.example.org"
names = { en = "Riverton Newsroom", ko = "강변시 뉴스룸" }

[[boards]]
slug = "news"
source_id = "BBS_1"
names = { en = "City News", ko = "시정뉴스" }
path.en = ["News", "City News"]
path.ko = ["소식", "시정뉴스"]

[[divisions]]
slug = "climate"
names = { en = "Climate", ko = "기후과" }
"""
"""The city of these tests as far as a command needs it."""


def apart(work: Callable[[], T]) -> T:
    """Do something in a thread of its own: Playwright keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(work).result()


@dataclass
class Desk:
    """The site, and who works there."""

    parts: Site
    clock: Hands
    mailbox: Mailbox
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.parts.settings.base_url

    def enter(self, browser: Browser, name: str, **context: object) -> Page:
        """Somebody signs in by the form, in a browser of their own."""
        page = browser.new_context(base_url=self.address, **context).new_page()  # type: ignore[arg-type]
        page.goto("/newsroom")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password", exact=True).fill(self.passwords[name])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/newsroom")
        return page

    def take_in(self, dump: Path) -> subprocess.CompletedProcess[str]:
        """The real command reads a file into this site and publishes it."""
        settings = self.parts.settings
        city = dump.with_name("city.toml")
        city.write_text(CITY_FILE, encoding="utf-8")
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "CIVICWIRE_DATABASE_URL": settings.database_url,
            "CIVICWIRE_BASE_URL": settings.base_url,
            "CIVICWIRE_SECRET_KEY": SECRET,
            "CIVICWIRE_CITY": str(city),
        }
        command = [sys.executable, "-c", "from config.cli import main; main()", "intake", str(dump)]
        command += ["--publish", "--division", "climate", "--site", "https://city.example.org"]
        return subprocess.run(command, cwd=dump.parent, env=environment, capture_output=True, text=True, check=False)

    def tick(self) -> None:
        """The alarm clock rings: what is due is published, alerts are planned and sent."""

        def ring() -> None:
            self.parts.ticks.publish()
            self.parts.ticks.plan_alerts()
            self.parts.ticks.send()

        apart(ring)


@contextmanager
def opened(folder: Path, city: City, undo: timedelta = timedelta()) -> Iterator[Desk]:
    """The site with an editor, a second one, a chief and an operator, one topic, and somebody who follows at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with catching() as (mailbox, smtp_port):
        settings = Settings(
            database_url=f"sqlite:///{folder / 'civicwire.db'}",
            base_url=f"http://127.0.0.1:{port}",
            secret_key=(SECRET,),
            smtp_port=smtp_port,
            smtp_tls=Tls.NONE,
        )
        desk = Desk(Site(settings, Hands()), Hands(), mailbox)
        desk.clock = desk.parts.clock  # type: ignore[assignment]
        desk.parts.newsroom = Newsroom(city, settings.base_url, undo)
        upgrade(desk.parts.database)
        _furnish(desk)
        with background(application(desk.parts), port=port):
            yield desk
        desk.parts.database.close()


def _furnish(desk: Desk) -> None:
    parts = desk.parts
    people = {"writer": Role.EDITOR, "second": Role.EDITOR, "chief": Role.CHIEF, "operator": Role.OPERATOR}
    for name in people:
        desk.passwords[name] = made_up()
    with parts.database.write() as session:
        divisions.sync(session, parts.newsroom.city)
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
        for name, role in people.items():
            staff.add(
                session,
                name=name,
                role=role,
                divisions=("environment",) if role is Role.EDITOR else (),
                password_hash=parts.passwords.hash(desk.passwords[name]),
                must_change=False,
                now=desk.clock(),
            )
    parts.following.add("resident@example.org", Scope(("climate",)), Cadence.IMMEDIATE, language="en")
