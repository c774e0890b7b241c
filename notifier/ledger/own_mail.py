"""What people decide about their own mail: how it looks, when it rests, where it goes, and taking back an end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update

from feeds.scope import Scope
from feeds.store import changes
from feeds.store.database import Session, insert_once
from notifier.ledger import merging, subscribers
from notifier.ledger.tables import consent, delivery, move, rest, subscriber, subscription
from notifier.model import OPEN, Cadence, DeliveryState, Subscriber

UNDONE_WITHIN = timedelta(days=7)
"""How long the address before can take a change of address back."""


def set_look(session: Session, subscriber_id: int, *, language: str, pictures: bool) -> None:
    """The language of a person's mails, and whether they show pictures."""
    wanted = update(subscriber).where(subscriber.c.id == subscriber_id)
    session.execute(wanted.values(language=language, pictures=pictures))


def set_cap(session: Session, subscriber_id: int, number: int | None) -> None:
    """How many mails come at once in a day: 0 for as many as there are, None for what holds where nothing is chosen."""
    session.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(daily_cap=number))


def pause(session: Session, subscriber_id: int, *, until: datetime, catch_up: bool) -> None:
    """Send no releases until an instant. A pause that is under way goes on from where it began."""
    begun = func.coalesce(subscriber.c.paused_from, changes.head(session))
    values = {"paused_until": until, "paused_from": begun, "catch_up": catch_up}
    session.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(**values))


def rested(session: Session, now: datetime) -> Sequence[int]:
    """Whose pause is over."""
    over = select(subscriber.c.id).where(subscriber.c.paused_until <= now).order_by(subscriber.c.id)
    return list(session.execute(over).scalars())


def resume(session: Session, subscriber_id: int, *, to: int, caught_up: bool) -> None:
    """End a pause. Everything has had its turn up to `to` where that was `caught_up`; else what came out in it has: the
    next digest goes on from before it.
    """
    mine = subscriber.c.id == subscriber_id
    since = session.execute(select(subscriber.c.paused_from).where(mine)).scalar()
    if caught_up:
        live = subscription.c.subscriber_id == subscriber_id, subscription.c.ended_at.is_(None)
        session.execute(update(subscription).where(*live, subscription.c.cursor < to).values(cursor=to))
    elif since is not None and since < to:
        values = {"subscriber_id": subscriber_id, "after_change": since, "to_change": to}
        session.execute(insert_once(session, rest).values(**values))
    session.execute(update(subscriber).where(mine).values(paused_until=None, paused_from=None))


def rests(session: Session, ids: Collection[int] | None = None) -> dict[int, list[range]]:
    """For each of these people, or for everybody, the numbers of the changes that no digest tells them of."""
    wanted = select(rest).order_by(rest.c.subscriber_id, rest.c.after_change)
    found: dict[int, list[range]] = {}
    for row in session.execute(wanted if ids is None else wanted.where(rest.c.subscriber_id.in_(ids))):
        found.setdefault(row.subscriber_id, []).append(range(row.after_change + 1, row.to_change + 1))
    return found


def forget_rests(session: Session) -> None:
    """Destroy those that everything their person follows has gone past."""
    waits = exists().where(
        subscription.c.subscriber_id == rest.c.subscriber_id,
        subscription.c.ended_at.is_(None),
        subscription.c.cursor < rest.c.to_change,
    )
    session.execute(delete(rest).where(~waits))


def move_to(session: Session, person: Subscriber, address: str, *, now: datetime) -> Subscriber:
    """Write to a person at another address from now on; mails on their way go there too.

    Where somebody is written to there already, both are one from now on.
    """
    known = subscribers.find(session, address)
    if known is None:
        session.execute(update(subscriber).where(subscriber.c.id == person.id).values(address=address))
        _redirect(session, person.id, address)
        return Subscriber(
            id=person.id,
            address=address,
            language=person.language,
            created_at=person.created_at,
            timing=person.timing,
            pictures=person.pictures,
            pause=person.pause,
        )
    merging.merge(session, person, known, now=now)
    return known


def _redirect(session: Session, subscriber_id: int, address: str) -> None:
    """What is on its way, claimed or not, goes to the new address: whoever has claimed it finds the claim gone."""
    other = delivery.alias()
    has_it = exists().where(other.c.mailing_id == delivery.c.mailing_id, other.c.address == address)
    mine = delivery.c.subscriber_id == subscriber_id, delivery.c.signup_id.is_(None), delivery.c.state.in_(OPEN)
    values = {"address": address, "state": DeliveryState.PENDING, "owner": None, "lease_until": None}
    session.execute(update(delivery).where(*mine, ~has_it).values(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of address that can still be taken back: whose, and the address before."""

    subscriber_id: int
    address_before: str
    at: datetime


def keep_move(session: Session, delivery_id: int, subscriber_id: int, address_before: str, *, now: datetime) -> None:
    """Keep the address before under the mail that tells it of the change."""
    values = {"delivery_id": delivery_id, "subscriber_id": subscriber_id, "address_before": address_before, "at": now}
    session.execute(insert(move).values(**values))


def kept_move(session: Session, delivery_id: int) -> Move | None:
    """The change that a mail told of; None once it is too late, or taken back."""
    wanted = select(move.c.subscriber_id, move.c.address_before, move.c.at).where(move.c.delivery_id == delivery_id)
    row = session.execute(wanted).first()
    return Move(**row._mapping) if row else None


def forget_moves(session: Session, *, until: datetime, subscriber_id: int | None = None) -> int:
    """Destroy the addresses before that were kept until an instant, of everybody or one; answers how many."""
    wanted = delete(move).where(move.c.at <= until)
    if subscriber_id is not None:
        wanted = wanted.where(move.c.subscriber_id == subscriber_id)
    return len(session.execute(wanted.returning(move.c.delivery_id)).all())


def take_back_end(session: Session, subscriber_id: int, *, since: datetime, now: datetime) -> Sequence[Scope]:
    """Follow again what this person ended last, if it was after an instant; answers what. Nothing is missed."""
    mine = subscription.c.subscriber_id == subscriber_id
    ended = select(func.max(subscription.c.ended_at)).where(mine, subscription.c.ended_at >= since).scalar_subquery()
    wanted = select(subscription).where(mine, subscription.c.ended_at == ended)
    rows = session.execute(wanted.order_by(subscription.c.id)).all()
    live = {str(one.scope) for one in subscribers.live(session, subscriber_id)}
    ended_here = [
        row for row in rows if row.scope not in live and row.end_reason in ("page", "one click", "manage page")
    ]
    again = [Scope.parse(row.scope) for row in ended_here]
    for row, scope in zip(ended_here, again, strict=True):
        subscribers.follow(session, subscriber_id, scope, Cadence(row.cadence), now=now, cursor=row.cursor)
    return again


def consents(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    """Each time this person agreed: when, to which text, in which language, and how."""
    wanted = select(consent.c.at, consent.c.text_version, consent.c.language, consent.c.source)
    rows = session.execute(wanted.where(consent.c.subscriber_id == subscriber_id).order_by(consent.c.id))
    return [dict(row._mapping) for row in rows]


def everything_followed(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    """Whatever this person follows or followed, with when and why it ended."""
    columns = "scope", "cadence", "created_at", "ended_at", "end_reason"
    wanted = select(*(subscription.c[name] for name in columns)).where(subscription.c.subscriber_id == subscriber_id)
    return [dict(row._mapping) for row in session.execute(wanted.order_by(subscription.c.id))]
