"""Feeds that are kept: how soon all of them show a new release, whether that grows with the archive, and how much
memory ten thousand of them take.

Among releases as `bench.search` composes them, on SQLite; `--long N` instead sets an archive of N releases, written by
SQL, beside one of 10,000 and publishes into both in turn. No peer keeps feeds so: the figures stand for themselves.
"""

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles

import httpx

from bench.bulk import fill_rows
from bench.peers import seconds
from bench.search import as_html, fill, sqlite, vocabulary
from config.migrations.upgrading import upgrade
from feeds.addresses import FEED_TYPES, scope_feed_path
from feeds.follower import following
from feeds.model import Change, Newsroom
from feeds.scope import Scope
from feeds.shelf import Shelf
from feeds.store import articles, divisions, reading
from feeds.store.articles import Filing
from feeds.store.database import Database
from feeds.words import load
from tests.builders import NOW, SECRET, content, small_city

NEWSROOM = Newsroom(small_city(), "https://riverton.example.org")
KOREAN, _ = vocabulary(random.Random(20260520))
WEIGHTS = list(accumulate(1 / (n + 1) ** 0.95 for n in range(len(KOREAN))))


def scopes(number: int) -> list[Scope]:
    """Different wishes: a word of the language, every other one also a division or two and a language."""
    rng = random.Random(7)
    slugs = [division.slug for division in NEWSROOM.city.divisions]
    found: dict[Scope, None] = {}
    while len(found) < number:
        word = rng.choice(KOREAN)
        filed = tuple(rng.sample(slugs, rng.randint(1, 2))) if len(found) % 2 else ()
        found[Scope(filed, rng.choice([None, "ko"]) if filed else None, words=word)] = None
    return list(found)


def draft(database: Database, rng: random.Random, number: int) -> int:
    """One release of two hundred words, and 6 KB of HTML, that is not public yet."""
    words = " ".join(rng.choices(KOREAN, cum_weights=WEIGHTS, k=200))
    made = content(f"새 소식 {number}", "ko", body_text=words, body_html=as_html(words))
    with database.write() as session:
        return articles.add(session, made, filing=Filing(division="water"), authority="a.test,2026", now=NOW).id


def publish(database: Database, rng: random.Random, number: int) -> Change:
    """Such a release, published."""
    return release(database, draft(database, rng, number))


def release(database: Database, article_id: int) -> Change:
    """Publish a draft."""
    with database.write() as session:
        return articles.publish(session, article_id, fallback_division="press", now=NOW)


def main() -> None:
    """Fill, ask, publish, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=10_000)
    parser.add_argument("--live", type=int, default=1_000)
    parser.add_argument("--asked", type=int, default=10_000)
    parser.add_argument("--formats", nargs="+", choices=list(FEED_TYPES), default=list(FEED_TYPES))
    parser.add_argument("--fresh", action="store_true", help="only how soon all are fresh")
    parser.add_argument("--long", type=int, help="an archive of so many releases against one of 10,000")
    parser.add_argument("--memory", action="store_true", help="only the memory of a web process")
    options = parser.parse_args()
    if options.memory:
        _memory(options.releases, options.asked)
        return
    if options.long:
        _growth(10_000, options.long, options.live)
        return
    with sqlite() as database:
        fill(database, options.releases, is_whole=True)
        _freshness(database, options.live, options.releases, options.formats)
    if not options.fresh:
        _memory(options.releases, options.asked)


def _freshness(database: Database, live: int, releases: int, formats: Sequence[str]) -> None:
    shelf = Shelf(database, NEWSROOM, load("feeds"), lambda: NOW, bytes_kept=1_000_000_000)
    shelf.catch_up()
    wishes = [Scope(), *scopes(live - 1)]
    for scope in wishes:
        for form in formats:
            shelf.get(scope, form)
    rng, times, touched = random.Random(11), list[float](), list[int]()
    with following(shelf):
        for number in range(20):
            one = draft(database, rng, number)
            with database.read() as session:
                article = reading.by_id(session, [one])[one]
            lineage = NEWSROOM.lineage(article.division or "")
            shown = [scope for scope in wishes if scope.matches(article, lineage)]
            change = release(database, one)
            committed = time.perf_counter()
            while any(shelf.get(scope, form).number < change.number for scope in shown for form in formats):
                time.sleep(0.001)
            times.append(time.perf_counter() - committed)
            touched.append(len(shown))
    print(
        f"{live} live feeds as {', '.join(formats)}, {releases} releases: one more is seen in all that show it,",
        end=" ",
    )
    print(f"{median(touched):.0f} of them, after its commit", end=" ")
    print(f"in {median(times) * 1000:.0f} ms, p95 {quantiles(times, n=20)[-1] * 1000:.0f}", flush=True)


def _growth(short: int, long: int, live: int) -> None:
    with sqlite() as one, sqlite() as other:
        shelves = {short: _long(one, short, live), long: _long(other, long, live)}
        rng = random.Random(11)
        times: dict[int, list[float]] = {short: [], long: []}
        spent: dict[int, list[float]] = {short: [], long: []}
        touched: dict[int, list[int]] = {short: [], long: []}
        for number in range(60):
            state = rng.getstate()
            for releases, shelf in shelves.items():
                rng.setstate(state)  # the same release for both
                publish(shelf.database, rng, number)
                began, at = time.perf_counter(), time.process_time()
                touched[releases].append(shelf.catch_up())
                times[releases].append(time.perf_counter() - began)
                spent[releases].append(time.process_time() - at)
        for releases in shelves:
            print(f"{releases} releases, {live} live feeds: fresh after one more, shown by", end=" ")
            print(f"{median(touched[releases]):.0f}, in {median(times[releases]) * 1000:.1f} ms", end=" ")
            print(f"of which {median(spent[releases]) * 1000:.1f} of CPU")
        ratios = [median(each[long]) / median(each[short]) for each in (times, spent)]
        print(f"ratio {ratios[0]:.2f}, of CPU {ratios[1]:.2f}")


def _long(database: Database, releases: int, live: int) -> Shelf:
    upgrade(database)
    with database.write() as session:
        divisions.sync(session, NEWSROOM.city)
    print(f"{releases} releases written in {seconds(lambda: fill_rows(database, releases)):.0f} s", flush=True)
    shelf = Shelf(database, NEWSROOM, load("feeds"), lambda: NOW, bytes_kept=1_000_000_000)
    shelf.catch_up()
    for scope in scopes(live):
        for form in FEED_TYPES:
            shelf.get(scope, form)
    return shelf


def _memory(releases: int, asked: int) -> None:
    """A web process as it is run, asked over HTTP for one feed after the other, while releases are published."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/civicwire.db")
        fill(database, releases, is_whole=True)
        rng = random.Random(7)
        wishes = list({Scope(words=" ".join(rng.sample(KOREAN[:3_000], 1 + n % 2))) for n in range(3 * asked)})[:asked]
        with (
            serving_web(folder) as (base, pid),
            httpx.Client(base_url=base, headers={"Accept-Encoding": "gzip"}) as client,
        ):
            before = _resident(pid)
            times: list[float] = []
            for number, scope in enumerate(wishes):
                address = scope_feed_path(scope, rng.choice(list(FEED_TYPES)))
                times.append(seconds(lambda address=address: client.get(address).raise_for_status()))  # type: ignore[misc]
                if number % 500 == 0:
                    publish(database, rng, number)
            print(
                f"{len(wishes)} different feeds of {releases} releases asked for once, each in some format:",
                end=" ",
            )
            print(f"{median(times) * 1000:.1f} ms each, p95 {quantiles(times, n=20)[-1] * 1000:.1f}")
            print(f"memory of the web process: {before} MB before, {_resident(pid)} MB at the most")
        database.close()


@contextmanager
def serving_web(folder: str) -> Iterator[tuple[str, int]]:
    """The web process of a database in this folder: its address and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {
        "PATH": "/usr/bin:/bin",
        "CIVICWIRE_DATABASE_URL": f"sqlite:///{folder}/civicwire.db",
        "CIVICWIRE_SECRET_KEY": SECRET,
        "CIVICWIRE_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [str(Path(sys.executable).with_name("civicwire")), "serve", "--role", "web", "--port", str(port)]
    with Path(folder, "log").open("wb") as log:
        server = subprocess.Popen(command, env=told, cwd=folder, stdout=log, stderr=log)
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            server.wait(30)


def _resident(pid: int) -> int:
    """The most memory that a process ever had, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
