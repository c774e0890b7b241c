"""What a program sent, made into the content and the filing of an article.

Every function raises Problem or WritingRefused, naming the fields, for what cannot stand.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from feeds.intake.clean import clean_line, summary_of
from feeds.model import Article, Content, Footnote, Newsroom
from feeds.store.articles import Filing, filing_of
from feeds.web.api.fields import ArticleFields, FootnoteFields, NewArticle, PublicFields
from feeds.web.api.kept_media import KeptMedia
from feeds.web.api.problems import FieldError, Saying, invalid
from feeds.words import Words
from feeds.writing import FARTHEST, Form, Writing, WritingRefused, content_of, may_be_registered


@dataclass(frozen=True, slots=True)
class Drafting:
    """Makes articles of fields. `media` finds what was uploaded."""

    newsroom: Newsroom
    words: Words
    media: KeptMedia
    now: datetime

    def new(self, fields: NewArticle) -> tuple[Content, Filing]:
        """A new article."""
        is_markdown = "markdown" in fields.model_fields_set
        writing = Writing(
            language=fields.language,
            title=fields.title,
            subtitle=fields.subtitle,
            summary=fields.summary,
            text=fields.markdown if is_markdown else fields.html,
            form=Form.MARKDOWN if is_markdown else Form.HTML,
            pictures=self.media.pictures(fields.pictures),
            attachments=self.media.attachments(fields.attachments),
            footnotes=_footnotes(fields.footnotes),
        )
        filing = Filing(
            division=fields.division,
            board=fields.board,
            topics=tuple(fields.topics),
            telephone=_line(fields.telephone),
            registered_on=self._day(fields.registered_on),
            licence=self._licence(fields.licence),
            urgent=fields.urgent,
        )
        return self._content(writing), filing

    def changed(self, article: Article, fields: PublicFields) -> tuple[Content, Filing]:
        """An article with some of it changed."""
        return self._rewritten(article.content, fields), self._refiled(article, fields)

    def instant(self, field: str, at: datetime) -> datetime:
        """An instant of publication to come."""
        if at <= self.now:
            raise invalid(FieldError(field, Saying("problem.field.passed")))
        if at > self.now + FARTHEST:
            raise invalid(FieldError(field, Saying("problem.field.far")))
        return at

    # Steps

    def _rewritten(self, old: Content, fields: PublicFields) -> Content:
        given = fields.model_fields_set
        is_html = "html" in given
        has_text = is_html or "markdown" in given
        languages = self.newsroom.city.languages
        writing = Writing(
            # An article that was taken in may be in a language that nobody writes here.
            language=old.language if old.language in languages else languages[0],
            title=fields.title if "title" in given else old.title,
            subtitle=(fields.subtitle if "subtitle" in given else old.subtitle) or "",
            summary=fields.summary,
            text=fields.html if is_html else fields.markdown,
            form=Form.HTML if is_html else Form.MARKDOWN,
            pictures=self.media.pictures(fields.pictures) if "pictures" in given else (),
            attachments=self.media.attachments(fields.attachments) if "attachments" in given else (),
            footnotes=_footnotes(fields.footnotes),
        )
        new = replace(self._content(writing), language=old.language)
        if not has_text:
            new = replace(new, body_html=old.body_html, body_text=old.body_text, markdown=old.markdown)
        if not fields.summary:
            was_made = old.summary == summary_of(old.subtitle or "", old.body_text)
            anew = was_made or "summary" in given
            new = replace(new, summary=summary_of(new.subtitle or "", new.body_text) if anew else old.summary)
        for part in ("pictures", "attachments", "footnotes"):
            if part not in given:
                new = replace(new, **{part: getattr(old, part)})
        return new

    def _refiled(self, article: Article, fields: PublicFields) -> Filing:
        filing, given = filing_of(article), fields.model_fields_set
        made: dict[str, Any] = {
            "division": fields.division,
            "board": fields.board,
            "topics": tuple(fields.topics),
            "telephone": _line(fields.telephone),
            "registered_on": self._day(fields.registered_on),
            "licence": self._licence(fields.licence),
            "urgent": isinstance(fields, ArticleFields) and fields.urgent,
        }
        return replace(filing, **{name: value for name, value in made.items() if name in given})

    def _content(self, writing: Writing) -> Content:
        base = self.newsroom.url("/")
        try:
            return content_of(writing, languages=self.newsroom.city.languages, base=base)
        except WritingRefused as error:
            # Programs know the text under the name of its form.
            named = [(str(writing.form) if field == "text" else field, word) for field, word in error.problems]
            raise WritingRefused(named) from error

    def _day(self, day: date | None) -> date | None:
        if day is not None and not may_be_registered(day, self.now.date()):
            raise invalid(FieldError("registered_on", Saying("problem.field.registered_on")))
        return day

    def _licence(self, licence: str | None) -> str | None:
        key = f"feed.licence.{licence}"
        if licence is not None and key not in self.words.sentences:
            known = sorted(one[13:] for one in self.words.sentences if one.startswith("feed.licence."))
            raise invalid(FieldError("licence", Saying("problem.field.licence", {"known": ", ".join(known)})))
        return licence


def _line(text: str | None) -> str | None:
    """A line without what cannot be seen; None for an empty one."""
    return clean_line(text or "") or None


def _footnotes(fields: list[FootnoteFields]) -> tuple[Footnote, ...]:
    return tuple(Footnote(mark=clean_line(one.mark), term=clean_line(one.term), note=_line(one.note)) for one in fields)
