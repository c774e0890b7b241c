"""Subscribers by the list: taken in from an operator's table, and given out as one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from feeds.store.database import Session
from notifier.ledger import subscribers
from notifier.ledger.tables import consent, subscriber, subscription
from notifier.lists import Listed

_AT_ONCE = 1000


def take(session: Session, one: Listed, *, language: str, now: datetime) -> str | None:
    """Follow what a row says from now on; answers why not, where its person has left since they agreed.

    Who is here already keeps the language of their mails.
    """
    known = subscribers.find(session, one.address)
    if known is not None and _left(session, known.id, since=one.consent_at):
        return "this person has stopped since"
    if known is not None and one.scope in {wish.scope for wish in subscribers.live(session, known.id)}:
        return "follows this already"
    spoken = known.language if known else one.language or language
    source, agreed_at = one.consent_source, one.consent_at
    person = subscribers.ensure(session, one.address, language=spoken, source=source, now=now, agreed_at=agreed_at)
    subscribers.follow(session, person.id, one.scope, one.cadence, now=now)
    return None


def _left(session: Session, subscriber_id: int, *, since: datetime) -> bool:
    own = ("page", "manage page", "one click", "mail", "complaint", "consent lapsed")
    wanted = select(subscription.c.id).where(
        subscription.c.subscriber_id == subscriber_id,
        subscription.c.ended_at > since,
        subscription.c.end_reason.in_(own),
    )
    return session.execute(wanted.limit(1)).first() is not None


def everybody(session: Session) -> Iterator[Row[Any]]:
    """Every live subscription with its person and their latest consent, a thousand rows in memory at a time."""
    other = consent.alias()
    newest = select(func.max(other.c.id)).where(other.c.subscriber_id == subscriber.c.id)
    latest = newest.correlate(subscriber).scalar_subquery()
    wanted = (
        select(
            subscriber.c.address,
            subscription.c.scope,
            subscription.c.cadence,
            subscriber.c.language,
            consent.c.source.label("consent_source"),
            consent.c.at.label("consent_at"),
            subscriber.c.hour,
            subscriber.c.zone,
            subscription.c.created_at,
        )
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .outerjoin(consent, consent.c.id == latest)
        .where(subscription.c.ended_at.is_(None))
        .order_by(subscriber.c.id, subscription.c.id)
    )
    rows: Iterator[Row[Any]] = iter(session.execute(wanted.execution_options(yield_per=_AT_ONCE)))
    return rows
