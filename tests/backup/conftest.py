"""An installation with people, a mail server that keeps what it is given, and a clock that the test moves."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.backup.making import make
from config.backup.restoring import Restored, restore
from config.parts import Parts
from config.settings import Settings
from feeds import words
from feeds.model import City, Newsroom
from feeds.scope import Scope
from feeds.words import Words
from notifier import holding, messages
from notifier.ledger import deliveries, holds, subscribers
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState, Subscriber, Subscription
from notifier.transport.smtp import Tls
from tests.builders import BASE_URL, SECRET, Hands, publish
from tests.conftest import postgres_database, prepare
from tests.wire.server import MailServer, mail_server


@dataclass
class House:
    """One installation: its parts, its clock, and the server that takes its mail."""

    parts: Parts
    clock: Hands
    server: MailServer
    folder: Path

    def follow(self, address: str, cadence: Cadence = Cadence.IMMEDIATE, scope: Scope | None = None) -> Subscriber:
        return self.parts.following.add(address, scope or Scope(), cadence, language="en")

    def publish(self, title: str = "Night buses run later") -> int:
        """Publish a release; answers its number."""
        return publish(self.parts.database, title, now=self.clock()).article_id

    def tick(self) -> None:
        """What the alarm clock wakes, all of it."""
        self.parts.ticks.publish()
        self.parts.ticks.plan_digests()
        self.parts.ticks.send()

    def backup(self, name: str = "a.zip") -> Path:
        path = self.folder / name
        make(self.parts, path, lambda *_: None)
        return path

    def restore(self, path: Path, *, replace: bool = True) -> Restored:
        self.parts.database.close()
        try:
            return restore(self.parts, path, replace=replace, tell=lambda *_: None)
        finally:
            self.parts.database.close()

    def release(self, *, resend: bool = False) -> int | None:
        with self.parts.database.write() as session:
            now = self.clock()
            return holding.release(session, "kim", newsroom=self.parts.newsroom, now=now, resend=resend)

    def held(self) -> str | None:
        with self.parts.database.read() as session:
            return holds.reason(session)

    def states(self) -> dict[DeliveryState, int]:
        total: dict[DeliveryState, int] = {}
        with self.parts.database.read() as session:
            for states in deliveries.balance(session).values():
                for state, number in states.items():
                    total[state] = total.get(state, 0) + number
        return total

    def live(self, address: str) -> list[Subscription]:
        with self.parts.database.read() as session:
            person = subscribers.find(session, address)
            return list(subscribers.live(session, person.id)) if person else []

    @property
    def got(self) -> list[str]:
        """Whom a mail has reached, once for each."""
        return sorted(one.recipient for one in self.server.accepted)


MakeHouse = Callable[[str], House]


@pytest.fixture(scope="session")
def _sentences() -> Mapping[str, Words]:
    return words.load("feeds", "notifier")


@pytest.fixture(scope="session")
def letters(newsroom: Newsroom, _sentences: Mapping[str, Words]) -> Letters:
    return Letters(newsroom, _sentences, messages.environment())


@pytest.fixture
def house_at(newsroom: Newsroom, letters: Letters, tmp_path: Path) -> Iterator[MakeHouse]:
    """Makes installations over databases at addresses, each with a mail server of its own."""
    with ExitStack() as stack:

        def made(url: str) -> House:
            server = stack.enter_context(mail_server())
            folder = tmp_path / f"house{server.port}"
            folder.mkdir()
            settings = Settings(
                database_url=url,
                base_url=BASE_URL,
                secret_key=(SECRET,),
                smtp_port=server.port,
                smtp_tls=Tls.NONE,
                smtp_connections=1,
                media_dir=folder / "media",
                journal=tmp_path / "suppressions.journal",
            )
            clock = Hands()
            parts = Parts(settings, clock)
            parts.newsroom, parts.letters = newsroom, letters
            stack.callback(lambda: parts.database.close())
            return House(parts, clock, server, folder)

        yield made


@pytest.fixture
def house(tmp_path: Path, prepared_file: Path, house_at: MakeHouse) -> House:
    """An installation on SQLite."""
    path = tmp_path / "civicwire.db"
    shutil.copy(prepared_file, path)
    return house_at(f"sqlite:///{path}")


@pytest.fixture
def server_house(postgres_server: str, city: City, house_at: MakeHouse) -> Iterator[House]:
    """An installation on PostgreSQL."""
    with postgres_database(postgres_server) as url:
        prepare(url, city)
        house = house_at(url)
        yield house
        house.parts.database.close()
