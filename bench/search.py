"""Search among 100,000 releases on both engines: a page of results, against what the engine itself would offer.

Peers, over the same texts in the same run: on SQLite FTS5's own trigram tokenizer with bm25, and LIKE; on PostgreSQL
ILIKE over an index of pg_trgm, where the extension is there, and without. Each peer counts, orders and takes 20 ids;
ours does that, reads the 20 articles and cuts their snippets. The texts are composed by this script.
"""

import argparse
import random
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from statistics import median, quantiles

import psycopg
from sqlalchemy import text

from bench.peers import seconds
from config.migrations.upgrading import upgrade
from feeds.errors import StoreError
from feeds.model import Content
from feeds.store import bulk, divisions
from feeds.store.articles import Filing, Source
from feeds.store.bulk import Incoming
from feeds.store.database import Database, Session
from feeds.store.search import Query, Results, search
from feeds.store.search_tables import search_document
from tests.builders import NOW, small_city

AT_ONCE = 500
SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
DIVISIONS = ("climate", "water", "transport", "press")
RARE, COMPOUND = "수문장", "대구수출기업"
QUERIES = {
    "rare Korean word": (Query(text=RARE), RARE),
    "two syllables within a word": (Query(text="수출"), "수출"),
    "common Korean word": (Query(text="대구"), "대구"),
    "common word of four syllables": (Query(text="지방정부"), "지방정부"),
    "common English word": (Query(text="city"), "city"),
    "two common words": (Query(text="대구 지원"), None),
    "a phrase of common words": (Query(text='"city council"'), "city council"),
    "a rare phrase of common words": (Query(text='"대구에서 지원을 시민은"'), "대구에서 지원을 시민은"),
    "a phrase of two words with endings": (Query(text='"대구에서 지원을"'), "대구에서 지원을"),
    "two words in one, mostly written with a space": (Query(text="대구지방정부"), None),
    "words of two languages": (Query(text="summit 대구"), None),
    "one of two words": (Query(text="수출 OR festival"), None),
    "a word without another": (Query(text="대구 NOT 시민"), None),
    "all that have not a common word": (Query(text="NOT 대구"), None),
    "a question of five parts": (Query(text='(대구 OR city) AND (지원 OR council) NOT "물관리 계획"'), None),
    "one syllable": (Query(text="물"), None),
    "nothing": (Query(text="쀍뷁"), "쀍뷁"),
    "common word, one division": (Query(text="대구", divisions=("water",)), None),
    "common word, a month long ago": (
        Query(text="대구", since=NOW - timedelta(days=3000), until=NOW - timedelta(days=2970)),
        None,
    ),
    "no word, one division": (Query(divisions=("water",)), None),
}


def vocabulary(rng: random.Random) -> tuple[list[str], list[str]]:
    """Korean and English words, the commonest first."""
    syllables = [chr(0xAC00 + rng.randrange(11_172)) for _ in range(700)]
    korean = ["대구", "지원", "시민", "지방정부", "사업", "물관리", "계획"]
    korean += ["".join(rng.choices(syllables, k=rng.choice((2, 2, 3, 3, 4)))) for _ in range(15_000)]
    letters = "aeioubcdfghlmnprstvw"
    english = ["the", "of", "city", "council", "bus", "water", "road", "festival", "export"]
    english += ["".join(rng.choices(letters, k=rng.randint(4, 10))) for _ in range(8_000)]
    return korean, english


def releases(number: int) -> Iterator[Incoming]:
    """Releases of one to two kilobytes, a third of them in English, eight or so a day until now."""
    rng = random.Random(20260520)
    korean, english = vocabulary(rng)
    weights = [list(accumulate(1 / (n + 1) ** 0.95 for n in range(len(words)))) for words in (korean, english)]
    particles = ("", "을", "를", "이", "가", "에서", "는", "은", "의", "으로")

    def words(is_english: bool, count: int) -> str:
        chosen = rng.choices(english if is_english else korean, cum_weights=weights[is_english], k=count)
        return " ".join(chosen if is_english else (word + rng.choice(particles) for word in chosen))

    for n in range(number):
        is_english = n % 3 == 0
        body = words(is_english, rng.randint(90, 260))
        body += f" {COMPOUND} " if n % 100 == 1 else ""
        body += f" {RARE} " if n % 5000 == 1 else ""
        body += " summit " if n % 40 == 3 else ""
        content = Content(
            language="en" if is_english else "ko",
            title=words(is_english, 8),
            subtitle=None,
            summary=words(is_english, 18),
            body_html="",
            body_text=body,
        )
        yield Incoming(
            content=content,
            filing=Filing(division=DIVISIONS[n % 4 if n % 7 else 1]),
            source=Source(key=f"bench/{n}", fingerprint=str(n)),
            published_at=NOW - timedelta(hours=3 * (number - n)),
        )


def as_html(body: str) -> str:
    """About 6 KB of paragraphs of these words, as a release has them that a feed shows whole."""
    paragraphs: list[str] = []
    while sum(len(one.encode()) for one in paragraphs) < 6_000:
        turn = len(paragraphs) * 40
        paragraphs.append(f"<p>{turn} <b>{body[turn : turn + 30]}</b> {body[turn + 30 :]} {body[:turn]}</p>")
    return "".join(paragraphs)


def fill(database: Database, number: int, *, is_whole: bool = False) -> float:
    """Take the releases in as an import would, PostgreSQL's index made afterwards; answers the seconds of taking in.

    The search asks for no HTML; a feed does, and with `is_whole` they have it.
    """
    upgrade(database)
    city = small_city()
    with database.write() as session:
        divisions.sync(session, city)
    waiting = releases(number)
    if is_whole:
        waiting = (replace(one, content=_whole(one.content)) for one in waiting)

    def take_in() -> None:
        while batch := [one for _, one in zip(range(AT_ONCE), waiting, strict=False)]:
            with database.write() as session:
                bulk.store(session, batch, authority=city.authority, fallback_division="press", now=NOW)

    indexes = () if database.is_sqlite else tuple(search_document.indexes)
    with database.write() as session:
        for index in indexes:
            index.drop(session)
    taken = seconds(take_in)
    with database.rebuild() as session:
        for index in indexes:
            index.create(session)
        session.execute(text("ANALYZE"))
    return taken


def _whole(content: Content) -> Content:
    return replace(content, body_html=as_html(content.body_text))


@contextmanager
def sqlite() -> Iterator[Database]:
    """An SQLite database in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/civicwire.db")
        yield database
        database.close()


@contextmanager
def postgresql() -> Iterator[Database]:
    """A database of its own on the server of this machine, dropped afterwards."""
    name = f"civicwire_bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        database = Database(SERVER.rpartition("/")[0] + f"/{name}")
        try:
            yield database
        finally:
            database.close()
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


Peer = Callable[[Session, str], int]
"""Counts what it finds, takes the first 20, and answers how many there are."""


def sqlite_peers(database: Database) -> dict[str, Peer]:
    """FTS5's trigrams, and LIKE."""
    with database.write() as session:
        session.execute(text("CREATE VIRTUAL TABLE peer USING fts5(title, body, tokenize='trigram', content='')"))
        session.execute(text("INSERT INTO peer (rowid, title, body) SELECT article_id, title, body_text FROM revision"))

    def trigram(session: Session, word: str) -> int:
        match = {"match": f'"{word}"'}
        session.execute(
            text("SELECT rowid FROM peer WHERE peer MATCH :match ORDER BY bm25(peer, 10, 1) LIMIT 20"), match
        ).all()
        found: int = session.execute(text("SELECT count(*) FROM peer WHERE peer MATCH :match"), match).scalar_one()
        return found

    def like(session: Session, word: str) -> int:
        match = {"match": f"%{word}%"}
        wanted = "FROM revision WHERE title LIKE :match OR body_text LIKE :match"
        session.execute(text(f"SELECT article_id {wanted} ORDER BY article_id DESC LIMIT 20"), match).all()
        found: int = session.execute(text(f"SELECT count(*) {wanted}"), match).scalar_one()
        return found

    return {"FTS5 trigram": trigram, "LIKE": like}


def postgresql_peers(database: Database) -> dict[str, Peer]:
    """ILIKE, with a trigram index where there can be one."""
    name = "ILIKE with pg_trgm"
    try:
        with database.write() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text("CREATE EXTENSION pg_trgm"))
            session.execute(text("CREATE INDEX peer ON revision USING gin ((title || ' ' || body_text) gin_trgm_ops)"))
            session.execute(text("ANALYZE revision"))
    except StoreError:
        name = "ILIKE"

    def ilike(session: Session, word: str) -> int:
        match = {"match": f"%{word}%"}
        wanted = "FROM revision WHERE (title || ' ' || body_text) ILIKE :match"
        session.execute(text(f"SELECT article_id {wanted} ORDER BY article_id DESC LIMIT 20"), match).all()
        found: int = session.execute(text(f"SELECT count(*) {wanted}"), match).scalar_one()
        return found

    return {name: ilike}


def measure(database: Database, peers: dict[str, Peer], rounds: int) -> None:
    """Print what each query takes, and how the peers do on it."""
    for name, (query, word) in QUERIES.items():
        answers: list[Results] = []

        def ours(query: Query = query, answers: list[Results] = answers) -> None:
            with database.read() as session:
                answers.append(search(session, query))

        times = [seconds(ours) for _ in range(rounds)]
        middle = median(times)
        found = f"{'>' if answers[0].more else ''}{answers[0].total}"
        said = [f"{middle * 1000:6.1f} ms, p95 {quantiles(times, n=20)[-1] * 1000:6.1f}", f"{found:>6} found"]
        for peer_name, peer in peers.items() if word else ():
            counts: list[int] = []

            def theirs(peer: Peer = peer, word: str = word, counts: list[int] = counts) -> None:
                with database.read() as session:
                    counts.append(peer(session, word))

            time = median(seconds(theirs) for _ in range(max(1, rounds // 10)))
            said.append(f"{peer_name} {time * 1000:.1f} ms = {time / middle:.1f}x, {counts[0]} found")
        print(f"{name:45} {'; '.join(said)}", flush=True)


def main() -> None:
    """Fill, measure and print, engine by engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    # Ended like this too, it leaves no database behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    engines = {"sqlite": (sqlite, sqlite_peers), "postgresql": (postgresql, postgresql_peers)}
    for name in options.engine or engines:
        opened, peers_of = engines[name]
        with opened() as database:
            taken = fill(database, options.releases)
            print(f"\n{name}: {options.releases} releases taken in within {taken:.0f} s", flush=True)
            measure(database, peers_of(database), options.rounds)


if __name__ == "__main__":
    main()
