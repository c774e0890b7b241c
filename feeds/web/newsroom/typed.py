"""An article as it stands in the editor's form: read from an article, or from what was sent. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from feeds.intake.clean import clean_line, summary_of
from feeds.intake.paste import is_foreign, tidied
from feeds.media import keeper
from feeds.model import Article, Attachment, Content, Picture
from feeds.store.articles import Filing
from feeds.store.media import Kept
from feeds.web.newsroom import notes
from feeds.web.newsroom.forms import Form
from feeds.web.newsroom.room import whole
from feeds.writing import LONGEST_TEXT, Writing, may_be_registered
from feeds.writing import Form as Written

MOST_ROWS = 100
"""Rows of pictures or files that a form may bring; an article holds 40 of each."""
_TELEPHONE = re.compile(r"\+?[0-9()][0-9() .~-]{1,38}", re.ASCII)
_MEDIA = re.compile(r"[0-9a-f]{64}\.[a-z]{2,5}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPicture:
    """A picture's row. One that we do not keep has no `media` and is the one at place `origin` of the stored text."""

    media: str = ""
    origin: int | None = None
    caption: str = ""
    credit: str = ""
    alt: str = ""
    decorative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFile:
    """A file's row, as for pictures."""

    media: str = ""
    origin: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Every field of the form as it was typed.

    `version` and `revision` are those of the article it was made from, 0 for a new one. An `origin` is a place in
    the text of that revision.
    """

    language: str
    version: int = 0
    revision: int = 0
    title: str = ""
    subtitle: str = ""
    summary: str = ""
    form: Written = Written.MARKDOWN
    text: str = ""
    division: str = ""
    board: str = ""
    topics: tuple[str, ...] = ()
    telephone: str = ""
    registered_on: str | None = None
    """A day as a browser writes it, empty where it is unknown; None where the form did not ask."""
    urgent: bool = False
    note: str = ""
    footnotes: str | None = None
    """One a line; None where the form did not ask."""
    pictures: tuple[TypedPicture, ...] = ()
    files: tuple[TypedFile, ...] = ()

    def writing(self, stored: Content | None, kept: Mapping[str, Kept]) -> Writing:
        """The text to be cleaned. `stored` is what the form was made from, `kept` the files that the rows name.

        HTML that was copied from another program is put in order first: without script nobody has done so before.
        """
        there = stored.footnotes if stored else ()
        is_copied = self.form is Written.HTML and len(self.text) <= LONGEST_TEXT and is_foreign(self.text)
        return Writing(
            language=self.language,
            title=self.title,
            subtitle=self.subtitle,
            summary=self.summary,
            text=tidied(self.text).text if is_copied else self.text,
            form=self.form,
            pictures=tuple(_pictures(self.pictures, stored, kept)),
            attachments=tuple(_attachments(self.files, stored, kept)),
            footnotes=there if self.footnotes is None else notes.read(self.footnotes, there),
        )

    def filing(self, stored: Filing) -> Filing:
        """What the article says about itself, with what the form does not ask for as it is stored."""
        return replace(
            stored,
            division=self.division or None,
            board=self.board or None,
            topics=self.topics,
            telephone=clean_line(self.telephone) or None,
            registered_on=stored.registered_on if self.registered_on is None else _day(self.registered_on),
            urgent=self.urgent,
        )

    def problems(self, kept: Mapping[str, Kept], today: date) -> Iterator[tuple[str, str]]:
        """What cannot stand besides the text: pairs of a field and the key of its sentence."""
        day = _day(self.registered_on or "")
        if self.registered_on and (day is None or not may_be_registered(day, today)):
            yield "registered_on", "editor.problem.registered_on"
        if self.telephone.strip() and not _TELEPHONE.fullmatch(clean_line(self.telephone)):
            yield "telephone", "editor.problem.telephone"
        if self.footnotes and not notes.are_sound(self.footnotes):
            yield "footnotes", "editor.problem.footnotes"
        if any(name not in kept for name in self.media):
            yield "pictures", "editor.problem.media"

    @property
    def media(self) -> tuple[str, ...]:
        """The names of the files that the rows name."""
        return tuple(
            name for name in (*(row.media for row in self.pictures), *(row.media for row in self.files)) if name
        )


def of_article(article: Article) -> Typed:
    """The form of an article as it is stored. A text that was not written in Markdown opens as HTML."""
    content = article.content
    # A summary that follows from the text follows it further; one that was written is shown.
    made = summary_of(content.subtitle, content.body_text)
    is_markdown = content.markdown is not None
    return Typed(
        language=content.language,
        version=article.version,
        revision=article.revision,
        title=content.title,
        subtitle=content.subtitle or "",
        summary="" if content.summary == made else content.summary,
        form=Written.MARKDOWN if is_markdown else Written.HTML,
        text=content.markdown if content.markdown is not None else content.body_html,
        division=article.division or "",
        board=article.board or "",
        topics=article.topics,
        telephone=article.telephone or "",
        registered_on=article.registered_on.isoformat() if article.registered_on else "",
        urgent=article.urgent,
        footnotes=notes.spelled(content.footnotes),
        pictures=tuple(
            TypedPicture(
                media=one.media or "",
                origin=place,
                caption=one.caption,
                credit=one.credit or "",
                alt=one.alt or "",
                decorative=one.decorative,
            )
            for place, one in enumerate(content.pictures)
        ),
        files=tuple(
            TypedFile(media=one.media or "", origin=place, name=one.name)
            for place, one in enumerate(content.attachments)
        ),
    )


def of_form(form: Form, languages: Sequence[str]) -> Typed:
    """What was sent, as it is; a row that was ticked to be removed is gone, the others in the order that was asked."""
    language = form.get("language")
    return Typed(
        language=language if language in languages else languages[0],
        version=whole(form.get("version")),
        revision=whole(form.get("revision")),
        title=form.get("title"),
        subtitle=form.get("subtitle"),
        summary=form.get("summary"),
        form=Written.HTML if form.get("form") == Written.HTML else Written.MARKDOWN,
        text=form.get("text").replace("\r\n", "\n"),
        division=form.get("division"),
        board=form.get("board"),
        topics=tuple(sorted(set(form.all("topic")))),
        telephone=form.get("telephone"),
        registered_on=form.get("registered_on").strip() if form.all("registered_on") else None,
        urgent=bool(form.get("urgent")),
        note=form.get("note"),
        footnotes=form.get("footnotes").replace("\r\n", "\n") if form.all("footnotes") else None,
        pictures=tuple(
            TypedPicture(
                media=_name(form.get(f"picture-{row}-media")),
                origin=_place(form.get(f"picture-{row}-origin")),
                caption=form.get(f"picture-{row}-caption"),
                credit=form.get(f"picture-{row}-credit"),
                alt=form.get(f"picture-{row}-alt"),
                decorative=bool(form.get(f"picture-{row}-decorative")),
            )
            for row in _rows(form, "picture")
        ),
        files=tuple(
            TypedFile(
                media=_name(form.get(f"file-{row}-media")),
                origin=_place(form.get(f"file-{row}-origin")),
                name=form.get(f"file-{row}-name"),
            )
            for row in _rows(form, "file")
        ),
    )


def _rows(form: Form, kind: str) -> list[int]:
    names = {name for name, _ in form.fields}
    there = [row for row in range(MOST_ROWS) if f"{kind}-{row}-origin" in names]
    wanted = [row for row in there if not form.get(f"{kind}-{row}-remove")]
    return sorted(wanted, key=lambda row: (_place(form.get(f"{kind}-{row}-place")) or row + 1, row))


def _name(text: str) -> str:
    return text if _MEDIA.fullmatch(text) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _pictures(rows: Sequence[TypedPicture], stored: Content | None, kept: Mapping[str, Kept]) -> Iterator[Picture]:
    there = stored.pictures if stored else ()
    for row in rows:
        if row.media in kept:
            yield keeper.picture(
                kept[row.media], caption=row.caption, credit=row.credit, alt=row.alt, decorative=row.decorative
            )
        elif not row.media and row.origin is not None and row.origin < len(there) and not there[row.origin].media:
            yield replace(there[row.origin], caption=clean_line(row.caption), credit=clean_line(row.credit) or None)


def _attachments(rows: Sequence[TypedFile], stored: Content | None, kept: Mapping[str, Kept]) -> Iterator[Attachment]:
    there = stored.attachments if stored else ()
    for row in rows:
        if row.media in kept:
            yield keeper.attachment(kept[row.media], row.name)
        elif not row.media and row.origin is not None and row.origin < len(there) and not there[row.origin].media:
            yield replace(there[row.origin], name=clean_line(row.name))
