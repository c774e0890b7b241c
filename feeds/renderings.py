"""Entries as they are written in each format, kept by article until something about it changes.

They are kept packed: the formats say the same three times, so that all of them together take a tenth of their bytes.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from types import ModuleType

import structlog
import zstandard

from feeds.documents import atom, jsonfeed, rss
from feeds.documents.entry import Beside, Entry, Stamp, entry_of
from feeds.model import Article, Newsroom, Topic
from feeds.store import reading, scoped
from feeds.store.database import Session
from feeds.words import Words

log = structlog.get_logger()

FORMATS: Mapping[str, ModuleType] = {"rss": rss, "atom": atom, "json": jsonfeed}
LONGEST_ENTRY = 180_000
"""Bytes of one entry in one format. What is longer would leave no room in a feed for any other, and is no release."""
KEPT_BYTES = 12_000_000
"""How much memory entries may take: ten thousand of them and more."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """One article's entry in every format. `number` and `at` are of its last change, in the log.

    Where it could not be made, `problem` says why and there is no stamp.
    """

    number: int
    at: datetime
    stamp: Stamp | None
    lengths: Mapping[str, int]
    """Bytes of the entry in each format."""
    packed: bytes = b""
    problem: str = ""

    @property
    def longest(self) -> int:
        """Bytes of the entry in the format that needs most."""
        return max(self.lengths.values(), default=0)

    @property
    def size(self) -> int:
        """Bytes of memory that it takes, about."""
        return 1_000 + len(self.packed)


class Renderings:
    """The entries that feeds were made of lately. Not for use in several threads at once."""

    def __init__(
        self,
        newsroom: Newsroom,
        words: Mapping[str, Words],
        *,
        bytes_kept: int = KEPT_BYTES,
        formats: Sequence[str] = tuple(FORMATS),
    ) -> None:
        """Nothing is rendered yet; entries will be written in these formats."""
        self._formats = formats
        self._newsroom = newsroom
        self._words = words
        self._known: OrderedDict[int, Rendering] = OrderedDict()
        self._size = 0
        self._most = bytes_kept
        # One of each for all entries: what they work with takes a megabyte, which is better not made for each anew.
        self._packer = zstandard.ZstdCompressor(level=1)
        self._unpacker = zstandard.ZstdDecompressor()

    def pieces(self, one: Rendering) -> dict[str, bytes]:
        """The entry in every format in which it was written: unpacked anew each time."""
        whole = self._unpacker.decompress(one.packed) if one.packed else b""
        ends = accumulate(one.lengths.values())
        return {name: whole[end - one.lengths[name] : end] for name, end in zip(one.lengths, ends, strict=True)}

    def written(self, entry: Entry, *, number: int, at: datetime) -> Rendering:
        """An entry written in every format, and not kept."""
        pieces = {name: FORMATS[name].entry_bytes(entry) for name in self._formats}
        # A copy, for what the compressor answers keeps all the room that it might have needed.
        packed = bytes(memoryview(self._packer.compress(b"".join(pieces.values()))))
        return Rendering(number, at, entry.stamp, {name: len(piece) for name, piece in pieces.items()}, packed)

    def of(
        self,
        session: Session,
        ids: Sequence[int],
        topics: Mapping[str, Topic],
        *,
        is_fresh: bool = False,
        known: Mapping[int, Article] | None = None,
    ) -> list[Rendering]:
        """The entries of these articles in this order; what is not kept is read, unless it is `known`, and rendered.

        `is_fresh` says that nothing is kept which the log has made stale, so that it need not be asked.
        """
        found = {one: self.last(one) for one in ids}
        asked = [one for one, known in found.items() if known is None or not is_fresh]
        latest = scoped.latest_changes(session, asked) if asked else {}
        for one in asked:
            kept = found[one]
            if kept is not None and (one not in latest or kept.number != latest[one][0]):
                found[one] = None
        missing = [one for one, kept in found.items() if kept is None]
        articles = {one: known[one] for one in missing if one in known} if known else {}
        unread = [one for one in missing if one not in articles]
        articles |= reading.by_id(session, unread) if unread else {}
        twins = {twin for article in articles.values() for _, twin in article.twins}
        beside = Beside(topics=topics, twins=reading.by_id(session, twins) if twins else {})
        for article_id, article in articles.items():
            if article_id not in latest:
                log.error("feed.left_out", article=article_id, reason="what the log says of it cannot be read")
                continue
            number, at = latest[article_id]
            made = found[article_id] = self.make(article, beside, number=number, at=at)
            if made.problem:
                log.error("feed.left_out", article=article_id, reason=made.problem)
        return [kept for kept in found.values() if kept is not None]

    def last(self, article_id: int) -> Rendering | None:
        """What is kept of an article; None if nothing is."""
        known = self._known.get(article_id)
        if known is not None:
            self._known.move_to_end(article_id)
        return known

    def make(self, article: Article, beside: Beside, *, number: int, at: datetime) -> Rendering:
        """Render an article and keep it. One that cannot be rendered is kept as that, with the reason."""
        try:
            entry = entry_of(article, self._newsroom, self._words, beside)
            made = self.written(entry, number=number, at=at)
            if made.longest > LONGEST_ENTRY:
                raise ValueError(f"its entry has {made.longest:,} bytes, and {LONGEST_ENTRY:,} are the most")
        except Exception as error:  # one article of any brokenness must not take a feed with it (F61)
            made = Rendering(number, at, None, {}, problem=str(error) or type(error).__name__)
        self.forget([article.id])
        self._known[article.id] = made
        self._size += made.size
        while self._size > self._most and len(self._known) > 1:
            self._size -= self._known.popitem(last=False)[1].size
        return made

    def forget(self, article_ids: Iterable[int]) -> None:
        """Something about these articles changed that their own last change does not show."""
        for one in article_ids:
            known = self._known.pop(one, None)
            self._size -= known.size if known else 0

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._size = 0
