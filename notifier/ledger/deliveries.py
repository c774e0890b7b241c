"""Deliveries: claimed under a lease, checked once more before the wire, settled with what the server answered.

A claim is a durable intent. Whoever holds it may settle it; after the lease another may claim it, and the first one's
owner mark no longer fits, so that a stale sender writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select, update

from feeds.model import ChangeKind, State
from feeds.store.database import Session
from feeds.store.tables import article, change
from notifier.ledger.tables import (
    delivery,
    hold,
    mailing,
    mailing_article,
    press_key,
    subscriber,
    subscription,
    suppression,
)
from notifier.model import Delivery, DeliveryState, Kind

LEASE = timedelta(seconds=60)
"""After this long without a sign of life of its owner, a claim is anybody's. An owner at work renews it."""


_PLACES = {
    **dict.fromkeys((Kind.ALERT, Kind.CORRECTION, Kind.WITHDRAWAL, Kind.EMBARGO, Kind.EMBARGO_NOTICE), 1),
    **dict.fromkeys((Kind.DIGEST, Kind.RENEWAL), 2),
}
_PATIENCE = case(_PLACES, value=mailing.c.kind, else_=0)
"""Who waits at a form comes before who is alerted, and a digest can wait for both."""


def expire(session: Session, *, lives: Mapping[Kind, timedelta], now: datetime) -> None:
    """End what has waited longer than its kind lives, through an outage or a hold: old news is no news."""
    for kind, life in lives.items():
        of_kind = select(mailing.c.id).where(mailing.c.kind == kind)
        waiting = delivery.c.state.in_([DeliveryState.PENDING, DeliveryState.DEFERRED])
        over = update(delivery).where(waiting, delivery.c.created_at <= now - life, delivery.c.mailing_id.in_(of_kind))
        session.execute(over.values(state=DeliveryState.EXPIRED, settled_at=now))


def claim(session: Session, *, owner: str, now: datetime, limit: int) -> Sequence[Delivery]:
    """Take up to `limit` due deliveries: urgent ones first, then confirmations, alerts, digests. None while held."""
    if session.execute(select(hold.c.id)).first() is not None:
        return []
    due = or_(
        and_(delivery.c.state.in_([DeliveryState.PENDING, DeliveryState.DEFERRED]), delivery.c.next_attempt_at <= now),
        and_(delivery.c.state == DeliveryState.SENDING, delivery.c.lease_until <= now),
    )
    wanted = (
        select(delivery.c.id)
        .join(mailing, mailing.c.id == delivery.c.mailing_id)
        .where(due)
        .order_by(mailing.c.urgent.desc(), _PATIENCE, delivery.c.id)
        .limit(limit)
    )
    if session.dialect.name == "postgresql":
        wanted = wanted.with_for_update(skip_locked=True, of=delivery)
    ids = list(session.execute(wanted).scalars())
    if not ids:
        return []
    lost = delivery.c.state == DeliveryState.SENDING
    session.execute(update(delivery).where(delivery.c.id.in_(ids), lost).values(repeats=delivery.c.repeats + 1))
    session.execute(
        update(delivery)
        .where(delivery.c.id.in_(ids))
        .values(state=DeliveryState.SENDING, owner=owner, lease_until=now + LEASE, attempts=delivery.c.attempts + 1)
    )
    return _claimed(session, ids)


def renew(session: Session, *, owner: str, now: datetime) -> None:
    """A sign of life: this owner's claims are its own for another lease."""
    mine = delivery.c.owner == owner, delivery.c.state == DeliveryState.SENDING
    session.execute(update(delivery).where(*mine).values(lease_until=now + LEASE))


def _claimed(session: Session, ids: Sequence[int]) -> Sequence[Delivery]:
    wanted = (
        select(
            delivery.c.id,
            delivery.c.mailing_id,
            delivery.c.subscriber_id,
            delivery.c.signup_id,
            delivery.c.address,
            delivery.c.attempts,
            delivery.c.repeats,
            delivery.c.created_at,
            delivery.c.reason,
            mailing.c.kind,
            mailing.c.edition,
            mailing.c.language,
            mailing.c.subject,
            mailing.c.text,
            mailing.c.html,
            mailing.c.advertising,
            subscriber.c.zone,
            press_key.c.id.label("press_key"),
        )
        .join(mailing, mailing.c.id == delivery.c.mailing_id)
        .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .outerjoin(
            press_key, and_(press_key.c.subscriber_id == delivery.c.subscriber_id, press_key.c.ended_at.is_(None))
        )
        .where(delivery.c.id.in_(ids))
    )
    rows = {row.id: row for row in session.execute(wanted)}
    told = _divisions(session, {row.mailing_id for row in rows.values()})
    return [
        Delivery(**(dict(row._mapping) | {"kind": Kind(row.kind), "divisions": told.get(row.mailing_id, ())}))
        for row in (rows[key] for key in ids)
    ]


def _divisions(session: Session, mailing_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The divisions of the articles that each of these mailings tells of: a batch is of few."""
    wanted = (
        select(mailing_article.c.mailing_id, article.c.division)
        .join(article, article.c.id == mailing_article.c.article_id)
        .where(mailing_article.c.mailing_id.in_(mailing_ids), article.c.division.is_not(None))
        .distinct()
    )
    found: dict[int, list[str]] = {}
    for mailing_id, division in session.execute(wanted):
        found.setdefault(mailing_id, []).append(division)
    return {mailing_id: tuple(sorted(slugs)) for mailing_id, slugs in found.items()}


def objection(session: Session, one: Delivery, *, owner: str, hashes: Sequence[str]) -> DeliveryState | None:
    """Why a claimed delivery must not go out after all, asked just before the wire; None if it may.

    List mail needs a live subscription under the same address, and none goes to a suppressed one. Nothing tells of a
    withdrawn article but its notice: if all are, the delivery is skipped. An alert of a text that was corrected since
    is skipped too, for its correction is on the way to the same people. What else a release under embargo needs, its
    own ledger is asked (`notifier.ledger.embargo_mail`).

    Three answers are no end: PENDING, sending is held; SENDING, the claim is another's by now; DEFERRED, the digest is
    being made again without what was withdrawn.
    """
    claimed = select(delivery.c.id).where(
        delivery.c.id == one.id, delivery.c.owner == owner, delivery.c.state == DeliveryState.SENDING
    )
    if session.execute(claimed).first() is None:
        return DeliveryState.SENDING
    if session.execute(select(hold.c.id)).first() is not None:
        return DeliveryState.PENDING
    if one.kind.is_list_mail:
        suppressed = select(suppression.c.reason).where(suppression.c.address_hash.in_(hashes))
        if session.execute(suppressed).first() is not None:
            return DeliveryState.SKIPPED_SUPPRESSED
        follows = (
            select(subscription.c.id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(
                subscriber.c.id == one.subscriber_id,
                subscriber.c.address == one.address,
                subscription.c.ended_at.is_(None),
            )
        )
        if session.execute(follows).first() is None:
            return DeliveryState.SKIPPED_LEFT
    if one.kind in (Kind.WITHDRAWAL, Kind.EMBARGO, Kind.EMBARGO_NOTICE):
        return None
    shown = (
        select(article.c.state)
        .join(mailing_article, mailing_article.c.article_id == article.c.id)
        .where(mailing_article.c.mailing_id == one.mailing_id)
    )
    edition = select(mailing.c.edition).where(mailing.c.id == one.mailing_id)
    if session.execute(edition).scalar() != one.edition:
        return DeliveryState.DEFERRED
    states = set(session.execute(shown).scalars())
    if State.WITHDRAWN not in states:
        # Who was to be told of the old text is told of its correction, which says what changed.
        alone = one.kind in (Kind.ALERT, Kind.CORRECTION)
        return DeliveryState.SKIPPED_CORRECTED if alone and _is_corrected(session, one) else None
    return DeliveryState.SKIPPED_WITHDRAWN if states == {State.WITHDRAWN} else DeliveryState.DEFERRED


def _is_corrected(session: Session, one: Delivery) -> bool:
    later = (
        select(change.c.number)
        .join(mailing_article, mailing_article.c.article_id == change.c.article_id)
        .where(
            mailing_article.c.mailing_id == one.mailing_id,
            change.c.kind == ChangeKind.CORRECTED,
            change.c.revision > mailing_article.c.revision,
        )
    )
    return session.execute(later.limit(1)).first() is not None


def settle(
    session: Session,
    delivery_id: int,
    *,
    owner: str,
    state: DeliveryState,
    now: datetime,
    reply: str | None = None,
    next_attempt_at: datetime | None = None,
    repeated: bool = False,
) -> bool:
    """Write down what became of a claimed delivery; False, and nothing written, if the claim is another's now."""
    values: dict[str, object] = {"state": state, "owner": None, "lease_until": None}
    if reply is not None:
        values["reply"] = reply[:1000]
    if next_attempt_at is not None:
        values["next_attempt_at"] = next_attempt_at
    if repeated:
        values["repeats"] = delivery.c.repeats + 1
    if not state.is_open:
        values["settled_at"] = now
    wanted = update(delivery).where(
        delivery.c.id == delivery_id, delivery.c.owner == owner, delivery.c.state == DeliveryState.SENDING
    )
    return session.execute(wanted.values(**values).returning(delivery.c.id)).first() is not None


def give_back(session: Session, ids: Sequence[int], *, owner: str, at: datetime, reply: str | None = None) -> None:
    """Return claimed deliveries untried, due again at the instant: the attempt does not count against anybody."""
    wanted = update(delivery).where(
        delivery.c.id.in_(ids), delivery.c.owner == owner, delivery.c.state == DeliveryState.SENDING
    )
    values: dict[str, object] = {
        "state": DeliveryState.DEFERRED,
        "owner": None,
        "lease_until": None,
        "next_attempt_at": at,
        "attempts": delivery.c.attempts - 1,
    }
    if reply is not None:
        values["reply"] = reply[:1000]
    session.execute(wanted.values(**values))


def balance(session: Session) -> dict[int, dict[DeliveryState, int]]:
    """For every mailing, how many deliveries stand in each state; their sum is its audience."""
    wanted = select(delivery.c.mailing_id, delivery.c.state, func.count()).group_by(
        delivery.c.mailing_id, delivery.c.state
    )
    answer: dict[int, dict[DeliveryState, int]] = {}
    for mailing_id, state, number in session.execute(wanted):
        answer.setdefault(mailing_id, {})[DeliveryState(state)] = number
    return answer
