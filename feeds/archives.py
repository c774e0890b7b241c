"""The archives of feeds (RFC 5005, section 4): a document for each month, from the newest to the first release.

A month that is over holds the same releases for ever, at one address: those that were published in it, and older ones
that were corrected in it. So whoever stops at an address that is known already has seen every correction, however many
there were since: the addresses of what is over stay, and the months after a corrected release need not be fetched anew.
At its own address an older month shows the correction too. Only what changes which releases a month
holds, one that came in late, was withdrawn or is filed elsewhere since, makes the links that lead to it have another
address. Within a month that is not over the address moves with every change.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from feeds.addresses import FEED_TYPES, archive_path, scope_feed_path
from feeds.documents.feed import feed_of
from feeds.documents.splice import pieces
from feeds.model import Newsroom, Topic
from feeds.months import Month
from feeds.packed import Document, pack
from feeds.renderings import FORMATS, Renderings
from feeds.scope import Scope
from feeds.standing import LeftOut
from feeds.store import changes, reading, scoped, topics
from feeds.store.database import Database, Session
from feeds.words import Words

IN_A_PART, CHARACTERS_IN_A_PART = 200, 500_000
"""How many releases one document of an archive holds, and characters of their bodies; a month with more has several.

Characters, for a part has to end at the same release in every format.
"""
CLOSED_FOR, OPEN_FOR = 86_400, 300
"""Seconds for which a reader need not ask again for a month that is over, and for one that is not."""
KEPT_BYTES = 16_000_000


_MANY = 200
"""So many changes at once are not looked at one by one: everything is made again."""

Key = tuple[str, Month, int, str, bool]
"""Of which scope a document is, of which month and part, in which format, and whether the month is over."""


@dataclass(frozen=True, slots=True)
class Archives:
    """Makes the documents of months, and keeps those that were asked for last until the log moves on."""

    database: Database
    newsroom: Newsroom
    words: Mapping[str, Words]
    kept: "Kept"
    in_a_part: int = IN_A_PART
    characters: int = CHARACTERS_IN_A_PART
    renderings: Renderings | None = None
    """Kept from one document to the next, for whoever makes all of them and asks for one after another."""

    def get(self, scope: Scope, month: Month, part: int, extension: str, *, now: datetime) -> Document | None:
        """A part of a month in a format of `FEED_TYPES`; None where the scope has no such part.

        The first part of any month up to the present one is there, if it has entries or not.
        """
        key = (str(scope), month, part, extension, month.end(self.newsroom.city.zone) <= now)
        with self.database.read() as session:
            head = self.kept.catch_up(session, self.newsroom.city.zone)
            known = self.kept.get(key)
            if known is not None:
                return known
            made, left_out = self._make(session, scope, month, part, extension, now)
        if made is not None:
            self.kept.put(key, head, made, left_out)
        return made

    def left_out(self) -> list[tuple[Scope, LeftOut]]:
        """The releases that months which were asked for in this process should show and do not, by scope."""
        return [(Scope.parse(scope), one) for scope, one in self.kept.left_out()]

    def _make(
        self, session: Session, scope: Scope, month: Month, part: int, extension: str, now: datetime
    ) -> tuple[Document | None, Sequence[LeftOut]]:
        newsroom, zone = self.newsroom, self.newsroom.city.zone
        start, end = month.start(zone), month.end(zone)
        if start > now:
            return None, ()
        releases = [(one, long) for one, long, _ in scoped.corrected(session, scope, newsroom, since=start, until=end)]
        releases += scoped.lengths(session, scope, newsroom, since=start, until=end)
        parts = split(releases, self.in_a_part, self.characters)
        if part > len(parts):
            return None, ()
        vocabulary = {topic.slug: topic for topic in topics.known(session)}
        renderings = self.renderings or Renderings(newsroom, self.words, formats=(extension,))
        shown = [one for one in renderings.of(session, parts[part - 1], vocabulary) if one.stamp]
        known = ((one, renderings.last(one)) for one in parts[part - 1])
        left_out = [LeftOut(one, made.problem if made else None) for one, made in known if not made or made.problem]
        older = {name: newsroom.url(url) for name, url in self._older(session, scope, month, part, len(parts)).items()}
        links = {"current": {name: newsroom.url(scope_feed_path(scope, name)) for name in FEED_TYPES}}
        closed = end <= now
        feed = feed_of(
            newsroom=newsroom,
            words=self.words,
            scope=scope,
            language=scope.language or newsroom.city.languages[0],
            topics=vocabulary,
            updated=max((at for one in shown if one.stamp for at in (one.at, one.stamp.updated)), default=start),
            self_urls={name: newsroom.url(archive_path(scope, month, name, part=part)) for name in FEED_TYPES},
            archives=({"prev-archive": older} if older else {}) | links,
            is_archive=closed,
            max_age=CLOSED_FOR if closed else OPEN_FOR,
        )
        module = FORMATS[extension]
        content = pieces(module.around(feed), (renderings.pieces(one)[extension] for one in shown), module.BETWEEN)
        document = Document(
            address=archive_path(scope, month, extension, part=part),
            packed=pack(content),
            media_type=FEED_TYPES[extension],
            number=max((one.number for one in shown), default=0),
            last_modified=None,  # what left the month, withdrawn or filed elsewhere, would date it back
            max_age=feed.max_age,
            links=f'<{feed.self_urls[extension]}>; rel="self"',
        )
        return document, left_out

    def _older(self, session: Session, scope: Scope, month: Month, part: int, parts: int) -> dict[str, str]:
        """Where a reader goes on: the next part of the month, or the newest month before it that has releases."""
        if part < parts:
            return {name: archive_path(scope, month, name, part=part + 1) for name in FEED_TYPES}
        zone = self.newsroom.city.zone
        before = month_before(session, scope, self.newsroom, month.start(zone))
        if before is None:
            return {}
        since, until = before.start(zone), before.end(zone)
        revision = scoped.late_change(session, scope, self.newsroom, since=since, until=until)
        return {name: archive_path(scope, before, name, revision=revision) for name in FEED_TYPES}


def month_before(session: Session, scope: Scope, newsroom: Newsroom, at: datetime) -> Month | None:
    """The newest month before an instant in which a scope's releases were published, or older ones corrected; None if
    there is none."""
    zone = newsroom.city.zone
    last = scoped.last_before(session, scope, newsroom, at)
    if last is None:
        return None  # what is corrected was published before
    published = Month.of(last, zone)
    after = published.end(zone)
    found = scoped.corrected(session, scope, newsroom, since=after, until=at) if after < at else []
    return max([published, *(Month.of(when, zone) for _, _, when in found)])


def split(releases: Iterable[tuple[int, int]], most: int, characters: int) -> list[list[int]]:
    """The parts of a month, whose releases are given by id and length: each of as many as it may hold, and of more
    characters than it may hold only if it is of one release. There is one part at least."""
    parts: list[list[int]] = [[]]
    length = 0
    for one, long in releases:
        if len(parts[-1]) == most or (parts[-1] and length + long > characters):
            parts.append([])
            length = 0
        parts[-1].append(one)
        length += long
    return parts


class Kept:
    """Documents of archives by what they are of, until the log says that they are stale, within a bounded memory.

    A change makes its month's documents stale, and those of the months after it, which lead there.
    """

    def __init__(self, *, bytes_kept: int = KEPT_BYTES) -> None:
        """Nothing is kept yet."""
        self._most = bytes_kept
        self._documents: OrderedDict[Key, Document] = OrderedDict()
        self._left_out: dict[Key, Sequence[LeftOut]] = {}
        self._size = 0
        self._seen = 0
        self._topics: Sequence[Topic] = ()
        self._one_at_a_time = threading.Lock()

    def catch_up(self, session: Session, zone: ZoneInfo) -> int:
        """Forget what is stale; answers the number of the last change that was looked at."""
        head, vocabulary = changes.head(session), topics.known(session)
        with self._one_at_a_time:
            if vocabulary != self._topics or head - self._seen > _MANY:
                self._documents.clear()
                self._left_out.clear()
                self._size = 0
            elif head != self._seen and self._documents:
                changed = reading.by_id(session, {one.article_id for one in changes.window(session, self._seen, head)})
                twins = {twin for one in changed.values() for _, twin in one.twins}  # they name each other
                found = (*changed.values(), *reading.by_id(session, twins).values())
                touched = [one.published_at for one in found if one.published_at]
                first = Month.of(min(touched), zone) if touched else None
                for key in [key for key in self._documents if first and key[1] >= first]:
                    self._size -= self._documents.pop(key).packed.size
                    self._left_out.pop(key, None)
            self._seen, self._topics = max(head, self._seen), vocabulary
            return head

    def get(self, key: Key) -> Document | None:
        """What is kept; None if nothing is."""
        with self._one_at_a_time:
            known = self._documents.get(key)
            if known is not None:
                self._documents.move_to_end(key)
            return known

    def left_out(self) -> list[tuple[str, LeftOut]]:
        """What had to be left out of the documents that are kept, each release once for each scope."""
        with self._one_at_a_time:
            return list(dict.fromkeys((key[0], one) for key, found in self._left_out.items() for one in found))

    def put(self, key: Key, head: int, document: Document, left_out: Sequence[LeftOut] = ()) -> None:
        """Keep a document that was made when this was the last change, and what had to be left out of it."""
        with self._one_at_a_time:
            if head != self._seen or key in self._documents:
                return
            self._documents[key] = document
            if left_out:
                self._left_out[key] = left_out
            self._size += document.packed.size
            while self._size > self._most and len(self._documents) > 1:
                oldest, document = self._documents.popitem(last=False)
                self._left_out.pop(oldest, None)
                self._size -= document.packed.size
