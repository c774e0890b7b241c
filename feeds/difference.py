"""What was taken out of a text and what was put in, word by word. Pure, and bounded whatever the texts are.

The shortest way from one text to the other is searched for as E. W. Myers describes in "An O(ND) Difference Algorithm
and Its Variations" (Algorithmica 1, 1986), over words. Where the texts have so little in common that the search would
take long, it is made only between the paragraphs that each of them has once, and then between such words.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

EFFORT = 600_000
"""How many steps one comparison may take: some tenths of a second. What is left undone is shown as replaced."""


class Fate(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with one fate; never empty. What replaces something stands right after it."""

    fate: Fate
    text: str


# A mark that combines with the letter before it belongs to that letter; a number keeps its points and hyphens.
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"
_WORD = re.compile(rf"[\w{_MARKS}]+(?:[.,:'’·/-][\w{_MARKS}]+)*|[^\S\n]+|\n|[^\w\s][{_MARKS}]*")
_PARAGRAPH = re.compile(r"[^\n]*\n|[^\n]+")
_SPOKEN = re.compile(r"\w")
_Span = tuple[int, int, int, int]
"""Where two sequences differ: from and to in the first, from and to in the second."""


class _Effort:
    """The steps that are left; several searches share one."""

    def __init__(self, steps: int) -> None:
        self.left = steps

        self._whole: _Effort | None = None

    def part(self) -> "_Effort":
        """A quarter of what is left, so that one hard place leaves something to the others."""
        part = _Effort(self.left // 4)
        part._whole = self
        return part

    def spend(self, steps: int) -> bool:
        """Take steps; whether there were as many."""
        self.left -= steps
        if self._whole is not None:
            self._whole.left -= steps
        return self.left >= 0


def difference(before: str, after: str, *, effort: int = EFFORT) -> tuple[Piece, ...]:
    """The pieces that both texts are made of, in order.

    What was kept and removed is `before`, what was kept and added is `after`, letter for letter. More `effort` makes
    finer pieces of texts that have little in common.
    """
    budget = _Effort(effort)
    old, new = _WORD.findall(before), _WORD.findall(after)
    spans = _spans(old, new, budget)
    if spans is None:
        return _joined(_by_paragraph(before, after, effort))
    return _joined(_pieces(old, new, spans))


def summarised(pieces: Sequence[Piece], *, around: int = 160) -> tuple[Piece | None, ...]:
    """The same pieces with None in place of long runs that were kept; about `around` characters stay beside a change.

    A run is cut at white space, so that words stay whole.
    """
    shown: list[Piece | None] = []
    for place, piece in enumerate(pieces):
        if piece.fate is not Fate.KEPT:
            shown.append(piece)
            continue
        head = _head(piece.text, around) if place else ""
        tail = _head(piece.text[::-1], around)[::-1] if place < len(pieces) - 1 else ""
        if len(head) + len(tail) >= len(piece.text) - around:
            shown.append(piece)
            continue
        kept = [Piece(Fate.KEPT, text) if text else None for text in (head, "", tail)]
        shown += [one for number, one in enumerate(kept) if one or number == 1]
    return tuple(shown)


def _head(text: str, length: int) -> str:
    """The first words of a text, with the white space that follows them."""
    cut = re.compile(r"\s").search(text, length)
    return text[: cut.start() if cut and cut.start() <= 2 * length else length]


def _by_paragraph(before: str, after: str, effort: int) -> Iterator[Piece]:
    """What lies between paragraphs that both texts have, compared word by word while there is effort."""
    budget = _Effort(effort)
    old, new = _PARAGRAPH.findall(before), _PARAGRAPH.findall(after)
    kept_from = 0
    for start, end, new_start, new_end in _gaps(old, new):
        yield from (Piece(Fate.KEPT, text) for text in old[kept_from:start])
        removed = _WORD.findall("".join(old[start:end]))
        added = _WORD.findall("".join(new[new_start:new_end]))
        spans = _spans(removed, added, budget.part())
        yield from _pieces(removed, added, _by_landmark(removed, added, budget) if spans is None else spans)
        kept_from = end
    yield from (Piece(Fate.KEPT, text) for text in old[kept_from:])


def _by_landmark(old: Sequence[str], new: Sequence[str], budget: _Effort) -> list[_Span]:
    """The same between words that each of two texts has once; where there is no effort left, all was replaced."""
    found: list[_Span] = []
    for start, end, new_start, new_end in _gaps(old, new):
        inner = _spans(old[start:end], new[new_start:new_end], budget.part())
        if inner is None:
            found.append((start, end, new_start, new_end))
        else:
            found += [
                (start + one, start + two, new_start + three, new_start + four) for one, two, three, four in inner
            ]
    return found


def _gaps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[_Span]:
    """What lies between the items that each of two sequences has exactly once, and in the same order."""
    once, once_new = _single(old), _single(new)
    common = [(place, once_new[item]) for item, place in once.items() if item in once_new]
    gaps: list[_Span] = []
    start = new_start = _common(old, new)[0]
    for place, new_place in [*_rising(common), (len(old), len(new))]:
        if place < start or new_place < new_start:
            continue  # stands in what both begin with
        if place > start or new_place > new_start:
            gaps.append((start, place, new_start, new_place))
        start, new_start = place + 1, new_place + 1
    return gaps


def _single(items: Sequence[Hashable]) -> dict[Hashable, int]:
    """The items that occur once, with their places, in order."""
    counts = Counter(items)
    return {item: place for place, item in enumerate(items) if counts[item] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of these pairs, which rise in the first number, that rise in the second too."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int | None] = []
    for number, (_, second) in enumerate(pairs):
        place = bisect_left(ends, second)
        before.append(at[place - 1] if place else None)
        if place == len(ends):
            ends.append(second)
            at.append(number)
        else:
            ends[place], at[place] = second, number
    chain: list[tuple[int, int]] = []
    one = at[-1] if at else None
    while one is not None:
        chain.append(pairs[one])
        one = before[one]
    return chain[::-1]


def _pieces(old: Sequence[str], new: Sequence[str], spans: Sequence[_Span]) -> Iterator[Piece]:
    kept_from = 0
    for start, end, new_start, new_end in spans:
        yield Piece(Fate.KEPT, "".join(old[kept_from:start]))
        yield Piece(Fate.REMOVED, "".join(old[start:end]))
        yield Piece(Fate.ADDED, "".join(new[new_start:new_end]))
        kept_from = end
    yield Piece(Fate.KEPT, "".join(old[kept_from:]))


def _joined(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one fate as one piece; between two changes, what was removed before what was added.

    Two words that changed are one change, though the space between them stayed.
    """
    done: list[Piece] = []
    removed, added, between = "", "", ""

    def flush() -> None:
        nonlocal removed, added
        done.extend(Piece(fate, text) for fate, text in ((Fate.REMOVED, removed), (Fate.ADDED, added)) if text)
        removed = added = ""

    for piece in pieces:
        if not piece.text:
            continue
        if piece.fate is Fate.KEPT:
            between += piece.text
            continue
        if between:
            if (removed or added) and "\n" not in between and not _SPOKEN.search(between):
                removed, added = removed + between, added + between
            else:
                flush()
                done.append(Piece(Fate.KEPT, between))
            between = ""
        if piece.fate is Fate.REMOVED:
            removed += piece.text
        else:
            added += piece.text
    flush()
    if between:
        done.append(Piece(Fate.KEPT, between))
    return tuple(done)


def _common(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[int, int]:
    """How many items both begin with, and how many of the rest both end with."""
    shorter = min(len(old), len(new))
    first = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    rest = shorter - first
    last = next((place for place in range(rest) if old[-1 - place] != new[-1 - place]), rest)
    return first, last


def _spans(old: Sequence[Hashable], new: Sequence[Hashable], budget: _Effort) -> list[_Span] | None:
    """Where two sequences differ, in order and apart from each other; None where the effort was not enough."""
    first, last = _common(old, new)
    numbers: dict[Hashable, int] = {}
    # Whole numbers compare faster than words.
    left = [numbers.setdefault(item, len(numbers)) for item in old[first : len(old) - last]]
    right = [numbers.setdefault(item, len(numbers)) for item in new[first : len(new) - last]]
    if not left or not right:
        return [(first, first + len(left), first, first + len(right))] if left or right else []
    trail = _search(left, right, budget)
    return None if trail is None else _retraced(trail, len(left), len(right), first)


def _search(left: Sequence[int], right: Sequence[int], budget: _Effort) -> list[list[int]] | None:
    """The farthest reaching paths of 0, 1, 2 … edits until one reaches both ends (Myers, figure 2).

    A path on diagonal k of d edits has its place in the first sequence at index (k + d) / 2 of the d-th list.
    """
    size, other = len(left), len(right)
    trail: list[list[int]] = []
    reached: list[int] = []
    for edits in range(size + other + 1):
        now: list[int] = []
        steps = 0
        for index in range(edits + 1):
            diagonal = 2 * index - edits
            # From the diagonal below by taking one out, or from the one above by putting one in.
            out = reached[index - 1] + 1 if index else -1
            put = reached[index] if index < edits else -1
            x = max(out, put) if edits else 0
            y = x - diagonal
            while x < size and y < other and left[x] == right[y]:
                x += 1
                y += 1
                steps += 1
            now.append(x)
            if x >= size and y >= other:
                trail.append(now)
                return trail
        trail.append(now)
        reached = now
        if not budget.spend(steps + 2 * len(now)):
            return None
    return trail


def _retraced(trail: Sequence[Sequence[int]], x: int, y: int, offset: int) -> list[_Span]:
    """The edits of a trail from its end to its beginning, those next to each other as one span."""
    spans: list[_Span] = []
    for edits in range(len(trail) - 1, 0, -1):
        reached, diagonal = trail[edits - 1], x - y
        index = (diagonal + edits) // 2
        out = reached[index - 1] + 1 if index else -1
        put = reached[index] if index < edits else -1
        if out >= put:
            end = (out, out - diagonal)
            start = (out - 1, out - diagonal)
        else:
            end = (put, put - diagonal)
            start = (put, put - diagonal - 1)
        if spans and spans[-1][0] - offset == end[0] and spans[-1][2] - offset == end[1]:
            _, old_end, _, new_end = spans.pop()
        else:
            old_end, new_end = offset + end[0], offset + end[1]
        spans.append((offset + start[0], old_end, offset + start[1], new_end))
        x, y = start
    return spans[::-1]
