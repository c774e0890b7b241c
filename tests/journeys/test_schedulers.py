"""Several schedulers over one PostgreSQL, as an operator starts them: one keeps the schedule, another goes on."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config.city import default_city_text, read_city
from feeds.store.database import Database
from feeds.store.duty import Duty
from tests.builders import SECRET
from tests.conftest import postgres_database, prepare
from tests.journeys.test_commands import free_port


class Scheduler:
    """A scheduler process, and what it logged so far."""

    def __init__(self, folder: Path, url: str) -> None:
        settings = {"CIVICWIRE_DATABASE_URL": url, "CIVICWIRE_SECRET_KEY": SECRET}
        settings["CIVICWIRE_BASE_URL"] = "http://news.test"
        command = [sys.executable, "-c", "from config.cli import main; main()", "serve", "--role", "scheduler"]
        self.process = subprocess.Popen(
            [*command, "--port", free_port()],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **settings},  # noqa: TID251
            stderr=subprocess.PIPE,
            text=True,
        )
        self.events: list[str] = []
        self._grown = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._grown:
                self.events.append(line)
                self._grown.notify_all()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def count(self, event: str) -> int:
        return sum(f"event={event} " in f"{line.strip()} " for line in self.events)

    def has_logged(self, event: str, *, times: int = 1, seconds: float = 30) -> bool:
        with self._grown:
            return self._grown.wait_for(lambda: self.count(event) >= times, seconds)


@contextmanager
def scheduler(folder: Path, url: str) -> Iterator[Scheduler]:
    one = Scheduler(folder, url)
    try:
        yield one
    finally:
        one.end()


@pytest.fixture
def url(postgres_server: str) -> Iterator[str]:
    """A database of Daegu's, as the processes find it."""
    with postgres_database(postgres_server) as url:
        prepare(url, read_city(default_city_text(), name="daegu.toml"))
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.mark.postgres
def test_f13_one_of_two_schedulers_keeps_the_schedule_and_the_other_goes_on_after_it(tmp_path: Path, url: str) -> None:
    with scheduler(tmp_path, url) as first:
        assert first.has_logged("schedule.taken"), first.events
        with scheduler(tmp_path, url) as second:
            assert second.has_logged("serving"), second.events
            first.process.send_signal(signal.SIGKILL)
            assert second.has_logged("schedule.taken"), second.events
            with scheduler(tmp_path, url) as third:
                assert third.has_logged("serving"), third.events
                second.process.terminate()
                assert second.process.wait(30) == 0
                assert third.has_logged("schedule.taken"), third.events
    assert (first.count("schedule.taken"), second.count("schedule.taken")) == (1, 1)


@pytest.mark.postgres
def test_f48_a_scheduler_whose_connection_was_cut_rings_no_more_until_the_duty_is_its_own_again(
    tmp_path: Path, url: str
) -> None:
    with scheduler(tmp_path, url) as one:
        assert one.has_logged("schedule.taken"), one.events
        with psycopg.connect(url, autocommit=True) as other:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        assert one.has_logged("schedule.lost"), one.events
        assert one.has_logged("schedule.taken", times=2), one.events
        one.process.terminate()
        assert one.process.wait(30) == 0
    assert not any("Traceback" in line for line in one.events)


@pytest.mark.postgres
def test_a_duty_is_one_holders_at_a_time(store: Database) -> None:
    one, two = Duty(store, 7), Duty(store, 7)
    assert (one.take(), two.take(), one.take()) == (True, False, True)
    assert Duty(store, 8).take() is True
    one.give_up()
    assert (two.take(), one.take()) == (True, False)
    two.give_up()
