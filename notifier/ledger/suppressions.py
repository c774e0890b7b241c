"""Addresses that must get no list mail, kept as keyed hashes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from feeds.store.database import Session, insert_once
from notifier.ledger.tables import suppression


def add(session: Session, address_hash: str, *, reason: str, source: str, now: datetime) -> None:
    """Suppress an address; the first reason stays."""
    values = {"address_hash": address_hash, "reason": reason, "source": source, "at": now}
    session.execute(insert_once(session, suppression).values(**values))


def reason_for(session: Session, hashes: Sequence[str]) -> str | None:
    """Why the address with these hashes is suppressed; None if it is not."""
    return session.execute(select(suppression.c.reason).where(suppression.c.address_hash.in_(hashes))).scalar()


def lift(session: Session, hashes: Sequence[str]) -> None:
    """Write to the address again: its owner has just confirmed that it wants mail and gets it."""
    session.execute(delete(suppression).where(suppression.c.address_hash.in_(hashes)))
