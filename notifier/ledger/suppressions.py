"""Addresses that must get no list mail, kept as keyed hashes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from feeds.store.database import Session, insert_once
from notifier.bounces import Reason
from notifier.ledger.tables import suppression

_BARRING = [reason for reason in Reason if reason.bars_forms]


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address gets no list mail, who said so, and since when. The address itself is not kept."""

    address_hash: str
    reason: str
    source: str
    at: datetime


def add(session: Session, address_hash: str, *, reason: str, source: str, now: datetime) -> None:
    """Suppress an address; the first reason stays."""
    values = {"address_hash": address_hash, "reason": reason, "source": source, "at": now}
    session.execute(insert_once(session, suppression).values(**values))


def bars_forms(session: Session, hashes: Sequence[str]) -> bool:
    """Whether no form sends the address with these hashes a mail that asks."""
    found = find(session, hashes)
    return found is not None and found.reason in _BARRING


def forget(session: Session, reason: str, *, until: datetime) -> int:
    """Destroy those for a reason that were written down until an instant; answers how many."""
    over = delete(suppression).where(suppression.c.reason == reason, suppression.c.at <= until)
    return len(session.execute(over.returning(suppression.c.address_hash)).all())


def find(session: Session, hashes: Sequence[str]) -> Suppression | None:
    """Why the address with these hashes is suppressed; None if it is not."""
    row = session.execute(select(suppression).where(suppression.c.address_hash.in_(hashes))).first()
    return Suppression(**row._mapping) if row else None


def among(session: Session, hashes: Collection[str]) -> set[str]:
    """Those of these hashes that are suppressed."""
    wanted = select(suppression.c.address_hash).where(suppression.c.address_hash.in_(hashes))
    return set(session.execute(wanted).scalars())


def newest(session: Session, *, limit: int) -> Sequence[Suppression]:
    """The latest ones, newest first."""
    wanted = select(suppression).order_by(suppression.c.at.desc(), suppression.c.address_hash).limit(limit)
    return [Suppression(**row._mapping) for row in session.execute(wanted)]


def count(session: Session) -> dict[str, int]:
    """How many addresses are suppressed for each reason."""
    counted = select(suppression.c.reason, func.count()).group_by(suppression.c.reason)
    return {row[0]: row[1] for row in session.execute(counted.order_by(suppression.c.reason))}


def lift(session: Session, hashes: Sequence[str]) -> bool:
    """Write to the address again, as its owner or an operator wishes; False if it was not suppressed."""
    lifted = delete(suppression).where(suppression.c.address_hash.in_(hashes)).returning(suppression.c.address_hash)
    return session.execute(lifted).first() is not None
