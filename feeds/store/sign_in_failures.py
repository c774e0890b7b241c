"""Attempts to sign in that failed, or are being made: what throttling counts. Names and networks are keyed hashes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, text, update

from feeds.store.database import Session
from feeds.store.staff_tables import sign_in_failure

_LOCK = 0x646F6F72  # "door"; one number that nothing else in this database locks


def take_turn(session: Session) -> None:
    """Wait until no other transaction counts and adds: a hundred at once must not all see an empty table."""
    if session.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def latest(
    session: Session, *, name_key: str | None = None, network_key: str | None = None, since: datetime, limit: int
) -> Sequence[datetime]:
    """The instants of the newest failures of this name, from this network, newest first."""
    wanted = select(sign_in_failure.c.at).where(sign_in_failure.c.at > since)
    if name_key is not None:
        wanted = wanted.where(sign_in_failure.c.name_key == name_key)
    if network_key is not None:
        wanted = wanted.where(sign_in_failure.c.network_key == network_key)
    return tuple(session.execute(wanted.order_by(sign_in_failure.c.at.desc()).limit(limit)).scalars())


def add(session: Session, *, name_key: str, network_key: str, at: datetime) -> None:
    """Count an attempt, before it is known whether it succeeds."""
    session.execute(insert(sign_in_failure).values(name_key=name_key, network_key=network_key, at=at))


def forget(session: Session, *, name_key: str, network_key: str) -> None:
    """Drop what was counted for this name from this network: its owner has signed in from there."""
    wanted = delete(sign_in_failure).where(sign_in_failure.c.name_key == name_key)
    session.execute(wanted.where(sign_in_failure.c.network_key == network_key))


def rewrite(session: Session, *, name_key: str) -> None:
    """Write what is there once more: a name that nobody has takes as long as one of which the record is written."""
    wanted = update(sign_in_failure).where(sign_in_failure.c.name_key == name_key)
    session.execute(wanted.values(at=sign_in_failure.c.at))
