"""What each public revision of an article changed, as its readers are shown it. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from html.parser import HTMLParser
from itertools import pairwise, zip_longest

from feeds.difference import EFFORT, Piece, difference, summarised
from feeds.model import Article, Content, Filed, Revision, filed_of


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


@dataclass(frozen=True, slots=True)
class Refiled:
    """One thing that a release says of itself besides its text, by its name in `Filed`, and both its values."""

    name: str
    before: str | date | tuple[str, ...] | None
    after: str | date | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Relinked:
    """Words that lead elsewhere now: None where they led, or lead, nowhere."""

    text: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Where two states of a release differ, for who reads it. All is empty where they do not.

    `exchanged` are pictures and files that are others under the same words: the name of their section, and the number
    of each. `layout` says that something differs that is none of all this. `filed` is None where what was filed
    before is not known.
    """

    sections: tuple[Section, ...] = ()
    links: tuple[Relinked, ...] = ()
    exchanged: tuple[tuple[str, int], ...] = ()
    layout: bool = False
    filed: tuple[Refiled, ...] | None = ()

    @property
    def size(self) -> int:
        """About how many characters it takes to show."""
        words = sum(len(piece.text) for section in self.sections for piece in section.pieces if piece)
        return words + sum(len(one.text) + len(one.before or "") + len(one.after or "") for one in self.links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One revision: when readers saw it, what its editor said of it, and where it differs from the one before."""

    number: int
    kind: StepKind
    at: datetime
    language: str
    note: str | None
    apart: Apart = Apart()


def steps(article: Article, revisions: Sequence[Revision], *, whole: bool) -> Iterator[Step]:
    """What these public revisions of an article, given the oldest first, changed: the newest first, as they are asked.

    Where they are `whole`, the oldest is the one that was published; else it is there only for the next to be
    compared with.
    """
    effort = EFFORT // max(1, len(revisions) - 1)
    for before, after in reversed(list(pairwise(revisions))):
        yield Step(
            number=after.number,
            kind=StepKind.EDITED if after.note is None else StepKind.CORRECTED,
            at=after.created_at,
            language=after.content.language,
            note=after.note,
            apart=apart(article, before, after, effort),
        )
    if whole and revisions:
        first = revisions[0]
        # It was written before, and seen from then on.
        at = article.published_at or first.created_at
        yield Step(number=first.number, kind=StepKind.PUBLISHED, at=at, language=first.content.language, note=None)


def apart(article: Article, before: Revision, after: Revision, effort: int = EFFORT) -> Apart:
    """Where one revision of an article differs from another; `effort` as for `difference`."""
    old, new = before.content, after.content
    was, now = _filed(article, before), _filed(article, after)
    sections, links = tuple(_sections(old, new, effort)), tuple(_relinked(old.body_html, new.body_html))
    exchanged = tuple(_exchanged(old, new))
    # What an editor wrote in Markdown is what readers see as HTML.
    same = replace(old, markdown=None) == replace(new, markdown=None)
    return Apart(
        sections=sections,
        links=links,
        exchanged=exchanged,
        layout=not (same or sections or links or exchanged),
        filed=None if was is None or now is None else tuple(_refiled(was, now)),
    )


def _filed(article: Article, revision: Revision) -> Filed | None:
    """What was filed with a revision: that of the present one stands with its article."""
    return filed_of(article) if revision.number == article.revision else revision.filed


def _refiled(before: Filed, after: Filed) -> Iterator[Refiled]:
    for field in fields(Filed):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield Refiled(field.name, old, new)


def _sections(before: Content, after: Content, effort: int) -> Iterator[Section]:
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


def _exchanged(before: Content, after: Content) -> Iterator[tuple[str, int]]:
    """What stands at the same place under the same words and is another picture or file."""
    pictures = zip(before.pictures, after.pictures, strict=False)
    for number, (old, new) in enumerate(pictures, start=1):
        if (old.caption, old.alt) == (new.caption, new.alt) and (old.media, old.address) != (new.media, new.address):
            yield "pictures", number
    attachments = zip(before.attachments, after.attachments, strict=False)
    for number, (one, other) in enumerate(attachments, start=1):
        if one.name == other.name and (one.media, one.address) != (other.media, other.address):
            yield "attachments", number


class _Links(HTMLParser):
    """The links of a text, as (words, address) in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link begins."""
        if tag == "a":
            self._address, self._words = dict(attrs).get("href"), []

    def handle_data(self, data: str) -> None:
        """Words, perhaps of a link."""
        if self._address is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """A link ends."""
        if tag == "a" and self._address is not None:
            self.found.append((" ".join("".join(self._words).split()), self._address))
            self._address = None


def _links(html: str) -> list[tuple[str, str]]:
    reader = _Links()
    if "<a" in html:
        reader.feed(html)
    return reader.found


def _relinked(before: str, after: str) -> Iterator[Relinked]:
    """The links whose addresses differ. Words that changed over the same address are a change of words."""
    old, new = _links(before), _links(after)
    was, now = Counter(old), Counter(new)
    gone, come = list((was - now).elements()), list((now - was).elements())
    left_behind, reached = {address for _, address in gone}, {address for _, address in come}
    olds, news = _by_words(gone), _by_words(come)
    for text in dict.fromkeys((*news, *olds)):
        for one, other in zip_longest(olds.get(text, ()), news.get(text, ())):
            same_address = other in left_behind if one is None else other is None and one in reached
            if not same_address:
                yield Relinked(text, one, other)


def _by_words(links: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    addresses: dict[str, list[str]] = {}
    for text, address in links:
        addresses.setdefault(text, []).append(address)
    return addresses
