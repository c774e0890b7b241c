"""Where a text holds what somebody asked for: the places to mark, the piece to show, and how well it fits. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from unicodedata import is_normalized

from feeds.grams import CJK, WORD_CHARACTERS, Wanted, Word, fold, is_spaced

SNIPPET = 160
LOOKED_THROUGH = 20_000
"""Characters of a text in which a piece to show is looked for."""

_LEAD = 48
_LETTER = rf"[^\W_{CJK}]"
# A character with what belongs to it: combining marks, the rest of a syllable, a half-width voice mark.
_CLUSTER = re.compile(
    "(?s:.)[\u0300-\u036f\u1160-\u11ff\u1ab0-\u1aff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f]*"
)
# How much a word is worth where it stands; within the text every further time adds a little.
_IN_TITLE, _IN_SUMMARY, _IN_TEXT, _AGAIN, _TOGETHER = 10.0, 4.0, 1.0, 0.5, 6.0
_MOST_AGAIN = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text as it stands, and whether it is what was asked for."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What the fit of an article is judged by: its title, its summary, and the beginning of its text."""

    title: str
    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A text as it is compared, in which many words are looked for one by one."""

    text: str
    folded: str
    origin: Sequence[int] | None
    """For each place in what is compared the place in the text; None where they are the same."""

    @classmethod
    def through(cls, text: str) -> "Looked":
        """A text, folded once."""
        folded = fold(text)
        if len(folded) == len(text) and is_normalized("NFKC", text):
            return cls(text, folded, None)
        parts: list[str] = []
        origin: list[int] = []
        for cluster in _CLUSTER.finditer(text):
            part = fold(cluster[0])
            parts.append(part)
            origin += [cluster.start()] * len(part)
        origin.append(len(text))
        return cls(text, "".join(parts), origin)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text a stretch of what is compared stands."""
        return (start, end) if self.origin is None else (self.origin[start], self.origin[end])

    def first(self, word: Word) -> str | None:
        """The first place of a word, as it stands there; None where it is nowhere."""
        for match in _compiled(word).finditer(self.folded):
            start, end = self.place(*match.span())
            if start < end:
                return self.text[start:end]
        return None


@dataclass(frozen=True)
class Marker:
    """Finds what is wanted in texts."""

    wanted: Wanted

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(_compiled, self.wanted.words))

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """The whole text, cut where marks begin and end."""
        return _cut(text, 0, len(text), [(start, end) for start, end, _ in self._spots(text)])

    def snippet(self, texts: Iterable[str], length: int = SNIPPET) -> tuple[Piece, ...]:
        """About `length` characters of the text that holds most of the words, around where most of them stand."""
        best: tuple[int, str, int, list[tuple[int, int]]] = (-1, "", 0, [])
        for text in texts:
            plain = " ".join(text[:LOOKED_THROUGH].split())
            spots = list(self._spots(plain))
            held, start = _densest(spots, length)
            if plain and held > best[0]:
                best = (held, plain, start, [(begin, end) for begin, end, _ in spots])
        _, plain, start, marks = best
        begin, end = _window(plain, start, length)
        pieces = _cut(plain, begin, end, marks)
        before = (Piece("… ", False),) if begin else ()
        after = (Piece(" …", False),) if end < len(plain) else ()
        return before + pieces + after

    def fit(self, texts: Texts) -> float:
        """How well an article fits: its title counts most, then its summary, then how often its text says it."""
        title, summary, text = fold(texts.title), fold(texts.summary), fold(texts.text)
        score = 0.0
        for pattern in self._patterns:
            score += _IN_TITLE if pattern.search(title) else 0.0
            score += _IN_SUMMARY if pattern.search(summary) else 0.0
            times = sum(1 for _ in zip(range(_MOST_AGAIN + 1), pattern.finditer(text), strict=False))
            score += _IN_TEXT + _AGAIN * (times - 1) if times else 0.0
        return score + (_TOGETHER if self._together is not None and self._together.search(title) else 0.0)

    @cached_property
    def _together(self) -> re.Pattern[str] | None:
        """All words one after another, where there are several."""
        words = self.wanted.words
        return re.compile(r"[\W_]+".join(map(_pattern, words))) if len(words) > 1 else None

    def _spots(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Where marks belong, in order and apart: (start, end, number of the word). The longest wins a place."""
        looked = Looked.through(text)
        found = sorted(
            (match.start(), -match.end(), number)
            for number, pattern in enumerate(self._patterns)
            for match in pattern.finditer(looked.folded)
        )
        last = 0
        for start, end, number in found:
            if start < last:
                continue
            last = -end
            begin, stop = looked.place(start, last)
            if begin < stop:
                yield begin, stop, number


@lru_cache(maxsize=1_000)
def _compiled(word: Word) -> re.Pattern[str]:
    """Kept, since a release is looked through for the words of many."""
    return re.compile(_pattern(word))


def _pattern(word: Word) -> str:
    """The regular expression of a word: whole where it is of letters, anywhere within Korean, Chinese and Japanese;
    one syllable only where a word begins, as the index has it."""
    parts = []
    last = len(word.runs) - 1
    for n, (run, joined) in enumerate(zip(word.runs, word.joined, strict=True)):
        if n and not joined:
            parts.append(r"[\W_]+")
        elif n and not (n == last and word.begins_another):
            # The index knows no space where the script changes.
            parts.append(r"[\W_]{0,3}")
        is_cjk = re.match(f"[{CJK}]", run) is not None
        kind = f"[{CJK}]" if is_cjk else _LETTER
        literal = re.escape(run if is_cjk else run[:WORD_CHARACTERS])
        parts.append(_spaced(run, kind) if is_cjk and is_spaced(run) and all(word.joined[1:]) else literal)
        if not (n and joined) and (len(run) == 1 or not is_cjk):
            # Said after the word, so that a search for it is one for plain characters.
            parts.append(f"(?<!{kind}{literal})")
        if not is_cjk:
            parts.append(f"{kind}*" if len(run) > WORD_CHARACTERS else f"(?!{kind})")
        elif len(run) == 1 and last and not (n == last and joined):
            # In the middle of a phrase one syllable is a word of its own.
            parts.append(f"(?!{kind})")
    return "".join(parts)


def _spaced(run: str, kind: str) -> str:
    """A Korean run, also with one space more in it; a syllable that then stands alone is a word of its own."""
    forms = [run]
    for place in range(1, len(run)):
        first = f"{run[0]}(?<!{kind}{run[0]})" if place == 1 else run[:place]
        last = f"{run[-1]}(?!{kind})" if place == len(run) - 1 else run[place:]
        forms.append(rf"{first}[\W_]{{1,3}}{last}")
    return f"(?:{'|'.join(forms)})"


def _densest(spots: Sequence[tuple[int, int, int]], length: int) -> tuple[int, int]:
    """How many different words the best stretch of this length holds, and where its first mark begins."""
    best, where = 0, 0
    for n, (start, _, _) in enumerate(spots):
        held = set()
        for _, end, number in spots[n : n + 64]:
            if end > start + length - _LEAD:
                break
            held.add(number)
        if len(held) > best:
            best, where = len(held), start
    return best, where


def _window(text: str, start: int, length: int) -> tuple[int, int]:
    """The stretch around a place, from the beginning of a word to the end of one where that is near."""
    begin = max(0, min(start - _LEAD, len(text) - length))
    if begin:
        space = text.find(" ", begin, min(start, begin + _LEAD) + 1)
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + length)
    if end < len(text):
        space = text.rfind(" ", max(start, end - _LEAD), end + 1)
        end = space if space > start else end
    return begin, end


def _cut(text: str, begin: int, end: int, marks: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    here = begin
    for start, stop in marks:
        if start < here or start >= end:
            continue
        stop = min(stop, end)
        pieces += (Piece(text[here:start], False), Piece(text[start:stop], True))
        here = stop
    pieces.append(Piece(text[here:end], False))
    return tuple(piece for piece in pieces if piece.text)
