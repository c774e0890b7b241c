"""A ledger of many deliveries: what a claim, its last look and its settling cost with so many behind and before them.

Nothing is sent: each set is claimed, asked about and settled as accepted, as a sender does it. Planned is by the
statement that plans an alert.
"""

import argparse
import random
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import structlog

from bench.crowd import filled, letters, megabytes, newsroom
from bench.peers import seconds
from notifier.alerts import Alerts
from notifier.claims import Claims
from notifier.ledger.deliveries import Outcome
from notifier.model import DeliveryState
from notifier.supply import MOST
from notifier.tokens import Tokens
from tests.builders import SECRET, Hands, publish
from tests.conftest import POSTGRES, postgres_database

_SETS = 40


def main() -> None:
    """Print milliseconds for each set, and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=("SQLite", "PostgreSQL"), default="SQLite")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with ExitStack() as stack:
        if options.engine == "SQLite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = f"sqlite:///{folder / 'civicwire.db'}"
        else:
            url = stack.enter_context(postgres_database(POSTGRES, durable=True))
        database = filled(url, options.deliveries)
        clock = Hands()
        publish(database, "Night buses run later")
        before = megabytes()
        planned = seconds(Alerts(database, newsroom(), letters(), clock).run)
        print(f"one alert to {options.deliveries:,} people planned in {planned:.1f} s,", end=" ")
        print(f"memory {before:.0f} MB before, {megabytes():.0f} MB after")
        claims = Claims(database, newsroom(), Tokens([SECRET]), clock, f"bench{random.Random(1).random()}")
        done, marks = 0, [n for n in (0, 10_000, 100_000, 500_000, 980_000) if n + _SETS * MOST <= options.deliveries]
        for mark in marks:
            while done < mark:
                done += one_set(claims, [])
            times: list[tuple[float, float, float]] = []
            for _ in range(_SETS):
                done += one_set(claims, times)
            claim, look, settle = (statistics.median(each) * 1000 for each in zip(*times, strict=True))
            waiting = options.deliveries - done
            print(f"{mark:>9,} settled, {waiting:>9,} waiting: a set of {MOST} is claimed in {claim:5.1f} ms,", end=" ")
            print(f"looked at in {look:5.1f}, settled in {settle:5.1f}; memory {megabytes():.0f} MB")
        database.close()


def one_set(claims: Claims, times: list[tuple[float, float, float]]) -> int:
    """Claim, look and settle; answers how many."""
    began = time.perf_counter()
    taken = claims.take(MOST)
    claimed = time.perf_counter()
    assert not claims.objections(taken)
    looked = time.perf_counter()
    accepted = [Outcome(id=one.id, state=DeliveryState.ACCEPTED, reply="250 2.0.0 Ok: queued") for one in taken]
    assert len(claims.settle(accepted)) == len(taken)
    times.append((claimed - began, looked - claimed, time.perf_counter() - looked))
    return len(taken)


if __name__ == "__main__":
    main()
