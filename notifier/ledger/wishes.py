"""Who wants an article: what follows it in the language of the database, and how many people that is.

Divisions and the language of a scope stand in columns, so that one statement finds all who name no more. Whether an
article is on a topic, on a board or holds words is asked of the scope itself, once for each that somebody follows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, case, exists, func, literal, or_, select

from feeds.lineup import matcher
from feeds.model import Article
from feeds.scope import Scope
from feeds.store.database import Session
from notifier.ledger.tables import subscriber, subscription, subscription_division
from notifier.model import Cadence

_scope_of = lru_cache(maxsize=20_000)(Scope.parse)
"""Read once for each wish that is asked about every release."""


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
    language = article.content.language
    of_divisions = exists().where(
        subscription_division.c.subscription_id == subscription.c.id,
        subscription_division.c.division.in_(list(lineage)),
    )
    filed = and_(
        subscription.c.ended_at.is_(None),
        or_(subscription.c.language.is_(None), subscription.c.language == language),
        or_(subscription.c.everything, of_divisions),
    )
    matches = matcher(article, lineage)
    asked = session.execute(select(subscription.c.scope).where(filed, subscription.c.narrowed).distinct()).scalars()
    wanted = [scope for scope in asked if matches(_scope_of(scope))]
    by_words = [scope for scope in wanted if _scope_of(scope).words]
    return Wanted(and_(filed, or_(~subscription.c.narrowed, is_one_of(session, wanted))), by_words)


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


def is_one_of(session: Session, scopes: Sequence[str]) -> ColumnElement[bool]:
    """Whether a subscription's scope is one of these, of which there may be more than a statement takes values."""
    if session.dialect.name == "postgresql":
        return subscription.c.scope == any_(literal(list(scopes), ARRAY(Text)))
    listed = func.json_each(json.dumps(scopes)).table_valued("value")
    return subscription.c.scope.in_(select(listed.c.value))
