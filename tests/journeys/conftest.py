"""A whole site: pages over real HTTP, mails over real SMTP into a catcher, a clock that the test moves."""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from config.asgi import application
from config.demo.mailbox import Mailbox, catching
from config.migrations.upgrading import upgrade
from config.server import background
from config.settings import Settings
from config.site import Site as Parts
from feeds.store import divisions
from notifier.transport.smtp import Tls
from tests.builders import SECRET, Hands

TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass
class Site:
    """A running site as its people meet it."""

    parts: Parts
    clock: Hands
    mailbox: Mailbox
    browser: httpx.Client

    def sign_up(
        self, email: str, *, cadence: str, divisions: tuple[str, ...] = (), words: str = "", language: str = "en"
    ) -> None:
        """Fill the sign-up form in and send it."""
        token = TOKEN.search(self.browser.get(f"/subscribe?lang={language}").text)
        assert token is not None
        self.clock.forward(seconds=5)
        form = {"email": email, "cadence": cadence, "language": language, "form_token": token[1], "website": ""}
        form |= {"q": words} if words else {}
        answer = self.browser.post("/subscribe", data=form | {"division": list(divisions)}, follow_redirects=True)
        assert answer.status_code == 200, answer.text

    def link(self, email: str, kind: str) -> str:
        """The newest link of a kind in this person's mail."""
        self.parts.sender.run()
        links = [link for caught in self.mailbox.to(email) for link in caught.links if f"/{kind}/" in link]
        return links[-1]

    def confirm(self, email: str) -> None:
        """Open the mailed link and press the button."""
        link = self.link(email, "confirm")
        page = self.browser.get(link)
        token = TOKEN.search(page.text)
        assert token is not None
        assert self.browser.post(link, data={"form_token": token[1]}).status_code == 200

    def tick(self) -> None:
        """What the alarm clock wakes."""
        self.parts.ticks.plan_digests()
        self.parts.ticks.send()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Daegu's site on SQLite, in this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clock = Hands()
    with catching() as (mailbox, smtp_port):
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'civicwire.db'}",
            base_url=f"http://127.0.0.1:{port}",
            secret_key=(SECRET,),
            smtp_port=smtp_port,
            smtp_tls=Tls.NONE,
        )
        parts = Parts(settings, clock)
        upgrade(parts.database)
        with parts.database.write() as session:
            divisions.sync(session, parts.newsroom.city)
        with background(application(parts), port=port), httpx.Client(base_url=settings.base_url) as browser:
            yield Site(parts, clock, mailbox, browser)
        parts.database.close()
