"""What somebody wrote, made into the content of an article: bounded, cleaned, and refused with every reason. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from feeds.commonmark import markdown_html
from feeds.errors import CivicwireError
from feeds.intake.clean import MAX_ELEMENTS, clean_html, clean_line, plain_text, summary_of, without_controls
from feeds.intake.headings import ranked
from feeds.model import Attachment, Content, Footnote, Picture

LONGEST_LINE = 300
"""Characters of a title or subtitle."""
LONGEST_SUMMARY = 1_000
LONGEST_TEXT = 200_000
LONGEST_CAPTION = 1_000
MOST_PICTURES = 40
MOST_ATTACHMENTS = 40
FIRST_DAY = date(1900, 1, 1)
FARTHEST = timedelta(days=366 * 2)
"""How far ahead a release may be scheduled, or registered: it is often given the day on which it is to come out."""


class Form(StrEnum):
    """How a text is written."""

    MARKDOWN = "markdown"
    HTML = "html"


class WritingRefused(CivicwireError):
    """A text that cannot be an article's; `problems` are pairs of a field and the key of the sentence that says why."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {word}" for field, word in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """The fields of an article as a person or a program gives them. An empty `summary` is made from the text."""

    language: str
    title: str
    subtitle: str = ""
    summary: str = ""
    text: str = ""
    form: Form = Form.MARKDOWN
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    footnotes: tuple[Footnote, ...] = ()


def may_be_registered(day: date, today: date) -> bool:
    """Whether a release may have been registered on a day, or be for one that is to come."""
    return FIRST_DAY <= day <= today + FARTHEST


def content_of(writing: Writing, *, languages: Sequence[str], base: str) -> Content:
    """The content that a revision freezes. `base` makes relative links absolute.

    A title is needed; all else may wait until publication. WritingRefused names every field that cannot stand.
    """
    title, subtitle, summary = (clean_line(text) for text in (writing.title, writing.subtitle, writing.summary))
    problems = [
        (field, word)
        for field, word, is_wrong in (
            ("language", "writing.language", writing.language not in languages),
            ("title", "writing.title_missing", not title),
            ("title", "writing.title_long", len(title) > LONGEST_LINE),
            ("subtitle", "writing.subtitle_long", len(subtitle) > LONGEST_LINE),
            ("summary", "writing.summary_long", len(summary) > LONGEST_SUMMARY),
            ("text", "writing.text_long", len(writing.text) > LONGEST_TEXT),
            ("text", "writing.text_intricate", writing.form is Form.MARKDOWN and _is_intricate(writing.text)),
            ("pictures", "writing.pictures_many", len(writing.pictures) > MOST_PICTURES),
            ("pictures", "writing.caption_long", any(_longest(one) > LONGEST_CAPTION for one in writing.pictures)),
            ("attachments", "writing.attachments_many", len(writing.attachments) > MOST_ATTACHMENTS),
        )
        if is_wrong
    ]
    if problems:
        raise WritingRefused(problems)
    is_markdown = writing.form is Form.MARKDOWN
    html = clean_html(ranked(markdown_html(writing.text) if is_markdown else writing.text), base=base)
    text = plain_text(html)
    return Content(
        language=writing.language,
        title=title,
        subtitle=subtitle or None,
        summary=summary or summary_of(subtitle, text),
        body_html=html,
        body_text=text,
        pictures=writing.pictures,
        attachments=writing.attachments,
        footnotes=writing.footnotes,
        markdown=without_controls(writing.text).replace("\r\n", "\n") if is_markdown else None,
    )


_SIGNS = re.compile(r"^|[\[*_`|&\\]|<(?!/)", re.M)


def _is_intricate(text: str) -> bool:
    """Whether a text has more lines and signs of Markdown than a release may have elements. Each costs its reader
    time, also where it comes to nothing: 100,000 of them are seconds."""
    return len(_SIGNS.findall(text)) > MAX_ELEMENTS


def _longest(picture: Picture) -> int:
    return max(len(text or "") for text in (picture.caption, picture.credit, picture.alt))
