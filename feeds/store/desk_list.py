"""Lists for those who write: a page of articles of any state, and the ones that may be the same release."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from feeds.model import Article, State
from feeds.store import reading
from feeds.store.database import Session
from feeds.store.tables import article, article_topic, revision

_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)
_SHOWN_AT = case(
    (article.c.state == State.SCHEDULED, article.c.publish_at),
    (article.c.state == State.PUBLISHED, article.c.published_at),
    else_=func.coalesce(article.c.updated_at, article.c.created_at),
)
"""The instant that lists show: its hour to come, its publication, its withdrawal, or the last change of a draft.

Neither engine needs an index for it: 100,000 articles are put in order in a few hundredths of a second.
"""
_WRITTEN = revision.alias("written")
_NEAR = timedelta(days=7)
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Which articles staff want to see; None and empty mean all."""

    states: tuple[State, ...] = ()
    divisions: tuple[str, ...] = ()
    language: str | None = None
    topic: str | None = None
    waiting: bool = False
    """Only those that wait for approval."""
    waits_for: str | None = None
    """Only those that wait for approval by this person: somebody else asked."""
    author: str | None = None
    """Only those of which this person wrote a revision."""
    unfiled: bool = False
    """Only those whose division is unknown."""
    hidden_of: tuple[str, ...] | None = None
    """What is not public only of these divisions; None means of all."""
    ids: tuple[int, ...] | None = None
    """Only these, for example those that a search found."""
    since: datetime | None = None
    """Only those whose instant, as lists show it, is not before this one."""
    until: datetime | None = None
    """Only those whose instant is before this one."""


def page(session: Session, desk: Desk, *, limit: int, offset: int = 0) -> list[Article | int]:
    """What staff see, the latest first by the instant that is shown of each. One whose rows are damaged is given by its
    number, and logged."""
    return _page(session, chosen(desk, article.c.id).order_by(_SHOWN_AT.desc(), article.c.id.desc()), limit, offset)


def _page(session: Session, wanted: Select[Any], limit: int, offset: int) -> list[Article | int]:
    ids = list(session.execute(wanted.limit(limit).offset(offset)).scalars())
    found = reading.by_id(session, ids)
    return [found.get(one, one) for one in ids]


def listing(
    session: Session, desk: Desk | None = None, *, state: State | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Article]:
    """What staff see: articles of any state, the latest stored first."""
    stored = chosen(desk or Desk(states=(state,) if state else ()), article.c.id).order_by(article.c.id.desc())
    return [one for one in _page(session, stored, limit, offset) if isinstance(one, Article)]


def listed(session: Session, desk: Desk) -> int:
    """How many articles `listing` would give without a limit."""
    found: int = session.execute(chosen(desk, func.count(article.c.id))).scalar_one()
    return found


def chosen(desk: Desk, *columns: ColumnElement[Any]) -> Select[Any]:
    """These columns of the articles of a wish. Their texts are looked up only where the wish is about them."""
    wanted = select(*columns).where(*on_desk(desk))
    return wanted.join(revision, _CURRENT) if desk.language else wanted


def on_desk(desk: Desk) -> list[ColumnElement[bool]]:
    """The conditions of a wish, on articles; where it asks for a language, joined to their current revision."""
    where: list[ColumnElement[bool]] = []
    if desk.states:
        where.append(article.c.state.in_(list(desk.states)))
    if desk.divisions:
        where.append(article.c.division.in_(list(desk.divisions)))
    if desk.unfiled:
        where.append(article.c.division.is_(None))
    if desk.language:
        where.append(revision.c.language == desk.language)
    if desk.topic:
        where.append(_has_topic(desk.topic))
    if desk.waiting or desk.waits_for is not None:
        where.append(article.c.approval_version == article.c.version)
    if desk.waits_for is not None:
        where.append(article.c.approval_asked_by != desk.waits_for)
    if desk.author is not None:
        wrote = select(_WRITTEN.c.article_id).where(_WRITTEN.c.author == desk.author)
        where.append(article.c.id.in_(wrote))
    if desk.hidden_of is not None:
        public = article.c.state.in_([State.PUBLISHED, State.WITHDRAWN])
        where.append(or_(public, article.c.division.in_(list(desk.hidden_of))))
    if desk.since is not None:
        where.append(desk.since <= _SHOWN_AT)
    if desk.until is not None:
        where.append(desk.until > _SHOWN_AT)
    if desk.ids is not None:
        where.append(article.c.id.in_(list(desk.ids)))
    return where


def _has_topic(topic: str) -> ColumnElement[bool]:
    return article.c.id.in_(select(article_topic.c.article_id).where(article_topic.c.topic == topic))


def near(session: Session, of: Article) -> list[Article]:
    """What may be the same release in another language: of its division, without twins of its own, registered within a
    week of it; where a day is unknown, stored or published within a week."""
    at = of.published_at or of.created_at
    spoken = [of.content.language, *(language for language, _ in of.twins)]
    is_near: ColumnElement[bool] = func.coalesce(article.c.published_at, article.c.created_at).between(
        at - _NEAR, at + _NEAR
    )
    if of.registered_on is not None:
        # An archive is taken in at one moment: only the days tell its releases apart.
        is_of_week = article.c.registered_on.between(of.registered_on - _NEAR, of.registered_on + _NEAR)
        is_near = or_(is_of_week, and_(article.c.registered_on.is_(None), is_near))
    wanted = (
        select(article.c.id)
        .join(revision, _CURRENT)
        .where(
            article.c.division == of.division,
            article.c.twin_group.is_(None),
            article.c.id != of.id,
            revision.c.language.not_in(spoken),
            is_near,
        )
        .order_by(article.c.id.desc())
        .limit(_LOOKED_AT)
    )
    return list(reading.by_id(session, session.execute(wanted).scalars()).values())
