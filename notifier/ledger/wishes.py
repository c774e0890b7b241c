"""Who wants an article: what follows it in the language of the database, and how many people that is.

Divisions and the language of a scope stand in columns, so that one statement finds all who name no more. The distinct
scopes that name more, topics, boards or words, are held against an article all at once (`notifier.watch`).
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Text,
    and_,
    any_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from feeds.lineup import matcher
from feeds.model import Article
from feeds.scope import Scope
from feeds.store.database import Session
from notifier.ledger.tables import subscriber, subscription, subscription_division
from notifier.model import Cadence
from notifier.watch import Watch

_watch = Watch()
"""Kept as long as the program, as a cache is: what a wish means depends on nothing but its text."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants an article: the condition on live subscriptions, of any cadence; and of their scopes those that hold it
    by words, as they are stored."""

    condition: ColumnElement[bool]
    by_words: Sequence[str]


def wishes_for(session: Session, article: Article, lineage: tuple[str, ...]) -> Wanted:
    """What of all that is followed holds an article as it stands.

    `lineage` are the slugs of its division and of what is above it.
    """
    wanted = _watch.holding(_narrowed(session), article, lineage)
    by_words = [scope for scope in wanted if scope.startswith("q=") or "&q=" in scope]
    filed = _filed(article, lineage)
    return Wanted(and_(filed, or_(~subscription.c.narrowed, is_one_of(session, wanted))), by_words)


def wishes_of(
    session: Session, people: ColumnElement[bool], article: Article, lineage: tuple[str, ...]
) -> dict[int, tuple[Scope, ...]]:
    """What each of a few people follows, at any cadence, that holds an article, in the order it was asked for.

    `people` is a condition on the subscriber of a subscription. Nobody else's searches are looked at.
    """
    wanted = select(subscription.c.subscriber_id, subscription.c.scope).where(people, _filed(article, lineage))
    holds = cache(matcher(article, lineage))
    found: dict[int, tuple[Scope, ...]] = {}
    for person, spelled in session.execute(wanted.order_by(subscription.c.id)):
        if holds(scope := Scope.parse(spelled)):
            found[person] = (*found.get(person, ()), scope)
    return found


def _filed(article: Article, lineage: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a live subscription holds whatever is filed as an article is, as far as divisions and language go."""
    of_divisions = exists().where(
        subscription_division.c.subscription_id == subscription.c.id,
        subscription_division.c.division.in_(list(lineage)),
    )
    return and_(
        subscription.c.ended_at.is_(None),
        or_(subscription.c.language.is_(None), subscription.c.language == article.content.language),
        or_(subscription.c.everything, of_divisions),
    )


def learn(session: Session) -> None:
    """Make ready for a release. After a start there may be very many wishes to learn, which nobody should wait for."""
    _watch.learn(_narrowed(session))


def has_learned() -> bool:
    """Whether this program knows any wish yet."""
    return len(_watch) > 0


def asked_at_once(
    session: Session, scopes: Iterable[Scope]
) -> Callable[[Article, tuple[str, ...]], Callable[[Scope], bool]]:
    """For whoever asks all of these scopes about many articles: what asks them about one, given with its lineage."""
    spelled = {scope: str(scope) for scope in scopes if scope.words}
    if not spelled:
        return matcher
    known = {*_narrowed(session), *spelled.values()}

    def ask(article: Article, lineage: tuple[str, ...]) -> Callable[[Scope], bool]:
        held, alone = _watch.holding(known, article, lineage), matcher(article, lineage)
        return lambda scope: spelled[scope] in held if scope in spelled else alone(scope)

    return ask


def _narrowed(session: Session) -> Sequence[str]:
    """Every scope that somebody follows and that has to be asked itself, as it is stored: a query, which has no line
    end. They come as one text, thirteen times as fast as row by row.
    """
    # Said as the index says it, which SQLite takes only then.
    live = subscription.c.ended_at.is_(None), literal_column("subscription.narrowed", Boolean)
    distinct = select(subscription.c.scope).where(*live).distinct().subquery()
    text: str | None = session.execute(select(func.aggregate_strings(distinct.c.scope, "\n"))).scalar()
    return text.split("\n") if text else ()


def reached(session: Session, article: Article, lineage: tuple[str, ...]) -> Sequence[tuple[str, bool, int]]:
    """How many people want such an article: (language of their mails, whether they are told at once, people).

    Each person counts once; who wants it both at once and in a digest is told at once.
    """
    at_once = func.max(case((subscription.c.cadence == Cadence.IMMEDIATE, 1), else_=0)).label("at_once")
    person = (
        select(subscription.c.subscriber_id, at_once)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(wishes_for(session, article, lineage).condition, subscriber.c.paused_until.is_(None))
        .group_by(subscription.c.subscriber_id)
        .subquery()
    )
    counted = (
        select(subscriber.c.language, person.c.at_once, func.count())
        .join(person, person.c.subscriber_id == subscriber.c.id)
        .group_by(subscriber.c.language, person.c.at_once)
        .order_by(subscriber.c.language, person.c.at_once)
    )
    return [(row[0], bool(row[1]), row[2]) for row in session.execute(counted)]


def is_one_of(session: Session, scopes: Collection[str]) -> ColumnElement[bool]:
    """Whether a subscription's scope is one of these, of which there may be more than a statement takes values."""
    if session.dialect.name == "postgresql":
        return subscription.c.scope == any_(literal(list(scopes), ARRAY(Text)))
    listed = func.json_each(json.dumps(list(scopes))).table_valued("value")
    return subscription.c.scope.in_(select(listed.c.value))
