"""Subscribers and what they follow. Subscriptions are append-only: a change ends one row and begins another."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    true,
    update,
)

from feeds.scope import Scope
from feeds.store import changes
from feeds.store.database import Session
from notifier.ledger.tables import (
    consent,
    delivery,
    signup,
    subscriber,
    subscription,
    subscription_division,
)
from notifier.model import Cadence, Pause, Subscriber, Subscription, Timing

CONSENT_VERSION = "2026-11-28"
"""Which text of the sign-up page people agreed to; a new text takes a new name."""


def find(session: Session, address: str) -> Subscriber | None:
    """The subscriber with this normalised address, or None."""
    row = session.execute(select(subscriber).where(subscriber.c.address == address)).first()
    return _subscriber(row) if row else None


def get(session: Session, subscriber_id: int) -> Subscriber | None:
    """The subscriber with this id, or None once erased."""
    row = session.execute(select(subscriber).where(subscriber.c.id == subscriber_id)).first()
    return _subscriber(row) if row else None


def ensure(session: Session, address: str, *, language: str, source: str, now: datetime) -> Subscriber:
    """The subscriber of this address, made if need be, with a record of the consent given now."""
    known = find(session, address)
    if known is None:
        values = {"address": address, "language": language, "created_at": now}
        row = session.execute(insert(subscriber).values(**values).returning(subscriber)).one()
        known = _subscriber(row)
    elif known.language != language:
        session.execute(update(subscriber).where(subscriber.c.id == known.id).values(language=language))
    agreed = {"at": now, "text_version": CONSENT_VERSION, "language": language, "source": source}
    session.execute(insert(consent).values(subscriber_id=known.id, **agreed))
    return known


def addresses(session: Session) -> Iterator[tuple[int | None, str]]:
    """Every address of which something is kept, with its subscriber's number where it has one; some come twice.

    A thousand in memory at a time: what is asked about each may change its rows.
    """
    nobodys = delivery.c.subscriber_id.is_(None) & delivery.c.address.contains("@")
    for table, of in ((subscriber, true()), (signup, true()), (delivery, nobodys)):
        number = table.c.id if table is subscriber else null()
        after = 0
        while True:
            wanted = select(table.c.id, number.label("number"), table.c.address).where(table.c.id > after, of)
            rows = session.execute(wanted.order_by(table.c.id).limit(_AT_ONCE)).all()
            if not rows:
                break
            yield from ((row.number, row.address) for row in rows)
            after = rows[-1].id


_AT_ONCE = 1000


def set_timing(session: Session, subscriber_id: int, timing: Timing, *, now: datetime) -> None:
    """When a person's digests come from now on: the next one is the first that is due after this instant."""
    other = or_(subscriber.c.hour != timing.hour, subscriber.c.zone.is_distinct_from(timing.zone))
    values = {"hour": timing.hour, "zone": timing.zone, "timed_at": now}
    session.execute(update(subscriber).where(subscriber.c.id == subscriber_id, other).values(**values))


def timings(session: Session) -> set[tuple[Cadence, Timing]]:
    """Every timing at which somebody follows something by digest."""
    followed = (
        select(subscription.c.cadence, subscriber.c.hour, subscriber.c.zone)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(subscription.c.ended_at.is_(None), subscription.c.cadence != Cadence.IMMEDIATE)
        .distinct()
    )
    return {(Cadence(row.cadence), Timing(hour=row.hour, zone=row.zone)) for row in session.execute(followed)}


def follow(
    session: Session,
    subscriber_id: int,
    scope: Scope,
    cadence: Cadence,
    *,
    now: datetime,
    cursor: int | None = None,
) -> Subscription:
    """Follow a scope from now on (or from a change number on). Following it already changes at most the cadence.

    A change of cadence keeps the cursor, so that no release is lost or told twice.
    """
    known = next((one for one in live(session, subscriber_id) if one.scope == scope), None)
    if known is not None and known.cadence == cadence:
        return known
    if known is not None:
        _end(session, [known.id], reason="changed", now=now)
        cursor = known.cursor
    values = row_of(subscriber_id, scope, cadence, cursor=changes.head(session) if cursor is None else cursor, now=now)
    row = session.execute(insert(subscription).values(**values).returning(subscription)).one()
    if scope.divisions:
        of_divisions = [{"subscription_id": row.id, "division": slug} for slug in scope.divisions]
        session.execute(insert(subscription_division), of_divisions)
    return _subscription(row)


def row_of(subscriber_id: int, scope: Scope, cadence: Cadence, *, cursor: int, now: datetime) -> dict[str, object]:
    """The row of a subscription that begins at a change number."""
    return {
        "subscriber_id": subscriber_id,
        "scope": str(scope),
        "everything": not scope.divisions and scope.article is None,
        "narrowed": bool(scope.topics or scope.boards or scope.words),
        "article_id": scope.article,
        "language": scope.language,
        "cadence": cadence,
        "cursor": cursor,
        "created_at": now,
    }


def live(session: Session, subscriber_id: int) -> Sequence[Subscription]:
    """What a subscriber follows now, in the order it was asked for."""
    wanted = select(subscription).where(
        subscription.c.subscriber_id == subscriber_id, subscription.c.ended_at.is_(None)
    )
    return [_subscription(row) for row in session.execute(wanted.order_by(subscription.c.id))]


def stop(session: Session, subscriber_id: int, *, only: int | None = None, reason: str, now: datetime) -> int:
    """End one live subscription of this person, or every one; answers how many ended. Doing it twice is harmless."""
    ids = [one.id for one in live(session, subscriber_id) if only is None or one.id == only]
    _end(session, ids, reason=reason, now=now)
    return len(ids)


def go_on(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Follow again, from now on, what was ended under these ids, where it is not followed already."""
    for one in session.execute(select(subscription).where(subscription.c.id.in_(ids)).order_by(subscription.c.id)):
        if one.scope not in {str(other.scope) for other in live(session, one.subscriber_id)}:
            follow(session, one.subscriber_id, Scope.parse(one.scope), Cadence(one.cadence), now=now)


def due(session: Session, cadence: Cadence, timing: Timing, *, at: datetime, to: int) -> Sequence[Subscription]:
    """What has its turn in the digest of a cadence due at this instant: all whose cursor is before `to`, by person."""
    wanted = select(subscription).where(*_due(cadence, timing, at=at, to=to))
    ordered = wanted.order_by(subscription.c.subscriber_id, subscription.c.id)
    return [_subscription(row) for row in session.execute(ordered)]


def of_people(session: Session, people: Select[tuple[int]]) -> Sequence[Subscription]:
    """Everything that these people follow, by person."""
    wanted = select(subscription).where(subscription.c.ended_at.is_(None), subscription.c.subscriber_id.in_(people))
    ordered = wanted.order_by(subscription.c.subscriber_id, subscription.c.id)
    return [_subscription(row) for row in session.execute(ordered)]


def had_turn(session: Session, cadence: Cadence, timing: Timing, *, at: datetime, to: int) -> None:
    """Everything that `due` answers for these has now had its turn up to `to`."""
    session.execute(update(subscription).where(*_due(cadence, timing, at=at, to=to)).values(cursor=to))


def _due(cadence: Cadence, timing: Timing, *, at: datetime, to: int) -> list[ColumnElement[bool]]:
    """Who began to follow after the instant, or chose the hour after it, waits for the next one."""
    timed = select(subscriber.c.id).where(
        subscriber.c.hour == timing.hour,
        subscriber.c.zone.is_not_distinct_from(timing.zone),
        subscriber.c.paused_until.is_(None),
        or_(subscriber.c.timed_at.is_(None), subscriber.c.timed_at <= at),
    )
    return [
        subscription.c.cadence == cadence,
        subscription.c.ended_at.is_(None),
        subscription.c.created_at <= at,
        subscription.c.cursor < to,
        subscription.c.subscriber_id.in_(timed),
    ]


def behind(session: Session, cadence: Cadence) -> int | None:
    """The lowest cursor of the live subscriptions of a cadence; None if there are none."""
    wanted = select(func.min(subscription.c.cursor))
    live = wanted.where(subscription.c.cadence == cadence, subscription.c.ended_at.is_(None))
    lowest: int | None = session.execute(live).scalar_one()
    return lowest


def alerted(session: Session, *, to: int) -> None:
    """Every live immediate subscription has now had its turn up to `to`."""
    wanted = subscription.c.cadence == Cadence.IMMEDIATE, subscription.c.ended_at.is_(None), subscription.c.cursor < to
    session.execute(update(subscription).where(*wanted).values(cursor=to))


def people(session: Session, cadence: Cadence, besides: Select[tuple[int]] | None = None) -> dict[int, Subscriber]:
    """Everybody with a live subscription of a cadence, and those `besides`, by id."""
    follows = exists().where(
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.cadence == cadence,
        subscription.c.ended_at.is_(None),
    )
    wanted = follows if besides is None else or_(follows, subscriber.c.id.in_(besides))
    rows = session.execute(select(subscriber).where(wanted))
    return {row.id: _subscriber(row) for row in rows}


def _end(session: Session, ids: Sequence[int], *, reason: str, now: datetime) -> None:
    wanted = update(subscription).where(subscription.c.id.in_(ids), subscription.c.ended_at.is_(None))
    session.execute(wanted.values(ended_at=now, end_reason=reason))


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=row.address,
        language=row.language,
        created_at=row.created_at,
        timing=Timing(hour=row.hour, zone=row.zone),
        pictures=row.pictures,
        daily_cap=row.daily_cap,
        pause=Pause(until=row.paused_until, since=row.paused_from, catch_up=row.catch_up) if row.paused_until else None,
    )


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        subscriber_id=row.subscriber_id,
        scope=Scope.parse(row.scope),
        cadence=Cadence(row.cadence),
        cursor=row.cursor,
        created_at=row.created_at,
    )
