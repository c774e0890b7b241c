"""What stands around a feed's entries, made by feedgen once for each feed: from one change to the next nothing of it
differs but an instant and the way to the archives, and those are put in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from html import escape

from feeds.addresses import FEED_TYPES
from feeds.documents.feed import Feed

Frame = tuple[bytes, bytes]
_MOST = 2_000
"""How many are remembered: some kilobytes each."""
_OLDER = "prev-archive"
_AT = datetime(9999, 1, 2, 3, 4, 5, tzinfo=UTC)
_URL = "https://older.invalid/"
_DIFFERS = {"updated": _AT, "entries": (), "archives": {_OLDER: dict.fromkeys(FEED_TYPES, _URL)}}


@dataclass(frozen=True, slots=True)
class Frames:
    """Makes frames by `make`, and remembers them. `written` is a feed's instant with the element that holds it."""

    format: str
    make: Callable[[Feed], Frame]
    written: Callable[[datetime], str]

    def around(self, feed: Feed) -> Frame:
        """What stands before the entries of this feed, and after them: the bytes of `make`."""
        if feed.tombstones or set(feed.archives) != {_OLDER}:
            return self.make(feed)  # tombstones stand in it, or it is an archive, which few ask for twice
        before, after = _remembered(_Marked(self, replace(feed, **_DIFFERS)))  # type: ignore[arg-type]
        before = _put(before, self.written(_AT), self.written(feed.updated))
        return _put(before, f'"{_URL}"', f'"{escape(feed.archives[_OLDER][self.format])}"'), after


@dataclass(frozen=True, slots=True)
class _Marked:
    """A feed with marks for what differs, equal to another that says the same."""

    frames: Frames
    feed: Feed

    def __hash__(self) -> int:
        return hash((self.frames.format, self.feed.id, self.feed.max_age))


@lru_cache(maxsize=_MOST)
def _remembered(marked: _Marked) -> Frame:
    return marked.frames.make(marked.feed)


def _put(document: bytes, mark: str, text: str) -> bytes:
    """The last mark stands for what it marks: names and titles come before it."""
    before, _, after = document.rpartition(mark.encode())
    return b"".join([before, text.encode(), after])
