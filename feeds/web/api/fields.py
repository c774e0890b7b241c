"""What programs send, with every bound: strict models, from which the OpenAPI document is made."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, LiteralString

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from feeds.writing import (
    LONGEST_CAPTION,
    LONGEST_LINE,
    LONGEST_SUMMARY,
    LONGEST_TEXT,
    MOST_ATTACHMENTS,
    MOST_PICTURES,
)

MOST_FOOTNOTES = 200
MOST_TOPICS = 20
LONGEST_SENTENCE = 1_000
LARGEST_ID = 2**53 - 1
"""The largest integer that every reader of JSON keeps whole (RFC 7493, section 2.2)."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_MEDIA_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{2,5}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_LICENCE = re.compile(r"[A-Za-z0-9.-]+")


def _fault(word: LiteralString) -> PydanticCustomError:
    """A value that cannot be taken: what is said of it are the words `problem.field.<word>`."""
    return PydanticCustomError(word, word)


def _day(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise _fault("day")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _fault("day") from error


def _instant(value: object) -> object:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise _fault("instant")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise _fault("calendar") from error


def _whole(value: object) -> object:
    """12.0 is an integer to JSON Schema (2020-12, section 6.1.1 of Validation), as 12 is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_form(form: re.Pattern[str], word: LiteralString) -> tuple[AfterValidator, Any]:
    """Text of this form, and its schema; of any other the words say what is wanted, not the expression."""

    def checked(value: str) -> str:
        if not form.fullmatch(value):
            raise _fault(word)
        return value

    return AfterValidator(checked), Field(json_schema_extra={"pattern": f"^{form.pattern}$"})


Day = Annotated[date, BeforeValidator(_day), Field(examples=["2026-05-24"])]
Instant = Annotated[datetime, BeforeValidator(_instant), Field(examples=["2026-05-24T08:00:00+09:00"])]
Language = Annotated[str, StringConstraints(max_length=16), *_in_form(_LANGUAGE, "language_tag")]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=80), *_in_form(_SLUG, "slug")]
Line = Annotated[str, StringConstraints(max_length=LONGEST_LINE)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LINE)]
Caption = Annotated[str, StringConstraints(max_length=LONGEST_CAPTION)]
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SENTENCE)]
MediaName = Annotated[str, StringConstraints(max_length=80), *_in_form(_MEDIA_NAME, "media_name")]
Licence = Annotated[str, StringConstraints(max_length=40), *_in_form(_LICENCE, "licence_name")]
Telephone = Annotated[str, StringConstraints(max_length=40)]
Number = Annotated[int, Field(ge=1, le=LARGEST_ID), BeforeValidator(_whole)]


def _as_given(schema: dict[str, Any]) -> None:
    """A field that is left out stays as it is, so no schema speaks of defaults."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)
    schema["not"] = {"required": ["markdown", "html"]}


class _Strict(BaseModel):
    """Takes what it names, of the very type that it names, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class PictureFields(_Strict):
    """A picture that was uploaded. Before publication it needs a caption, a credit, and `alt` unless `decorative`."""

    media: MediaName
    """What `POST /media` answered."""
    caption: Caption = ""
    credit: Caption | None = None
    """Who made it."""
    alt: Caption | None = None
    """What is to be seen on it, for who cannot see it."""
    decorative: bool = False
    """It tells nothing: it needs no `alt`."""


class AttachmentFields(_Strict):
    """A file that was uploaded; `name` is what readers see."""

    media: MediaName
    """What `POST /media` answered."""
    name: Line


class FootnoteFields(_Strict):
    """A note at the end: its mark in the text, the term it explains, and the note."""

    mark: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    term: Line = ""
    note: Caption | None = None


Pictures = Annotated[list[PictureFields], Field(max_length=MOST_PICTURES)]
Attachments = Annotated[list[AttachmentFields], Field(max_length=MOST_ATTACHMENTS)]
Footnotes = Annotated[list[FootnoteFields], Field(max_length=MOST_FOOTNOTES)]
Topics = Annotated[list[Slug], Field(max_length=MOST_TOPICS)]


class NewArticle(_Strict):
    """A release. Its text is `markdown` or `html`; `publish` or `publish_at` make it public at once or then."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["markdown"]}, {"required": ["html"]}],
            "not": {"required": ["publish", "publish_at"]},
        }
    )

    language: Language
    """One of the newsroom's languages."""
    title: Title
    subtitle: Line = ""
    summary: Annotated[str, StringConstraints(max_length=LONGEST_SUMMARY)] = ""
    """Left empty it is made from the text."""
    markdown: Text = ""
    """The text in CommonMark, with tables."""
    html: Text = ""
    """Or the text as HTML: what an article needs is kept of it."""
    pictures: Pictures = []
    attachments: Attachments = []
    footnotes: Footnotes = []
    division: Slug
    """One of the token's divisions, as `GET /divisions` names them."""
    board: Slug | None = None
    """Where it is posted, as `GET /boards` names them."""
    topics: Topics = []
    """As `GET /topics` names them."""
    telephone: Telephone | None = None
    """Whom readers may call; left out, the division."""
    registered_on: Day | None = None
    """The day on which it was issued elsewhere, or is to be. What is older than yesterday, or later than the day on
    which it becomes public, is no news: nobody is mailed."""
    licence: Licence | None = None
    """Left out, the city's."""
    urgent: bool = False
    """It goes first, and is published by two people."""
    publish: bool = False
    """Publish it at once."""
    publish_at: Instant | None = None
    """Publish it by itself at this instant."""
    mail: bool | None = None
    """Whether followers are mailed; left out, they are if it is news."""

    @model_validator(mode="after")
    def _one_text_and_one_hour(self) -> "NewArticle":
        if len({"markdown", "html"} & self.model_fields_set) != 1:
            raise _fault("one_text")
        if {"publish", "publish_at"} <= self.model_fields_set:
            raise _fault("one_hour")
        return self


class PublicFields(_Strict):
    """What is to change in a published article; what is left out stays as it is. Lists are replaced whole."""

    model_config = ConfigDict(json_schema_extra=_as_given)

    title: Title = ""
    subtitle: Line | None = None
    summary: Annotated[str, StringConstraints(max_length=LONGEST_SUMMARY)] = ""
    """Emptied, it is made from the text."""
    markdown: Text = ""
    """The text in CommonMark, with tables."""
    html: Text = ""
    """Or the text as HTML."""
    pictures: Pictures = []
    attachments: Attachments = []
    footnotes: Footnotes = []
    division: Slug = ""
    board: Slug | None = None
    topics: Topics = []
    telephone: Telephone | None = None
    registered_on: Day | None = None
    licence: Licence | None = None

    @model_validator(mode="after")
    def _at_most_one_text(self) -> "PublicFields":
        if {"markdown", "html"} <= self.model_fields_set:
            raise _fault("one_text")
        return self


class ArticleFields(PublicFields):
    """What is to change in a draft; everything that is left out stays as it is. Lists are replaced whole."""

    urgent: bool = False
    """Two people settle this before it is public: a correction cannot change it."""


class Correction(PublicFields):
    """What is to change in a published article, and a note that tells readers what changed."""

    note: Sentence
    """What changed, for readers."""


class Publishing(_Strict):
    """How to publish. `mail` says whether followers are mailed; left out, they are if it is news."""

    mail: bool | None = None
    embargo_until: Instant | None = None
    """Accredited journalists have it now, under embargo; at this instant it becomes public by itself. Nothing that is
    urgent."""


class Scheduling(_Strict):
    """When to publish."""

    at: Instant
    mail: bool | None = None
    """Whether followers are mailed then; left out, it stays as it was decided, or they are if it is news."""


class Asking(_Strict):
    """What is asked of a second person: to publish at once, or at an instant."""

    at: Instant | None = None
    mail: bool | None = None
    """Whether followers are mailed; left out, they are if it is news when it is approved."""


class Withdrawal(_Strict):
    """Why an article is taken back, in a sentence for readers."""

    reason: Sentence
    mail: bool = False


class TwinFields(_Strict):
    """The article that is the same release in another language."""

    article: Number
