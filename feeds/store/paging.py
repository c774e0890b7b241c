"""Articles page by page for programs: each page begins after the last article of the one before, so that what is
published meanwhile moves nothing from one page to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, and_, or_, select

from feeds.model import Article, State
from feeds.store import reading
from feeds.store.database import Session
from feeds.store.schema import told
from feeds.store.tables import article, article_topic, revision

log = structlog.get_logger()
_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which articles; None means any, an empty tuple of divisions none."""

    state: State = State.PUBLISHED
    divisions: Sequence[str] | None = None
    board: str | None = None
    topic: str | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """After which article a page begins: its instant of publication, None before it has one, and its id."""

    at: datetime | None
    id: int


def page(session: Session, wanted: Wanted, *, after: Place | None, limit: int) -> tuple[list[Article], Place | None]:
    """The newest articles after a place, and where the next page begins; None after the last one.

    What is or was public is in order of its publication, everything else of its id. One that cannot be read is left
    out and logged.
    """
    dated = wanted.state.is_public
    order = (article.c.published_at.desc(), article.c.id.desc()) if dated else (article.c.id.desc(),)
    where = [*_where(wanted), *_after(after, dated=dated)]
    chosen = select(article.c.id, told(article.c.published_at)).join(revision, _CURRENT).where(*where)
    places = _places(session, chosen.order_by(*order), most=limit + 1, dated=dated)
    found = reading.by_id(session, [place.id for place in places[:limit]])
    return (
        [found[place.id] for place in places[:limit] if place.id in found],
        places[limit - 1] if len(places) > limit else None,
    )


def _places(session: Session, wanted: Select[Any], *, most: int, dated: bool) -> list[Place]:
    """As many of these places as are asked for. An article whose instant cannot be read has none, and is logged."""
    places: list[Place] = []
    for offset in count(0, most):
        rows = session.execute(wanted.limit(most).offset(offset)).all()
        for article_id, at in rows:
            if dated and at is None:
                log.error("article.left_out", article=article_id, cause="its instant of publication cannot be read")
            else:
                places.append(Place(at if dated else None, article_id))
        if len(places) >= most or len(rows) < most:
            break
    return places[:most]


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [article.c.state == wanted.state]
    if wanted.divisions is not None:
        where.append(article.c.division.in_(list(wanted.divisions)))
    if wanted.board is not None:
        where.append(article.c.board == wanted.board)
    if wanted.language is not None:
        where.append(revision.c.language == wanted.language)
    if wanted.topic is not None:
        having = select(article_topic.c.article_id).where(article_topic.c.topic == wanted.topic)
        where.append(article.c.id.in_(having))
    if wanted.since is not None:
        where.append(article.c.published_at >= wanted.since)
    if wanted.until is not None:
        where.append(article.c.published_at < wanted.until)
    return where


def _after(place: Place | None, *, dated: bool) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    if not dated or place.at is None:
        return [article.c.id < place.id]
    # The first bound alone is one that an index can begin at.
    return [article.c.published_at <= place.at, or_(article.c.published_at < place.at, article.c.id < place.id)]
