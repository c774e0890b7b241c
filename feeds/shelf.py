"""Rendered feeds, kept as bytes with their encodings and made again when the change log says that they are stale.

A document follows from the log and the clock alone: every process makes the same bytes. `catch_up` reads the log and
makes again what a change touched; while somebody calls it in time (`following`), whoever asks for a document that is
there touches no database.
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import structlog

from feeds.caps import ENTRIES, MOST_GONE
from feeds.clock import Clock
from feeds.lineup import Placed, moved, touched
from feeds.model import Newsroom, State, Topic
from feeds.packed import Document
from feeds.renderings import Renderings
from feeds.scope import Scope
from feeds.standing import Size, Standing
from feeds.store import changes, reading, topics
from feeds.store.database import Database, Session
from feeds.volumes import GONE_FOR, Binder, Volume
from feeds.words import Words

log = structlog.get_logger()

KEPT_BYTES = 64_000_000
"""How much memory documents may take; those that nobody asked for the longest go first."""
_MANY = 200
"""So many changes at once are not looked at one by one: everything is made again."""


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
        self._clock = clock
        self._most = bytes_kept
        self._renderings = Renderings(newsroom, words)
        self._binder = Binder(newsroom, words, clock, self._renderings, hubs)
        self._live: dict[Scope, Volume] = {}
        self._owners: dict[str, tuple[Volume, str]] = {}
        self._table: dict[str, Document] = {}
        self._topics: tuple[Topic, ...] = ()
        self._seen = 0
        self._turn = count(1)
        self._one_at_a_time = threading.RLock()
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
        return (owner[0].scope, owner[1]) if owner is not None else None

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
                formats = {extension, *(live.documents if live else ())}
                live = self._keep(self._binder.made(session, scope, formats, live))
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
        self._binder.vocabulary = {topic.slug: topic for topic in vocabulary}
        made = sorted(due | set(stale), key=lambda one: -self._live[one].used)
        for scope in made:
            live = self._live[scope]
            order = None if scope in due else moved(live.order, stale[scope], ENTRIES)
            gone = {one: at if one in ended else None for one, at in stale.get(scope, {}).items()}
            withdrawn = None if order is None else moved(live.withdrawn, gone, MOST_GONE)
            if order is None or withdrawn is None:
                self._keep(self._binder.made(session, scope, tuple(live.documents), live))
            else:
                self._keep(self._binder.changed(session, order, withdrawn, live))
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
        return part or self._newer(live, extension, after)

    def _newer(self, live: Volume, extension: str, after: int) -> Document | None:
        count = sum(number > after for number in live.numbers)
        if count in (0, len(live.numbers)):
            return None
        with self._one_at_a_time:
            if self._binder.has_all(live):
                part = self._binder.part(None, live, extension, after)
            else:
                with self.database.read() as session:
                    part = self._binder.part(session, live, extension, after)
            if part is not None:
                live.parts[extension, count] = part
                self._make_room()
            return part

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
            self._renderings.of(session, list(articles), self._binder.vocabulary, known=articles)
        return found, {one.id for one in articles.values() if one.state is State.WITHDRAWN}

    def _keep(self, volume: Volume) -> Volume:
        volume.used = volume.used or next(self._turn)
        for extension, document in volume.documents.items():
            self._table[document.address] = document
            self._owners[document.address] = volume, extension
        self._live[volume.scope] = volume
        return volume

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
