"""Deliveries: claimed under a lease, checked once more before the wire, settled with what the server answered.

A claim is a durable intent. Whoever holds it may settle it; after the lease another may claim it, and the first one's
owner mark no longer fits, so that a stale sender writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, exists, func, select, update

from feeds.store.database import Session
from feeds.store.tables import article
from notifier.ledger.tables import (
    UNSENT,
    delivery,
    hold,
    mailing,
    mailing_article,
    press_key,
    subscriber,
)
from notifier.model import Delivery, DeliveryState, Kind, Priority

LEASE = timedelta(seconds=60)
"""After this long without a sign of life of its owner, a claim is anybody's. An owner at work renews it."""
_ONE_IN = 10


def expire(session: Session, *, lives: Mapping[Kind, timedelta], now: datetime) -> None:
    """End what has waited longer than its kind lives, through an outage or a hold: old news is no news."""
    for life in set(lives.values()):
        kinds = [kind for kind in lives if lives[kind] == life]
        of_kind = exists().where(mailing.c.id == delivery.c.mailing_id, mailing.c.kind.in_(kinds))
        over = update(delivery).where(UNSENT, delivery.c.created_at <= now - life, of_kind)
        session.execute(over.values(state=DeliveryState.EXPIRED, settled_at=now))


def claim(session: Session, *, owner: str, now: datetime, limit: int) -> Sequence[Delivery]:
    """Take up to `limit` due deliveries in the order of their priorities. None while held.

    Where prompt ones alone would fill it, one in ten is left to patient ones: nothing waits for ever.
    """
    if session.execute(select(hold.c.id)).first() is not None:
        return []
    ids = _due(session, Priority.URGENT, now, limit)
    urgent = bool(ids)
    ids += _due(session, Priority.AWAITED, now, limit - len(ids))
    room = limit - len(ids)
    prompt = _due(session, Priority.PROMPT, now, room)
    patient = _due(session, Priority.PATIENT, now, max(room - len(prompt), 0 if urgent else room // _ONE_IN))
    ids += prompt[: room - len(patient)] + patient
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


def _due(session: Session, priority: Priority, now: datetime, room: int) -> list[int]:
    """What of a priority is due, the longest first; then what an owner has left without a sign of life."""
    waiting = UNSENT, delivery.c.priority == priority, delivery.c.next_attempt_at <= now
    lost = delivery.c.priority == priority, delivery.c.state == DeliveryState.SENDING, delivery.c.lease_until <= now
    found: list[int] = []
    for wanted, order in ((waiting, delivery.c.next_attempt_at), (lost, delivery.c.lease_until)):
        if len(found) < room:
            these = select(delivery.c.id).where(*wanted).order_by(order, delivery.c.id).limit(room - len(found))
            if session.dialect.name == "postgresql":
                these = these.with_for_update(skip_locked=True)
            found += session.execute(these).scalars()
    return found


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
    mailings = {row.mailing_id for row in rows.values()}
    told, contents = _divisions(session, mailings), _contents(session, mailings)
    return [
        Delivery(
            **(
                dict(row._mapping)
                | contents[row.mailing_id]
                | {"kind": Kind(row.kind), "divisions": told.get(row.mailing_id, ())}
            )
        )
        for row in (rows[key] for key in ids)
    ]


def _contents(session: Session, mailing_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What these mailings say: read once for all who get it."""
    wanted = select(mailing.c.id, mailing.c.subject, mailing.c.text, mailing.c.html)
    return {
        row.id: {"subject": row.subject, "text": row.text, "html": row.html}
        for row in session.execute(wanted.where(mailing.c.id.in_(mailing_ids)))
    }


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a claimed delivery, and what the server said of it."""

    id: int
    state: DeliveryState
    reply: str | None = None
    next_attempt_at: datetime | None = None
    repeated: bool = False
    """Whether it may have arrived although no answer came."""


def settle(session: Session, outcomes: Sequence[Outcome], *, owner: str, now: datetime) -> set[int]:
    """Write down what became of claimed deliveries. Answers whose that was: nothing is written of a claim that is
    another's by now."""
    mine = select(delivery.c.id).where(
        delivery.c.id.in_([one.id for one in outcomes]),
        delivery.c.owner == owner,
        delivery.c.state == DeliveryState.SENDING,
    )
    if session.dialect.name == "postgresql":
        mine = mine.order_by(delivery.c.id).with_for_update()
    kept = set(session.execute(mine).scalars())
    rows = [
        {
            "b_id": one.id,
            "b_state": one.state,
            "b_reply": one.reply[:1000] if one.reply is not None else None,
            "b_next_attempt_at": one.next_attempt_at,
            "b_settled_at": None if one.state.is_open else now,
            "b_repeats": int(one.repeated),
        }
        for one in outcomes
        if one.id in kept
    ]
    if rows:
        session.execute(_SETTLED, rows)
    return kept


def _told(name: str) -> BindParameter[Any]:
    """A value of a row, of the type of the column that it is written to."""
    return bindparam(f"b_{name}", type_=delivery.c[name].type)


_SETTLED = (
    update(delivery)
    .where(delivery.c.id == _told("id"))
    .values(
        state=_told("state"),
        owner=None,
        lease_until=None,
        reply=func.coalesce(_told("reply"), delivery.c.reply),
        next_attempt_at=func.coalesce(_told("next_attempt_at"), delivery.c.next_attempt_at),
        settled_at=func.coalesce(_told("settled_at"), delivery.c.settled_at),
        repeats=delivery.c.repeats + _told("repeats"),
    )
)


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


def reopen(session: Session, ids: Sequence[int], *, at: datetime) -> None:
    """Those of these that were rejected are due again at the instant: it was not for their sake."""
    rejected = update(delivery).where(delivery.c.id.in_(ids), delivery.c.state == DeliveryState.REJECTED)
    session.execute(rejected.values(state=DeliveryState.DEFERRED, next_attempt_at=at, settled_at=None))


def balance(session: Session) -> dict[int, dict[DeliveryState, int]]:
    """For every mailing, how many deliveries stand in each state; their sum is its audience."""
    wanted = select(delivery.c.mailing_id, delivery.c.state, func.count()).group_by(
        delivery.c.mailing_id, delivery.c.state
    )
    answer: dict[int, dict[DeliveryState, int]] = {}
    for mailing_id, state, number in session.execute(wanted):
        answer.setdefault(mailing_id, {})[DeliveryState(state)] = number
    return answer
