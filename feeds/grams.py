"""How a text is found: the tokens that both engines index, and what somebody asks for, in the same tokens. Pure.

A word of Latin letters or digits is one token. Korean puts words together without a space, and Chinese and Japanese
write none, so a run of these scripts becomes its overlapping pairs: whoever asks for 수출 finds 대구수출기업, which is
indexed as 대구 구수 수출 출기 기업. A change of this module needs a migration that fills the index anew.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import normalize

QUERY_CHARACTERS = 200
QUERY_WORDS = 16
WORD_CHARACTERS = 64
"""A longer word is known by its beginning: PostgreSQL takes no lexeme of 2 KB."""
BREAK = "␞"
"""Stands between two texts of one document, so that no phrase goes over. No query can hold it: it is no letter."""
GAP = "␣"
"""Stands between two Korean words. Without it 대구 구시가지 would read like 대구시: 대구 구시 시가 가지."""

# Hangul with its letters, Han, Kana; the half-width and compatibility forms are gone after NFKC.
CJK = (
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
)
_RUNS = re.compile(rf"([^\W_{CJK}]+)([{CJK}]+)?|([{CJK}]+)")
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
        after_cjk = False
        for word, after, run in _RUNS.findall(fold(text)):
            if after_cjk and run:
                found.append(GAP)
            if word:
                found.append(word[:WORD_CHARACTERS])
                if len(after) > 1:
                    short.add(word[:WORD_CHARACTERS] + after[0])
            cjk = after or run
            after_cjk = bool(cjk)
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


def line(texts: Iterable[str]) -> str:
    """The tokens of a document's texts as one line, in which `holds` looks."""
    return f" {' '.join(tokens(texts))} "


def holds(line: str, wanted: "Wanted") -> bool:
    """Whether a document, given as its line, holds all that is wanted: what both engines would find, of one text."""
    return all(f" {' '.join(phrase)} " in line for phrase in wanted.phrases)


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
        begins_a_word = count > 1 and len(last) == 1 and _is_cjk(last) and self.joined[-1]
        if not begins_a_word:
            return (tuple(_sequence(self.runs)),)
        # 년 of 2026년 may be the beginning of 년도: the pair has a token of its own.
        pair = (self.runs[-2][:WORD_CHARACTERS] + last,)
        return (tuple(_sequence(self.runs[:-1])), pair) if count > 2 else (pair,)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for: all of these words. None at all where nothing could be understood."""

    words: tuple[Word, ...] = ()

    def __str__(self) -> str:
        """The canonical query: equal for all that find the same."""
        return " ".join(sorted(map(str, self.words)))

    @property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """What the index must hold, each once."""
        return tuple(dict.fromkeys(phrase for word in self.words for phrase in word.phrases))


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


def _is_cjk(run: str) -> bool:
    return re.fullmatch(rf"[{CJK}]+", run) is not None


def _sequence(runs: Iterable[str]) -> Iterator[str]:
    """The tokens of runs that follow one another; two of Korean are never joined."""
    after_cjk = False
    for run in runs:
        is_cjk = _is_cjk(run)
        if not is_cjk:
            yield run[:WORD_CHARACTERS]
        else:
            if after_cjk:
                yield GAP
            yield from [run[n : n + 2] for n in range(len(run) - 1)] or [run]
        after_cjk = is_cjk
