"""How a text is found: the tokens that both engines index, and what somebody asks for, in the same tokens. Pure.

A word of Latin letters or digits is one token. Korean puts words together without a space, and Chinese and Japanese
write none, so a run of these scripts becomes its overlapping pairs: whoever asks for 수출 finds 대구수출기업, which is
indexed as 대구 구수 수출 출기 기업. A change of this module needs a migration that fills the index anew.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

QUERY_CHARACTERS = 200
QUERY_WORDS = 16
WORD_CHARACTERS = 64
"""A longer word is known by its beginning: PostgreSQL takes no lexeme of 2 KB."""
BREAK = "␞"
"""Stands between two texts of one document, so that no phrase goes over. No query can hold it: it is no letter."""
GAP = "␣"
"""Is in what stands between two Korean words: 구␣구 in 대구 구시가지, which without it would read like 대구시. The
syllables around it make it rare: were it alone, FTS5 would look at every place of what every text is full of."""
_SPACED, _LONGEST_SPACED = 3, 12

Groups = tuple[tuple[tuple[str, ...], ...], ...]
"""What an index is asked for: of each group one of its phrases, each a sequence of tokens."""

# Hangul with its letters, Han, Kana; the half-width and compatibility forms are gone after NFKC.
CJK = (
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
)
_RUNS = re.compile(rf"([^\W_{CJK}]+)([{CJK}]+)?|([{CJK}]+)")
_CJK_RUN = re.compile(rf"[{CJK}]+")
_ASKED = re.compile(r'"([^"]*)"?|([^\s"]+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』", '"'))


def fold(text: str) -> str:
    """A text as it is compared: compatibility forms and upper case are gone (NFKC, Unicode case folding)."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def tokens(texts: Iterable[str]) -> list[str]:
    """The tokens of a document's texts in order, a break after each; at the end what short words are found by.

    That is the first syllable of each Korean word, and a number with the first syllable after it (2026년). Asking for
    물 then finds every word that begins so, without a search by prefix.
    """
    found: list[str] = []
    short: set[str] = set()
    for text in texts:
        before = ""
        for word, after, run in _RUNS.findall(fold(text)):
            if before and run:
                found.append(gap(before, run))
            if word:
                found.append(word[:WORD_CHARACTERS])
                if len(after) > 1:
                    short.add(word[:WORD_CHARACTERS] + after[0])
            before = cjk = after or run
            if len(cjk) > 1:
                found += map(str.__add__, cjk, cjk[1:])
                short.add(cjk[0])
            elif cjk:
                found.append(cjk)
                if word:
                    short.add(word[:WORD_CHARACTERS] + cjk)
        found.append(BREAK)
    for one in sorted(short):
        found += (one, BREAK)
    return found


def gap(before: str, after: str) -> str:
    """The token between two Korean words."""
    return f"{before[-1]}{GAP}{after[0]}"


def line(texts: Iterable[str]) -> str:
    """The tokens of a document's texts as one line, in which `holds` looks."""
    return f" {' '.join(tokens(texts))} "


def holds(line: str, groups: Groups) -> bool:
    """Whether a document, given as its line, holds of each group one phrase: what both engines find, of one text."""
    return all(any(in_line(phrase) in line for phrase in group) for group in groups)


def in_line(phrase: Sequence[str]) -> str:
    """How a phrase stands in a line."""
    return f" {' '.join(phrase)} "


@dataclass(frozen=True, slots=True)
class Word:
    """One thing asked for: a word, or a phrase in quotes. `runs` are its pieces of one script each, folded.

    `joined` says of each piece whether it follows the one before without anything between.
    """

    runs: tuple[str, ...]
    joined: tuple[bool, ...]

    def __str__(self) -> str:
        """The word as `parse` reads it, a phrase in quotes."""
        pieces = (
            run if joined or not at else f" {run}"
            for at, (run, joined) in enumerate(zip(self.runs, self.joined, strict=True))
        )
        text = "".join(pieces)
        return f'"{text}"' if " " in text else text

    @property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """The tokens by which it is found; those of each phrase one after another."""
        last, count = self.runs[-1], len(self.runs)
        if not self.begins_another:
            return (tuple(_sequence(self.runs)),)
        # 년 of 2026년 may be the beginning of 년도: the pair has a token of its own.
        pair = (self.runs[-2][:WORD_CHARACTERS] + last,)
        return (tuple(_sequence(self.runs[:-1])), pair) if count > 2 else (pair,)

    @property
    def spaced(self) -> Iterator[tuple[str, ...]]:
        """The tokens of the word with one space more in it, wherever Korean may write one: 수돗물관리 is 수돗물 관리 to
        many. None of a phrase in quotes, which is to be found as it stands, nor of two syllables."""
        if not all(self.joined[1:]) or self.begins_another:
            return
        for at, run in enumerate(self.runs):
            if is_cjk(run) and is_spaced(run):
                for place in range(1, len(run)):
                    yield tuple(_sequence((*self.runs[:at], run[:place], run[place:], *self.runs[at + 1 :])))

    @property
    def begins_another(self) -> bool:
        """Whether it ends in one syllable after a number or letters, which more may follow."""
        last = self.runs[-1]
        return len(self.runs) > 1 and len(last) == 1 and is_cjk(last) and self.joined[-1]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for: all of these words. None at all where nothing could be understood."""

    words: tuple[Word, ...] = ()

    def __str__(self) -> str:
        """The canonical query: equal for all that find the same."""
        return " ".join(sorted(map(str, self.words)))

    @property
    def groups(self) -> Groups:
        """What the index must hold: of each group one phrase, first the one that stands in the question."""
        groups: dict[tuple[tuple[str, ...], ...], None] = {}
        for word in self.words:
            first, *others = word.phrases
            groups |= dict.fromkeys([(first, *word.spaced), *((phrase,) for phrase in others)])
        return tuple(groups)


def parse(text: str) -> Wanted:
    """Read a query: words, of which all must be there, and "phrases". No character means anything else.

    What is beyond 200 characters or 16 words is left out.
    """
    folded = fold(text[:QUERY_CHARACTERS].translate(_QUOTES))[: 2 * QUERY_CHARACTERS]
    words = dict.fromkeys(word for asked in _ASKED.findall(folded) if (word := _word(asked[0] or asked[1])).runs)
    return Wanted(tuple(words)[:QUERY_WORDS])


def _word(text: str) -> Word:
    runs: list[str] = []
    joined: list[bool] = []
    end = -1
    for start, stop in _spans(text):
        runs.append(text[start:stop])
        joined.append(start == end)
        end = stop
    return Word(tuple(runs), tuple(joined))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _RUNS.finditer(text):
        yield from (match.span(group) for group in (1, 2, 3) if match.group(group))


def is_cjk(run: str) -> bool:
    """Whether a run, or a token, is of a script that is indexed in pairs."""
    return _CJK_RUN.fullmatch(run) is not None


def is_spaced(run: str) -> bool:
    """Whether a Korean run is also looked for with a space in it: neither two syllables nor a sentence."""
    return _SPACED <= len(run) <= _LONGEST_SPACED


def _sequence(runs: Iterable[str]) -> Iterator[str]:
    """The tokens of runs that follow one another; two of Korean are never joined."""
    before = ""
    for run in runs:
        if not is_cjk(run):
            yield run[:WORD_CHARACTERS]
            before = ""
            continue
        if before:
            yield gap(before, run)
        yield from [run[n : n + 2] for n in range(len(run) - 1)] or [run]
        before = run
