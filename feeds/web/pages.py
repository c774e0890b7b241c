"""The public lists: releases by day, and divisions with what became of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import division_path
from feeds.clock import Clock
from feeds.model import Division
from feeds.scope import Scope
from feeds.store import divisions, reading
from feeds.store.database import Database
from feeds.web import views
from feeds.web.chrome import Chrome, feed_links

A_PAGE = 30
FARTHEST_PAGE = 10_000
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Pages:
    """Serves the public lists. `form_token` makes the proof that a form stood on a page of ours."""

    database: Database
    chrome: Chrome
    clock: Clock
    form_token: Callable[[], str]

    @property
    def routes(self) -> list[Route]:
        """Every list."""
        return [
            Route("/", self.home),
            Route("/divisions", self.divisions),
            Route("/divisions/{slug}", self.division),
        ]

    def home(self, request: Request) -> Response:
        """All releases, newest first."""
        return self._releases(request, "home.html", None)

    def division(self, request: Request) -> Response:
        """One division's releases; a bureau's are those of its divisions too.

        Another spelling, a slug that it had, and a division whose work another took over lead to the present one.
        """
        slug = request.path_params["slug"]
        division = self.chrome.newsroom.current(slug.lower())
        if division is None:
            return self.chrome.message(request, *self._missing(slug))
        if division.slug != slug:
            return RedirectResponse(self.chrome.visit(request).link(division_path(division.slug)), status_code=301)
        return self._releases(request, "division.html", division)

    def _missing(self, slug: str) -> tuple[int, str]:
        """What is answered where the city file knows no such division: that it is gone, if it ever did."""
        with self.database.read() as session:
            known = divisions.names(session, slug)
        return (404, "division") if known is None else (410, "division_gone")

    def divisions(self, request: Request) -> Response:
        """The directory is one page, whichever way one asks for it."""
        return RedirectResponse(self.chrome.visit(request).link("/feeds"), status_code=301)

    def _releases(self, request: Request, template: str, division: Division | None) -> Response:
        visit = self.chrome.visit(request)
        newsroom, words = self.chrome.newsroom, self.chrome.words[visit.language]
        slugs = newsroom.within(division.slug) if division else ()
        page = _page_number(request.query_params.get("page", "1"))
        with self.database.read() as session:
            offset = (page - 1) * A_PAGE
            ids = reading.newest_ids(session, divisions=slugs, limit=A_PAGE + 1, offset=offset)
            found = reading.by_id(session, ids[:A_PAGE])
            articles = [found[one] for one in ids if one in found]
            monthly = reading.count(session, divisions=slugs, since=self.clock() - _MONTH)
            readable = reading.readable(session, [one for article in articles for _, one in article.twins])
            last = reading.newest(session, divisions=slugs, limit=1) if division and division.retired else ()
        path = division_path(division.slug) if division else "/"
        name = division.name(visit.language) if division else None
        context: dict[str, Any] = {
            "days": views.by_day(articles, newsroom, words, readable),
            "feeds": feed_links(Scope((division.slug,)) if division else Scope()),
            "follow": views.follow_of(division, monthly, words),
            "form_token": self.form_token(),
            "older_url": visit.link(f"{path}?page={page + 1}") if len(ids) > A_PAGE else None,
            "newer_url": visit.link(path if page == 2 else f"{path}?page={page - 1}") if page > 1 else None,
            "division_count": len(newsroom.divisions),
        }
        if division:
            context |= {
                "division": division,
                "parent": newsroom.division(division.parent) if division.parent else None,
                "children": [child for child in newsroom.divisions if child.parent == division.slug],
                "continued": [one.name(visit.language) for one, now in views.earlier(newsroom) if now is division],
                "monthly": monthly,
                "last_on": last[0].published_at if last else None,
            }
        title = name or newsroom.city.newsroom_name(visit.language)
        return self.chrome.page(request, template, title=title, **context)


def _page_number(text: str) -> int:
    """A page number from an address; whatever is none, or beyond the bounds, is brought within them."""
    if not (text.isascii() and text.isdigit()):
        return 1
    return max(1, min(int(text[:9]), FARTHEST_PAGE))
