"""What the desk's pages stand on, and the small things that each of them does."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from feeds.clock import Clock
from feeds.desk import Desk
from feeds.errors import NotFound
from feeds.model import Article, Newsroom
from feeds.reach import Bound, Embargoed, Posted, Reach
from feeds.store import audit
from feeds.store.database import Database, Session
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Form
from feeds.words import Words

_DIGITS = 15
_HIGHEST = 10**_DIGITS
LONGEST_REASON = 1_000
"""Characters of what is said about a withdrawal or a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The door, the desk and the store. `reach` counts whom a publication would be mailed to, `posted` what became of
    the mails of a published article, `bound` how many would be told of its correction or withdrawal: the notifier's
    answers, which this package may not ask for itself."""

    door: Door
    desk: Desk
    database: Database
    chrome: Chrome
    clock: Clock
    reach: Callable[[Session, Article], Reach]
    posted: Callable[[Session, int], tuple[Posted, ...]]
    bound: Callable[[Session, Article], Bound]
    accredited: Callable[[Session, Article], int]
    """How many journalists would have an article at once if it were released under embargo now."""
    embargoed: Callable[[Session, int], Embargoed]
    """Who has an article under embargo, or had it."""

    @property
    def newsroom(self) -> Newsroom:
        """The city at its public address."""
        return self.chrome.newsroom

    def words(self, request: Request) -> Words:
        """The sentences in the visitor's language."""
        return self.chrome.words[self.chrome.visit(request).language]

    def back(self, request: Request, article_id: int, *, done: str = "", problem: str = "") -> Response:
        """The way back to the article, which says what was done, or what the problem is, in a word of ours."""
        path = article_path(article_id)
        if problem:
            return self.door.redirect(request, f"{path}?problem={problem}")
        return self.door.done(request, path, done)


def article_path(article_id: int) -> str:
    """Where staff see an article."""
    return f"/newsroom/articles/{article_id}"


def number_of(request: Request) -> int:
    """The number of the article in the address. NotFound for one that no database could hold."""
    number = int(request.path_params["id"])
    if number > _HIGHEST:
        raise NotFound("article", str(number)[:20])
    return number


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form was made from: the version of the article, its revision, and the last entry of its record."""

    version: int
    revision: int
    entry: int

    @classmethod
    def now(cls, session: Session, article: Article) -> "Seen":
        """What there is to see now."""
        entries = audit.entries(session, article_id=article.id, limit=1)
        return cls(article.version, article.revision, entries[0].id if entries else 0)

    @classmethod
    def of(cls, form: Form) -> "Seen":
        """What a form brings back; a field that is missing or broken was made from nothing."""
        return cls(*(whole(form.get(name)) for name in ("version", "revision", "entry")))


def whole(text: str) -> int:
    """A whole number as a form writes it, 0 for anything else. Bounded so that every database can hold it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
