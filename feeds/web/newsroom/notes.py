"""Footnotes as the editor's form writes them, one a line: `* Net-Zero: the balance`. Pure."""

import re
from collections.abc import Iterator, Sequence

from feeds.intake.clean import clean_line
from feeds.model import Footnote
from feeds.writing import LONGEST_CAPTION

MOST_NOTES = 200
_NOTE = re.compile(r"(\S{1,20})\s+(.+)")


def spelled(notes: Sequence[Footnote]) -> str:
    """The notes, one a line."""
    return "\n".join(_line(one) for one in notes)


def read(text: str, stored: Sequence[Footnote]) -> tuple[Footnote, ...]:
    """The notes that the lines say; one that stands as it was stored is that one. What is no note is left out."""
    known = {_line(one): one for one in stored}
    found = [(line, _NOTE.fullmatch(line)) for line in _lines(text)]
    return tuple(known.get(line) or _note(match[1], match[2]) for line, match in found if match)


def are_sound(text: str) -> bool:
    """Whether every line is a note, and none is too long, nor are there too many."""
    lines = list(_lines(text))
    return len(lines) <= MOST_NOTES and all(len(one) <= LONGEST_CAPTION and _NOTE.fullmatch(one) for one in lines)


def _lines(text: str) -> Iterator[str]:
    return filter(None, map(clean_line, text.splitlines()))


def _line(one: Footnote) -> str:
    term = f"{one.term}:" if one.term else ""
    return clean_line(" ".join(part for part in (one.mark, term, one.note) if part))


def _note(mark: str, said: str) -> Footnote:
    term, colon, note = f"{said} ".partition(": ")
    if not colon:
        return Footnote(mark=mark, term="", note=said)
    return Footnote(mark=mark, term=term, note=note.strip() or None)
