"""A scope's feed in every format, put together from the entries of its articles: what stands on the shelf.

What a volume says follows from the store, the city and the clock alone.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from feeds.addresses import FEED_TYPES, archive_path, scope_feed_path
from feeds.announced import is_announced
from feeds.caps import ENTRIES, GONE_BYTES, MOST_GONE, fitting, longest
from feeds.clock import Clock
from feeds.documents.entry import APART, Stamp, Tombstone, utc
from feeds.documents.feed import Feed, closing_of, feed_of
from feeds.documents.splice import pieces
from feeds.lineup import Placed
from feeds.model import Newsroom, Topic
from feeds.months import Month
from feeds.pace import pace
from feeds.packed import Document, pack
from feeds.renderings import FORMATS, Rendering, Renderings
from feeds.scope import Scope
from feeds.standing import LeftOut
from feeds.store import scoped
from feeds.store.database import Session
from feeds.words import Words

GONE_FOR = timedelta(days=30)
"""How long a withdrawn release is told of."""
EMPTY_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries says it was updated: any fixed instant will do, but never now."""
_ITSELF_BYTES = 16_000
"""What a scope takes besides its documents: its order, names, addresses and headers."""
_MARKS = 16
"""How many of a feed's last documents are known by what they are called."""
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Volume:
    """What a scope shows: its documents by format, the articles they show, and when they end by themselves."""

    scope: Scope
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
    """When it was asked for last, by the count of whoever keeps it."""

    @property
    def size(self) -> int:
        """Bytes of memory that it takes, about."""
        return _ITSELF_BYTES + sum(one.packed.size for one in (*self.documents.values(), *self.parts.values()))


class Binder:
    """Makes volumes. Not for use in several threads at once."""

    def __init__(
        self, newsroom: Newsroom, words: Mapping[str, Words], clock: Clock, renderings: Renderings, hubs: Sequence[str]
    ) -> None:
        """Take the parts. `vocabulary`, the topics by slug, is to be set before anything is made."""
        self.vocabulary: Mapping[str, Topic] = {}
        self._newsroom = newsroom
        self._words = words
        self._clock = clock
        self._renderings = renderings
        self._hubs = tuple(hubs)
        self._packers = ThreadPoolExecutor(len(FORMATS), "shelf-packs")

    def made(self, session: Session, scope: Scope, extensions: Collection[str], before: Volume | None) -> Volume:
        """A scope's documents in these formats, from nothing but the store; `before` is what there was."""
        since = self._clock() - GONE_FOR
        order = scoped.newest(session, scope, self._newsroom, gone_since=since, limit=ENTRIES)
        withdrawn = scoped.withdrawn(session, scope, self._newsroom, since=since, limit=MOST_GONE)
        gone = scoped.last_gone(session, scope, self._newsroom, before=since)
        return self._bound(session, scope, order, withdrawn, gone, extensions, before, is_fresh=False)

    def changed(self, session: Session, order: Sequence[Placed], withdrawn: Sequence[Placed], before: Volume) -> Volume:
        """A volume's documents of these articles, whose entries are as the log says."""
        gone, formats = before.gone, tuple(before.documents)
        return self._bound(session, before.scope, order, withdrawn, gone, formats, before, is_fresh=True)

    def has_all(self, volume: Volume) -> bool:
        """Whether the entry of every article in it is at hand."""
        return all(self._renderings.last(one) is not None for one in volume.ids)

    def part(self, session: Session | None, volume: Volume, extension: str, after: int) -> Document | None:
        """A volume's document with those entries alone that changed after the change of this number; None where other
        ones are at hand by now. Without a session all of them have to be."""
        if session is None:
            entries = [entry for one in volume.ids if (entry := self._renderings.last(one)) is not None]
        else:
            entries = self._renderings.of(session, volume.ids, self.vocabulary)
        newer = [one for one in entries if one.number > after and one.number in volume.numbers]
        if len(newer) != sum(number > after for number in volume.numbers):
            return None
        number = max(one.number for one in newer)
        content = [self._renderings.pieces(one) for one in newer]
        feed = replace(volume.feed, gone=_tombstones(newer))
        return self._document(feed, content, volume.scope, extension, number, FORMATS[extension].around(feed))

    def _bound(
        self,
        session: Session,
        scope: Scope,
        order: Sequence[Placed],
        withdrawn: Sequence[Placed],
        gone: datetime | None,
        extensions: Collection[str],
        before: Volume | None,
        *,
        is_fresh: bool,
    ) -> Volume:
        """A scope's documents of these articles, and of those `withdrawn` before, which may be in the order too; `gone`
        is when the last was withdrawn that is not told of any more."""
        order_and_gone = sorted({*order, *withdrawn}, reverse=True)
        entries = self._renderings.of(session, [one for _, one in order_and_gone], self.vocabulary, is_fresh=is_fresh)
        wanted = self._closing(scope) + [one for one in entries if one.stamp]
        stamps = [one.stamp for one in wanted if one.stamp]
        moments = [one.at for one in entries] + ([gone + GONE_FOR] if gone else [])
        number = max((one.number for one in entries), default=0)
        max_age, until = pace(stamps, self._clock())
        leaving = [stamp.tombstone.withdrawn + GONE_FOR - APART for stamp in stamps if stamp.tombstone]
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
        ends = min([*leaving, until or _FAR])
        left_out = self._left_out(order_and_gone)
        volume = Volume(
            scope=scope,
            feed=feed,
            order=order,
            withdrawn=withdrawn,
            gone=gone,
            until=ends,
            used=before.used if before else 0,
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
            volume.documents[extension] = document
            marks = volume.marks.setdefault(extension, deque(maxlen=_MARKS))
            if document.mark not in marks:
                marks.append(document.mark)
        return volume

    def _about(self, scope: Scope) -> Feed:
        """What a scope's feed says of itself, whatever it shows."""
        return feed_of(
            newsroom=self._newsroom,
            words=self._words,
            scope=scope,
            language=scope.language or self._newsroom.city.languages[0],
            topics=self.vocabulary,
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

    def _left_out(self, order: Sequence[Placed]) -> tuple[LeftOut, ...]:
        """Those of the articles in a feed's order, rendered a moment ago, of which nothing came (F61)."""
        known = ((one, self._renderings.last(one)) for _, one in order)
        return tuple(LeftOut(one, made.problem if made else None) for one, made in known if not made or made.problem)


def _tombstones(entries: Iterable[Rendering]) -> tuple[Tombstone, ...]:
    return tuple(one.stamp.tombstone for one in entries if one.stamp and one.stamp.tombstone)[:MOST_GONE]


def _around(feed: Feed) -> dict[str, tuple[bytes, bytes]]:
    return {name: module.around(feed) for name, module in FORMATS.items()}
