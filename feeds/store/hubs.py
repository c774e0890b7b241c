"""How far each hub has been told of the change log."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from feeds.store import changes
from feeds.store.database import Session, insert_once
from feeds.store.tables import hub

FARTHEST = timedelta(hours=2)
"""A next attempt later than this was set by a clock that went wrong."""


def know(session: Session, addresses: Sequence[str], *, now: datetime) -> None:
    """Begin with hubs that are new, from the end of the log on, and forget those that are not named any more."""
    session.execute(delete(hub).where(hub.c.address.not_in(list(addresses))))
    values = {"cursor": changes.head(session), "failures": 0, "next_attempt_at": now}
    for address in addresses:
        session.execute(insert_once(session, hub).values(address=address, **values))


def due(session: Session, *, to: int, now: datetime) -> Sequence[str]:
    """The hubs that have not been told of a change up to this number and may be asked now."""
    return session.execute(select(hub.c.address).where(*_due(to, now)).order_by(hub.c.address)).scalars().all()


def claim(session: Session, address: str, *, to: int, now: datetime, until: datetime) -> tuple[int, int] | None:
    """Keep a hub for oneself until an instant: its cursor and its failures in a row; None if another was first."""
    mine = update(hub).where(hub.c.address == address, *_due(to, now)).values(next_attempt_at=until)
    row = session.execute(mine.returning(hub.c.cursor, hub.c.failures)).first()
    return (row[0], row[1]) if row else None


def told(session: Session, address: str, *, to: int, now: datetime) -> None:
    """It has been told of everything up to this change."""
    values = {"cursor": to, "failures": 0, "next_attempt_at": now}
    session.execute(update(hub).where(hub.c.address == address).values(**values))


def failed(session: Session, address: str, *, failures: int, next_attempt_at: datetime) -> None:
    """It could not be told, so often in a row; its cursor stays."""
    values = {"failures": failures, "next_attempt_at": next_attempt_at}
    session.execute(update(hub).where(hub.c.address == address).values(**values))


def _due(to: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return hub.c.cursor < to, or_(hub.c.next_attempt_at <= now, hub.c.next_attempt_at > now + FARTHEST)
