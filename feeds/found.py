"""By which words a text is what somebody asked for, as they stand in it. Pure."""

from collections.abc import Sequence
from functools import cached_property

from feeds.grams import Word, holds, line
from feeds.marking import Looked
from feeds.query import grounds, groups, read

LONGEST = 40
"""Characters of a word found; what is longer is cut."""


class Found:
    """One document, which the words of many wishes are held against: each word is looked for once."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take everything in which a reader may look, the title first."""
        self._texts = texts
        self._forms: dict[Word, str] = {}
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, words: str) -> tuple[str, ...]:
        """The words by which the document is what a query asks for; none where it is not, or only something had to be
        absent. Each is given once, in the order of the query, as it stands where the document has it first."""
        if words not in self._found:
            wanted = read(words)
            held = grounds(wanted, self._has) if wanted else None
            self._found[words] = tuple({form.casefold(): form for form in map(self._form, held or ())}.values())
        return self._found[words]

    @cached_property
    def _line(self) -> str:
        return line(self._texts)

    @cached_property
    def _looked(self) -> list[Looked]:
        return [Looked.through(text) for text in self._texts]

    def _has(self, word: Word) -> bool:
        return holds(self._line, groups(word))

    def _form(self, word: Word) -> str:
        if word not in self._forms:
            places = (looked.first(word) for looked in self._looked)
            # Where a mark knows no place, the word itself: the index was asked, and it is there.
            self._forms[word] = _plain(next((one for one in places if one), str(word).strip('"')))
        return self._forms[word]


def _plain(text: str) -> str:
    """A piece of a text on one line, without what is not seen, and no longer than it may be."""
    seen = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return seen if len(seen) <= LONGEST else seen[: LONGEST - 1] + "…"
