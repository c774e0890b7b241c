"""Workers over one PostgreSQL, as an operator starts them, in front of a real mail server."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config.city import default_city_text, read_city
from feeds import words
from feeds.clock import system_clock
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store.database import Database
from notifier import messages
from notifier.alerts import Alerts
from notifier.following import Following
from notifier.messages import Letters
from notifier.model import Cadence
from notifier.tokens import Tokens
from tests.builders import BASE_URL, SECRET, Hands, journal_of, publish
from tests.conftest import postgres_database, prepare
from tests.journeys.test_commands import civicwire
from tests.wire.server import Behaviour, MailServer, mail_server

READERS = [f"reader{n:03}@example.org" for n in range(240)]
CONNECTIONS = 2


@contextmanager
def worker(folder: Path, url: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of `civicwire worker`."""
    settings = {"CIVICWIRE_DATABASE_URL": url, "CIVICWIRE_SECRET_KEY": SECRET, "CIVICWIRE_BASE_URL": BASE_URL}
    settings |= {"CIVICWIRE_SMTP_PORT": str(port), "CIVICWIRE_SMTP_TLS": "none"}
    settings["CIVICWIRE_SMTP_CONNECTIONS"] = str(CONNECTIONS)
    process = subprocess.Popen(
        [sys.executable, "-c", "from config.cli import main; main()", "worker"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **settings},  # noqa: TID251
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def planned(url: str) -> None:
    """An alert for everybody, waiting in the ledger."""
    database = Database(url)
    newsroom = Newsroom(read_city(default_city_text(), name="daegu.toml"), BASE_URL)
    letters = Letters(newsroom, words.load("feeds", "notifier"), messages.environment())
    following = Following(database, newsroom, letters, Tokens([SECRET]), system_clock, journal_of(database, Hands()))
    for reader in READERS:
        following.add(reader, Scope(), Cadence.IMMEDIATE, language="en")
    publish(database, division="communications", now=system_clock())
    assert Alerts(database, newsroom, letters, system_clock).run().planned == len(READERS)
    database.close()


def until(server: MailServer, number: int) -> None:
    deadline = time.monotonic() + 60
    while len(server.accepted) < number and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(server.accepted) >= number


def until_recorded(url: str, number: int) -> None:
    """Wait until so many are accepted in the ledger."""
    deadline, found = time.monotonic() + 60, 0
    with psycopg.connect(url, autocommit=True) as connection:
        while found < number and time.monotonic() < deadline:
            row = connection.execute("SELECT count(*) FROM delivery WHERE state = 'accepted'").fetchone()
            found = row[0] if row else 0
            time.sleep(0.05)
    assert found == number


@pytest.mark.postgres
def test_f03_workers_share_a_mailing_and_what_a_killed_one_held_another_sends(
    tmp_path: Path, postgres_server: str
) -> None:
    with postgres_database(postgres_server) as url, mail_server(Behaviour(pause=0.02), pipelining=True) as server:
        prepare(url, read_city(default_city_text(), name="daegu.toml"))
        planned(url)
        with worker(tmp_path, url, server.port) as killed:
            until(server, 30)
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        with psycopg.connect(url, autocommit=True) as connection:  # a minute passes
            connection.execute("UPDATE delivery SET lease_until = created_at WHERE state = 'sending'")
        with worker(tmp_path, url, server.port) as one, worker(tmp_path, url, server.port) as two:
            until_recorded(url, len(READERS))  # what the server counts may be copies
            for process in (one, two):
                process.terminate()
                assert process.wait(30) == 0
        copies = Counter(accepted.recipient for accepted in server.accepted)
        assert set(copies) == set(READERS)
        assert sum(copies.values()) - len(READERS) <= CONNECTIONS
        with psycopg.connect(url) as connection:
            states = dict(connection.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall())
        assert states == {"accepted": len(READERS)}


def test_a_worker_says_that_sqlite_needs_none(tmp_path: Path) -> None:
    civicwire(tmp_path, "migrate")
    answer = civicwire(tmp_path, "worker")
    assert answer.returncode == 2
    assert "needs PostgreSQL" in answer.stderr
    assert answer.stderr.count("\n") == 1
