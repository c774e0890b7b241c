"""A PostgreSQL of the test's own, which is ended in the middle of a run as if its machine had failed."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.errors import StoreError
from feeds.model import City
from feeds.store.database import Database
from notifier.model import DeliveryState
from tests.builders import publish
from tests.conftest import missing, prepare
from tests.journeys.test_commands import free_port
from tests.wire.conftest import Post
from tests.wire.server import Behaviour, mail_server

CONNECTIONS = 4
# Nothing reaches the disk but by a commit that waits for it.
SETTINGS = "-c wal_writer_delay=10000 -c listen_addresses=127.0.0.1 -c max_connections=30 -c shared_buffers=16MB"


class Server:
    """One that can be killed and begun anew."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._pg_ctl, self._data = programs / "pg_ctl", folder / "data"
        self._sockets, self._port = folder, free_port()
        # It refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._run([programs / "initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--no-sync"])

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        said = f"-p {self._port} -k {self._sockets} {SETTINGS}"
        self._run([self._pg_ctl, "-D", self._data, "-w", "-l", self._sockets / "log", "-o", said, "start"])

    def kill(self) -> None:
        self._run([self._pg_ctl, "-D", self._data, "-m", "immediate", "stop"])

    def _run(self, command: Sequence[str | Path]) -> None:
        subprocess.run(
            [*self._as, *map(str, command)],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def own_server() -> Iterator[Server]:
    """Running for the length of the block."""
    found = shutil.which("pg_ctl")
    programs = Path(found) if found else max(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), default=None)
    if programs is None:
        missing("postgres", "the programs of a PostgreSQL server are not installed")
        raise AssertionError
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            shutil.chown(name, "postgres")
        server = Server(programs.resolve().parent, Path(name))
        server.start()
        try:
            yield server
        finally:
            server.kill()


@pytest.mark.postgres
def test_f48_a_database_that_is_killed_in_the_middle_of_a_run_loses_nobody_and_no_answer(
    post: Post, city: City
) -> None:
    readers = [f"reader{n:03}@example.org" for n in range(150)]
    with own_server() as postgres, mail_server(Behaviour(pause=0.01), pipelining=True) as server:
        prepare(postgres.url, city)
        with closing(Database(postgres.url)) as database:
            there = replace(post, database=database)
            there.follow(*readers)
            publish(database)
            assert there.plan() == len(readers)

            def send() -> None:
                for _ in range(5):
                    with suppress(StoreError):  # a run may end by it, and the next goes on
                        there.sender(server.port, connections=CONNECTIONS).run()

            sending = threading.Thread(target=send)
            sending.start()
            while len(server.accepted) < 50 and sending.is_alive():
                server.on_accept.wait(0.001)
            postgres.kill()
            postgres.start()
            sending.join(60)
            assert not sending.is_alive()
            there.clock.forward(seconds=timedelta(minutes=3).total_seconds())
            there.sender(server.port, connections=CONNECTIONS).run()
            states = there.states()
    copies = Counter(one.recipient for one in server.accepted)
    assert set(copies) == set(readers)
    assert sum(copies.values()) - len(readers) <= CONNECTIONS
    assert states == {DeliveryState.ACCEPTED: len(readers)}
