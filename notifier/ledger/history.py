"""What an address got and why not, and what became of an article's mails: questions that staff ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from feeds.store.database import Session
from notifier.ledger import subscribers, suppressions
from notifier.ledger.suppressions import Suppression
from notifier.ledger.tables import delivery, mailing, mailing_article, move, signup, subscription
from notifier.model import DeliveryState, Kind, Subscriber, Subscription
from notifier.quiet import HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One delivery to an address: what it was, why it went there where that is the person's own, where it stands, and
    the server's last answer."""

    kind: Kind
    subject: str
    state: DeliveryState
    attempts: int
    reply: str | None
    reason: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whatever tells what an address got and why not; `asked` is how many of its sign-ups wait for a confirmation."""

    address: str
    person: Subscriber | None
    follows: Sequence[Subscription]
    ended: Sequence[tuple[str, datetime, str]]
    """What it followed before, as (scope, when it ended, why), the latest first."""
    asked: int
    suppressed: Suppression | None
    sent: Sequence[Sent]


def account(session: Session, address: str, hashes: Sequence[str], *, now: datetime) -> Account:
    """All of it for a normalised address with these hashes."""
    person = subscribers.find(session, address)
    waits = signup.c.address == address, signup.c.confirmed_at.is_(None), signup.c.expires_at > now
    return Account(
        address=address,
        person=person,
        follows=subscribers.live(session, person.id) if person else [],
        ended=_ended(session, person.id) if person else [],
        asked=session.execute(select(func.count()).select_from(signup).where(*waits)).scalar_one(),
        suppressed=suppressions.find(session, hashes),
        sent=of_address(session, address),
    )


def _ended(session: Session, subscriber_id: int, *, limit: int = 20) -> Sequence[tuple[str, datetime, str]]:
    mine = subscription.c.subscriber_id == subscriber_id, subscription.c.ended_at.is_not(None)
    wanted = select(subscription.c.scope, subscription.c.ended_at, subscription.c.end_reason).where(*mine)
    rows = session.execute(wanted.order_by(subscription.c.ended_at.desc(), subscription.c.id.desc()).limit(limit))
    return [(row[0], row[1], row[2] or "") for row in rows]


def of_address(session: Session, address: str, *, limit: int = 50) -> Sequence[Sent]:
    """The latest deliveries to a normalised address, newest first."""
    return _sent(session, delivery.c.address == address, limit)


def _sent(session: Session, which: ColumnElement[bool], limit: int) -> Sequence[Sent]:
    columns = (
        mailing.c.kind,
        mailing.c.subject,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.reply,
        delivery.c.reason,
        delivery.c.created_at,
        delivery.c.settled_at,
    )
    wanted = select(*columns).join(mailing, mailing.c.id == delivery.c.mailing_id)
    rows = session.execute(wanted.where(which).order_by(delivery.c.id.desc()).limit(limit))
    return [Sent(**(dict(row._mapping) | {"kind": Kind(row.kind), "state": DeliveryState(row.state)})) for row in rows]


def of_person(session: Session, person: Subscriber, *, limit: int) -> Sequence[Sent]:
    """The latest deliveries to somebody, at whatever address of theirs, newest first."""
    told = select(move.c.delivery_id).where(move.c.subscriber_id == person.id)
    own = delivery.c.address == person.address, delivery.c.subscriber_id == person.id, delivery.c.id.in_(told)
    return _sent(session, or_(*own), limit)


def of_article(session: Session, article_id: int) -> Sequence[tuple[Kind, DeliveryState, int]]:
    """How many deliveries that told of an article stand in each state, by the kind of their mailing."""
    counted = (
        select(mailing.c.kind, delivery.c.state, func.count())
        .join(mailing_article, mailing_article.c.mailing_id == mailing.c.id)
        .join(delivery, delivery.c.mailing_id == mailing.c.id)
        .where(mailing_article.c.article_id == article_id)
        .group_by(mailing.c.kind, delivery.c.state)
    )
    return [(Kind(row[0]), DeliveryState(row[1]), row[2]) for row in session.execute(counted)]


def in_quiet_hours(session: Session) -> int:
    """How many deliveries of advertising wait because it is night where their people are."""
    waiting = delivery.c.state == DeliveryState.DEFERRED, delivery.c.reply.startswith(HELD)
    return session.execute(select(func.count()).select_from(delivery).where(*waiting)).scalar_one()
