"""How the feeds are: what was made of each and when, what had to be left out of it, and who reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.addresses import FEED_TYPES, feed_page_path, scope_feed_path
from feeds.archives import Archives
from feeds.model import Article
from feeds.naming import wish_names
from feeds.readers import Reader, Readers
from feeds.scope import Scope
from feeds.shelf import Shelf
from feeds.standing import LeftOut, Size, Standing
from feeds.store import reading, topics
from feeds.store.database import Session
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Visitor, route

HEALTH = "/newsroom/feeds"
A_PAGE = 50
_LAST_PAGE = 10_000
_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A feed as the page shows it."""

    name: str
    page: str
    built_at: datetime
    entries: int
    missing: int
    sizes: tuple[tuple[str, Size], ...]
    readers: tuple[Reader, ...]

    @property
    def people(self) -> int:
        """How many read it, as far as their programs say."""
        return sum(reader.people for reader in self.readers)

    @property
    def programs(self) -> tuple[Reader, ...]:
        """The programs that most read it with."""
        return self.readers[:_SHOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An article that feeds had to leave out: why, and which. `article` is None where not even it can be read."""

    id: int
    article: Article | None
    reason: str | None
    feeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """Serves the page, to all staff."""

    door: Door
    shelf: Shelf
    archives: Archives
    readers: Readers
    chrome: Chrome
    process: int
    """The number of this process: each has its own shelf and its own readers."""

    @property
    def routes(self) -> list[Route]:
        """The one address."""
        return [route(HEALTH, get=self.door.page(self.show))]

    def show(self, request: Request, visitor: Visitor) -> Response:
        """What could not be shown, then every feed on the shelf: those with problems and the widest first."""
        self.shelf.get(Scope(), next(iter(FEED_TYPES)))  # whatever nobody has asked for yet is looked at here
        standing = sorted(self.shelf.standing(), key=lambda one: (not one.left_out, one.scope.values, str(one.scope)))
        pages = -(-len(standing) // A_PAGE)
        page = min(_page(request.query_params.get("page", "")), pages)
        shown = standing[(page - 1) * A_PAGE : page * A_PAGE]
        visit = self.chrome.visit(request)
        with self.shelf.database.read() as session:
            older = self.archives.left_out()
            names = self._names(
                session, [*(one.scope for one in standing), *(scope for scope, _ in older)], visit.language
            )
            missing = [*((one.scope, out) for one in standing for out in one.left_out), *older]
            problems = _problems(session, missing, names)
        return self.door.render(
            request,
            visitor,
            "newsroom/feed_health.html",
            title=self.chrome.words[visit.language]("health.title"),
            lines=[self._line(one, names[one.scope]) for one in shown],
            problems=problems,
            count=len(standing),
            memory=sum((size.gzip or 0) + size.zstd for one in standing for size in one.sizes.values()),
            follows=self.shelf.following,
            counts_all=not self.readers.is_full,
            process=self.process,
            kilobytes=_kilobytes,
            newer=visit.link(f"{HEALTH}?page={page - 1}") if page > 1 else None,
            older=visit.link(f"{HEALTH}?page={page + 1}") if page < pages else None,
        )

    def _line(self, one: Standing, name: str) -> Line:
        return Line(
            name=name,
            page=feed_page_path(one.scope),
            built_at=one.built_at,
            entries=one.entries,
            missing=len(one.left_out),
            sizes=tuple(sorted(one.sizes.items())),
            readers=self.readers.of(*(scope_feed_path(one.scope, form) for form in FEED_TYPES)),
        )

    def _names(self, session: Session, scopes: Iterable[Scope], language: str) -> dict[Scope, str]:
        say, newsroom = self.chrome.words[language], self.chrome.newsroom
        vocabulary = {topic.slug: topic for topic in topics.known(session)}
        return {
            scope: say("scope.and").join(wish_names(scope, newsroom, say, vocabulary)) or say("scope.all")
            for scope in scopes
        }


def _problems(session: Session, missing: Sequence[tuple[Scope, LeftOut]], names: dict[Scope, str]) -> list[Problem]:
    """Every article that was left out of a feed or of its archives, the latest first, with the feeds that miss it."""
    reasons = {out.article_id: out.reason for _, out in missing}
    missed = {
        number: tuple(dict.fromkeys(names[scope] for scope, out in missing if out.article_id == number))
        for number in reasons
    }
    found = reading.by_id(session, reasons) if reasons else {}
    return [
        Problem(id=number, article=found.get(number), reason=reasons[number], feeds=missed[number])
        for number in sorted(reasons, reverse=True)
    ]


def _kilobytes(length: int) -> str:
    return f"{max(1, round(length / 1000))} kB"


def _page(text: str) -> int:
    return min(max(1, int(text)), _LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 10 else 1
