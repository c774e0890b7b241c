"""Subscribers and what they follow. Subscriptions are append-only: a change ends one row and begins another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, cast, delete, exists, func, insert, literal, select, update

from feeds.scope import Scope
from feeds.store import changes
from feeds.store.database import Session
from notifier.ledger.tables import (
    consent,
    delivery,
    notice,
    signup,
    subscriber,
    subscription,
    subscription_division,
)
from notifier.model import OPEN, Cadence, DeliveryState, Subscriber, Subscription

CONSENT_VERSION = "2026-11"
"""Which text of the sign-up page people agreed to; a new text takes a new name."""


def find(session: Session, address: str) -> Subscriber | None:
    """The subscriber with this normalised address, or None."""
    row = session.execute(select(subscriber).where(subscriber.c.address == address)).first()
    return Subscriber(**row._mapping) if row else None


def get(session: Session, subscriber_id: int) -> Subscriber | None:
    """The subscriber with this id, or None once erased."""
    row = session.execute(select(subscriber).where(subscriber.c.id == subscriber_id)).first()
    return Subscriber(**row._mapping) if row else None


def ensure(session: Session, address: str, *, language: str, source: str, now: datetime) -> Subscriber:
    """The subscriber of this address, made if need be, with a record of the consent just given."""
    known = find(session, address)
    if known is None:
        values = {"address": address, "language": language, "created_at": now}
        row = session.execute(insert(subscriber).values(**values).returning(subscriber)).one()
        known = Subscriber(**row._mapping)
    elif known.language != language:
        session.execute(update(subscriber).where(subscriber.c.id == known.id).values(language=language))
    agreed = {"at": now, "text_version": CONSENT_VERSION, "language": language, "source": source}
    session.execute(insert(consent).values(subscriber_id=known.id, **agreed))
    return known


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
    values = {
        "subscriber_id": subscriber_id,
        "scope": str(scope),
        "everything": not scope.divisions,
        "narrowed": bool(scope.topics or scope.boards or scope.words),
        "language": scope.language,
        "cadence": cadence,
        "cursor": changes.head(session) if cursor is None else cursor,
        "created_at": now,
    }
    row = session.execute(insert(subscription).values(**values).returning(subscription)).one()
    if scope.divisions:
        of_divisions = [{"subscription_id": row.id, "division": slug} for slug in scope.divisions]
        session.execute(insert(subscription_division), of_divisions)
    return _subscription(row)


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


def due(session: Session, cadence: Cadence, *, made_by: datetime, to: int) -> Sequence[Subscription]:
    """The live subscriptions of a cadence made by this instant whose cursor is before `to`, person by person."""
    wanted = select(subscription).where(
        subscription.c.cadence == cadence,
        subscription.c.ended_at.is_(None),
        subscription.c.created_at <= made_by,
        subscription.c.cursor < to,
    )
    ordered = wanted.order_by(subscription.c.subscriber_id, subscription.c.id)
    return [_subscription(row) for row in session.execute(ordered)]


def behind(session: Session, cadence: Cadence) -> int | None:
    """The lowest cursor of the live subscriptions of a cadence; None if there are none."""
    wanted = select(func.min(subscription.c.cursor))
    live = wanted.where(subscription.c.cadence == cadence, subscription.c.ended_at.is_(None))
    lowest: int | None = session.execute(live).scalar_one()
    return lowest


def move_cursors(session: Session, cadence: Cadence, *, made_by: datetime | None = None, to: int) -> None:
    """Every live subscription of a cadence, made by the instant if one is given, has now had its turn up to `to`."""
    wanted = [subscription.c.cadence == cadence, subscription.c.ended_at.is_(None), subscription.c.cursor < to]
    if made_by is not None:
        wanted.append(subscription.c.created_at <= made_by)
    session.execute(update(subscription).where(*wanted).values(cursor=to))


def people(session: Session, cadence: Cadence) -> dict[int, Subscriber]:
    """Everybody with a live subscription of a cadence, by id."""
    follows = exists().where(
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.cadence == cadence,
        subscription.c.ended_at.is_(None),
    )
    rows = session.execute(select(subscriber).where(follows))
    return {row.id: Subscriber(**row._mapping) for row in rows}


def _end(session: Session, ids: Sequence[int], *, reason: str, now: datetime) -> None:
    wanted = update(subscription).where(subscription.c.id.in_(ids), subscription.c.ended_at.is_(None))
    session.execute(wanted.values(ended_at=now, end_reason=reason))


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        subscriber_id=row.subscriber_id,
        scope=Scope.parse(row.scope),
        cadence=Cadence(row.cadence),
        cursor=row.cursor,
        created_at=row.created_at,
    )


def erase(session: Session, address: str) -> bool:
    """Erase a normalised address and everything that is kept of its person; False if nothing is.

    Deliveries stay as numbers in the balance of their mailings, without the address and its server's answers.
    """
    ids = list(session.execute(select(subscriber.c.id).where(subscriber.c.address == address)).scalars())
    nameless = literal("erased:").concat(cast(delivery.c.id, String))
    blank = update(delivery).where(delivery.c.address == address)
    waiting = delivery.c.address == address, delivery.c.state.in_(OPEN)
    session.execute(update(delivery).where(*waiting).values(state=DeliveryState.SKIPPED_LEFT, owner=None))
    touched = session.execute(
        blank.values(address=nameless, subscriber_id=None, signup_id=None, reply=None).returning(delivery.c.id)
    ).all()
    wishes = session.execute(delete(signup).where(signup.c.address == address).returning(signup.c.id)).all()
    session.execute(delete(notice).where(notice.c.subscriber_id.in_(ids)))
    followed = select(subscription.c.id).where(subscription.c.subscriber_id.in_(ids))
    session.execute(delete(subscription_division).where(subscription_division.c.subscription_id.in_(followed)))
    session.execute(delete(subscription).where(subscription.c.subscriber_id.in_(ids)))
    session.execute(delete(consent).where(consent.c.subscriber_id.in_(ids)))
    session.execute(delete(subscriber).where(subscriber.c.id.in_(ids)))
    return bool(ids or touched or wishes)
