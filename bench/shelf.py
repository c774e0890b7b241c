"""Feeds that are kept: how soon all of them show a new release, whether that grows with the archive, and how much
memory ten thousand of them take.

Among releases as `bench.search` composes them, on SQLite; `--long N` instead sets an archive of N releases, written by
SQL, beside one of 10,000 and publishes into both in turn. No peer keeps feeds so: the figures stand for themselves.
"""

import argparse
import random
import resource
from itertools import accumulate
from statistics import median, quantiles

from bench.bulk import fill_rows
from bench.peers import seconds
from bench.search import fill, sqlite, vocabulary
from config.migrations.upgrading import upgrade
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.shelf import Shelf
from feeds.store import articles, divisions
from feeds.store.articles import Filing
from feeds.store.database import Database
from feeds.words import load
from tests.builders import NOW, content, small_city

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


def publish(database: Database, rng: random.Random, number: int) -> None:
    """One release of two hundred words."""
    made = content(f"새 소식 {number}", "ko", body_text=" ".join(rng.choices(KOREAN, cum_weights=WEIGHTS, k=200)))
    with database.write() as session:
        one = articles.add(session, made, filing=Filing(division="water"), authority="a.test,2026", now=NOW)
        articles.publish(session, one.id, fallback_division="press", now=NOW)


def main() -> None:
    """Fill, ask, publish, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=10_000)
    parser.add_argument("--live", type=int, default=1_000)
    parser.add_argument("--asked", type=int, default=10_000)
    parser.add_argument("--long", type=int, help="an archive of so many releases against one of 10,000")
    options = parser.parse_args()
    if options.long:
        _growth(10_000, options.long, options.live)
        return
    with sqlite() as database:
        fill(database, options.releases)
        _freshness(database, options.live, options.releases)
        _memory(database, options.asked)


def _freshness(database: Database, live: int, releases: int) -> None:
    shelf = Shelf(database, NEWSROOM, load("feeds"), lambda: NOW, bytes_kept=1_000_000_000)
    shelf.catch_up()
    for scope in scopes(live):
        shelf.get(scope, "rss")
    rng, times, touched = random.Random(11), list[float](), list[int]()
    for number in range(20):
        publish(database, rng, number)
        times.append(seconds(lambda: touched.append(shelf.catch_up())))
    print(
        f"{live} live feeds, {releases} releases: fresh after one more, shown by {median(touched):.0f} of them,",
        end=" ",
    )
    print(f"in {median(times) * 1000:.0f} ms, p95 {quantiles(times, n=20)[-1] * 1000:.0f}", flush=True)


def _growth(short: int, long: int, live: int) -> None:
    with sqlite() as one, sqlite() as other:
        shelves = {short: _long(one, short, live), long: _long(other, long, live)}
        rng = random.Random(11)
        times: dict[int, list[float]] = {short: [], long: []}
        touched: dict[int, list[int]] = {short: [], long: []}
        for number in range(60):
            state = rng.getstate()
            for releases, shelf in shelves.items():
                rng.setstate(state)  # the same release for both
                publish(shelf.database, rng, number)
                times[releases].append(seconds(lambda shelf=shelf, n=releases: touched[n].append(shelf.catch_up())))  # type: ignore[misc]
        for releases in shelves:
            print(f"{releases} releases, {live} live feeds: fresh after one more, shown by", end=" ")
            print(f"{median(touched[releases]):.0f}, in {median(times[releases]) * 1000:.1f} ms")
        print(f"ratio {median(times[long]) / median(times[short]):.2f}")


def _long(database: Database, releases: int, live: int) -> Shelf:
    upgrade(database)
    with database.write() as session:
        divisions.sync(session, NEWSROOM.city)
    print(f"{releases} releases written in {seconds(lambda: fill_rows(database, releases)):.0f} s", flush=True)
    shelf = Shelf(database, NEWSROOM, load("feeds"), lambda: NOW, bytes_kept=1_000_000_000)
    shelf.catch_up()
    for scope in scopes(live):
        shelf.get(scope, "rss")
    return shelf


def _memory(database: Database, asked: int) -> None:
    shelf = Shelf(database, NEWSROOM, load("feeds"), lambda: NOW)
    times = [seconds(lambda scope=scope: shelf.get(scope, "rss")) for scope in scopes(asked)]  # type: ignore[misc]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked} different feeds asked for once: {median(times) * 1000:.1f} ms each,", end=" ")
    print(f"p95 {quantiles(times, n=20)[-1] * 1000:.1f}; peak memory of the process {peak:.0f} MB")


if __name__ == "__main__":
    main()
