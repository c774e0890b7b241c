"""Footnotes of a page: a mark on a word, and the line that begins with the same mark and says what it means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from feeds.model import Footnote

MAX_MARKS = 200
"""No release has more; what follows stays plain text."""

_MARK = re.compile(r"(?<=[\w)\]”’\"'%.,])(\*{1,3}|[†‡]{1,2})(?![\w*†‡])")
_MARK_BEFORE_HANGUL = re.compile(r"(?<=[\w)\]”’\"'%.,])(\*{1,3}|[†‡]{1,2})(?=[가-힣])")
_NOTE = re.compile(r"(\*{1,3}|[†‡]{1,2})\s*(?![\s*†‡])(.+)")
_HEAD = re.compile(r"(.{1,100}?)\s*(?:[::]\s|\s[-–—]\s)\s*(.+)")
_QUOTES = "“”‘’\"'()[]<>「」『』,.;:"


@dataclass(frozen=True, slots=True)
class Reference:
    """A mark at `start`..`end` of the text of line `line`, on the word `term`."""

    line: int
    start: int
    end: int
    mark: str
    term: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The footnotes of a text, where their marks stand, and which lines are notes."""

    footnotes: tuple[Footnote, ...] = ()
    references: tuple[Reference, ...] = ()
    note_lines: frozenset[int] = frozenset()


def find_notes(lines: Sequence[str], *, items: frozenset[int] = frozenset()) -> Notes:
    """The footnotes of `lines`. `items` are lines that were list items: there a note may come without its mark.

    A line that begins with a mark nothing refers to is no note. A mark whose note the page lacks has none.
    """
    noted = {match[1]: None for line in lines if (match := _NOTE.fullmatch(line))}
    references = _references(lines, set(noted))
    terms: dict[tuple[str, str], str | None] = {}
    for reference in references:
        terms.setdefault((reference.mark, reference.term), None)
    note_lines: set[int] = set()
    renamed: dict[tuple[str, str], str] = {}
    for number in range(len(lines)):
        found = _owner(lines, number, references, terms, is_item=number in items)
        if found is None:
            continue
        key, name, text = found
        terms[key] = text
        renamed[key] = name
        note_lines.add(number)
    footnotes = tuple(
        Footnote(mark=mark, term=renamed.get((mark, term), term), note=note) for (mark, term), note in terms.items()
    )
    return Notes(footnotes, tuple(references), frozenset(note_lines))


def _references(lines: Sequence[str], noted: set[str]) -> list[Reference]:
    found: list[Reference] = []
    for number, line in enumerate(lines):
        if len(found) > MAX_MARKS:
            break
        skip = len(match[1]) if (match := _NOTE.fullmatch(line)) else 0
        places = [*islice(_MARK.finditer(line, skip), MAX_MARKS)]
        places += [place for place in _MARK_BEFORE_HANGUL.finditer(line, skip) if place[1] in noted]
        for place in sorted(places, key=lambda one: one.start()):
            term = line[max(0, place.start() - 80) : place.start()].split()[-1].strip(_QUOTES).lstrip("○●□■◦•▶")
            if any(sign.isalpha() for sign in term) and not term.startswith("*"):
                found.append(Reference(number, place.start(), place.end(), place[1], term))
    return found


def _owner(
    lines: Sequence[str],
    number: int,
    references: Sequence[Reference],
    terms: dict[tuple[str, str], str | None],
    *,
    is_item: bool,
) -> tuple[tuple[str, str], str, str] | None:
    """Which reference a line is the note of: its key, the term as the note repeats it, and the note's text."""
    line = lines[number]
    marked = _NOTE.fullmatch(line)
    if marked is None and not is_item:
        return None
    text = marked[2] if marked else line
    parted = _HEAD.fullmatch(text)
    waiting = [
        reference
        for reference in references
        if reference.line <= number
        and terms[reference.mark, reference.term] is None
        and (marked is None or reference.mark == marked[1])
    ]
    for reference in waiting:
        if parted and _is_named(parted[1].strip(_QUOTES), lines[reference.line], reference):
            return (reference.mark, reference.term), parted[1].strip(_QUOTES), parted[2]
    if marked is None or not waiting:
        return None
    return (waiting[0].mark, waiting[0].term), waiting[0].term, text


def _is_named(head: str, line: str, reference: Reference) -> bool:
    """Whether the head of a note repeats the marked word, or the words that lead up to its mark."""
    before = line[: reference.start].rstrip(_QUOTES).casefold()
    return bool(head) and (before.endswith(head.casefold()) or head.casefold() == reference.term.casefold())
