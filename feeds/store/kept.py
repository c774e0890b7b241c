"""Connections that are kept for one use: a pulse, which says whether anybody has written, and a line, whose statements
cost one way there and back.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine


class Pulse:
    """Counts how often something was found committed, by a connection of SQLite that does nothing else."""

    def __init__(self, driver: Any) -> None:
        """Take the driver's connection."""
        self._driver = driver
        self._asking = Lock()
        self._version: int | None = None
        self._beats = 0

    def __call__(self) -> int:
        """Another number than before where anybody has committed since; any thread may ask."""
        with self._asking:
            version = self._data_version()
            if version != self._version:
                self._version = version
                self._beats += 1
            return self._beats

    @contextmanager
    def passing(self) -> Iterator[None]:
        """What is committed in this block, in which nobody else can commit, is not counted.

        Whoever asks between the commit and the block's end may count it all the same: that costs a question too many.
        """
        self()
        try:
            yield
        finally:
            with self._asking:
                self._version = self._data_version()

    def _data_version(self) -> int:
        with closing(self._driver.execute("PRAGMA data_version")) as asked:
            found: int = asked.fetchone()[0]
            return found


_BY_INDEX = (
    # A statement that is made once is planned once, for any few values.
    "plan_cache_mode = force_generic_plan",
    # Of a table that was filled a moment ago PostgreSQL knows nothing, and would read all of it.
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "enable_seqscan = off",
)


UNFLUSHED = "synchronous_commit = off"
"""The setting of a line whose statements everybody sees at once, and the disk within a second: until then they outlive
whoever said them, but not the server."""


def flush(session: Connection) -> None:
    """When this transaction of PostgreSQL is committed, everything that was committed before is on the disk."""
    # A commit that has nothing to write down waits for no disk.
    session.exec_driver_sql("SELECT pg_logical_emit_message(true, 'civicwire', '')")


class Line:
    """Of PostgreSQL: one statement at a time, each a transaction of its own, about a few rows found by an index."""

    def __init__(
        self, engine: Engine, translated: Callable[[], AbstractContextManager[None]], settings: Sequence[str]
    ) -> None:
        """Nothing is connected yet. Foreign errors are ours within `translated`; `settings` are the connection's."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._translated = translated
        self._settings = (*_BY_INDEX, *settings)
        self._using = Lock()
        self._session: Connection | None = None

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """Where to execute it; any thread may, in turn. After a StoreError the next one finds a new connection."""
        with self._using, self._translated():
            if self._session is None:
                self._session = self._connected()
            try:
                with self._session.begin():
                    yield self._session
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Give the connection up."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> Connection:
        session = self._engine.connect()
        session.detach()  # its settings are nobody else's
        with session.begin():
            for setting in self._settings:
                session.exec_driver_sql(f"SET {setting}")
        return session
