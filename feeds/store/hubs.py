"""How far each hub has been told of the change log."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from feeds.store import changes
from feeds.store.database import Session, insert_once
from feeds.store.tables import hub

FARTHEST = timedelta(hours=2)
"""A next attempt later than this was set by a clock that went wrong."""


def know(session: Session, addresses: Sequence[str], *, names: str, now: datetime) -> None:
    """Begin with hubs that are new, from the end of the log and from these names on, and forget those that are not
    named any more. `names` stands for all that feeds say besides their releases."""
    session.execute(delete(hub).where(hub.c.address.not_in(list(addresses))))
    values = {"cursor": changes.head(session), "names": names, "failures": 0, "next_attempt_at": now}
    for address in addresses:
        session.execute(insert_once(session, hub).values(address=address, **values))
    session.execute(update(hub).where(hub.c.names.is_(None)).values(names=names))


def due(session: Session, *, to: int, names: str, now: datetime) -> Sequence[str]:
    """The hubs that have not been told of a change up to this number, or of these names, and may be asked now."""
    wanted = select(hub.c.address).where(*_due(to, names, now)).order_by(hub.c.address)
    return session.execute(wanted).scalars().all()


def claim(
    session: Session, address: str, *, to: int, names: str, now: datetime, until: datetime
) -> tuple[int, bool, int] | None:
    """Keep a hub for oneself until an instant: its cursor, whether the names are new to it, and its failures in a row;
    None if another was first."""
    mine = update(hub).where(hub.c.address == address, *_due(to, names, now)).values(next_attempt_at=until)
    row = session.execute(mine.returning(hub.c.cursor, hub.c.names, hub.c.failures)).first()
    return (row[0], row[1] != names, row[2]) if row else None


def told(session: Session, address: str, *, to: int, names: str, now: datetime) -> None:
    """It has been told of everything up to this change, and of these names."""
    values = {"cursor": to, "names": names, "failures": 0, "next_attempt_at": now}
    session.execute(update(hub).where(hub.c.address == address).values(**values))


def failed(session: Session, address: str, *, failures: int, next_attempt_at: datetime) -> None:
    """It could not be told, so often in a row; its cursor stays."""
    values = {"failures": failures, "next_attempt_at": next_attempt_at}
    session.execute(update(hub).where(hub.c.address == address).values(**values))


def _due(to: int, names: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    untold = or_(hub.c.cursor < to, hub.c.names != names)
    return untold, or_(hub.c.next_attempt_at <= now, hub.c.next_attempt_at > now + FARTHEST)
