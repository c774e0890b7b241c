"""What the newsroom's tables need not keep: sessions that ended, attempts to sign in, and answers kept for repeats."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from feeds.store.database import Session
from feeds.store.staff_tables import idempotency, sign_in_failure, staff_session

FAILURES = timedelta(days=1)
ANSWERS = timedelta(days=7)
"""How long an answer is kept for a program that asks again."""


def destroy_expired(session: Session, now: datetime) -> int:
    """Destroy what has had its time; answers how many rows."""
    spent = (
        (staff_session, staff_session.c.expires_at <= now),
        (sign_in_failure, sign_in_failure.c.at < now - FAILURES),
        (idempotency, idempotency.c.created_at < now - ANSWERS),
    )
    gone = 0
    for table, over in spent:
        gone += session.execute(select(func.count()).select_from(table).where(over)).scalar_one()
        session.execute(delete(table).where(over))
    return gone
