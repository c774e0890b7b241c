"""Two `civicwire worker` processes against one, over one PostgreSQL, to Postfix's smtp-sink.

Each begins with sending held; the time runs from the release to the last mail that is settled in the ledger.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from bench.crowd import filled, letters, newsroom
from bench.peers import sink
from feeds.clock import system_clock
from feeds.store.database import Database
from notifier.alerts import Alerts
from notifier.ledger import holds
from notifier.ledger.tables import UNFINISHED, delivery
from tests.builders import SECRET, publish
from tests.conftest import POSTGRES, postgres_database


@contextmanager
def worker(folder: str, url: str, port: int, connections: int) -> Iterator["subprocess.Popen[str]"]:
    """A process that sends; begun when the block is entered."""
    settings = {
        "CIVICWIRE_DATABASE_URL": url,
        "CIVICWIRE_SECRET_KEY": SECRET,
        "CIVICWIRE_BASE_URL": "http://newsroom.test",
        "CIVICWIRE_SMTP_PORT": str(port),
        "CIVICWIRE_SMTP_TLS": "none",
        "CIVICWIRE_SMTP_CONNECTIONS": str(connections),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from config.cli import main; main()", "worker"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1]), **settings},  # noqa: TID251
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "event=working" in line:
                break
        with open(os.devnull, "w") as nowhere:
            drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=nowhere)
        yield process
    finally:
        process.terminate()
        process.wait(40)
        drain.kill()
        drain.wait()


def is_unfinished(database: Database) -> bool:
    with database.read() as session:
        return session.execute(select(delivery.c.id).where(UNFINISHED).limit(1)).first() is not None


def busy() -> float:
    """Seconds that the processors of this machine were at work since it started, for whomever."""
    with open("/proc/stat", encoding="ascii") as said:
        user, nice, system, _, _, *interrupts = map(int, said.readline().split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def rate(workers: int, messages: int, connections: int, port: int) -> tuple[float, float]:
    """Messages a second of so many workers, and the share of the machine's processors that was at work."""
    with postgres_database(POSTGRES, durable=True) as url, tempfile.TemporaryDirectory() as folder:
        database = filled(url, messages)
        publish(database, "Night buses run later", now=system_clock())
        with database.write() as session:
            holds.put(session, "until all are here", now=system_clock())
        assert Alerts(database, newsroom(), letters(), system_clock).run().planned == messages
        each = [worker(folder, url, port, connections) for _ in range(workers)]
        for one in each:
            one.__enter__()
        with database.write() as session:
            holds.release(session)
        began, busy_before = time.perf_counter(), busy()
        while is_unfinished(database):
            time.sleep(0.1)
        took, worked = time.perf_counter() - began, busy() - busy_before
        for one in each:
            one.__exit__(None, None, None)
        database.close()
    return messages / took, worked / took / (os.cpu_count() or 1)


def main() -> None:
    """Print messages a second, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=8000)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    with sink() as port:
        alone, share = rate(1, options.messages, options.connections, port)
        print(f"one worker  {alone:7.0f} messages a second, processors {share:.0%} at work")
        both, share = rate(2, options.messages, options.connections, port)
        print(f"two workers {both:7.0f} messages a second, processors {share:.0%} at work, {both / alone:.2f} of one")


if __name__ == "__main__":
    main()
