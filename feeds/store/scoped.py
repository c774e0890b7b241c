"""The articles of a scope as its feed shows them: what was published, corrected or withdrawn last comes first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, null, or_, select, union_all

from feeds.lineup import Placed
from feeds.model import ChangeKind, Newsroom, State
from feeds.query import read
from feeds.scope import Scope
from feeds.store import changes, reading
from feeds.store.database import Session
from feeds.store.schema import told
from feeds.store.search_engine import Sought, slot, slot_end
from feeds.store.search_index import CHANGED, engine_of, facet
from feeds.store.tables import article, article_topic, change, revision

_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)
_UPDATED, _PUBLISHED = (told(article.c[name]).label(name) for name in ("updated_at", "published_at"))
_THEN = change.alias("then")
_UNREADABLE = datetime.min.replace(tzinfo=UTC)
_TRIED = 200
"""How many damaged rows in a row the last instant of a scope is looked for behind."""
_IN_A_MONTH = 2_000
"""How many releases of one month the archive of a feed of words goes through."""
_CORRECTED = 300
"""Of how many corrected articles that hold the words the last corrected are taken: the newest by publication."""


def newest(session: Session, scope: Scope, newsroom: Newsroom, *, gone_since: datetime, limit: int) -> list[Placed]:
    """A scope's articles that changed last, the latest first; withdrawn ones only if they were after `gone_since`.

    One whose instant cannot be read is among them, of the earliest: who reads it whole is told that it is damaged.
    """
    ids = _of_words(session, scope, newsroom, gone_since, limit) if scope.words else None
    shown = or_(
        article.c.state == State.PUBLISHED,
        and_(article.c.state == State.WITHDRAWN, article.c.updated_at > gone_since),
    )
    wanted = (
        select(_UPDATED, article.c.id)
        .join_from(article, revision, _CURRENT)
        .where(shown, article.c.updated_at.is_not(None))
        .order_by(article.c.updated_at.desc(), article.c.id.desc())
        .limit(limit)
    )
    if ids is not None:
        return _placed(session, wanted.where(article.c.id.in_(ids)))
    wanted = wanted.where(*_filed(scope, newsroom, divisions=False))
    slugs = _divisions(scope, newsroom)
    if slugs:
        # Each division's own newest are read from its index: a small one costs no more than a large one.
        parts = [select(wanted.where(article.c.division == slug).subquery()) for slug in slugs]
        together = union_all(*parts).subquery()
        wanted = select(together.c.updated_at, together.c.id)
        wanted = wanted.order_by(together.c.updated_at.desc(), together.c.id.desc()).limit(limit)
    return _placed(session, wanted)


def withdrawn(session: Session, scope: Scope, newsroom: Newsroom, *, since: datetime, limit: int) -> list[Placed]:
    """A scope's articles that were withdrawn after an instant, the latest first."""
    gone = article.c.state == literal_column("'withdrawn'")  # see `last_gone`
    wanted = select(_UPDATED, article.c.id, article.c.division).join_from(article, revision, _CURRENT)
    wanted = wanted.where(gone, article.c.updated_at > since, *_filed(scope, newsroom, divisions=False))
    slugs = _divisions(scope, newsroom)
    found = [(row[0], row[1]) for row in session.execute(wanted) if row[0] and (not slugs or row[2] in slugs)]
    if scope.words:
        held = _holding(session, scope, newsroom, [one for _, one in found])
        found = [one for one in found if one[1] in held]
    return sorted(found, reverse=True)[:limit]


def _placed(session: Session, wanted: Select[Any]) -> list[Placed]:
    return sorted(((row[0] or _UNREADABLE, row[1]) for row in session.execute(wanted)), reverse=True)


def published(
    session: Session, scope: Scope, newsroom: Newsroom, *, since: datetime, until: datetime, limit: int, offset: int
) -> list[int]:
    """A scope's articles that were published from one instant on and before another, the newest first."""
    wanted = _published(session, scope, newsroom, since, until)
    return [row.id for row in session.execute(wanted.limit(limit).offset(offset))]


def lengths(
    session: Session, scope: Scope, newsroom: Newsroom, *, since: datetime, until: datetime
) -> list[tuple[int, int]]:
    """All of them, each with how many characters its body has as HTML."""
    wanted = _published(session, scope, newsroom, since, until).add_columns(func.length(revision.c.body_html))
    return [(row[1], row[2]) for row in session.execute(wanted)]


def _published(session: Session, scope: Scope, newsroom: Newsroom, since: datetime, until: datetime) -> Select[Any]:
    wanted = _readable(scope, newsroom).where(article.c.published_at >= since, article.c.published_at < until)
    if scope.words:
        sought = replace(_sought(scope, newsroom, limit=_IN_A_MONTH), low=slot(since), high=slot_end(until))
        wanted = wanted.where(article.c.id.in_(engine_of(session).find(session, sought)))
    return wanted.order_by(article.c.published_at.desc(), article.c.id.desc())


def late_change(session: Session, scope: Scope, newsroom: Newsroom, *, since: datetime, until: datetime) -> int:
    """The last change, after these days were over, to which releases of a scope, whatever its words, were published or
    corrected in them; or 0. A release that came in late is such a change, a withdrawal, and a correction that files
    one under the scope or took it away; any other correction is none.
    """
    late = select(change.c.number, change.c.filed_before).join(article, article.c.id == change.c.article_id)
    first, last = changes.first_at(session, since), changes.first_at(session, until)
    then = _THEN.c.number.between(first, last - 1), _THEN.c.kind == ChangeKind.CORRECTED
    published = and_(article.c.published_at >= since, article.c.published_at < until)
    shown = or_(published, article.c.id.in_(select(_THEN.c.article_id).where(*then)))
    late = late.where(change.c.number >= last, shown)
    late = late.order_by(change.c.number.desc())
    came_or_went = change.c.kind.in_((ChangeKind.PUBLISHED, ChangeKind.WITHDRAWN))
    moved = change.c.filed_before.is_not(null())
    here = late.join(revision, _CURRENT).where(*_filed(scope, newsroom), or_(came_or_went, moved)).limit(1)
    left = ((number, before) for number, before in session.execute(late.where(moved)) if before)
    return max(
        session.execute(here).scalar() or 0,
        next((number for number, before in left if _held(scope, newsroom, before)), 0),
    )


def corrected(
    session: Session, scope: Scope, newsroom: Newsroom, *, since: datetime, until: datetime
) -> list[tuple[int, int, datetime]]:
    """A scope's articles that were published before an instant, and corrected from it on and before another, each with
    how many characters its body has as HTML and the instant of its last correction there; that which was last first.
    """
    first, last = changes.first_at(session, since), changes.first_at(session, until)
    wanted = select(article.c.id, func.length(revision.c.body_html), told(func.max(change.c.at)))
    wanted = wanted.join_from(change, article, article.c.id == change.c.article_id).join(revision, _CURRENT)
    wanted = wanted.where(change.c.number >= first, change.c.number < last, change.c.kind == ChangeKind.CORRECTED)
    wanted = wanted.where(article.c.state == State.PUBLISHED, article.c.published_at < since)
    wanted = wanted.where(*_filed(scope, newsroom)).group_by(article.c.id, revision.c.body_html)
    wanted = wanted.order_by(func.max(change.c.number).desc())
    found = [(row[0], row[1], row[2]) for row in session.execute(wanted) if row[2]]
    if scope.words and found:
        held = _holding(session, scope, newsroom, [one for one, _, _ in found])
        found = [one for one in found if one[0] in held]
    return found


def corrections(session: Session, ids: Iterable[int]) -> dict[int, list[datetime]]:
    """When each of these articles was corrected; without instants that cannot be read."""
    found: dict[int, list[datetime]] = {}
    wanted = select(change.c.article_id, told(change.c.at)).where(change.c.kind == ChangeKind.CORRECTED)
    for number, at in session.execute(wanted.where(change.c.article_id.in_(list(ids)))):
        found.setdefault(number, []).extend([at] if at else [])
    return found


def _held(scope: Scope, newsroom: Newsroom, before: Mapping[str, Any]) -> bool:
    """Whether what was filed so was under a scope, whatever its words."""
    return (
        (not scope.divisions or before["division"] in _divisions(scope, newsroom))
        and (not scope.topics or not set(scope.topics).isdisjoint(before["topics"]))
        and (not scope.boards or before["board"] in scope.boards)
        and scope.language in (None, before["language"])
    )


def last_before(session: Session, scope: Scope, newsroom: Newsroom, at: datetime) -> datetime | None:
    """When the last of a scope's articles was published before an instant; None if none was."""
    wanted = _readable(scope, newsroom).where(article.c.published_at < at)
    if scope.words:
        sought = replace(_sought(scope, newsroom, limit=1), high=slot(at))
        wanted = wanted.where(article.c.id.in_(engine_of(session).find(session, sought)))
    elif scope.divisions:
        # The last of each division is the last in its index.
        bare = _readable(replace(scope, divisions=()), newsroom).where(article.c.published_at < at)
        newest_first = bare.order_by(article.c.published_at.desc())

        def last(most: int) -> Select[Any]:
            parts = [
                select(newest_first.where(article.c.division == slug).limit(most).subquery())
                for slug in _divisions(scope, newsroom)
            ]
            together = union_all(*parts).subquery()
            return select(together.c.published_at).order_by(together.c.published_at.desc()).limit(most)

        return _first(session, last)
    return _first(session, wanted.order_by(article.c.published_at.desc()).limit)


def _first(session: Session, wanted: Callable[[int], Select[Any]]) -> datetime | None:
    """The first instant that can be read, of so many rows as are asked for."""
    for most in (1, _TRIED):  # almost always it is the very first
        ats: Sequence[datetime | None] = session.execute(wanted(most)).scalars().all()
        found = next((at for at in ats if at), None)
        if found or len(ats) < most:
            return found
    return None


def _readable(scope: Scope, newsroom: Newsroom) -> Select[Any]:
    columns = select(_PUBLISHED, article.c.id).join_from(article, revision, _CURRENT)
    return columns.where(article.c.state == State.PUBLISHED, *_filed(scope, newsroom))


def last_gone(session: Session, scope: Scope, newsroom: Newsroom, *, before: datetime) -> datetime | None:
    """When the last of a scope's articles, whatever its words, was withdrawn until this instant; None if none was."""
    # As words of the statement, not as a value: SQLite takes an index of some rows only where it sees which they are.
    withdrawn = article.c.state == literal_column("'withdrawn'")
    gone = select(_UPDATED, article.c.division).join_from(article, revision, _CURRENT)
    gone = gone.where(withdrawn, article.c.updated_at <= before, *_filed(scope, newsroom, divisions=False))
    # Few ever are: their divisions are looked at here, lest the index of a division be read to its end for nothing.
    slugs = _divisions(scope, newsroom)
    found = session.execute(gone.order_by(article.c.updated_at.desc()))
    return next((row.updated_at for row in found if row.updated_at and (not slugs or row.division in slugs)), None)


def latest_changes(session: Session, ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """The last change of each article, its number and instant; without one that has none that can be read."""
    wanted = select(change.c.article_id, func.max(change.c.number), told(func.max(change.c.at)))
    rows = session.execute(wanted.where(change.c.article_id.in_(list(ids))).group_by(change.c.article_id))
    return {row[0]: (row[1], row[2]) for row in rows if row[2]}


def _of_words(session: Session, scope: Scope, newsroom: Newsroom, gone_since: datetime, limit: int) -> Sequence[int]:
    """Candidates: the newest that the search finds, those it finds of what was corrected, and what was withdrawn.

    What was corrected has changed later than it was published; all else that may be among the newest is among the
    newest by publication.
    """
    sought = _sought(scope, newsroom, limit=limit)
    corrected = replace(sought, facets=(*sought.facets, (CHANGED,)), limit=_CORRECTED)
    engine = engine_of(session)
    gone = select(article.c.id).where(article.c.state == State.WITHDRAWN, article.c.updated_at > gone_since)
    return [
        *engine.find(session, sought),
        *engine.find(session, corrected),
        *_holding(session, scope, newsroom, session.execute(gone).scalars()),
    ]


def _holding(session: Session, scope: Scope, newsroom: Newsroom, ids: Iterable[int]) -> set[int]:
    """Those of these articles that a scope matches, its words too."""
    texts = reading.by_id(session, ids)
    return {one.id for one in texts.values() if scope.matches(one, newsroom.lineage(one.division or ""))}


def _sought(scope: Scope, newsroom: Newsroom, *, limit: int) -> Sought:
    """A scope as a question to the search."""
    groups = [
        tuple(facet("division", slug) for slug in _divisions(scope, newsroom)),
        tuple(facet("topic", slug) for slug in scope.topics),
        tuple(facet("board", slug) for slug in scope.boards),
        (facet("language", scope.language),) if scope.language else (),
    ]
    return Sought(wish=read(scope.words), facets=tuple(one for one in groups if one), limit=limit)


def _filed(scope: Scope, newsroom: Newsroom, *, divisions: bool = True) -> list[ColumnElement[bool]]:
    """The conditions of a scope but for its words."""
    where: list[ColumnElement[bool]] = []
    if divisions and scope.divisions:
        where.append(article.c.division.in_(_divisions(scope, newsroom)))
    if scope.topics:
        tagged = select(article_topic.c.article_id).where(article_topic.c.topic.in_(scope.topics))
        where.append(article.c.id.in_(tagged))
    if scope.boards:
        where.append(article.c.board.in_(scope.boards))
    if scope.language:
        where.append(revision.c.language == scope.language)
    return where


def _divisions(scope: Scope, newsroom: Newsroom) -> list[str]:
    """Every slug under which a release of these divisions may be filed."""
    return sorted({within for slug in scope.divisions for within in newsroom.within(slug)})
