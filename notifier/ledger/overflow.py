"""What comes to more than the mails at once that a person wants in a day: kept for their next digest, once each.

Set by set: nobody is loaded but the numbers of those who have had enough.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, delete, exists, func, literal, or_, select

from feeds.model import Change
from feeds.store.database import Session, insert_once
from feeds.store.schema import Instant
from notifier.ledger.fanning import Audience
from notifier.ledger.tables import accreditation, delivery, mailing, overflow, subscriber
from notifier.model import Cadence, Kind, Timing

DAY = timedelta(days=1)
"""Within so much time mails are counted: no midnight lets twice as many through."""
_AT_ONCE = 1000
_COLUMNS = ["subscriber_id", "change_number", "at"]


def keep(session: Session, change: Change, audience: Audience, *, default: int, now: datetime) -> None:
    """Keep a release for the digest of those of an audience who have had enough today: nobody alerts them of it.

    `default` holds for who chose nothing and is not accredited; 0 means that it holds for nobody.
    """
    chose = exists().where(subscriber.c.daily_cap > 0)
    if not default and not session.execute(select(chose)).scalar_one():
        return
    cap = _cap(default, now)
    of_late = (
        delivery.c.created_at > now - DAY,
        delivery.c.state.not_like("skipped%"),
        mailing.c.kind == Kind.ALERT,
        mailing.c.urgent.is_(False),
    )
    had_enough = (
        select(subscriber.c.id)
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .join(mailing, mailing.c.id == delivery.c.mailing_id)
        .where(*of_late, cap > 0 if default else subscriber.c.daily_cap > 0)
        .group_by(subscriber.c.id, subscriber.c.daily_cap)
        .having(func.count() >= cap)
    )
    # Their numbers are read, for PostgreSQL would ask the same again for each of an audience.
    ids = list(session.execute(had_enough).scalars())
    for first in range(0, len(ids), _AT_ONCE):
        enough = audience.people.where(subscriber.c.id.in_(ids[first : first + _AT_ONCE])).subquery()
        row = select(enough.c.id, literal(change.number), literal(now, Instant()))
        wanted = row.where(enough.c.id.is_not(None))
        session.execute(insert_once(session, overflow).from_select(_COLUMNS, wanted))


def _cap(default: int, now: datetime) -> ColumnElement[int]:
    """How many mails somebody wants at once in a day; 0 where as many as there are."""
    chosen = subscriber.c.daily_cap
    if not default:
        return func.coalesce(chosen, 0)
    accredited = exists().where(accreditation.c.subscriber_id == subscriber.c.id, accreditation.c.until > now)
    return func.coalesce(chosen, case((accredited, 0), else_=default))


def is_kept(change: Change) -> ColumnElement[bool]:
    """Whether a person has this release in their next digest because they had enough."""
    return exists().where(overflow.c.subscriber_id == subscriber.c.id, overflow.c.change_number == change.number)


def has_some(person: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether something is kept for a person."""
    return exists().where(overflow.c.subscriber_id == person)


def timings(session: Session) -> set[tuple[Cadence, Timing]]:
    """The timings of the digests for which something is kept."""
    rows = session.execute(
        select(subscriber.c.hour, subscriber.c.zone)
        .join(overflow, overflow.c.subscriber_id == subscriber.c.id)
        .distinct()
    )
    return {(Cadence.DAILY, Timing(hour=row.hour, zone=row.zone)) for row in rows}


def due(session: Session, timing: Timing, *, at: datetime, to: int) -> Mapping[int, frozenset[int]]:
    """For each person, the changes that their daily digest due at an instant tells besides what they follow by it."""
    kept: dict[int, set[int]] = {}
    for row in session.execute(select(overflow.c.subscriber_id, overflow.c.change_number).where(*_due(timing, at, to))):
        kept.setdefault(row.subscriber_id, set()).add(row.change_number)
    return {person: frozenset(numbers) for person, numbers in kept.items()}


def followed(session: Session, timing: Timing, *, at: datetime, to: int) -> Select[tuple[int]]:
    """The subscribers of these, as a query."""
    return select(overflow.c.subscriber_id).where(*_due(timing, at, to))


def forget(session: Session, timing: Timing, *, at: datetime, to: int) -> None:
    """Everything that `due` answers for these has been told."""
    session.execute(delete(overflow).where(*_due(timing, at, to)))


def merge(session: Session, gone: int, stays: int) -> None:
    """What was kept for one person is kept for another."""
    rows = select(literal(stays), overflow.c.change_number, overflow.c.at)
    mine = overflow.c.subscriber_id == gone
    session.execute(insert_once(session, overflow).from_select(_COLUMNS, rows.where(mine)))
    session.execute(delete(overflow).where(mine))


def _due(timing: Timing, at: datetime, to: int) -> list[ColumnElement[bool]]:
    timed = select(subscriber.c.id).where(
        subscriber.c.hour == timing.hour,
        subscriber.c.zone.is_not_distinct_from(timing.zone),
        subscriber.c.paused_until.is_(None),
        or_(subscriber.c.timed_at.is_(None), subscriber.c.timed_at <= at),
    )
    return [overflow.c.at <= at, overflow.c.change_number <= to, overflow.c.subscriber_id.in_(timed)]
