"""The pages of feeds: every feed there is, and of each what it is, how to follow it and what it has brought lately."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import (
    FEED_TYPES,
    archive_path,
    feed_page_path,
    scope_feed_path,
    scope_path,
    subscribe_path,
)
from feeds.clock import Clock
from feeds.model import Newsroom, Topic
from feeds.months import Month
from feeds.naming import wish_names, wish_rows
from feeds.scope import Scope
from feeds.store import reading, scoped
from feeds.store.database import Database, Session
from feeds.web import views
from feeds.web.asking import Asking, asked_address
from feeds.web.chrome import Chrome, Visit, feed_links
from feeds.web.guards import WITH_SCRIPT
from feeds.words import Words

LATEST = 5
MONTHS = 12
_A_MONTH = timedelta(days=30)
_COUNTED = 1000
_MONTH_PATTERNS = {"en": "MMMM y", "ko": "y년 M월"}
_COPYING = {"Content-Security-Policy": WITH_SCRIPT}
"""One script of ours puts an address on the clipboard; without it the address can be marked and copied by hand."""


@dataclass(frozen=True, slots=True)
class Address:
    """One format of a feed, as its page shows it: the whole address, to copy, and what it is good for."""

    extension: str
    label: str
    url: str
    type: str
    hint: str


@dataclass(frozen=True, slots=True)
class Archived:
    """A month of a feed: its name, where its releases are read, and its archive in each format."""

    name: str
    iso: str
    page: str
    archives: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FeedPages:
    """Serves the directory and the page of each feed. `form_token` makes the proof that a form stood on our page."""

    database: Database
    asking: Asking
    chrome: Chrome
    clock: Clock
    form_token: Callable[[], str]

    @property
    def routes(self) -> list[Route]:
        """The directory, and `/feeds/{slug}`, of which `select` takes any combination as its query."""
        return [Route("/feeds", self.every), Route("/feeds/{slug}", self.one)]

    def every(self, request: Request) -> Response:
        """Every feed there is, and how to follow it by reader or by mail."""
        visit = self.chrome.visit(request)
        newsroom, words = self.chrome.newsroom, self.chrome.words[visit.language]
        vocabulary = self.asking.vocabulary(retired=False)
        with self.database.read() as session:
            issued = reading.issued(session, since=self.clock() - _A_MONTH)
        boards = newsroom.city.boards if len(newsroom.city.boards) > 1 else ()
        languages = newsroom.city.languages if len(newsroom.city.languages) > 1 else ()
        others = [
            ("topics", [(one.name(visit.language), Scope(topics=(one.slug,))) for one in vocabulary]),
            ("boards", [(one.name(visit.language), Scope(boards=(one.slug,))) for one in boards]),
            ("in_languages", [(views.tongue(one, words), Scope(language=one)) for one in languages]),
        ]
        return self.chrome.page(
            request,
            "feeds.html",
            title=words("feeds.title"),
            headers=_COPYING,
            groups=views.by_bureau(newsroom),
            others=[(kind, rows) for kind, rows in others if rows],
            monthly={
                division.slug: sum(issued.get(slug, 0) for slug in newsroom.within(division.slug))
                for division in newsroom.divisions
            },
            whole=sum(issued.values()),
            addresses=_addresses(Scope(), newsroom, words),
            all=Scope(),
            scope_of=lambda slug: Scope((slug,)),
            feed_page_path=feed_page_path,
            scope_feed_path=scope_feed_path,
            subscribe_path=subscribe_path,
            earlier=views.earlier(newsroom),
        )

    def one(self, request: Request) -> Response:
        """One feed: what it is, how often it moves, its addresses, its months, and what it has brought lately.

        Another spelling of its address redirects for ever, as does that of a division whose work another took over.
        """
        scope = self.asking.scope(request, request.path_params["slug"], of_page=True)
        if isinstance(scope, Response):
            return scope
        visit = self.chrome.visit(request)
        before = Month.parse(request.query_params.get("before", ""))
        address = _address(scope, before, visit)
        if address != asked_address(request):
            return RedirectResponse(address, status_code=301)
        return self._page(request, scope, before, visit)

    def _page(self, request: Request, scope: Scope, before: Month | None, visit: Visit) -> Response:
        newsroom, words, now = self.chrome.newsroom, self.chrome.words[visit.language], self.clock()
        vocabulary = {topic.slug: topic for topic in self.asking.vocabulary()} if scope.topics else {}
        with self.database.read() as session:
            order = scoped.newest(session, scope, newsroom, gone_since=now, limit=LATEST)
            ids = [one for _, one in order]
            found = reading.by_id(session, ids)
            readable = reading.readable(session, [twin for one in found.values() for _, twin in one.twins])
            recent = scoped.published(
                session, scope, newsroom, since=now - _A_MONTH, until=now + timedelta(days=1), limit=_COUNTED, offset=0
            )
            months = _months(session, scope, newsroom, before or Month.of(now, newsroom.city.zone).after)
        title = _title(scope, newsroom, words, vocabulary)
        division = newsroom.division(scope.division) if scope.division else None
        closed = division if division and division.retired else None
        rows = wish_rows(scope, newsroom, words, vocabulary)
        shown = months[:MONTHS]
        return self.chrome.page(
            request,
            "feed.html",
            title=words("feed_page.title", scope=title),
            headers=_COPYING,
            scope=scope,
            name=title,
            rows=rows if len(rows) > 1 or scope.values > 1 else [],
            closed=closed,
            monthly=len(recent),
            addresses=_addresses(scope, newsroom, words),
            opml=f"/feeds/select.opml?{scope}" if scope.values > 1 else None,
            days=views.by_day([found[one] for one in ids if one in found], newsroom, words, readable),
            months=[_archived(scope, one, words.language) for one in shown],
            older=_address(scope, shown[-1], visit) if len(months) > MONTHS else None,
            newest=_address(scope, None, visit) if before else None,
            page_path=scope_path(scope),
            follow=None if closed else _follow(scope, len(recent), words),
            form_token=self.form_token(),
            feeds=feed_links(scope),
            feed_title=title,
            canonical=newsroom.url(feed_page_path(scope)),
        )


def _title(scope: Scope, newsroom: Newsroom, words: Words, vocabulary: Mapping[str, Topic]) -> str:
    rows = wish_rows(scope, newsroom, words, vocabulary)
    if len(rows) == 1:
        ((kind, names),) = rows
        return words(f"feed_page.only.{kind}", names=words("scope.and").join(names))
    return words("scope.and").join(wish_names(scope, newsroom, words, vocabulary)) or words("scope.all")


def _follow(scope: Scope, monthly: int, words: Words) -> views.Follow:
    return views.Follow(heading=words("feed_page.by_mail"), scope=scope, monthly=monthly)


def _addresses(scope: Scope, newsroom: Newsroom, words: Words) -> list[Address]:
    return [
        Address(link.extension, link.label, newsroom.url(link.url), link.type, words(f"feed_page.{link.extension}"))
        for link in feed_links(scope)
    ]


def _address(scope: Scope, before: Month | None, visit: Visit) -> str:
    """The one address of a feed's page, from the months before one on if that is named."""
    path = feed_page_path(scope)
    return visit.link(f"{path}{'&' if '?' in path else '?'}before={before}" if before else path)


def _months(session: Session, scope: Scope, newsroom: Newsroom, before: Month) -> Sequence[Month]:
    """The months before one in which a scope's articles were published, the newest first, one more than are shown."""
    zone, found = newsroom.city.zone, list[Month]()
    while len(found) <= MONTHS:
        last = scoped.last_before(session, scope, newsroom, (found[-1] if found else before).start(zone))
        if last is None:
            break
        found.append(Month.of(last, zone))
    return found


def _archived(scope: Scope, month: Month, language: str) -> Archived:
    first, end = (date(one.year, one.month, 1) for one in (month, month.after))
    fields = str(scope).replace("lang=", "language=")
    days = urlencode([("from", first.isoformat()), ("to", (end - timedelta(days=1)).isoformat()), ("order", "newest")])
    pattern = _MONTH_PATTERNS.get(language, _MONTH_PATTERNS["en"])
    return Archived(
        name=format_date(first, pattern, locale=language if language in _MONTH_PATTERNS else "en"),
        iso=str(month),
        page=f"/search?{fields}&{days}" if fields else f"/search?{days}",
        archives=tuple((name, archive_path(scope, month, name)) for name in FEED_TYPES),
    )
