"""Lists for those who write: a page of articles of any state, and the ones that may be the same release."""

from datetime import timedelta

from sqlalchemy import and_, func, select

from feeds.model import Article
from feeds.store import reading
from feeds.store.database import Session
from feeds.store.reading import Desk
from feeds.store.tables import article, revision

_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)
_NEAR = timedelta(days=7)
_LOOKED_AT = 50


def page(session: Session, desk: Desk, *, limit: int, offset: int = 0) -> list[Article | int]:
    """What staff see, the latest stored first. One whose rows are damaged is given by its number, and logged."""
    chosen = select(article.c.id).join(revision, _CURRENT).where(*reading.on_desk(desk))
    ids = list(session.execute(chosen.order_by(article.c.id.desc()).limit(limit).offset(offset)).scalars())
    found = reading.by_id(session, ids)
    return [found.get(one, one) for one in ids]


def likely_twins(session: Session, of: Article, *, limit: int = 5) -> list[Article]:
    """What may be the same release in another language, the nearest in time first: of its division, stored or
    published within a week of it, without twins of its own."""
    at = of.published_at or of.created_at
    spoken = [of.content.language, *(language for language, _ in of.twins)]
    when = func.coalesce(article.c.published_at, article.c.created_at)
    chosen = (
        select(article.c.id)
        .join(revision, _CURRENT)
        .where(
            article.c.division == of.division,
            article.c.twin_group.is_(None),
            article.c.id != of.id,
            revision.c.language.not_in(spoken),
            when.between(at - _NEAR, at + _NEAR),
        )
        .order_by(article.c.id.desc())
        .limit(_LOOKED_AT)
    )
    found = reading.by_id(session, list(session.execute(chosen).scalars())).values()
    return sorted(found, key=lambda one: (abs((one.published_at or one.created_at) - at), one.id))[:limit]
