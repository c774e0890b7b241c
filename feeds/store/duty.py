"""A duty that one process at a time has, by a lock of PostgreSQL that ends with its connection.

Whoever has it keeps a connection open for nothing else. A process that ends, however it ends, has it no more; of a
machine that is gone the server hears by probes within seconds.
"""

from contextlib import suppress

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from feeds.errors import StoreError
from feeds.store.database import Database, Session

log = structlog.get_logger()
SCHEDULE = 0x6369_7669_6300
"""The duty to keep the schedule."""
_PROBES = ("SET tcp_keepalives_idle = 2", "SET tcp_keepalives_interval = 1", "SET tcp_keepalives_count = 3")
"""How soon the server misses a machine that is gone: after five seconds."""


class Duty:
    """One process's part in who has a duty."""

    def __init__(self, database: Database, number: int) -> None:
        """`number` names the duty among the locks of this database."""
        self._database = database
        self._number = number
        self._session: Session | None = None

    def take(self) -> bool:
        """Whether it is this process's now; False while another's, or while the database does not answer."""
        if self._session is not None:
            if self._is_there(self._session):
                return True
            self.give_up()
            return False
        try:
            self._session = session = self._database.connection()
            for probe in _PROBES:
                session.execute(text(probe))
            if session.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": self._number}).scalar():
                session.commit()  # the lock is the connection's, not the transaction's
                return True
        except (StoreError, SQLAlchemyError) as error:
            log.warning("duty.unknown", cause=type(error).__name__)
        self.give_up()
        return False

    def give_up(self) -> None:
        """Let another have it."""
        session, self._session = self._session, None
        if session is None:
            return
        with suppress(SQLAlchemyError):  # a connection that is gone has taken the lock with it
            # Unlocked in words too: a server ends a connection only some moments after it was closed.
            session.execute(text("SELECT pg_advisory_unlock_all()"))
        session.invalidate()  # ended, not given back: a connection that is used again could keep the lock
        session.close()

    def _is_there(self, session: Session) -> bool:
        """Whether the connection still answers: if not, the lock may be another's by now."""
        try:
            session.execute(text("SELECT 1"))
            session.commit()
        except SQLAlchemyError:
            return False
        return True
