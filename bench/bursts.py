"""Planning for many people: one release, three that come out within one window, and one beyond the cap of some.

python -m bench.bursts [--people 100000] [--url URL of an empty database]
"""

import argparse
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select, update

from bench.crowd import filled, letters, megabytes, newsroom
from feeds.store.database import Database
from notifier.alerts import Alerts
from notifier.ledger.tables import delivery, overflow, subscriber
from tests.builders import Hands, publish

_CAPPED = 10
"""One person in so many wants one mail a day."""


def main() -> None:
    """Print seconds for each, and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--url", help="an empty database; by default a SQLite file")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        database = filled(options.url or f"sqlite:///{Path(folder) / 'civicwire.db'}", options.people)
        clock = Hands()
        alerts = Alerts(database, newsroom(), letters(), clock)
        window = timedelta(seconds=60)
        publish(database, "Night buses run later", now=clock())
        report("one release, nobody has chosen a number", alerts, database)
        for title in ("A new bench", "A tree", "A well"):
            publish(database, title, now=clock(), undo=window)
        clock.forward(seconds=60)
        report("three within one window", alerts, database)
        with database.write() as session:
            some = subscriber.c.id % _CAPPED == 0
            session.execute(update(subscriber).where(some).values(daily_cap=1))
        publish(database, "A bridge", now=clock())
        report(f"one release, one person in {_CAPPED} had enough", alerts, database)
        database.close()


def report(what: str, alerts: Alerts, database: Database) -> None:
    """Plan what is due, and say how long that took and how many deliveries and kept releases there are in all."""
    began = time.perf_counter()
    planned = alerts.run().planned
    took = time.perf_counter() - began
    with database.read() as session:
        rows = [session.execute(select(func.count()).select_from(table)).scalar_one() for table in (delivery, overflow)]
    print(f"{what}: {planned:,} deliveries in {took:.2f} s; {rows[1]:,} kept; {megabytes():.0f} MB")


if __name__ == "__main__":
    main()
