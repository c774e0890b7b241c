"""What programs are answered: the models from which the OpenAPI document is made."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from feeds.model import State

_MAIL = (
    "Whether followers are mailed when it becomes public, or were; none while that is not decided, "
    "and to who may not read drafts of its division."
)


class Picture(BaseModel):
    """A picture. `media` is its name where we keep it, `address` where it can be fetched."""

    media: str | None
    address: str | None
    caption: str
    credit: str | None
    alt: str | None
    decorative: bool
    width: int | None
    height: int | None


class Attachment(BaseModel):
    """A file beside an article."""

    media: str | None
    address: str
    name: str
    media_type: str | None
    length: int | None


class Footnote(BaseModel):
    """A note at the end of an article."""

    mark: str
    term: str
    note: str | None


class Twin(BaseModel):
    """The same release in another language."""

    language: str
    article: int


class Approval(BaseModel):
    """That publication waits for a second person."""

    asked_by: str
    asked_at: datetime


class Brief(BaseModel):
    """An article without its text, as lists hold it."""

    id: int
    guid: Annotated[str, Field(description="Its name for ever, wherever it is served: a tag: URI.")]
    state: State
    version: Annotated[int, Field(description="Grows with every change.")]
    revision: Annotated[int, Field(description="Grows with every change of the text.")]
    language: str
    title: str
    subtitle: str | None
    summary: str
    division: Annotated[str | None, Field(description="None only for a draft whose source names none.")]
    board: str | None
    topics: list[str]
    urgent: bool
    url: Annotated[str | None, Field(description="Where people read it; none before it is published.")]
    registered_on: date | None
    publish_at: Annotated[datetime | None, Field(description="When it becomes public by itself.")]
    embargoed: Annotated[bool, Field(description="Whether accredited journalists have it before it is public.")]
    published_at: datetime | None
    updated_at: datetime | None


class Article(Brief):
    """An article. `markdown`, `approval`, `created_at` and `mail` are told only to who may read drafts of its
    division."""

    html: str
    text: str
    markdown: str | None
    pictures: list[Picture]
    attachments: list[Attachment]
    footnotes: list[Footnote]
    telephone: str | None
    licence: str
    twins: list[Twin]
    approval: Approval | None
    created_at: datetime | None
    correction_note: Annotated[str | None, Field(description="What the last correction changed.")]
    mail: Annotated[bool | None, Field(description=_MAIL)]
    withdrawal_reason: str | None


class Receipt(BaseModel):
    """What a token without the scope `read` is told of an article that it changed: nothing of what is written in it."""

    id: int
    guid: str
    state: State
    version: int
    revision: int
    url: str | None
    publish_at: datetime | None
    published_at: datetime | None
    updated_at: datetime | None
    mail: Annotated[bool | None, Field(description=_MAIL)]


class ArticlePage(BaseModel):
    """A page of articles, the newest first; `next` is the `cursor` of the next one, none on the last."""

    articles: list[Brief]
    next: str | None


class RevisionBrief(BaseModel):
    """A frozen state of an article's text. `note` says what a correction changed."""

    number: int
    title: str
    note: str | None
    author: Annotated[str | None, Field(description="Told only to who may read drafts of its division.")]
    created_at: datetime


class Revision(RevisionBrief):
    """A frozen state with its text."""

    subtitle: str | None
    summary: str
    html: str
    text: str


class RevisionList(BaseModel):
    """The revisions of an article, the oldest first; readers are told of those since it was published."""

    revisions: list[RevisionBrief]


class Piece(BaseModel):
    """A stretch of a text, and whether it is what was asked for."""

    text: str
    marked: bool


class Hit(BaseModel):
    """An article that was found; `snippet` is the piece of its text that shows best what was asked for."""

    article: Brief
    title: list[Piece]
    snippet: list[Piece]


class Hits(BaseModel):
    """A page of what was found. `total` counts what can be listed; `more` says that there is more than that."""

    hits: list[Hit]
    total: int
    more: bool


class Media(BaseModel):
    """A file that was kept. Name it as `media` among the pictures or attachments of an article."""

    media: str
    address: str
    media_type: str
    length: int
    width: int | None
    height: int | None


class Division(BaseModel):
    """An office that issues articles. Names are by language."""

    slug: str
    names: dict[str, str]
    parent: str | None
    telephone: str | None
    url: str
    former: list[str]
    retired: date | None
    successor: str | None


class DivisionList(BaseModel):
    """Every division, in the city's order."""

    divisions: list[Division]


class Board(BaseModel):
    """A board: where releases are posted. `path` is the breadcrumb by language."""

    slug: str
    names: dict[str, str]
    path: dict[str, list[str]]


class BoardList(BaseModel):
    """Every board."""

    boards: list[Board]


class Topic(BaseModel):
    """A word of the vocabulary; a retired one is on old articles only."""

    slug: str
    names: dict[str, str]
    retired: bool


class TopicList(BaseModel):
    """Every topic, in order of its slug."""

    topics: list[Topic]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: Annotated[list["FieldProblem"], Field(description="What is wrong with which field.")] = []


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str
