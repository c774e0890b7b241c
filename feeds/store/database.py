"""The one way to the database: `with database.read()` and `with database.write()`, on SQLite or PostgreSQL.

SQLite keeps one writer: one connection in this process, and one process at a time, because versions before 3.51.3
can damage a WAL database when two connections write and checkpoint at the same instant.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError

from feeds.errors import RowRefused, StoreError
from feeds.store.kept import Line, Pulse

Session = Connection
"""What the functions of the table modules take: one connection inside one transaction."""

BUSY_SECONDS = 30


class Database:
    """A store at an address. `read()` sees one consistent state; `write()` is one transaction, whole or not at all."""

    def __init__(self, address: str) -> None:
        """Prepare the engines; nothing is connected yet. StoreError for an address that is none."""
        self.url = _url(address)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.written = Event()
        """Set whenever something was written through here: who follows a log need not wait for its next round."""
        if self.is_sqlite:
            path = Path(self.url.database or "")
            self._lock_path = path.with_name(path.name + ".writer")
            self._writer = _sqlite(self.url, begin="BEGIN IMMEDIATE", size=1)
            self._reader = _sqlite(self.url, begin="BEGIN", size=8)
        else:
            self._writer = self._reader = _postgresql(self.url)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session to read in."""
        with _translated(self.url), self._reader.connect() as session, session.begin():
            if not self.is_sqlite:
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield session

    @contextmanager
    def write(self, *, unfelt: Pulse | None = None) -> Iterator[Session]:
        """A session to write in: committed at the end of the block, rolled back by any exception in it.

        What is written is `unfelt` by a pulse whose owner knows of it.
        """
        passed = unfelt.passing() if unfelt is not None else nullcontext()
        with _translated(self.url), self._writer.connect() as session, self._alone(), passed, session.begin():
            yield session
        self.written.set()

    def connection(self) -> Session:
        """A connection of one's own, to be kept; whoever takes it closes it."""
        with _translated(self.url):
            return self._reader.connect()

    @contextmanager
    def pulse(self) -> Iterator[Pulse | None]:
        """A number, quickly asked for, that is another one as soon as anybody has committed anything.

        None where the database has no such number: then it has to be asked what one wants to know.
        """
        if not self.is_sqlite:
            yield None
            return
        with _translated(self.url), self._reader.connect() as session:
            driver = session.connection.driver_connection
            assert driver is not None  # noqa: S101 - a connected session has one
            yield Pulse(driver)

    @contextmanager
    def line(self, *settings: str) -> Iterator[Line | None]:
        """A connection that is kept for statements of their own, with these settings of the server's.

        None on SQLite, where the way there and back costs nothing.
        """
        if self.is_sqlite:
            yield None
            return
        with closing(Line(self._writer, partial(_translated, self.url), settings)) as line:
            yield line

    @contextmanager
    def rebuild(self) -> Iterator[Session]:
        """A write in which tables may be made again, for migrations.

        SQLite drops and renames the table, which foreign keys would forbid: they are checked at the end instead.
        """
        if not self.is_sqlite:
            with self.write() as session:
                session.execute(text("SET LOCAL statement_timeout = 0"))  # an index of everything takes its time
                yield session
            return
        with _translated(self.url), self._writer.connect() as session, self._alone():
            driver = session.connection.driver_connection
            assert driver is not None  # noqa: S101 - a connected session has one
            driver.execute("PRAGMA foreign_keys=OFF").close()
            try:
                with session.begin():
                    yield session
                    if session.execute(text("PRAGMA foreign_key_check")).first() is not None:
                        raise StoreError("the new tables would lose rows that others refer to: nothing was changed")
            finally:
                with suppress(sqlite3.ProgrammingError):  # a connection that was ended in the middle is closed by now
                    driver.execute("PRAGMA foreign_keys=ON").close()

    def close(self) -> None:
        """Give every connection back. The last one to leave SQLite checkpoints, so the writer leaves last."""
        if self._reader is not self._writer:
            self._reader.dispose()
        if self.is_sqlite and not self._lock_path.exists():
            return  # nothing was ever written through us
        with self._alone():
            self._writer.dispose()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock file of a SQLite database, so that no other process writes or checkpoints meanwhile."""
        if not self.is_sqlite:
            yield
            return
        handle = _open_lock(self._lock_path)
        try:
            _wait_for(handle)
            yield
        finally:
            os.close(handle)


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """A part of a transaction that is undone alone where it fails. What the database itself refuses is a StoreError."""
    with _translated(session.engine.url), session.begin_nested():
        yield


def insert_once(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that leaves alone what a unique index already holds, in either engine's dialect."""
    if session.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise StoreError(f"cannot write beside the database: {path}: {error.strerror}") from error


def _wait_for(handle: int) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreError("the database is busy: another process has been writing for 30 seconds") from None
            time.sleep(0.005)
        else:
            return


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError("the database address is not of the form sqlite:///PATH or postgresql://HOST/NAME") from error
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise StoreError("the database address must begin with sqlite:///PATH or postgresql://")


def _sqlite(url: URL, *, begin: str, size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that a write takes its lock at once
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]
        try:
            for pragma in pragmas if begin != "BEGIN" else [*pragmas, "query_only=ON"]:
                connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.Error:
            connection.close()  # nobody else knows of it yet
            raise

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        pool_size=8,
        max_overflow=4,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        # A snapshot older than the lock on the log would break the order of its numbers.
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC -c statement_timeout=60000"},
    )


RESTORE = "restore a backup with “civicwire restore FILE --replace”"
"""What helps where a database is damaged."""


def _help(cause: str) -> str:
    """What to do about a cause that does not go away by itself (F47)."""
    if any(said in cause for said in ("malformed", "not a database")):
        return f"; {RESTORE}"
    # SQLite says the one of a limit on the size of files, the other of a full disk.
    return "; is the disk full, or a quota used up?" if cause in ("disk I/O error", "database or disk is full") else ""


@contextmanager
def _translated(url: URL) -> Iterator[None]:
    """Foreign errors become ours where they enter: one sentence, and never the password of the address."""
    try:
        yield
    except IntegrityError as error:
        raise RowRefused("somebody else wrote the same at the same moment: try again") from error
    except DataError as error:
        raise RowRefused("the database cannot hold a value that it was given") from error
    except SQLAlchemyError as error:
        if isinstance(error, DBAPIError) or type(error).__name__ == "TimeoutError":
            place = url.render_as_string(hide_password=True)
            cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise StoreError(f"cannot use the database {place}: {cause}{_help(cause)}") from error
        raise
    except ModuleNotFoundError as error:
        raise StoreError("PostgreSQL needs the driver: install civicwire[postgres]") from error
