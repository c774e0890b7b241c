"""Many articles from outside at once: what is known of their sources, and new ones in a few statements for all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert, select

from feeds.model import Content, State
from feeds.store import changes, search_index
from feeds.store.articles import Filing, Source, revision_rows
from feeds.store.database import Session
from feeds.store.tables import article, article_topic, attachment, picture, revision

_AT_ONCE = 500
"""Keys in one question: both engines bound how many values a statement has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article that was taken from a source, and the fingerprint of what was read then."""

    article_id: int
    fingerprint: str
    state: State
    division: str | None
    board: str | None


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
    )
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        asked = select(*columns).where(article.c.source_key.in_(wanted[start : start + _AT_ONCE]))
        for key, article_id, mark, state, division, board in session.execute(asked):
            found[key] = Known(
                article_id=article_id, fingerprint=mark, state=State(state), division=division, board=board
            )
    return found


def store(
    session: Session, incoming: Sequence[Incoming], *, authority: str, fallback_division: str, now: datetime
) -> list[int]:
    """Store new articles with their first revisions; answers their ids in order. Published ones write their changes.

    What is published without a division goes to the fallback.
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
    changes.record_published(session, public, at=now)
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
        }
    )
