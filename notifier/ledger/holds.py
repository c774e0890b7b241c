"""The one durable switch that stops all sending. It survives restarts; only staff release it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from feeds.store.database import Session
from notifier.ledger.tables import hold

_ONLY = 1


@dataclass(frozen=True, slots=True)
class Held:
    """Why sending is held, since when, and by whom; nobody where the program itself stopped it."""

    reason: str
    at: datetime
    by: str | None


def put(session: Session, reason: str, *, now: datetime, by: str | None = None) -> None:
    """Hold all sending; a new reason replaces the old one."""
    session.execute(delete(hold))
    session.execute(insert(hold).values(id=_ONLY, reason=reason, at=now, put_by=by))


def release(session: Session) -> bool:
    """Let sending go on; False if nothing was held."""
    return session.execute(delete(hold).returning(hold.c.id)).first() is not None


def current(session: Session) -> Held | None:
    """How sending is held; None if it is not."""
    row = session.execute(select(hold.c.reason, hold.c.at, hold.c.put_by)).first()
    return Held(*row) if row else None


def reason(session: Session) -> str | None:
    """Why sending is held; None if it is not."""
    held = current(session)
    return held.reason if held else None
