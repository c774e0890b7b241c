"""What the scripts about sending share: a ledger with so many people who follow everything, filled by statements."""

from datetime import datetime

from sqlalchemy import func, insert, literal, select, true

from config.migrations.upgrading import upgrade
from feeds import words
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store import divisions
from feeds.store.database import Database
from feeds.store.schema import Instant
from notifier import messages
from notifier.ledger.tables import subscriber, subscription
from notifier.messages import Letters
from notifier.model import Cadence
from tests.builders import BASE_URL, NOW, small_city

_AT_ONCE = 10_000


def newsroom() -> Newsroom:
    """The city of the tests."""
    return Newsroom(small_city(), BASE_URL)


def letters() -> Letters:
    """Its mails."""
    return Letters(newsroom(), words.load("feeds", "notifier"), messages.environment())


def filled(url: str, people: int, *, cadence: Cadence = Cadence.IMMEDIATE, since: datetime = NOW) -> Database:
    """A database with its tables, and so many people who follow everything."""
    database = Database(url)
    upgrade(database)
    with database.write() as session:
        divisions.sync(session, newsroom().city)
        for first in range(0, people, _AT_ONCE):
            rows = [
                {"address": f"r{n}@d{n % 997}.example.org", "language": "en", "created_at": since}
                for n in range(first, min(first + _AT_ONCE, people))
            ]
            session.execute(insert(subscriber), rows)
        same = literal(str(Scope())), true(), literal(cadence), literal(0), literal(since, Instant())
        columns = ["subscriber_id", "scope", "everything", "cadence", "cursor", "created_at"]
        session.execute(insert(subscription).from_select(columns, select(subscriber.c.id, *same)))
        assert session.execute(select(func.count()).select_from(subscription)).scalar_one() == people
    return database


def megabytes() -> float:
    """How much memory this process takes now."""
    with open("/proc/self/status", encoding="ascii") as said:
        return next(int(line.split()[1]) for line in said if line.startswith("VmRSS:")) / 1024
