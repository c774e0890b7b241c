"""A list of people taken in by the real command, in a process of its own; a plain loop over the same file beside it.

The list is made here, by code: a person a row, a third of them following one division, some words or topics aside,
and one row in a hundred that cannot be taken. The peer is what a script would do: `csv` and `sqlite3`, a table of
people and one of what they follow, in one transaction, nothing validated and nobody kept out.
"""

import argparse
import csv
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg

from bench.intake import ours
from bench.peers import seconds
from feeds.clock import system_clock

COLUMNS = ("address", "scope", "cadence", "language", "consent_source", "consent_at")
DOMAINS = ("example.org", "mail.example.net", "post.example.com", "example.kr")
SCOPES = ("", "division=transport", "q=bus", "", "lang=ko", "division=environment-water&lang=en")
SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


def table(path: Path, number: int) -> None:
    """Write a list of so many rows, all of whom agreed within the last year."""
    today = system_clock()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(number):
            address = f"reader.{n}" + ("" if n % 100 == 99 else f"@{DOMAINS[n % len(DOMAINS)]}")
            agreed = (today - timedelta(days=1 + n % 365)).date().isoformat()
            cadence = ("daily", "immediate", "weekly")[n % 3]
            writer.writerow((address, SCOPES[n % len(SCOPES)], cadence, ("ko", "en")[n % 2], "paper form", agreed))


def plain_loop(path: Path, folder: Path) -> None:
    """What a script would do."""
    with closing(sqlite3.connect(folder / "plain.db")) as database, path.open(encoding="utf-8", newline="") as file:
        database.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, address UNIQUE, language, source, agreed)")
        database.execute("CREATE TABLE wish (person, scope, cadence, UNIQUE (person, scope))")
        with database:
            for row in csv.DictReader(file):
                person = row["address"], row["language"], row["consent_source"], row["consent_at"]
                made = database.execute(
                    "INSERT INTO person (address, language, source, agreed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    person,
                )
                wish = made.lastrowid, row["scope"], row["cadence"]
                database.execute("INSERT INTO wish VALUES (?, ?, ?) ON CONFLICT DO NOTHING", wish)


@contextmanager
def emptied(folder: Path, engine: str) -> Iterator[None]:
    """A database of its own for the command that is run in this folder."""
    if engine == "SQLite":
        yield
        return
    name = f"civicwire_bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        url = SERVER.rpartition("/")[0] + f"/{name}"
        key = "a-key-of-a-measurement-0123456789-abcdef"
        (folder / "civicwire.toml").write_text(f'database_url = "{url}"\nsecret_key = "{key}"\n', encoding="utf-8")
        try:
            yield
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> None:
    """Print rows a second, peak memory, and the ratio to the plain loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--engine", choices=("SQLite", "PostgreSQL", "both"), default="both")
    given = parser.parse_args()
    number: int = given.rows
    engines = ("SQLite", "PostgreSQL") if given.engine == "both" else (given.engine,)
    for engine in engines:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = folder / "list.csv"
            table(path, number)
            loop = seconds(lambda path=path, folder=folder: plain_loop(path, folder))
            print(f"{number:,} rows, {path.stat().st_size / 1024 / 1024:.0f} MB; {engine}")
            print(f"  {'plain csv and sqlite3 loop':28} {loop:7.1f} s {number / loop:8.0f} a second")
            with emptied(folder, engine):
                ours(folder, "migrate")
                for label in ("subscribers import", "the same file again"):
                    took, peak, said = ours(folder, "subscribers", "import", "list.csv")
                    print(
                        f"  {label:28} {took:7.1f} s {number / took:8.0f} a second {peak:5.0f} MB"
                        f" {took / loop:6.1f} of the loop: {said.split('.')[0]}"
                    )


if __name__ == "__main__":
    main()
