"""Subscribers by the list: taken in from an operator's table, and given out as one."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, insert, select

from feeds.store import changes
from feeds.store.database import Session, insert_once
from notifier.ledger import subscribers
from notifier.ledger.renewals import CONSENT_LAPSED
from notifier.ledger.tables import consent, subscriber, subscription, subscription_division
from notifier.lists import Listed

_AT_ONCE = 1000


class _Person(NamedTuple):
    """Who is here already, and the language of their mails."""

    id: int
    language: str


def take(session: Session, rows: Sequence[Listed], *, language: str, now: datetime) -> list[str | None]:
    """Follow what each row says from now on; answers, row by row, why not, or None where it is followed now.

    Set by set, for a list may be long. Who is here already keeps the language of their mails, and who has left since
    they agreed is not brought back. A row that says what an earlier one said changes nothing.
    """
    known = _known(session, {one.address for one in rows})
    followed, left = _followed(session, known), _left(session, known)
    reasons: list[str | None] = []
    taken: list[Listed] = []
    for one in rows:
        person = known.get(one.address)
        if person is not None and one.consent_at < left.get(person.id, one.consent_at):
            reasons.append("this person has stopped since")
        elif (one.address, str(one.scope)) in followed:
            reasons.append("follows this already")
        else:
            followed.add((one.address, str(one.scope)))
            taken.append(one)
            reasons.append(None)
    if taken:
        _write(session, taken, known, language, now)
    return reasons


def _write(session: Session, taken: Sequence[Listed], known: dict[str, _Person], language: str, now: datetime) -> None:
    """Everybody once, each with a consent and what they follow; a new person speaks as the first row says."""
    new: dict[str, dict[str, object]] = {}
    for one in taken:
        if one.address not in known:
            spoken = one.language or language
            new.setdefault(one.address, {"address": one.address, "language": spoken, "created_at": now})
    if new:
        session.execute(insert_once(session, subscriber), list(new.values()))
        known |= _known(session, set(new))
    agreed = [
        {
            "subscriber_id": known[one.address].id,
            "at": one.consent_at,
            "text_version": one.consent_text,
            "language": known[one.address].language,
            "source": one.consent_source,
        }
        for one in taken
    ]
    session.execute(insert(consent), agreed)
    head = changes.head(session)
    wishes = [subscribers.row_of(known[one.address].id, one.scope, one.cadence, cursor=head, now=now) for one in taken]
    session.execute(insert(subscription), wishes)
    _file(session, taken, known)


def _file(session: Session, taken: Sequence[Listed], known: dict[str, _Person]) -> None:
    """The divisions of each wish, in the table that statements over all subscriptions ask."""
    divided = {(known[one.address].id, str(one.scope)): one.scope.divisions for one in taken if one.scope.divisions}
    if not divided:
        return
    people = {subscriber_id for subscriber_id, _ in divided}
    wanted = select(subscription.c.id, subscription.c.subscriber_id, subscription.c.scope).where(
        subscription.c.subscriber_id.in_(people), subscription.c.ended_at.is_(None)
    )
    rows = [
        {"subscription_id": row.id, "division": slug}
        for row in session.execute(wanted)
        for slug in divided.get((row.subscriber_id, row.scope), ())
    ]
    session.execute(insert(subscription_division), rows)


def _known(session: Session, addresses: Collection[str]) -> dict[str, _Person]:
    """Who is here of these addresses, with id and language."""
    wanted = select(subscriber.c.id, subscriber.c.address, subscriber.c.language)
    rows = session.execute(wanted.where(subscriber.c.address.in_(addresses)))
    return {row.address: _Person(row.id, row.language) for row in rows}


def _followed(session: Session, known: dict[str, _Person]) -> set[tuple[str, str]]:
    """What these people follow, as (address, scope)."""
    named = {row.id: address for address, row in known.items()}
    wanted = select(subscription.c.subscriber_id, subscription.c.scope).where(
        subscription.c.subscriber_id.in_(named), subscription.c.ended_at.is_(None)
    )
    return {(named[row[0]], row[1]) for row in session.execute(wanted)} if named else set()


def _left(session: Session, known: dict[str, _Person]) -> dict[int, datetime]:
    """When each of these people last ended something of their own accord."""
    if not known:
        return {}
    own = ("page", "manage page", "one click", "mail", "complaint", CONSENT_LAPSED)
    wanted = select(subscription.c.subscriber_id, func.max(subscription.c.ended_at)).where(
        subscription.c.subscriber_id.in_([row.id for row in known.values()]), subscription.c.end_reason.in_(own)
    )
    return {row[0]: row[1] for row in session.execute(wanted.group_by(subscription.c.subscriber_id))}


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
            consent.c.text_version.label("consent_text"),
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
