"""What of a mail has room below the size at which mail services hide its end: measured, and shared out. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from feeds.model import Article, Newsroom
from notifier import mime
from notifier.placeholders import MailContent, fill_alike

CLIPPED_AT = 100_000
"""Bytes of a message on the wire; large mail services hide the rest of one a little above that."""
_HEADERS = 8_000
"""Bytes left for the headers: a subject of 500 Korean signs, and two signatures."""
_TOKEN = 120
"""Signs of the longest link of a person's own, beyond the address of the newsroom."""
FEW = 5
"""So many pictures, files and notes each stand in a mail before its text gives way to its summary."""
SHORT = 300
"""Signs of a line where not everything has room."""


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of a release a mail holds."""

    whole: bool = True
    """Whether it has the text; else the summary."""
    most: int | None = None
    """How many pictures, files and notes each; None for all."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing of the release is left out."""
        return self.whole and self.most is None

    def of(self, article: Article) -> Article:
        """The release with no line longer than there is room for."""
        return article if self.is_everything else _with_short_lines(article)

    def is_hopeless(self, article: Article) -> bool:
        """Whether so much of a release has no room for certain, so that nobody needs to write the mail to see it."""
        content = self.of(article).content
        lists = [
            *(text for one in content.pictures[: self.most] for text in (one.caption, one.credit)),
            *(one.name for one in content.attachments[: self.most]),
            *(text for one in content.footnotes[: self.most] if one.note for text in (one.term, one.note)),
        ]
        listed = sum(len(text.encode(errors="replace")) for text in lists if text)
        told = len(content.body_text.encode(errors="replace")) if self.whole else 0
        return 2 * max(listed, told) > CLIPPED_AT  # it stands in both parts


def smaller(article: Article, *, whole: bool) -> Iterator[Portion]:
    """Ever smaller portions of a release: its lists by half, beside its text while more than a few are left of them, or
    beside its summary as long as any are.
    """
    content, least = article.content, FEW if whole else 0
    most = max(len(content.pictures), len(content.attachments), len(content.footnotes))
    while most > least:
        yield Portion(whole, most)
        most //= 2


def fits(content: MailContent, newsroom: Newsroom, besides: int = 0) -> bool:
    """Whether no mail service hides the end of it, whoever gets it. Words of theirs alone take `besides` bytes more."""
    filled = fill_alike(content, newsroom.url("/" + "x" * _TOKEN))
    return len(mime.build(headers=(), text=filled.text, html=filled.html)) + _HEADERS + besides <= CLIPPED_AT


def as_much_as_fits(made: Callable[[int], MailContent], number: int, newsroom: Newsroom) -> MailContent:
    """The mail with as many of a number of things as it has room for; with one of them, however long that is.

    A mail of more is never shorter, so that no more of them are written than it takes to halve the number to one.
    """
    content = made(number)
    if number <= 1 or fits(content, newsroom):
        return content
    least, most, found = 1, number, None
    while most - least > 1:
        middle = (least + most) // 2
        content = made(middle)
        if fits(content, newsroom):
            least, found = middle, content
        else:
            most = middle
    return found or made(1)


def short(text: str, at_most: int = SHORT) -> str:
    """The text, cut at the end of a word where it has more signs."""
    if len(text) <= at_most:
        return text
    kept = text[: at_most - 1]
    return kept.rpartition(" ")[0].rstrip(" ,.;:") + "…" if " " in kept[at_most // 2 :] else kept + "…"


def _with_short_lines(article: Article) -> Article:
    content = article.content
    pictures = (
        replace(one, caption=short(one.caption), credit=short(one.credit or "") or None, alt=short(one.alt or ""))
        for one in content.pictures
    )
    return replace(
        article,
        correction_note=short(article.correction_note or "") or None,
        content=replace(
            content,
            subtitle=short(content.subtitle or "") or None,
            pictures=tuple(pictures),
            attachments=tuple(replace(one, name=short(one.name)) for one in content.attachments),
            footnotes=tuple(
                replace(one, mark=short(one.mark, 20), term=short(one.term), note=short(one.note or "") or None)
                for one in content.footnotes
            ),
        ),
    )
