"""One consistent state of the whole database, held while a backup is made of it, and facts about it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select, text

from feeds.errors import StoreError
from feeds.store import changes
from feeds.store.database import Database, Session
from feeds.store.schema import metadata

_PAGES = 2_000
_OF_THE_CITY = {"division", "board", "language"}
"""What the city file brings in: a database with nothing else is empty."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state that stays as it is, whatever is written meanwhile; `name` is what PostgreSQL calls it."""

    session: Session
    name: str
    server: int | None
    """The major version of PostgreSQL; None for SQLite."""


@contextmanager
def snapshot(database: Database, first: Callable[[], None]) -> Iterator[Snapshot]:
    """The state of now, for the length of the block. `first` is called when nobody can write: all that was committed
    before is in the state, and nothing of what will be."""
    reader = database.connection()
    try:
        with database.write() as writer:
            changes.take_turn(writer)
            first()
            if database.is_sqlite:
                reader.begin()
                changes.head(reader)  # the state begins with the first question
                name, server = "", None
            else:
                reader.execution_options(isolation_level="REPEATABLE READ")
                reader.begin()
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    reader.execute(text(f"SET LOCAL {limit} = 0"))  # the copying takes its time
                name = str(reader.execute(text("SELECT pg_export_snapshot()")).scalar_one())
                server = major(reader)
        yield Snapshot(reader, name, server)
    finally:
        reader.invalidate()  # it has an isolation of its own
        reader.close()


def copy_to(state: Snapshot, path: Path, tell: Callable[[int, int], None]) -> None:
    """Write a SQLite database, as it is in this state, to a file of its own. `tell` hears of how many pages are done.

    StoreError where it cannot be written, or is damaged.
    """
    source = state.session.connection.driver_connection
    assert isinstance(source, sqlite3.Connection)  # noqa: S101 - of a SQLite database it is one
    target = sqlite3.connect(path, isolation_level=None)
    try:
        source.backup(target, pages=_PAGES, progress=lambda _, left, total: tell(total - left, total))
        target.execute("PRAGMA journal_mode=DELETE")
        found = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"cannot copy the database: {error}") from error
    finally:
        target.close()
    if found != "ok":
        raise StoreError(f"the database is damaged, so that no backup was made of it: {found}")


def damage(database: Database) -> str | None:
    """What SQLite finds wrong with its file when it looks at all of it; None for a sound one, and for PostgreSQL."""
    if not database.is_sqlite:
        return None
    with database.read() as session:
        found = str(session.execute(text("PRAGMA quick_check(1)")).scalar_one())
    return None if found == "ok" else found


def is_empty(database: Database) -> bool:
    """Whether a database holds nothing that could be lost: no tables, or no rows but the city's own."""
    with database.read() as session:
        there = set(inspect(session).get_table_names()) & set(metadata.tables)
        return not any(
            session.execute(select(metadata.tables[name]).with_only_columns(text("1")).limit(1)).first()
            for name in sorted(there - _OF_THE_CITY)
        )


def major(session: Session) -> int:
    """The major version of the PostgreSQL server."""
    return int(session.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def others(session: Session) -> int:
    """How many connections of others use this PostgreSQL database."""
    wanted = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    return int(session.execute(text(wanted + "AND backend_type = 'client backend'")).scalar_one())


def counted(session: Session, *names: str) -> Mapping[str, int]:
    """How many rows these tables have."""
    return {
        name: session.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one() for name in names
    }
