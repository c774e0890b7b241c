"""The demonstration's site in a real browser."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import pytest

from config.asgi import application
from config.demo.mailbox import Mailbox, catching
from config.demo.pages import MailPages
from config.demo.story import Story, StoryClock
from config.migrations.upgrading import upgrade
from config.server import background
from config.settings import Settings
from config.site import PAGE_TEMPLATES, Site
from feeds.store import divisions
from feeds.web.chrome import Chrome, page_templates
from notifier.transport.smtp import Tls
from tests.builders import SECRET

T = TypeVar("T")


def _apart(work: Callable[[], T]) -> T:
    """Do something in a thread of its own: Playwright keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(work).result()


@dataclass
class Shown:
    """A site after the demonstration's story."""

    address: str
    mailbox: Mailbox
    parts: Site
    clock: StoryClock

    def take_a_moment(self) -> None:
        """As long as a person needs to fill in a form."""
        self.clock.move_to(self.clock() + timedelta(seconds=5))

    def link(self, recipient: str, kind: str) -> str:
        """The newest link of a kind in this person's mail."""
        _apart(self.parts.sender.run)
        return next(link for mail in reversed(self.mailbox.to(recipient)) for link in mail.links if f"/{kind}/" in link)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("shown")
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
        clock = StoryClock()
        parts = Site(settings, clock)
        upgrade(parts.database)
        with parts.database.write() as session:
            divisions.sync(session, parts.newsroom.city)
        templates = (*PAGE_TEMPLATES, ("config", "demo/templates"))
        chrome = Chrome(parts.newsroom, parts.words, parts.assets, page_templates(templates))
        with background(application(parts, extra=MailPages(mailbox, chrome).routes), port=port):
            assert all(event.well for event in _apart(Story(parts, clock, mailbox).tell))
            yield Shown(settings.base_url, mailbox, parts, clock)
        parts.database.close()
