"""Many articles from outside at once: what is known of their sources, and new ones in a few statements for all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import and_, delete, insert, select, update

from feeds.model import Content, State
from feeds.store import changes, search_index, undoing
from feeds.store.articles import NO_WINDOW, Filing, Source, revision_rows
from feeds.store.database import Session
from feeds.store.tables import article, article_topic, attachment, discarded_source, picture, revision

_AT_ONCE = 500
"""Keys in one question: both engines bound how many values a statement has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article that was taken from a source, and the fingerprint of what was read last."""

    article_id: int
    fingerprint: str
    state: State
    division: str | None
    board: str | None
    edited: bool = False
    """Whether its text as it stands was written here, by whoever: not by the intake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A new article. `published_at` is the instant readers see, None for a draft; `quiet`: nobody is mailed."""

    content: Content
    filing: Filing
    source: Source
    published_at: datetime | None = None
    quiet: bool = True


def known(session: Session, keys: Iterable[str]) -> dict[str, Known]:
    """The articles taken from these sources, by the source's key."""
    wanted = list(dict.fromkeys(keys))
    columns = (
        article.c.source_key,
        article.c.id,
        article.c.source_fingerprint,
        article.c.state,
        article.c.division,
        article.c.board,
        revision.c.author.is_not(None),
    )
    current = and_(revision.c.article_id == article.c.id, revision.c.number == article.c.revision)
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        asked = select(*columns).join(revision, current, isouter=True)
        here = asked.where(article.c.source_key.in_(wanted[start : start + _AT_ONCE]))
        for key, article_id, mark, state, division, board, edited in session.execute(here):
            found[key] = Known(
                article_id=article_id,
                fingerprint=mark,
                state=State(state),
                division=division,
                board=board,
                edited=edited,
            )
    return found


def discarded(session: Session, keys: Iterable[str]) -> frozenset[str]:
    """Those of these sources whose drafts were destroyed here."""
    wanted, found = list(dict.fromkeys(keys)), set[str]()
    column = discarded_source.c.source_key
    for start in range(0, len(wanted), _AT_ONCE):
        found |= set(session.execute(select(column).where(column.in_(wanted[start : start + _AT_ONCE]))).scalars())
    return frozenset(found)


def take_back(session: Session, keys: Iterable[str]) -> None:
    """Forget that the drafts of these sources were destroyed here: they are taken in again."""
    wanted = list(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        column = discarded_source.c.source_key
        session.execute(delete(discarded_source).where(column.in_(wanted[start : start + _AT_ONCE])))


def note_read(session: Session, article_id: int, fingerprint: str) -> None:
    """Keep what was read at an article's source last, where the article itself stays as it is."""
    read = update(article).where(article.c.id == article_id)
    session.execute(read.values(source_fingerprint=fingerprint))


def store(
    session: Session,
    incoming: Sequence[Incoming],
    *,
    authority: str,
    fallback_division: str,
    now: datetime,
    undo: timedelta = NO_WINDOW,
) -> list[int]:
    """Store new articles with their first revisions; answers their ids in order. Published ones write their changes.

    What is published without a division goes to the fallback. `undo` says for how long mails of them wait.
    """
    if not incoming:
        return []
    changes.take_turn(session)
    rows = [_row(one, authority, fallback_division, now) for one in incoming]
    written = session.execute(insert(article).returning(article.c.guid, article.c.id), rows)
    by_guid = {row.guid: row.id for row in written}
    ids: list[int] = [by_guid[row["guid"]] for row in rows]
    revisions, pictures, attachments, topics = [], [], [], []
    for article_id, one in zip(ids, incoming, strict=True):
        values, shown, files = revision_rows(article_id, 1, one.content, note=None, author=None, now=now)
        revisions.append(values)
        pictures += shown
        attachments += files
        topics += [{"article_id": article_id, "topic": slug} for slug in sorted(set(one.filing.topics or ()))]
    parts = ((revision, revisions), (picture, pictures), (attachment, attachments), (article_topic, topics))
    for table, values_of in parts:
        if values_of:
            session.execute(insert(table), values_of)
    search_index.index_all(session, {article_id: one.content for article_id, one in zip(ids, incoming, strict=True)})
    public = [(article_id, one.quiet) for article_id, one in zip(ids, incoming, strict=True) if one.published_at]
    undoing.begin(session, changes.record_published(session, public, at=now), at=now, lasts=undo)
    return ids


def _row(one: Incoming, authority: str, fallback_division: str, now: datetime) -> dict[str, object]:
    is_public = one.published_at is not None
    return (
        {"urgent": False}
        | one.filing.columns
        | {
            "guid": f"tag:{authority}:{uuid4().hex}",
            "state": State.PUBLISHED if is_public else State.DRAFT,
            "revision": 1,
            "version": 1,
            "division": one.filing.division or (fallback_division if is_public else None),
            "source_key": one.source.key,
            "source_fingerprint": one.source.fingerprint,
            "source_address": one.source.address,
            "created_at": now,
            "published_at": one.published_at,
            "updated_at": one.published_at,
            "mail": not one.quiet if is_public else None,
        }
    )
