"""A mailing planned for an audience that is asked of the database and never loaded: a few statements, however many they
are.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
    update,
)

from feeds.model import Change
from feeds.scope import Scope
from feeds.store.database import Session, insert_once
from feeds.store.schema import Instant
from feeds.store.sets import numbers
from notifier.ledger.tables import delivery, mailing, mailing_article, notice, subscriber, subscription
from notifier.ledger.wishes import is_one_of
from notifier.model import Cadence, DeliveryState, Priority

Look = tuple[str, bool]
"""A language, and whether pictures are shown: who has the same gets the same mailing."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is to be told: a query of id, address, language and pictures; and the scopes by words that hold the news."""

    people: Select[tuple[int, str, str, bool]]
    by_words: Sequence[str] = ()


def looks(session: Session, audience: Audience) -> list[Look]:
    """The mailings that an audience needs, each once, in order."""
    people = audience.people.subquery()
    each = select(people.c.language, people.c.pictures).distinct()
    return sorted((row.language, row.pictures) for row in session.execute(each))


def plan(
    session: Session,
    audience: Audience,
    mailings: Mapping[Look, int],
    told: tuple[int, int, int],
    *,
    priority: Priority,
    now: datetime,
) -> int:
    """Plan the mailing of their look for everybody and record what it tells; answers how many deliveries are new.

    `told` is a change number, an article id and a revision. Who has a delivery of the mailing already gets no second
    one.
    """
    ids = list(set(mailings.values()))
    before = _count(session, ids)
    people = audience.people.subquery()
    of_look = [
        ((people.c.language == language) & (people.c.pictures == pictures), mailing)
        for (language, pictures), mailing in mailings.items()
    ]
    at = literal(now, Instant())
    rows = {
        "mailing_id": case(*of_look),
        "subscriber_id": people.c.id,
        "address": people.c.address,
        **_pending(priority, at),
    }
    # The order makes ids follow people, and tells SQLite's upsert where the query ends.
    wanted = select(*rows.values()).where(people.c.id.is_not(None)).order_by(people.c.id)
    session.execute(insert_once(session, delivery).from_select(list(rows), wanted))
    number, article_id, revision = told
    # Who is noticed is left alone by the index. Asked here, PostgreSQL may read all notices for each person.
    of_new = select(delivery.c.subscriber_id, literal(number), literal(article_id), literal(revision), delivery.c.id)
    of_new = of_new.where(delivery.c.mailing_id.in_(ids))
    session.execute(insert_once(session, notice).from_select(_OF_NOTICE, of_new))
    return _count(session, ids) - before


def together(audiences: Sequence[Audience]) -> FromClause:
    """Who is in more than one of these audiences, and in which: a bit of `bundle` for each, the first the lowest."""
    each = []
    for place, audience in enumerate(audiences):
        people = audience.people.subquery()
        bit = literal(1 << place, BigInteger).label("bit")
        each.append(select(people.c.id, people.c.address, people.c.language, bit))
    every = union_all(*each).subquery()
    person = every.c.id, every.c.address, every.c.language
    bundle = cast(func.sum(every.c.bit), BigInteger).label("bundle")
    return select(*person, bundle).group_by(*person).having(func.count() > 1).subquery()


def bundles(session: Session, people: FromClause) -> list[tuple[str, int]]:
    """The mailings that those who are told of several things `together` need: language and bundle, each once."""
    each = select(people.c.language, people.c.bundle).distinct()
    return sorted((row.language, row.bundle) for row in session.execute(each))


def plan_bundles(
    session: Session,
    people: FromClause,
    mailings: Mapping[tuple[str, int], int],
    told: Sequence[tuple[int, int, int]],
    *,
    named: str,
    now: datetime,
) -> int:
    """Plan the mailing of their bundle for everybody who is told of several things together, and record what it tells.

    `people` are those of `together`. Answers how many that is. The key of each mailing is `named`, its bundle and its
    language, parted by colons.
    """
    key = literal(f"{named}:").concat(cast(people.c.bundle, String)).concat(":").concat(people.c.language)
    at = literal(now, Instant())
    rows = {
        "mailing_id": mailing.c.id,
        "subscriber_id": people.c.id,
        "address": people.c.address,
        **_pending(Priority.PROMPT, at),
    }
    wanted = select(*rows.values()).join(mailing, mailing.c.key == key).where(people.c.id.is_not(None))
    session.execute(insert_once(session, delivery).from_select(list(rows), wanted.order_by(people.c.id)))
    ids = numbers(session, list(mailings.values()))
    for number, article_id, revision in told:
        of_each = (
            select(delivery.c.subscriber_id, literal(number), literal(article_id), literal(revision), delivery.c.id)
            .join(mailing_article, mailing_article.c.mailing_id == delivery.c.mailing_id)
            .where(delivery.c.mailing_id.in_(ids), mailing_article.c.article_id == article_id)
        )
        session.execute(insert_once(session, notice).from_select(_OF_NOTICE, of_each))
    return _count(session, list(mailings.values()))


def _pending(priority: Priority, at: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    return {
        "state": literal(DeliveryState.PENDING.value),
        "attempts": literal(0),
        "repeats": literal(0),
        "priority": literal(int(priority)),
        "next_attempt_at": at,
        "created_at": at,
    }


_OF_NOTICE = ["subscriber_id", "change_number", "article_id", "revision", "delivery_id"]


def give_reasons(
    session: Session,
    change: Change,
    audience: Audience,
    mailings: Collection[int],
    said: Callable[[tuple[Scope, ...], str], str],
) -> None:
    """Who follows by words is told which of theirs the news holds: `said` puts scopes into words of a language."""
    if not audience.by_words:
        return
    of_person: dict[tuple[int, str], list[Scope]] = {}
    found = (
        select(subscription.c.subscriber_id, subscriber.c.language, subscription.c.scope)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(
            subscription.c.ended_at.is_(None),
            subscription.c.cadence == Cadence.IMMEDIATE,
            subscription.c.cursor < change.number,
            is_one_of(session, audience.by_words),
        )
        .order_by(subscription.c.id)
    )
    for person, language, scope in session.execute(found):
        of_person.setdefault((person, language), []).append(Scope.parse(scope))
    alike: dict[str, list[int]] = {}
    for (person, language), scopes in of_person.items():
        alike.setdefault(said(tuple(scopes), language), []).append(person)
    of_news = delivery.c.mailing_id.in_(numbers(session, mailings)), delivery.c.state == DeliveryState.PENDING
    for reason, people in alike.items():
        theirs = delivery.c.subscriber_id.in_(numbers(session, people))
        session.execute(update(delivery).where(*of_news, theirs, delivery.c.reason.is_(null())).values(reason=reason))


def _count(session: Session, mailing_ids: Sequence[int]) -> int:
    wanted = select(func.count()).select_from(delivery).where(delivery.c.mailing_id.in_(mailing_ids))
    return session.execute(wanted).scalar_one()
