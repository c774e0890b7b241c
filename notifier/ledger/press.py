"""Who is accredited and until when, the personal address of each, and the record of what they looked at under embargo.

An accreditation is asked about at the present instant, each time: one that has expired or was taken back opens nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, select, update

from feeds.store.database import Session, insert_once
from notifier.ledger.tables import accreditation, embargo_access, press_key, subscriber

KEPT = timedelta(days=365)
"""How long it is kept who looked at what, and who was accredited."""
LONGEST_AGENT = 200


class Way(StrEnum):
    """How somebody looked at a release under embargo."""

    FEED = "feed"
    PAGE = "page"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation:
    """That a subscriber may have releases under embargo until an instant; of every division where none are named."""

    subscriber_id: int
    address: str
    until: datetime
    divisions: tuple[str, ...] | None
    granted_at: datetime
    granted_by: str

    def covers(self, lineage: Sequence[str]) -> bool:
        """Whether it holds for a division, given with what is above it."""
        return self.divisions is None or not set(self.divisions).isdisjoint(lineage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That somebody looked at a release under embargo within an hour: how often, when last, and with what."""

    article_id: int
    address: str
    way: Way
    first_at: datetime
    last_at: datetime
    number: int
    agent: str


def accredit(
    session: Session,
    subscriber_id: int,
    *,
    until: datetime,
    divisions: Sequence[str] | None,
    by: str,
    now: datetime,
) -> None:
    """Accredit a subscriber until an instant, in place of what held before. Their personal address stays as it is."""
    values: dict[str, object] = {"until": until, "divisions": sorted(set(divisions)) if divisions else None}
    values |= {"granted_at": now, "granted_by": by}
    known = update(accreditation).where(accreditation.c.subscriber_id == subscriber_id).values(**values)
    if session.execute(known.returning(accreditation.c.subscriber_id)).first() is None:
        session.execute(insert(accreditation).values(subscriber_id=subscriber_id, **values))
    if live_key(session, subscriber_id) is None:
        session.execute(insert(press_key).values(subscriber_id=subscriber_id, created_at=now))


def revoke(session: Session, subscriber_id: int, *, now: datetime) -> bool:
    """Take an accreditation back, and end the personal address; False where there is none."""
    gone = delete(accreditation).where(accreditation.c.subscriber_id == subscriber_id)
    found = session.execute(gone.returning(accreditation.c.subscriber_id)).first()
    _end_keys(session, subscriber_id, now)
    return found is not None


def find(session: Session, subscriber_id: int) -> Accreditation | None:
    """The accreditation of a subscriber, live or expired; None where there is none."""
    row = session.execute(_accreditations().where(accreditation.c.subscriber_id == subscriber_id)).first()
    return _accreditation(row) if row else None


def everyone(session: Session) -> Sequence[Accreditation]:
    """Every accreditation, the one that ends first at the head."""
    rows = session.execute(_accreditations().order_by(accreditation.c.until, accreditation.c.subscriber_id))
    return [_accreditation(row) for row in rows]


def live_key(session: Session, subscriber_id: int) -> int | None:
    """The number of the personal address that opens now; None where there is none."""
    wanted = select(press_key.c.id).where(press_key.c.subscriber_id == subscriber_id, press_key.c.ended_at.is_(None))
    return session.execute(wanted).scalar()


def rotate(session: Session, subscriber_id: int, *, now: datetime) -> None:
    """End the personal address and begin another."""
    _end_keys(session, subscriber_id, now)
    session.execute(insert(press_key).values(subscriber_id=subscriber_id, created_at=now))


def holder(session: Session, key_id: int, *, now: datetime) -> Accreditation | None:
    """Whose live accreditation a personal address opens now; None where it opens nothing any more."""
    wanted = select(press_key.c.subscriber_id).where(press_key.c.id == key_id, press_key.c.ended_at.is_(None))
    owner = session.execute(wanted).scalar()
    found = find(session, owner) if owner is not None else None
    return found if found and now < found.until else None


def saw(
    session: Session, subscriber_id: int, article_ids: Iterable[int], way: Way, *, now: datetime, agent: str
) -> None:
    """Record that somebody looked at these: one row an hour for each article and way, which counts."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    agent = agent[:LONGEST_AGENT]
    for article_id in article_ids:
        key = {"subscriber_id": subscriber_id, "article_id": article_id, "way": way, "hour": hour}
        first = key | {"first_at": now, "last_at": now, "number": 0, "agent": agent}
        session.execute(insert_once(session, embargo_access).values(**first))
        mine = and_(*(embargo_access.c[name] == value for name, value in key.items()))
        counted = {"last_at": now, "number": embargo_access.c.number + 1, "agent": agent}
        session.execute(update(embargo_access).where(mine).values(**counted))


def accesses(
    session: Session, *, article_id: int | None = None, subscriber_id: int | None = None, limit: int
) -> Sequence[Access]:
    """Who looked at an article, or what a person looked at; the latest first."""
    columns = (
        *(embargo_access.c[name] for name in Access.__dataclass_fields__ if name != "address"),
        subscriber.c.address,
    )
    wanted = select(*columns).join(subscriber, subscriber.c.id == embargo_access.c.subscriber_id)
    if article_id is not None:
        wanted = wanted.where(embargo_access.c.article_id == article_id)
    if subscriber_id is not None:
        wanted = wanted.where(embargo_access.c.subscriber_id == subscriber_id)
    rows = session.execute(wanted.order_by(embargo_access.c.last_at.desc(), subscriber.c.address).limit(limit))
    return [Access(**(dict(row._mapping) | {"way": Way(row.way)})) for row in rows]


def last_access(session: Session) -> dict[int, datetime]:
    """When each accredited person last looked at anything."""
    wanted = select(embargo_access.c.subscriber_id, func.max(embargo_access.c.last_at))
    return {row[0]: row[1] for row in session.execute(wanted.group_by(embargo_access.c.subscriber_id))}


def forget(session: Session, *, now: datetime) -> int:
    """Destroy what was kept for long enough; answers how many rows."""
    before = now - KEPT
    old = (
        delete(embargo_access).where(embargo_access.c.hour <= before).returning(embargo_access.c.article_id),
        delete(press_key).where(press_key.c.ended_at <= before).returning(press_key.c.id),
        delete(accreditation).where(accreditation.c.until <= before).returning(accreditation.c.subscriber_id),
    )
    return sum(len(session.execute(one).all()) for one in old)


def erase(session: Session, ids: Sequence[int]) -> None:
    """Destroy whatever is kept here of these subscribers."""
    for table in (embargo_access, press_key, accreditation):
        session.execute(delete(table).where(table.c.subscriber_id.in_(ids)))


def merge(session: Session, gone: int, stays: int, *, now: datetime) -> None:
    """Give one subscriber what another has here: the accreditation that ends last with its personal address, which goes
    on to open the same, and the record of what was looked at. The other's personal address ends.
    """
    mine, known = find(session, gone), find(session, stays)
    loser = stays if mine is not None and (known is None or known.until < mine.until) else gone
    session.execute(delete(accreditation).where(accreditation.c.subscriber_id == loser))
    if live_key(session, gone) is not None and live_key(session, stays) is not None:
        _end_keys(session, loser, now)
    for table in (accreditation, press_key):
        session.execute(update(table).where(table.c.subscriber_id == gone).values(subscriber_id=stays))
    columns = "article_id", "way", "hour", "first_at", "last_at", "number", "agent"
    looked = delete(embargo_access).where(embargo_access.c.subscriber_id == gone)
    for row in session.execute(looked.returning(*(embargo_access.c[name] for name in columns))).all():
        _add_look(session, stays, row)


def _add_look(session: Session, subscriber_id: int, row: Row[Any]) -> None:
    key = {"subscriber_id": subscriber_id, "article_id": row.article_id, "way": row.way, "hour": row.hour}
    same = and_(*(embargo_access.c[name] == value for name, value in key.items()))
    known = session.execute(select(embargo_access).where(same)).first()
    if known is None:
        session.execute(insert(embargo_access).values(**(dict(row._mapping) | key)))
        return
    last = max((known, row), key=lambda one: one.last_at)
    values = {
        "first_at": min(known.first_at, row.first_at),
        "last_at": last.last_at,
        "number": known.number + row.number,
        "agent": last.agent,
    }
    session.execute(update(embargo_access).where(same).values(**values))


def _end_keys(session: Session, subscriber_id: int, now: datetime) -> None:
    mine = press_key.c.subscriber_id == subscriber_id, press_key.c.ended_at.is_(None)
    session.execute(update(press_key).where(*mine).values(ended_at=now))


def _accreditations() -> Any:
    return select(accreditation, subscriber.c.address).join(
        subscriber, subscriber.c.id == accreditation.c.subscriber_id
    )


def _accreditation(row: Row[Any]) -> Accreditation:
    return Accreditation(
        subscriber_id=row.subscriber_id,
        address=row.address,
        until=row.until,
        divisions=tuple(row.divisions) if row.divisions else None,
        granted_at=row.granted_at,
        granted_by=row.granted_by,
    )
