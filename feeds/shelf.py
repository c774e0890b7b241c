"""Rendered feeds, kept as bytes and made again only when the change log has grown past them.

Bounded by what there is to follow: one document for each division and format, and those of all releases.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from feeds.addresses import FEED_TYPES
from feeds.documents import atom, jsonfeed, rss
from feeds.documents.feed import Feed, feed_of
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store import changes, divisions, reading
from feeds.store.database import Database, Session
from feeds.words import Words

log = structlog.get_logger()

ALL = "all"
ENTRIES = 50
EMPTY_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries says it was updated: any fixed instant will do, but never now."""
_RENDERERS: Mapping[str, Callable[[Feed], bytes]] = {
    "rss": rss.render,
    "atom": atom.render,
    "json": jsonfeed.render,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it is served. `change` is the head of the log it was made from; the entity tag names its bytes."""

    content: bytes
    media_type: str
    etag: str
    last_modified: datetime
    change: int


class Shelf:
    """Answers feeds by slug and extension."""

    def __init__(self, database: Database, newsroom: Newsroom, words: Mapping[str, Words]) -> None:
        """Take the parts; nothing is rendered yet."""
        self._database = database
        self._newsroom = newsroom
        self._words = words
        self._documents: dict[tuple[str, str], Document] = {}

    def get(self, slug: str, extension: str) -> Document | None:
        """The feed of a division, or of `all`; None where there is no such division or form.

        A slug that a division had before answers as the one that it has.
        """
        division = self._newsroom.division(slug)
        if extension not in _RENDERERS or (division is None and slug != ALL):
            return None
        slug = division.slug if division else ALL
        key = slug, extension
        with self._database.read() as session:
            head = changes.head(session)
            known = self._documents.get(key)
            if known is not None and known.change == head:
                return known
            feed = self._feed(session, slug)
            latest = changes.latest_at(session, self._divisions(slug))
        # A withdrawal, or an old release that comes in late, moves the feed's date though no entry shows it.
        feed = replace(feed, updated=max(feed.updated, latest) if latest and feed.entries else latest or EMPTY_AT)
        document = _document(feed, extension, head)
        self._documents[key] = document
        return document

    def had(self, slug: str) -> bool:
        """Whether there was a division of this slug once that the city file no longer knows of."""
        with self._database.read() as session:
            return divisions.names(session, slug) is not None

    def _divisions(self, slug: str) -> tuple[str, ...]:
        return () if slug == ALL else self._newsroom.within(slug)

    def _feed(self, session: Session, slug: str) -> Feed:
        """The newest releases of the division and those below it, read in the session that read the head."""
        feed = feed_of(
            newsroom=self._newsroom,
            words=self._words,
            scope=Scope() if slug == ALL else Scope((slug,)),
            language=self._newsroom.city.languages[0],
            articles=reading.newest(session, divisions=self._divisions(slug), limit=ENTRIES),
            empty_at=EMPTY_AT,
        )
        for article_id, reason in feed.left_out:
            log.error("feed.left_out", feed=slug, article=article_id, reason=reason)
        return feed


def _document(feed: Feed, extension: str, head: int) -> Document:
    content = _RENDERERS[extension](feed)
    return Document(
        content=content,
        media_type=FEED_TYPES[extension],
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        last_modified=feed.updated,
        change=head,
    )
