"""The notifier on a real database: a clock that the test moves, and questions to the ledger in a test's words."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from feeds import words
from feeds.model import Change, Newsroom
from feeds.scope import Scope
from feeds.store.database import Database
from notifier import messages
from notifier.alerts import Alerts
from notifier.digests import DigestRun, Digests
from notifier.erasure import Forgetting
from notifier.following import Following
from notifier.ledger import subscribers
from notifier.ledger.tables import delivery, mailing, mailing_article, notice, run, signup
from notifier.messages import Letters
from notifier.model import Cadence, Kind, Subscriber, Subscription
from notifier.personal import Personal
from notifier.renewals import Renewals
from notifier.tokens import Tokens
from tests.builders import SECRET, Hands, journal_of, publish


@dataclass(frozen=True, slots=True)
class Mail:
    """A planned mail: what it is and of which articles it tells."""

    kind: Kind
    language: str
    subject: str
    text: str
    mailing: int
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The notifier of a small city."""

    database: Database
    newsroom: Newsroom
    clock: Hands
    following: Following
    personal: Personal
    alerts: Alerts
    digests: Digests
    renewals: Renewals
    forgetting: Forgetting

    def follow(self, address: str, cadence: Cadence, *divisions: str, language: str = "en") -> Subscriber:
        """A person who follows these divisions (none means all) from now on."""
        return self.wish(address, cadence, Scope(divisions), language=language)

    def wish(self, address: str, cadence: Cadence, scope: Scope, *, language: str = "en") -> Subscriber:
        """A person who follows a scope from now on."""
        return self.following.add(address, scope, cadence, language=language)

    def change(self, person: Subscriber, cadence: Cadence) -> None:
        """Another cadence for the one subscription of this person."""
        (one,) = self.live(person)
        assert self.following.change(person.id, one.id, cadence)

    def live(self, person: Subscriber) -> list[Subscription]:
        """What a person follows."""
        with self.database.read() as session:
            return list(subscribers.live(session, person.id))

    def publish(self, title: str = "Night buses run later", **values: object) -> Change:
        """Publish a release now."""
        return publish(self.database, title, now=self.clock(), **values)  # type: ignore[arg-type]

    def morning(self, days: int = 1) -> list[DigestRun]:
        """Run the digests at 08:00 in the city, so many days on."""
        zone = self.newsroom.city.zone
        local = self.clock().astimezone(zone) + timedelta(days=days)
        self.clock.at = local.replace(hour=8, minute=0, second=0, microsecond=0)
        return self.digests.run()

    def mails(self, address: str, *kinds: Kind) -> list[Mail]:
        """Every mail planned for an address, of these kinds if any are named, in order."""
        columns = (mailing.c.kind, mailing.c.language, mailing.c.subject, mailing.c.text, mailing.c.id)
        wanted = (
            select(*columns).join(delivery, delivery.c.mailing_id == mailing.c.id).where(delivery.c.address == address)
        )
        with self.database.read() as session:
            rows = session.execute(wanted.order_by(delivery.c.id)).all()
            of = select(mailing_article.c.mailing_id, mailing_article.c.article_id)
            told = session.execute(of.order_by(mailing_article.c.article_id)).all()
        return [
            Mail(
                Kind(row.kind),
                row.language,
                row.subject,
                row.text,
                row.id,
                tuple(article for owner, article in told if owner == row.id),
            )
            for row in rows
            if not kinds or row.kind in kinds
        ]

    def told(self, address: str) -> list[int]:
        """The articles that an address was told of, once for each telling."""
        return [article for mail in self.mails(address) for article in mail.articles]

    def counted(self) -> dict[str, int]:
        """How many rows the planners and the sign-up have written."""
        with self.database.read() as session:
            return {
                table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (run, mailing, delivery, notice, signup)
            }

    def runs(self) -> list[tuple[str, str, str]]:
        """Every digest run: cadence, local day, outcome."""
        with self.database.read() as session:
            rows = session.execute(select(run.c.cadence, run.c.local_on, run.c.outcome).order_by(run.c.id)).all()
        return [(cadence, local_on.isoformat(), outcome) for cadence, local_on, outcome in rows]


@pytest.fixture(scope="session")
def letters(newsroom: Newsroom) -> Letters:
    return Letters(newsroom, words.load("feeds", "notifier"), messages.environment())


def make_desk(database: Database, newsroom: Newsroom, letters: Letters) -> Desk:
    """The parts of the notifier around a database."""
    clock = Hands()
    tokens = Tokens([SECRET])
    journal = journal_of(database, clock)
    return Desk(
        database,
        newsroom,
        clock,
        Following(database, newsroom, letters, tokens, clock, journal),
        Personal(database, newsroom, letters, tokens, clock, journal),
        Alerts(database, newsroom, letters, clock),
        Digests(database, newsroom, letters, clock),
        Renewals(database, newsroom, letters, clock, 24),
        Forgetting(database, tokens, clock, timedelta(days=90)),
    )


@pytest.fixture
def desk(database: Database, newsroom: Newsroom, letters: Letters) -> Desk:
    """The notifier on each engine in turn, at noon of a Wednesday in the city."""
    return make_desk(database, newsroom, letters)
