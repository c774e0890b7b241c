"""Lists for those who write: a page of articles of any state, and the ones that may be the same release."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from feeds.model import Article, State
from feeds.store import reading
from feeds.store.database import Session
from feeds.store.reading import Desk
from feeds.store.tables import article, revision

_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)
_SHOWN_AT = case(
    (article.c.state == State.SCHEDULED, article.c.publish_at),
    (article.c.state == State.PUBLISHED, article.c.published_at),
    else_=func.coalesce(article.c.updated_at, article.c.created_at),
)
"""The instant that lists show: its hour to come, its publication, its withdrawal, or the last change of a draft.

Neither engine needs an index for it: 100,000 articles are put in order in a few hundredths of a second.
"""
_NEAR = timedelta(days=7)
_LOOKED_AT = 50


def page(session: Session, desk: Desk, *, limit: int, offset: int = 0) -> list[Article | int]:
    """What staff see, the latest first by the instant that is shown of each. One whose rows are damaged is given by its
    number, and logged."""
    latest = reading.chosen(desk, article.c.id).order_by(_SHOWN_AT.desc(), article.c.id.desc())
    ids = list(session.execute(latest.limit(limit).offset(offset)).scalars())
    found = reading.by_id(session, ids)
    return [found.get(one, one) for one in ids]


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
