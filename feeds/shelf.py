"""Rendered feeds, kept as bytes with their encodings and made again when the change log says that they are stale.

A document follows from the log and the clock alone: every process makes the same bytes. `catch_up` reads the log and
makes again what a change touched; while somebody calls it in time (`following`), whoever asks for a document that is
there touches no database.
"""

import threading
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import structlog

from feeds.addresses import FEED_TYPES, archive_path, scope_feed_path
from feeds.announced import is_announced
from feeds.caps import ENTRIES, GONE_BYTES, MOST_GONE, fitting, longest
from feeds.clock import Clock
from feeds.documents.entry import APART, Stamp, Tombstone, utc
from feeds.documents.feed import Feed, closing_of, feed_of
from feeds.documents.splice import pieces
from feeds.lineup import Placed, moved, touched
from feeds.model import Newsroom, State, Topic
from feeds.months import Month
from feeds.pace import pace
from feeds.packed import Document, pack
from feeds.renderings import FORMATS, Rendering, Renderings
from feeds.scope import Scope
from feeds.standing import LeftOut, Size, Standing
from feeds.store import changes, reading, scoped, topics
from feeds.store.database import Database, Session
from feeds.words import Words

log = structlog.get_logger()

KEPT_BYTES = 64_000_000
"""How much memory documents may take; those that nobody asked for the longest go first."""
GONE_FOR = timedelta(days=30)
"""How long a withdrawn release is told of."""
EMPTY_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries says it was updated: any fixed instant will do, but never now."""
_LIVE_BYTES = 16_000
"""What a scope takes besides its documents: its order, names, addresses and headers."""
_MARKS = 16
"""How many of a feed's last documents are known by what they are called."""
_MANY = 200
"""So many changes at once are not looked at one by one: everything is made again."""
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class _Live:
    """A scope that is asked for: its documents by format, the articles they show, and when they end by themselves."""

    feed: Feed
    order: Sequence[Placed]
    """The articles that it shows."""
    withdrawn: Sequence[Placed]
    """Those that are told of as withdrawn, in the order or not, the latest first."""
    gone: datetime | None
    """When the last of its articles was withdrawn that is not told of any more."""
    until: datetime
    built_at: datetime
    left_out: tuple[LeftOut, ...]
    ids: tuple[int, ...]
    """All of them, to be asked whether one is among them."""
    numbers: tuple[int, ...]
    """The last change of each entry."""
    documents: dict[str, Document] = field(default_factory=dict)
    marks: dict[str, deque[str]] = field(default_factory=dict)
    """By format, what the last documents were called of which this one differs by changes that have numbers."""
    parts: dict[tuple[str, int], Document] = field(default_factory=dict)
    """What is newer than somebody knows, by format and how many entries that are: at most one for each entry."""
    used: int = 0

    @property
    def size(self) -> int:
        return _LIVE_BYTES + sum(one.packed.size for one in (*self.documents.values(), *self.parts.values()))


class Shelf:
    """Answers feeds by scope and format, or by their address."""

    def __init__(
        self,
        database: Database,
        newsroom: Newsroom,
        words: Mapping[str, Words],
        clock: Clock,
        *,
        hubs: Sequence[str] = (),
        bytes_kept: int = KEPT_BYTES,
    ) -> None:
        """Take the parts; nothing is rendered yet."""
        self.database = database
        self._newsroom = newsroom
        self._words = words
        self._clock = clock
        self._hubs = tuple(hubs)
        self._most = bytes_kept
        self._renderings = Renderings(newsroom, words)
        self._live: dict[Scope, _Live] = {}
        self._owners: dict[str, tuple[_Live, Scope, str]] = {}
        self._table: dict[str, Document] = {}
        self._topics: tuple[Topic, ...] = ()
        self._seen = 0
        self._turn = count(1)
        self._one_at_a_time = threading.RLock()
        self._packers = ThreadPoolExecutor(len(FORMATS), "shelf-packs")
        self._gzips = ThreadPoolExecutor(1, "shelf-gzips")  # most of the work, and nobody need wait for all of it
        self._at_rest = threading.Event()  # while documents are made anew, no processor is taken from them for gzip
        self._at_rest.set()
        self.hits = self.misses = 0
        """How many documents were there when they were asked for, and how many had to be rendered."""
        self.following = False
        """Whether somebody calls `catch_up` all the time; if not, every question does."""

    def at(self, address: str) -> Document | None:
        """The document under this very address, path and query, if it is on the shelf and somebody follows the log."""
        document = self._table.get(address) if self.following else None
        if document is not None:
            self.hits += 1
            owner = self._owners.get(address)
            if owner is not None:
                owner[0].used = next(self._turn)
        return document

    def placed(self, address: str) -> tuple[Scope, str] | None:
        """The scope and the format of the document under this very address, if `at` would give it."""
        owner = self._owners.get(address) if self.following else None
        return owner[1:] if owner is not None else None

    def get(self, scope: Scope, extension: str) -> Document:
        """The document of a scope in a format of `FEED_TYPES`; rendered if it is not there."""
        if not self.following:
            self.catch_up()
        live = self._live.get(scope)
        document = live.documents.get(extension) if live else None
        if live is not None and document is not None:
            self.hits += 1
        else:
            self.misses += 1
            with self._one_at_a_time, self.database.read() as session:
                live = self._make(session, scope, {extension, *(live.documents if live else ())})
                self._make_room()
            document = live.documents[extension]
        live.used = next(self._turn)
        return document

    def catch_up(self) -> int:
        """Make again what the log says is stale, and what ends by itself. Answers how many scopes that were."""
        with self._one_at_a_time, self.database.read() as session:
            try:
                made = self._caught_up(session)
                documents = [document for scope in made for document in self._live[scope].documents.values()]
            finally:
                self._at_rest.set()
        for document in documents:
            self._gzips.submit(self._gzip, document)
        return len(made)

    def _caught_up(self, session: Session) -> Sequence[Scope]:
        """The scopes that were made again, that which was asked for last before the others."""
        now = self._clock()
        head, vocabulary = changes.head(session), topics.known(session)
        due = {scope for scope, live in self._live.items() if live.until <= now}
        if head == self._seen and vocabulary == self._topics and not due:
            return ()
        self._at_rest.clear()
        stale: dict[Scope, dict[int, Placed | None]] = {}
        ended: Collection[int] = ()
        if vocabulary != self._topics or head - self._seen > _MANY:
            self._renderings.clear()
            due = set(self._live)
            for live in self._live.values():
                live.marks.clear()
        elif head != self._seen:
            stale, ended = self._touched(session, [one.article_id for one in changes.window(session, self._seen, head)])
        self._topics = vocabulary
        made = sorted(due | set(stale), key=lambda one: -self._live[one].used)
        for scope in made:
            live = self._live[scope]
            order = None if scope in due else moved(live.order, stale[scope], ENTRIES)
            gone = {one: at if one in ended else None for one, at in stale.get(scope, {}).items()}
            withdrawn = None if order is None else moved(live.withdrawn, gone, MOST_GONE)
            if order is None or withdrawn is None:
                self._make(session, scope, live.documents)
            else:
                self._write(session, scope, order, withdrawn, live.gone, live.documents, is_fresh=True)
        self._seen = head
        return made

    def _gzip(self, document: Document) -> None:
        """Make what most readers ask for before the first does, unless the document is another by now."""
        self._at_rest.wait()
        if self._table.get(document.address) is document:
            _ = document.packed.gzip

    def packed_so_far(self) -> None:
        """Wait until everything that was made anew is packed as gzip too."""
        self._gzips.submit(lambda: None).result()

    def newer(self, scope: Scope, extension: str, marks: Mapping[str, int]) -> Document | None:
        """The document with those entries alone that changed since one that somebody has; `marks` are what theirs are
        called, each with the number of the last change in it.

        None where that is nothing, or all of it, or where more may have changed than numbers tell: the name of a topic,
        or what another process, or this one before it was started anew, knew of the city. What many ask for after the
        same change is made once.
        """
        live = self._live.get(scope)
        ours = live.marks.get(extension, ()) if live else ()
        after = max((number for mark, number in marks.items() if mark in ours), default=None)
        if live is None or after is None:
            return None
        part = live.parts.get((extension, sum(number > after for number in live.numbers)))
        return part or self._newer(live, scope, extension, after)

    def _newer(self, live: _Live, scope: Scope, extension: str, after: int) -> Document | None:
        count = sum(number > after for number in live.numbers)
        if count in (0, len(live.numbers)):
            return None
        with self._one_at_a_time:
            known = [self._renderings.last(one) for one in live.ids]
            if None in known:
                with self.database.read() as session:
                    known = list(self._renderings.of(session, live.ids, self._vocabulary))
            newer = [one for one in known if one and one.number > after and one.number in live.numbers]
            if len(newer) != count:
                return None  # the log went on meanwhile
            number = max(one.number for one in newer)
            content = [self._renderings.pieces(one) for one in newer]
            feed = replace(live.feed, gone=_tombstones(newer))
            made = self._document(feed, content, scope, extension, number, FORMATS[extension].around(feed))
            live.parts[extension, count] = made
            self._make_room()
            return made

    def kept(self) -> tuple[int, int]:
        """How many documents are on the shelf of this process, and how many bytes they take about."""
        live = list(self._live.values())
        return sum(len(one.documents) + len(one.parts) for one in live), sum(one.size for one in live)

    def standing(self) -> list[Standing]:
        """Every feed that is on the shelf of this process, in no order."""
        with self._one_at_a_time:
            return [
                Standing(
                    scope=scope,
                    built_at=live.built_at,
                    entries=len(live.numbers),
                    left_out=live.left_out,
                    sizes={name: Size.of(document) for name, document in live.documents.items()},
                )
                for scope, live in self._live.items()
            ]

    def _left_out(self, order: Sequence[Placed]) -> tuple[LeftOut, ...]:
        """Those of the articles in a feed's order, rendered a moment ago, of which nothing came (F61)."""
        known = ((one, self._renderings.last(one)) for _, one in order)
        return tuple(LeftOut(one, made.problem if made else None) for one, made in known if not made or made.problem)

    def _touched(
        self, session: Session, ids: Iterable[int]
    ) -> tuple[dict[Scope, dict[int, Placed | None]], Collection[int]]:
        """What becomes of these articles in each scope, and which of them are withdrawn."""
        articles = reading.by_id(session, ids)
        for article in articles.values():
            self._renderings.forget([article.id, *(twin for _, twin in article.twins)])
        shown = [(scope, live.ids) for scope, live in self._live.items()]
        found = touched(shown, articles.values(), self._newsroom, gone_since=self._clock() - GONE_FOR)
        if found:  # they are read already
            self._renderings.of(session, list(articles), self._vocabulary, known=articles)
        return found, {one.id for one in articles.values() if one.state is State.WITHDRAWN}

    def _make(self, session: Session, scope: Scope, extensions: Collection[str]) -> _Live:
        """A scope's documents from nothing but the store."""
        since = self._clock() - GONE_FOR
        order = scoped.newest(session, scope, self._newsroom, gone_since=since, limit=ENTRIES)
        withdrawn = scoped.withdrawn(session, scope, self._newsroom, since=since, limit=MOST_GONE)
        gone = scoped.last_gone(session, scope, self._newsroom, before=since)
        return self._write(session, scope, order, withdrawn, gone, extensions)

    def _write(
        self,
        session: Session,
        scope: Scope,
        order: Sequence[Placed],
        withdrawn: Sequence[Placed],
        gone: datetime | None,
        extensions: Collection[str],
        *,
        is_fresh: bool = False,
    ) -> _Live:
        """A scope's documents of these articles, and of those `withdrawn` before, which may be in the order too; `gone`
        is when the last was withdrawn that is not told of any more."""
        order_and_gone = sorted({*order, *withdrawn}, reverse=True)
        entries = self._renderings.of(session, [one for _, one in order_and_gone], self._vocabulary, is_fresh=is_fresh)
        wanted = self._closing(scope) + [one for one in entries if one.stamp]
        stamps = [one.stamp for one in wanted if one.stamp]
        moments = [one.at for one in entries] + ([gone + GONE_FOR] if gone else [])
        number = max((one.number for one in entries), default=0)
        max_age, until = pace(stamps, self._clock())
        leaving = [stamp.tombstone.withdrawn + GONE_FOR - APART for stamp in stamps if stamp.tombstone]
        before = self._live.get(scope)
        feed = replace(
            before.feed if before and is_fresh else self._about(scope),
            updated=utc(max([max(moments, default=EMPTY_AT), *(stamp.updated for stamp in stamps)])),
            archives={"prev-archive": self._archive(scope, stamps, number)} if stamps else {},
            max_age=max_age,
            gone=_tombstones(wanted),
        )
        around = _around(feed)
        while len(feed.gone) > 1 and longest(around) > GONE_BYTES:
            feed = replace(feed, gone=feed.gone[: len(feed.gone) // 2])
            around = _around(feed)
        kept = fitting(wanted, around)
        used = before.used if before else next(self._turn)
        ends = min([*leaving, until or _FAR])
        left_out = self._left_out(order_and_gone)
        live = _Live(
            feed=feed,
            order=order,
            withdrawn=withdrawn,
            gone=gone,
            until=ends,
            used=used,
            built_at=self._clock(),
            left_out=left_out,
            marks=before.marks if before else {},
            ids=tuple(one for _, one in order_and_gone),
            numbers=tuple(one.number for one in kept),
        )
        content = [self._renderings.pieces(one) for one in kept]

        def made(extension: str) -> Document:
            return self._document(feed, content, scope, extension, number, around[extension])

        # What many wait for is packed side by side; what one asked for, in the thread that asked, as memory is then
        # used again by whoever asks next.
        every = self._packers.map(made, extensions) if is_fresh else map(made, extensions)
        for extension, document in zip(extensions, every, strict=True):
            known = before.documents.get(extension) if before else None
            if known is not None and known.packed == document.packed:
                document.packed.made[:] = known.packed.made  # another format was asked for: this one is as it was
            live.documents[extension] = document
            marks = live.marks.setdefault(extension, deque(maxlen=_MARKS))
            if document.mark not in marks:
                marks.append(document.mark)
            self._table[document.address] = document
            self._owners[document.address] = live, scope, extension
        self._live[scope] = live
        return live

    def _about(self, scope: Scope) -> Feed:
        """What a scope's feed says of itself, whatever it shows."""
        return feed_of(
            newsroom=self._newsroom,
            words=self._words,
            scope=scope,
            language=scope.language or self._newsroom.city.languages[0],
            topics=self._vocabulary,
            updated=EMPTY_AT,
            hubs=self._hubs if is_announced(scope) else (),
        )

    def _document(
        self,
        feed: Feed,
        shown: Sequence[Mapping[str, bytes]],
        scope: Scope,
        extension: str,
        number: int,
        around: tuple[bytes, bytes],
    ) -> Document:
        content = pieces(around, (one[extension] for one in shown), FORMATS[extension].BETWEEN)
        url = feed.self_urls[extension]
        links = [f'<{url}>; rel="self"', f'<{feed.alternate_url}>; rel="alternate"; type="text/html"']
        links += [f'<{hub}>; rel="hub"' for hub in feed.hubs]
        return Document(
            address=scope_feed_path(scope, extension),
            packed=pack(content),
            media_type=FEED_TYPES[extension],
            number=number,
            last_modified=feed.updated,
            max_age=feed.max_age,
            links=", ".join(links),
        )

    def _archive(self, scope: Scope, stamps: Sequence[Stamp], number: int) -> dict[str, str]:
        """Where a reader goes on: the month of the last change, in which nothing newer can have been published.

        That change makes its address another, for the month may not be over.
        """
        month = Month.of(max(stamp.updated for stamp in stamps), self._newsroom.city.zone)
        return {name: self._newsroom.url(archive_path(scope, month, name, revision=number)) for name in FEED_TYPES}

    def _closing(self, scope: Scope) -> list[Rendering]:
        """What a division's feed ends with, before all else, where it was retired and nobody goes on with its work."""
        division = self._newsroom.division(scope.division) if scope.division else None
        if division is None or division.retired is None:
            return []
        entry = closing_of(division, self._newsroom, self._words, self._newsroom.city.languages[0])
        return [self._renderings.written(entry, number=0, at=entry.updated)]

    @property
    def _vocabulary(self) -> dict[str, Topic]:
        return {topic.slug: topic for topic in self._topics}

    def _make_room(self) -> None:
        """Forget the scopes that nobody asked for the longest, until what is kept is within its bound."""
        size = sum(live.size for live in self._live.values())
        if size <= self._most:
            return
        for scope, live in sorted(self._live.items(), key=lambda item: item[1].used):
            if size <= self._most * 3 // 4 or len(self._live) == 1:
                return
            size -= live.size
            del self._live[scope]
            for document in live.documents.values():
                self._table.pop(document.address, None)
                self._owners.pop(document.address, None)


def _tombstones(entries: Iterable[Rendering]) -> tuple[Tombstone, ...]:
    return tuple(one.stamp.tombstone for one in entries if one.stamp and one.stamp.tombstone)[:MOST_GONE]


def _around(feed: Feed) -> dict[str, tuple[bytes, bytes]]:
    return {name: module.around(feed) for name, module in FORMATS.items()}
