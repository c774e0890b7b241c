"""The archives of feeds (RFC 5005, section 4): a document for each month, from the newest to the first release.

A month that is over stays as it is, but for a correction: then the links that lead to it have another address, so that
whoever has fetched it fetches it again. Within a month that is not over the address moves with every change.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from feeds.addresses import FEED_TYPES, archive_path, scope_feed_path
from feeds.documents.feed import feed_of
from feeds.documents.splice import joined
from feeds.model import Newsroom
from feeds.months import Month
from feeds.packed import Document, pack
from feeds.renderings import FORMATS, Renderings
from feeds.scope import Scope
from feeds.store import changes, scoped, topics
from feeds.store.database import Database, Session
from feeds.words import Words

IN_A_PART = 200
"""How many releases one document of an archive holds; a month with more has several."""
CLOSED_FOR, OPEN_FOR = 86_400, 300
"""Seconds for which a reader need not ask again for a month that is over, and for one that is not."""
KEPT_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Archives:
    """Makes the documents of months, and keeps those that were asked for last until the log moves on."""

    database: Database
    newsroom: Newsroom
    words: Mapping[str, Words]
    kept: "Kept"
    in_a_part: int = IN_A_PART

    def get(self, scope: Scope, month: Month, part: int, extension: str, *, now: datetime) -> Document | None:
        """A part of a month in a format of `FEED_TYPES`; None where the scope has no such part.

        The first part of any month up to the present one is there, if it has entries or not.
        """
        with self.database.read() as session:
            head = changes.head(session)
            known = self.kept.get((str(scope), month, part, extension), head)
            if known is not None:
                return known
            made = self._make(session, scope, month, part, extension, now)
        if made is not None:
            self.kept.put((str(scope), month, part, extension), head, made)
        return made

    def _make(
        self, session: Session, scope: Scope, month: Month, part: int, extension: str, now: datetime
    ) -> Document | None:
        newsroom, zone = self.newsroom, self.newsroom.city.zone
        start, end = month.start(zone), month.end(zone)
        if start > now:
            return None
        offset = (part - 1) * self.in_a_part
        most = self.in_a_part + 1
        ids = scoped.published(session, scope, newsroom, since=start, until=end, limit=most, offset=offset)
        if part > 1 and not ids:
            return None
        vocabulary = {topic.slug: topic for topic in topics.known(session)}
        renderings = Renderings(newsroom, self.words)
        shown = [one for one in renderings.of(session, ids[: self.in_a_part], vocabulary) if one.entry]
        older = {name: newsroom.url(url) for name, url in self._older(session, scope, month, part, ids, now).items()}
        links = {"current": {name: newsroom.url(scope_feed_path(scope, name)) for name in FEED_TYPES}}
        closed = end <= now
        feed = feed_of(
            newsroom=newsroom,
            words=self.words,
            scope=scope,
            language=scope.language or newsroom.city.languages[0],
            topics=vocabulary,
            entries=[one.entry for one in shown if one.entry],
            updated=max((one.at for one in shown), default=start),
            self_urls={name: newsroom.url(archive_path(scope, month, name, part=part)) for name in FEED_TYPES},
            archives=({"prev-archive": older} if older else {}) | links,
            is_archive=closed,
            max_age=CLOSED_FOR if closed else OPEN_FOR,
        )
        module = FORMATS[extension]
        content = joined(module.around(feed), (one.pieces[extension] for one in shown), module.BETWEEN)
        return Document(
            address=archive_path(scope, month, extension, part=part),
            packed=pack(content),
            media_type=FEED_TYPES[extension],
            number=max((one.number for one in shown), default=0),
            last_modified=feed.updated,
            max_age=feed.max_age,
            links=f'<{feed.self_urls[extension]}>; rel="self"',
        )

    def _older(
        self, session: Session, scope: Scope, month: Month, part: int, ids: list[int], now: datetime
    ) -> dict[str, str]:
        """Where a reader goes on: the next part of the month, or the newest month before it that has releases."""
        if len(ids) > self.in_a_part:
            return {name: archive_path(scope, month, name, part=part + 1) for name in FEED_TYPES}
        zone = self.newsroom.city.zone
        last = scoped.last_before(session, scope, self.newsroom, month.start(zone))
        if last is None:
            return {}
        before = Month.of(last, zone)
        since, until = before.start(zone), before.end(zone)
        revision = scoped.late_change(session, scope, self.newsroom, since=since, until=until)
        return {name: archive_path(scope, before, name, revision=revision) for name in FEED_TYPES}


class Kept:
    """Documents of archives by what they are of, as long as the log has not moved on, within a bounded memory."""

    def __init__(self, *, bytes_kept: int = KEPT_BYTES) -> None:
        """Nothing is kept yet."""
        self._most = bytes_kept
        self._documents: OrderedDict[object, Document] = OrderedDict()
        self._size = 0
        self._head = 0
        self._one_at_a_time = threading.Lock()

    def get(self, key: object, head: int) -> Document | None:
        """What was made when the log was as long as this; None if nothing was."""
        with self._one_at_a_time:
            if head != self._head:
                self._documents.clear()
                self._size, self._head = 0, head
            known = self._documents.get(key)
            if known is not None:
                self._documents.move_to_end(key)
            return known

    def put(self, key: object, head: int, document: Document) -> None:
        """Keep a document that was made when the log was as long as this."""
        with self._one_at_a_time:
            if head != self._head or key in self._documents:
                return
            self._documents[key] = document
            self._size += document.packed.size
            while self._size > self._most and len(self._documents) > 1:
                self._size -= self._documents.popitem(last=False)[1].packed.size
