"""A ledger with people who follow everything, and a sender that is pointed at a server."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import pytest

from feeds import words
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store.database import Database
from notifier import messages
from notifier.alerts import Alerts
from notifier.delivery import Sender
from notifier.following import Following
from notifier.journal import Journal
from notifier.ledger import deliveries
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState
from notifier.tokens import Tokens
from notifier.transport.smtp import SmtpOptions, SmtpTransport, Tls
from tests.builders import SECRET, Hands, forget_journals, journal_of
from tests.wire import server
from tests.wire.server import Relay


@dataclass
class Post:
    """A newsroom's post office on one database."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    tokens: Tokens
    clock: Hands

    @property
    def journal(self) -> Journal:
        return journal_of(self.database, self.clock, self.tokens)

    @property
    def following(self) -> Following:
        return Following(self.database, self.newsroom, self.letters, self.tokens, self.clock, self.journal)

    def follow(self, *emails: str) -> None:
        """These people are alerted of everything from now on."""
        for email in emails:
            self.following.add(email, Scope(), Cadence.IMMEDIATE, language="en")

    def plan(self) -> int:
        return Alerts(self.database, self.newsroom, self.letters, self.clock).run().planned

    def sender(self, port: int, **options: object) -> Sender:
        """A sender to the server at a loopback port, on one connection unless told otherwise."""
        given = {"host": "127.0.0.1", "port": port, "tls": Tls.NONE, "connections": 1, "connect_seconds": 5.0}
        transport = SmtpTransport(SmtpOptions(**(given | options)))  # type: ignore[arg-type]
        return Sender(self.database, self.newsroom, self.tokens, transport, self.clock, random.Random(7))

    def states(self) -> dict[DeliveryState, int]:
        """How many deliveries stand in each state, over all mailings."""
        total: dict[DeliveryState, int] = {}
        with self.database.read() as session:
            for states in deliveries.balance(session).values():
                for state, number in states.items():
                    total[state] = total.get(state, 0) + number
        return total


on_each_engine = pytest.mark.parametrize(
    "post", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
"""For rules that each engine keeps in its own way: its ledger is on one, then on the other."""


@pytest.fixture
def post(request: pytest.FixtureRequest, newsroom: Newsroom) -> Iterator[Post]:
    """On SQLite, where a test names no engine."""
    letters = Letters(newsroom, words.load("feeds", "notifier"), messages.environment())
    if getattr(request, "param", "sqlite") == "sqlite":
        yield Post(request.getfixturevalue("sqlite_database"), newsroom, letters, Tokens([SECRET]), Hands())
        return
    forget_journals()
    with closing(Database(request.getfixturevalue("reused_database").fresh())) as database:
        yield Post(database, newsroom, letters, Tokens([SECRET]), Hands())


@pytest.fixture(params=["pipelined", "one command at a time"])
def mail_server(request: pytest.FixtureRequest) -> Relay:
    """A mail server that misbehaves as it is told, in each way of talking."""
    return partial(server.mail_server, pipelining=request.param == "pipelined")


@pytest.fixture
def people() -> Callable[[int], Sequence[str]]:
    return lambda number: [f"reader{n:03}@example.org" for n in range(number)]
