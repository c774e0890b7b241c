"""The words of the newsroom as frozen values. No behaviour beyond what follows from the value itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

Names = Mapping[str, str]
"""A name in each language of the city: language tag (BCP 47) to text."""


class State(StrEnum):
    """Where an article stands in its life."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ChangeKind(StrEnum):
    """What a change says happened to its article."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """An office that issues articles. `parent` is the slug of its bureau, None at the top."""

    slug: str
    names: Names
    parent: str | None = None
    telephone: str | None = None
    aliases: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """The name in `language`, else in the first language it has."""
        return self.names.get(language) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Where releases are posted: `path` is the breadcrumb per language, `source_id` the site's own id of it."""

    slug: str
    names: Names
    path: Mapping[str, tuple[str, ...]]
    source_id: str | None = None

    def name(self, language: str) -> str:
        """The name in `language`, else in the first language it has."""
        return self.names.get(language) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What the city file says. `languages` is in order of preference; `divisions` in order of display."""

    names: Names
    newsroom_names: Names
    zone: ZoneInfo
    languages: tuple[str, ...]
    authority: str
    """Who mints ids: `authorityName,date` of a tag: URI (RFC 4151, section 2.1)."""
    sender_names: Names
    sender_address: str
    telephone: str
    licence: str
    fallback_division: str
    divisions: tuple[Division, ...]
    boards: tuple[Board, ...]

    def name(self, language: str) -> str:
        """The city's name in `language`, else in its first language."""
        return self.names.get(language) or self.names[self.languages[0]]

    def newsroom_name(self, language: str) -> str:
        """The newsroom's name in `language`, else in the city's first language."""
        return self.newsroom_names.get(language) or self.newsroom_names[self.languages[0]]

    def sender_name(self, language: str) -> str:
        """The sender's name in `language`, else in the city's first language."""
        return self.sender_names.get(language) or self.sender_names[self.languages[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of an article; `address` is None where the source gave only the caption."""

    caption: str
    credit: str | None = None
    alt: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file beside an article; `length` in bytes, None where unknown."""

    name: str
    address: str
    media_type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote:
    """A mark in the text, the term it hangs on, and the note; `note` is None where the source has none."""

    mark: str
    term: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a revision freezes: the text of an article in one language, already cleaned."""

    language: str
    title: str
    subtitle: str | None
    summary: str
    body_html: str
    body_text: str
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    footnotes: tuple[Footnote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One release as it stands: its identity and state, and the content of its current revision.

    `division` is None only for a draft whose source names none. Instants are aware, in UTC; `registered_on`
    is a day in the city's zone and None where the source gives none.
    """

    id: int
    guid: str
    state: State
    revision: int
    content: Content
    division: str | None
    board: str | None = None
    telephone: str | None = None
    source_address: str | None = None
    registered_on: date | None = None
    licence: str | None = None
    urgent: bool = False
    created_at: datetime
    published_at: datetime | None = None
    updated_at: datetime | None = None
    correction_note: str | None = None
    withdrawal_reason: str | None = None


def hour_is_known(article: Article, zone: ZoneInfo) -> bool:
    """Whether an article's hour of publication may be shown.

    One that was published elsewhere before has only its day of registration; it is dated by that day's first instant.
    """
    if article.published_at is None:
        return False
    return article.registered_on is None or article.published_at.astimezone(zone).time() != time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the change log. `number` is in commit order; `quiet` means that nobody is mailed about it."""

    number: int
    article_id: int
    revision: int
    kind: ChangeKind
    at: datetime
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A city at its public address: what every page, feed and mail says of itself. `base_url` has no final slash."""

    city: City
    base_url: str
    _by_slug: Mapping[str, Division] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the divisions by slug once."""
        object.__setattr__(self, "_by_slug", {division.slug: division for division in self.city.divisions})

    def division(self, slug: str) -> Division | None:
        """The division with this slug, or None."""
        return self._by_slug.get(slug)

    def lineage(self, slug: str) -> tuple[str, ...]:
        """The slug and those of the bureaus above it, nearest first: whoever follows one of them follows it."""
        chain: list[str] = []
        cursor: str | None = slug
        while cursor is not None and cursor not in chain:
            chain.append(cursor)
            division = self.division(cursor)
            cursor = division.parent if division else None
        return tuple(chain)

    def within(self, slug: str) -> tuple[str, ...]:
        """The slug and those of every division below it, in the city's order."""
        return tuple(d.slug for d in self.city.divisions if slug in self.lineage(d.slug))

    def url(self, path: str) -> str:
        """The absolute address of a path of ours, which begins with a slash."""
        return self.base_url + path
