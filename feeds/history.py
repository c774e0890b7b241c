"""What each public revision of an article changed, as its readers are shown it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from feeds.difference import EFFORT, Piece, difference, summarised
from feeds.model import Article, Content, Revision


class StepKind(StrEnum):
    """What a revision was for its readers."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a text that changed, by its name, as pieces; None stands for words that are not repeated."""

    name: str
    pieces: tuple[Piece | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One revision: when readers saw it, what its editor said of it, and where it differs from the one before.

    `sections` is empty for the first, and where no word changed: then `form_only` says whether anything did.
    """

    number: int
    kind: StepKind
    at: datetime
    language: str
    note: str | None
    sections: tuple[Section, ...] = ()
    form_only: bool = False

    @property
    def size(self) -> int:
        """About how many characters it takes to show."""
        return sum(len(piece.text) for section in self.sections for piece in section.pieces if piece)


def steps(article: Article, revisions: Sequence[Revision], *, whole: bool) -> Iterator[Step]:
    """What these public revisions of an article, given the oldest first, changed: the newest first, as they are asked.

    Where they are `whole`, the oldest is the one that was published; else it is there only for the next to be
    compared with.
    """
    effort = EFFORT // max(1, len(revisions) - 1)
    for before, after in reversed(list(pairwise(revisions))):
        sections = tuple(sections_of(before.content, after.content, effort))
        yield Step(
            number=after.number,
            kind=StepKind.EDITED if after.note is None else StepKind.CORRECTED,
            at=after.created_at,
            language=after.content.language,
            note=after.note,
            sections=sections,
            form_only=not sections and before.content != after.content,
        )
    if whole and revisions:
        first = revisions[0]
        # It was written before, and seen from then on.
        at = article.published_at or first.created_at
        yield Step(number=first.number, kind=StepKind.PUBLISHED, at=at, language=first.content.language, note=None)


def sections_of(before: Content, after: Content, effort: int = EFFORT) -> Iterator[Section]:
    """The parts of which words differ between two texts, in the order of a page; `effort` as for `difference`."""
    for (name, old), (_, new) in zip(_texts(before), _texts(after), strict=True):
        if old != new:
            yield Section(name, summarised(difference(old, new, effort=effort)))


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    """Every part of a text that has words, by its name; what is a list has a line for each."""
    yield "title", content.title
    yield "subtitle", content.subtitle or ""
    yield "summary", content.summary
    yield "text", content.body_text
    pictures = ((one.caption, one.credit, one.alt) for one in content.pictures)
    yield "pictures", "\n".join(" · ".join(filter(None, parts)) for parts in pictures)
    yield "attachments", "\n".join(one.name for one in content.attachments)
    yield "footnotes", "\n".join(f"{one.mark} {one.term}: {one.note or ''}".rstrip(": ") for one in content.footnotes)
