"""The one durable switch that stops all sending. It survives restarts; only staff release it."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from feeds.store.database import Session
from notifier.ledger.tables import hold

_ONLY = 1


def put(session: Session, reason: str, *, now: datetime) -> None:
    """Hold all sending; a new reason replaces the old one."""
    session.execute(delete(hold))
    session.execute(insert(hold).values(id=_ONLY, reason=reason, at=now))


def release(session: Session) -> bool:
    """Let sending go on; False if nothing was held."""
    return session.execute(delete(hold).returning(hold.c.id)).first() is not None


def reason(session: Session) -> str | None:
    """Why sending is held; None if it is not."""
    return session.execute(select(hold.c.reason)).scalar()
