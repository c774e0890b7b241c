"""Questions to the store, answered with articles as they stand: one, several by id, or the newest of a scope."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, select, tuple_

from feeds.errors import NotFound
from feeds.model import Approval, Article, Attachment, ChangeKind, Content, Filed, Footnote, Picture, Revision, State
from feeds.store.database import Session
from feeds.store.sound import demand, kinds, sound
from feeds.store.tables import article, article_topic, attachment, change, picture, revision

log = structlog.get_logger()
_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)
_FOOTNOTE = (("mark", str), ("term", str), ("note", str))
_KINDS = {table: kinds(table) for table in (article, revision, picture, attachment, article_topic)}
_CORRECTION = revision.alias("correction")
# What the last correction said stays beside the text until the next: a minor edit after it says nothing.
_LAST_NOTE = (
    select(_CORRECTION.c.note)
    .where(_CORRECTION.c.article_id == article.c.id, _CORRECTION.c.note.is_not(None))
    .order_by(_CORRECTION.c.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("correction_note")
)
_ARTICLE = select(article, *[column.label(f"revision_{column.name}") for column in revision.c], _LAST_NOTE).join(
    revision, _CURRENT
)


def get(session: Session, article_id: int) -> Article:
    """The article with this id, whatever its state. NotFound if there is none."""
    found = _articles(session, _ARTICLE.where(article.c.id == article_id))
    if not found:
        raise NotFound("article", article_id)
    return found[0]


def by_id(session: Session, ids: Iterable[int]) -> dict[int, Article]:
    """The articles with these ids, whatever their state; without one whose rows are damaged, which is logged."""
    return {found.id: found for found in _sound(session, _ARTICLE.where(article.c.id.in_(list(ids))))}


def newest(
    session: Session,
    *,
    divisions: Sequence[str] = (),
    language: str | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[Article]:
    """Published articles, newest first; of these divisions (none means all) and in this language, if one is given.

    One whose rows are damaged is left out and logged.
    """
    wanted = (
        _ARTICLE.where(*_public(divisions, language))
        .order_by(article.c.published_at.desc(), article.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return _sound(session, wanted)


def newest_ids(session: Session, *, divisions: Sequence[str] = (), limit: int, offset: int = 0) -> Sequence[int]:
    """The ids of what `newest` would give: also of one whose rows are damaged, so that pages keep their bounds."""
    wanted = select(article.c.id).where(*_public(divisions, None))
    ordered = wanted.order_by(article.c.published_at.desc(), article.c.id.desc())
    return session.execute(ordered.limit(limit).offset(offset)).scalars().all()


def readable(session: Session, ids: Iterable[int]) -> frozenset[int]:
    """Those of these articles that readers can read."""
    wanted = list(ids)
    if not wanted:
        return frozenset()
    found = select(article.c.id).where(article.c.id.in_(wanted), article.c.state == State.PUBLISHED)
    return frozenset(session.execute(found).scalars())


def count(session: Session, *, divisions: Sequence[str] = (), since: datetime | None = None) -> int:
    """How many articles are published, of these divisions, from this instant on."""
    where = _public(divisions, None)
    if since is not None:
        where.append(article.c.published_at >= since)
    return session.execute(select(func.count()).select_from(article).where(*where)).scalar_one()


def issued(session: Session, *, since: datetime) -> dict[str, int]:
    """How many articles each division has published from an instant on, under the slug it had then."""
    counted = select(article.c.division, func.count()).where(*_public((), None), article.c.published_at >= since)
    return {row[0]: row[1] for row in session.execute(counted.group_by(article.c.division))}


def due(session: Session, now: datetime, *, since: datetime) -> tuple[int, ...]:
    """The scheduled articles whose instant has come since another, in its order."""
    its_time = article.c.publish_at.between(since, now)
    wanted = select(article.c.id).where(article.c.state == State.SCHEDULED, its_time)
    return tuple(session.execute(wanted.order_by(article.c.publish_at, article.c.id)).scalars())


def revisions(
    session: Session, article_id: int, *, public: bool = True, below: int | None = None, limit: int | None = None
) -> tuple[Revision, ...]:
    """The frozen texts of an article, the oldest first; by default only those that readers have seen.

    `limit` keeps the latest of them, of those numbered below `below` if that is given.
    """
    first = 1
    if public:
        published = select(func.min(change.c.revision)).where(
            change.c.article_id == article_id, change.c.kind == ChangeKind.PUBLISHED
        )
        seen = session.execute(published).scalar()
        if seen is None:
            return ()
        first = seen
    wanted = select(revision).where(revision.c.article_id == article_id, revision.c.number >= first)
    if below is not None:
        wanted = wanted.where(revision.c.number < below)
    rows = session.execute(wanted.order_by(revision.c.number.desc()).limit(limit)).all()[::-1]
    keys = [(row.article_id, row.number) for row in rows]
    pictures, attachments = (_parts(session, table, keys) for table in (picture, attachment))
    return tuple(
        Revision(
            number=row.number,
            content=_content(dict(row._mapping), pictures[article_id, row.number], attachments[article_id, row.number]),
            note=row.note,
            author=row.author,
            created_at=row.created_at,
            filed=_filed(row.filed),
        )
        for row in rows
    )


def _public(divisions: Sequence[str], language: str | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [article.c.state == State.PUBLISHED]
    if divisions:
        where.append(article.c.division.in_(list(divisions)))
    if language:
        where.append(revision.c.language == language)
    return where


def _sound(session: Session, wanted: Select[Any]) -> list[Article]:
    """The articles of a list. One that cannot be read, whatever has happened to its rows, takes no other with it."""
    return sound(session, wanted, _articles, key=article.c.id, alone=_ARTICLE, left_out=_left_out)


def _left_out(article_id: int, error: Exception) -> None:
    log.error("article.left_out", article=article_id, cause=f"{type(error).__name__}: {error}")


def _articles(session: Session, wanted: Select[Any]) -> list[Article]:
    rows = session.execute(wanted).all()
    keys = [(row.id, row.revision) for row in rows]
    pictures, attachments = (_parts(session, table, keys) for table in (picture, attachment))
    topics = _topics(session, [row.id for row in rows])
    families = _families(session, {row.twin_group for row in rows if row.twin_group is not None})
    return [
        _article(
            row,
            _content(_of_revision(row), pictures[row.id, row.revision], attachments[row.id, row.revision]),
            topics[row.id],
            tuple((language, one) for language, one in families[row.twin_group] if one != row.id),
        )
        for row in rows
    ]


def _of_revision(row: Row[Any]) -> dict[str, Any]:
    return {key.removeprefix("revision_"): value for key, value in row._mapping.items() if key.startswith("revision_")}


def _parts(
    session: Session, table: Table, keys: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """The parts of these revisions in order, by article and revision, without their keys."""
    found: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    if keys:
        of_revisions = tuple_(table.c.article_id, table.c.revision).in_(keys)
        for row in session.execute(select(table).where(of_revisions).order_by(table.c.position)):
            values = dict(row._mapping)
            demand(values, _KINDS[table])
            owner = values.pop("article_id"), values.pop("revision")
            del values["position"]
            found[owner].append(values)
    return found


def _topics(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    if ids:
        wanted = select(article_topic).where(article_topic.c.article_id.in_(ids)).order_by(article_topic.c.topic)
        for row in session.execute(wanted):
            demand(row._mapping, _KINDS[article_topic])
            found[row.article_id] += (row.topic,)
    return found


def _families(session: Session, groups: set[int]) -> dict[int | None, list[tuple[str, int]]]:
    """The members of these groups of twins by group: (language, article id) in order of language."""
    found: dict[int | None, list[tuple[str, int]]] = defaultdict(list)
    if groups:
        wanted = select(article.c.twin_group, revision.c.language, article.c.id).join(revision, _CURRENT)
        for row in session.execute(wanted.where(article.c.twin_group.in_(groups)).order_by(revision.c.language)):
            if isinstance(row.language, str):  # else it is a damaged one, of which its own list tells
                found[row.twin_group].append((row.language, row.id))
    return found


def _content(
    row: Mapping[str, Any], pictures: Sequence[dict[str, Any]], attachments: Sequence[dict[str, Any]]
) -> Content:
    demand(row, _KINDS[revision])
    return Content(
        language=row["language"],
        title=row["title"],
        subtitle=row["subtitle"],
        summary=row["summary"],
        body_html=row["body_html"],
        body_text=row["body_text"],
        pictures=tuple(Picture(**part) for part in pictures),
        attachments=tuple(Attachment(**part) for part in attachments),
        footnotes=tuple(map(_footnote, row["footnotes"])),
        markdown=row["markdown"],
    )


def _filed(stored: dict[str, Any] | None) -> Filed | None:
    if stored is None:
        return None
    day = stored["registered_on"]
    given = stored | {"topics": tuple(stored["topics"]), "registered_on": date.fromisoformat(day) if day else None}
    return Filed(**given)


def _footnote(stored: dict[str, Any]) -> Footnote:
    note = Footnote(**stored)
    demand(asdict(note), _FOOTNOTE)
    return note


def _article(row: Row[Any], content: Content, topics: tuple[str, ...], twins: tuple[tuple[str, int], ...]) -> Article:
    demand(row._mapping, _KINDS[article])
    demand(row._mapping, (("correction_note", str),))
    asked = row.approval_asked_by is not None and row.approval_version == row.version
    approval = Approval(asked_by=row.approval_asked_by, asked_at=row.approval_asked_at, version=row.version)
    return Article(
        id=row.id,
        guid=row.guid,
        state=State(row.state),
        revision=row.revision,
        version=row.version,
        content=content,
        division=row.division,
        board=row.board,
        topics=topics,
        telephone=row.telephone,
        source_address=row.source_address,
        registered_on=row.registered_on,
        licence=row.licence,
        urgent=row.urgent,
        approval=approval if asked else None,
        publish_at=row.publish_at,
        mail=row.mail,
        embargoed=row.embargoed,
        embargoed_at=row.embargoed_at,
        twins=twins,
        created_at=row.created_at,
        published_at=row.published_at,
        updated_at=row.updated_at,
        correction_note=row.correction_note,
        withdrawal_reason=row.withdrawal_reason,
    )
