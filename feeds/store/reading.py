"""Questions to the store, answered with articles as they stand: one, several by id, or the newest of a scope."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, select, tuple_

from feeds.errors import NotFound
from feeds.model import Article, Attachment, Content, Footnote, Picture, State
from feeds.store.database import Session
from feeds.store.tables import article, attachment, picture, revision

_CURRENT = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)
_ARTICLE = select(article, *[column.label(f"revision_{column.name}") for column in revision.c]).join(revision, _CURRENT)


def get(session: Session, article_id: int) -> Article:
    """The article with this id, whatever its state. NotFound if there is none."""
    found = _articles(session, _ARTICLE.where(article.c.id == article_id))
    if not found:
        raise NotFound("article", article_id)
    return found[0]


def by_id(session: Session, ids: Iterable[int]) -> dict[int, Article]:
    """The articles with these ids, whatever their state."""
    return {found.id: found for found in _articles(session, _ARTICLE.where(article.c.id.in_(list(ids))))}


def newest(
    session: Session,
    *,
    divisions: Sequence[str] = (),
    language: str | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[Article]:
    """Published articles, newest first; of these divisions (none means all) and in this language, if one is given."""
    wanted = (
        _ARTICLE.where(*_public(divisions, language))
        .order_by(article.c.published_at.desc(), article.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return _articles(session, wanted)


def count(session: Session, *, divisions: Sequence[str] = (), since: datetime | None = None) -> int:
    """How many articles are published, of these divisions, from this instant on."""
    where = _public(divisions, None)
    if since is not None:
        where.append(article.c.published_at >= since)
    return session.execute(select(func.count()).select_from(article).where(*where)).scalar_one()


def listing(session: Session, *, state: State | None = None, limit: int = 50) -> Sequence[Article]:
    """What staff see: articles of any state, the latest stored first."""
    wanted = _ARTICLE.order_by(article.c.id.desc()).limit(limit)
    return _articles(session, wanted.where(article.c.state == state) if state else wanted)


def _public(divisions: Sequence[str], language: str | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [article.c.state == State.PUBLISHED]
    if divisions:
        where.append(article.c.division.in_(list(divisions)))
    if language:
        where.append(revision.c.language == language)
    return where


def _articles(session: Session, wanted: Select[Any]) -> list[Article]:
    rows = session.execute(wanted).all()
    keys = [(row.id, row.revision) for row in rows]
    pictures = _parts(session, picture, keys)
    attachments = _parts(session, attachment, keys)
    return [
        _article(
            row,
            tuple(Picture(**part) for part in pictures[row.id]),
            tuple(Attachment(**part) for part in attachments[row.id]),
        )
        for row in rows
    ]


def _parts(session: Session, table: Table, keys: Sequence[tuple[int, int]]) -> dict[int, list[dict[str, Any]]]:
    """The parts of these revisions in order, by article, without their keys."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if keys:
        of_revisions = tuple_(table.c.article_id, table.c.revision).in_(keys)
        for row in session.execute(select(table).where(of_revisions).order_by(table.c.position)):
            values = dict(row._mapping)
            owner = values.pop("article_id")
            del values["revision"], values["position"]
            found[owner].append(values)
    return found


def _article(row: Row[Any], pictures: tuple[Picture, ...], attachments: tuple[Attachment, ...]) -> Article:
    content = Content(
        language=row.revision_language,
        title=row.revision_title,
        subtitle=row.revision_subtitle,
        summary=row.revision_summary,
        body_html=row.revision_body_html,
        body_text=row.revision_body_text,
        pictures=pictures,
        attachments=attachments,
        footnotes=tuple(Footnote(**note) for note in row.revision_footnotes),
    )
    return Article(
        id=row.id,
        guid=row.guid,
        state=State(row.state),
        revision=row.revision,
        content=content,
        division=row.division,
        board=row.board,
        telephone=row.telephone,
        source_address=row.source_address,
        registered_on=row.registered_on,
        licence=row.licence,
        urgent=row.urgent,
        created_at=row.created_at,
        published_at=row.published_at,
        updated_at=row.updated_at,
        correction_note=row.revision_note,
        withdrawal_reason=row.withdrawal_reason,
    )
