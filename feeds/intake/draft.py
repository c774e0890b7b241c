"""What a reader of pages answers: an article's draft, a list of articles, or a refusal with every reason."""

from dataclasses import dataclass
from datetime import date, datetime

from feeds.model import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which post of which board of which site: never its address, which may change (scheme, menu, order)."""

    host: str
    board_id: str
    post_id: str

    def __str__(self) -> str:
        """`host/board/post`, the key under which the store knows it."""
        return f"{self.host}/{self.board_id}/{self.post_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One article as its page states it. Nothing is guessed: what the page does not say is None or empty."""

    content: Content
    division: str = ""
    """The division in the page's own words, empty where it states none."""
    registered_on: date | None = None
    registered_at: datetime | None = None
    """The instant of registration (aware, UTC), where the source gives the hour too; on the day `registered_on`."""
    telephone: str | None = None
    board: str | None = None
    """The last step of the page's breadcrumb."""
    topics: tuple[str, ...] = ()
    """Slugs of the city's vocabulary, where a source of our own form names any."""
    address: str | None = None
    identity: Identity | None = None
    remarks: tuple[str, ...] = ()
    """What an editor should look at, for example a date that does not exist."""
    unread_date: str = ""
    """The date of registration as it is written, where it is written and cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A page that lists several articles; `titles` as far as they could be read."""

    titles: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A page that is no article, with every reason."""

    title: str | None
    reasons: tuple[str, ...]


Reading = Draft | ListPage | Refused
