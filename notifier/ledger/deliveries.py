"""Deliveries: claimed under a lease, checked once more before the wire, settled with what the server answered.

A claim is a durable intent. Whoever holds it may settle it; after the lease another may claim it, and the first one's
owner mark no longer fits, so that a stale sender writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, func, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from feeds.store.database import Session
from feeds.store.schema import Instant
from feeds.store.sets import numbers, pairs_of, parameter, written_pairs
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
    session.execute(
        update(delivery)
        .where(delivery.c.id.in_(numbers(session, ids)))
        .values(
            # One that was being sent when its owner was lost may have arrived.
            repeats=delivery.c.repeats + case((delivery.c.state == DeliveryState.SENDING, 1), else_=0),
            state=DeliveryState.SENDING,
            owner=owner,
            lease_until=now + LEASE,
            attempts=delivery.c.attempts + 1,
        )
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
        .where(delivery.c.id.in_(numbers(session, ids)))
    )
    rows = session.execute(wanted).all()
    mailings = {row[_MAILING] for row in rows}
    told, contents = _divisions(session, mailings), _contents(session, mailings)
    kinds = {kind.value: kind for kind in Kind}
    found = {row[0]: _made(row, kinds, contents[row[_MAILING]], told.get(row[_MAILING], ())) for row in rows}
    return [found[key] for key in ids]


_MAILING = 1
"""Where its mailing stands in a row of `_claimed`."""


def _made(
    row: Sequence[Any], kinds: Mapping[str, Kind], said: tuple[str, str, str], divisions: tuple[str, ...]
) -> Delivery:
    """By position: hundreds are made for each second of sending."""
    key, of, person, signup, to, attempts, repeats, at, reason, kind, edition, language, advertising, zone, press = row
    subject, text, html = said
    return Delivery(
        id=key,
        mailing_id=of,
        edition=edition,
        kind=kinds[kind],
        language=language,
        subject=subject,
        text=text,
        html=html,
        subscriber_id=person,
        signup_id=signup,
        address=to,
        attempts=attempts,
        repeats=repeats,
        created_at=at,
        advertising=advertising,
        zone=zone,
        divisions=divisions,
        reason=reason,
        press_key=press,
    )


def _contents(session: Session, mailing_ids: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """What these mailings say, subject, text and HTML: read once for all who get it."""
    wanted = select(mailing.c.id, mailing.c.subject, mailing.c.text, mailing.c.html)
    return {
        row.id: (row.subject, row.text, row.html)
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
    accepted = [one for one in outcomes if one.state is DeliveryState.ACCEPTED]
    if len(accepted) < len(outcomes) and session.dialect.name == "postgresql":
        mine = select(delivery.c.id).where(delivery.c.id.in_([one.id for one in outcomes]), *_held_by(owner))
        session.execute(mine.order_by(delivery.c.id).with_for_update())
    kept = accept(session, accepted, owner=owner, now=now) if accepted else set()
    for one in outcomes:
        if one.state is not DeliveryState.ACCEPTED and _settle_one(session, one, owner=owner, now=now):
            kept.add(one.id)
    return kept


def _held_by(owner: str | BindParameter[str]) -> tuple[ColumnElement[bool], ...]:
    return delivery.c.owner == owner, delivery.c.state == DeliveryState.SENDING


def accept(session: Session, accepted: Sequence[Outcome], *, owner: str, now: datetime) -> set[int]:
    """The same of what a server took, in one statement: nearly everything that is sent is settled so."""
    said = written_pairs([(one.id, one.reply[:1000] if one.reply is not None else None) for one in accepted])
    settled = session.execute(_acceptance(session.dialect.name), {"said": said, "whose": owner, "now": now})
    return {row.id for row in settled}


@cache
def _acceptance(dialect: str) -> ReturningUpdate[tuple[int]]:
    """Locks in the order of the numbers, so that two who settle the same wait for each other and not in a circle."""
    said = pairs_of(dialect, parameter("said"))
    held = _held_by(bindparam("whose"))
    mine = (
        select(delivery.c.id, said.c.string)
        .where(delivery.c.id == said.c.number, *held)
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
        .cte("mine")
    )
    return (
        update(delivery)
        .where(delivery.c.id == mine.c.id, *held)
        .values(
            state=DeliveryState.ACCEPTED,
            owner=None,
            lease_until=None,
            reply=func.coalesce(mine.c.string, delivery.c.reply),
            settled_at=bindparam("now", type_=Instant()),
        )
        .returning(delivery.c.id)
    )


def _settle_one(session: Session, one: Outcome, *, owner: str, now: datetime) -> bool:
    values: dict[str, object] = {
        "state": one.state,
        "owner": None,
        "lease_until": None,
        "repeats": delivery.c.repeats + int(one.repeated),
    }
    if one.reply is not None:
        values["reply"] = one.reply[:1000]
    if one.next_attempt_at is not None:
        values["next_attempt_at"] = one.next_attempt_at
    if not one.state.is_open:
        values["settled_at"] = now
    settled = update(delivery).where(delivery.c.id == one.id, *_held_by(owner)).values(**values)
    return session.execute(settled.returning(delivery.c.id)).first() is not None


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
