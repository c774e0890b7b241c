"""Several web processes over one database, as an operator starts them: the same bytes, and no database on the way."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from config.city import default_city_text, read_city
from feeds.addresses import FEED_TYPES
from feeds.store.database import Database
from tests.builders import NOW, SECRET, publish
from tests.conftest import postgres_database, prepare
from tests.journeys.test_commands import free_port
from tests.web.browser import Answer
from tests.web.talk import request, talk


@contextmanager
def serving(folder: Path, url: str) -> Iterator[int]:
    """The port of a process of the web alone; it ends in order when told."""
    port = free_port()
    settings = {"CIVICWIRE_DATABASE_URL": url, "CIVICWIRE_SECRET_KEY": SECRET, "CIVICWIRE_BASE_URL": "http://news.test"}
    settings["CIVICWIRE_FEED_REQUESTS_A_MINUTE"] = "0"
    service = subprocess.Popen(
        [sys.executable, "-c", "from config.cli import main; main()", "serve", "--role", "web", "--port", port],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **settings},  # noqa: TID251
        stderr=subprocess.DEVNULL,
    )
    try:
        yield int(port)
        service.terminate()
        assert service.wait(30) == 0
    finally:
        service.kill()
        service.wait()


def ask(port: int, path: str, *lines: str) -> Answer:
    """The answer of a process; one that is starting is waited for."""
    for _ in range(600):
        try:
            with talk(port) as conversation:
                conversation.say(request(path, *lines))
                answer = conversation.hear()
                assert answer is not None
                return answer
        except ConnectionRefusedError:
            threading.Event().wait(0.05)
    pytest.fail("the process does not listen")


@pytest.mark.postgres
def test_every_process_follows_the_log_serves_the_same_bytes_and_asks_no_database_for_them(
    tmp_path: Path, postgres_server: str
) -> None:
    city = read_city(default_city_text(), name="daegu.toml")
    slug = city.divisions[-1].slug
    paths = [f"/feeds/{name}.{extension}" for name in ("all", slug) for extension in FEED_TYPES]
    with ExitStack() as open_ones:
        with postgres_database(postgres_server) as url:
            prepare(url, city)
            store = Database(url)
            open_ones.callback(store.close)
            publish(store, "First", division=slug)
            one, two = (open_ones.enter_context(serving(tmp_path, url)) for _ in range(2))
            before = [ask(one, path, "Accept-Encoding: gzip") for path in paths]
            for path, answer in zip(paths, before, strict=True):
                told = f"If-None-Match: {answer.headers['etag']}"
                assert ask(two, path, "Accept-Encoding: gzip", told).status == 304

            publish(store, "Second", division=slug, now=NOW + timedelta(minutes=1))
            after = []
            for path, answer in zip(paths, before, strict=True):
                for _ in range(600):
                    pair = [ask(port, path, "Accept-Encoding: gzip") for port in (one, two)]
                    if all(each.headers["etag"] != answer.headers["etag"] for each in pair):
                        break
                    threading.Event().wait(0.02)
                assert pair[0].body == pair[1].body != answer.body
                assert pair[0].headers["etag"] == pair[1].headers["etag"] != answer.headers["etag"]
                after.append(pair[0])
            store.close()
        # The database is dropped with every connection to it.
        with psycopg.connect(postgres_server) as connection:
            name = url.rpartition("/")[2]
            found = connection.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone()
        assert found == (0,)
        for port in (one, two):
            assert ask(port, "/readyz").status == 503
            for path, answer in zip(paths, after, strict=True):
                again = ask(port, path, "Accept-Encoding: gzip")
                assert (again.status, again.body) == (200, answer.body)
                told = f"If-None-Match: {answer.headers['etag']}"
                assert ask(port, path, "Accept-Encoding: gzip", told).status == 304
