"""Until when what an address once agreed to holds no more: it was erased then, or its person went to another one.

Kept as a keyed hash, so that an old list brings nobody back, and no longer than a list may be old.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from feeds.store.database import Session, insert_once
from notifier.ledger.tables import revocation


def note(session: Session, address_hash: str, *, now: datetime) -> None:
    """Whatever this address agreed to before now holds no more."""
    session.execute(insert_once(session, revocation).values(address_hash=address_hash, at=now))
    session.execute(update(revocation).where(revocation.c.address_hash == address_hash).values(at=now))


def among(session: Session, hashes: Collection[str]) -> dict[str, datetime]:
    """Those of these hashes that a consent has been revoked of, with the instant of the last time."""
    wanted = select(revocation.c.address_hash, revocation.c.at).where(revocation.c.address_hash.in_(hashes))
    return {row.address_hash: row.at for row in session.execute(wanted)}


def take_back(session: Session, hashes: Sequence[str]) -> None:
    """What the address with these hashes agreed to holds as before."""
    session.execute(delete(revocation).where(revocation.c.address_hash.in_(hashes)))


def forget(session: Session, *, until: datetime) -> int:
    """Destroy what was noted until an instant; answers how many."""
    old = delete(revocation).where(revocation.c.at <= until).returning(revocation.c.address_hash)
    return len(session.execute(old).all())
