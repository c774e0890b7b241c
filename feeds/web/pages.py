"""The public pages: releases by day, divisions, articles, and the directory of feeds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import article_path, division_path
from feeds.clock import Clock
from feeds.errors import NotFound
from feeds.model import Division, State
from feeds.shelf import ALL
from feeds.store import reading
from feeds.store.database import Database
from feeds.web import views
from feeds.web.chrome import Chrome, feed_links

A_PAGE = 30
FARTHEST_PAGE = 10_000
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Pages:
    """Serves the public pages. `form_token` makes the proof that a form stood on a page of ours."""

    database: Database
    chrome: Chrome
    clock: Clock
    form_token: Callable[[], str]

    @property
    def routes(self) -> list[Route]:
        """Every public page."""
        return [
            Route("/", self.home),
            Route("/divisions", self.divisions),
            Route("/divisions/{slug}", self.division),
            Route("/articles/{id}", self.article),
            Route("/articles/{id}/{slug}", self.article),
            Route("/feeds", self.feeds),
        ]

    def home(self, request: Request) -> Response:
        """All releases, newest first."""
        return self._releases(request, "home.html", None)

    def division(self, request: Request) -> Response:
        """One division's releases; a bureau's are those of its divisions too."""
        slug = request.path_params["slug"]
        division = self.chrome.newsroom.division(slug)
        if division is None:
            if self.chrome.newsroom.division(slug.lower()):
                path = self.chrome.visit(request).link(division_path(slug.lower()))
                return RedirectResponse(path, status_code=301)
            return self.chrome.message(request, 404, "division")
        return self._releases(request, "division.html", division)

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
            articles = list(reading.newest(session, divisions=slugs, limit=A_PAGE + 1, offset=offset))
            monthly = reading.count(session, divisions=slugs, since=self.clock() - _MONTH)
        more = len(articles) > A_PAGE
        path = division_path(division.slug) if division else "/"
        name = division.name(visit.language) if division else None
        context: dict[str, Any] = {
            "days": views.by_day(articles[:A_PAGE], newsroom, words),
            "feeds": feed_links(words, division.slug if division else ALL),
            "follow": views.Follow(
                heading=words("follow.heading_division", name=name) if name else words("follow.heading_all"),
                scope_slug=division.slug if division else None,
                monthly=monthly,
            ),
            "form_token": self.form_token(),
            "older_url": visit.link(f"{path}?page={page + 1}") if more else None,
            "newer_url": visit.link(path if page == 2 else f"{path}?page={page - 1}") if page > 1 else None,
            "division_count": len(newsroom.city.divisions),
        }
        if division:
            context |= {
                "division": division,
                "parent": newsroom.division(division.parent) if division.parent else None,
                "children": [d for d in newsroom.city.divisions if d.parent == division.slug],
            }
        title = name or newsroom.city.newsroom_name(visit.language)
        return self.chrome.page(request, template, title=title, **context)

    def article(self, request: Request) -> Response:
        """One article; a withdrawn one answers 410 with a notice, a draft is not there at all."""
        number = request.path_params["id"]
        visit = self.chrome.visit(request)
        newsroom, words = self.chrome.newsroom, self.chrome.words[visit.language]
        try:
            with self.database.read() as session:
                article = reading.get(session, _article_number(number))
        except NotFound:
            return self.chrome.message(request, 404, "article")
        if article.state is State.DRAFT:
            return self.chrome.message(request, 404, "article")
        item = views.item(article, newsroom, words)
        if article.state is State.WITHDRAWN:
            title = words("withdrawn.title")
            return self.chrome.page(request, "withdrawn.html", status=410, title=title, item=item, article=article)
        if request.scope["path"] != unquote(article_path(article)):
            return RedirectResponse(visit.link(article_path(article)), status_code=301)
        slug = article.division or newsroom.city.fallback_division
        division = newsroom.division(slug)
        with self.database.read() as session:
            monthly = reading.count(session, divisions=newsroom.within(slug), since=self.clock() - _MONTH)
        return self.chrome.page(
            request,
            "article.html",
            title=article.content.title,
            item=item,
            article=article,
            division=division,
            body=views.body_of(article, words),
            feeds=feed_links(words, slug),
            feed_title=item.division_name,
            form_token=self.form_token(),
            follow=views.Follow(
                heading=words("follow.heading_division", name=item.division_name), scope_slug=slug, monthly=monthly
            ),
        )

    def feeds(self, request: Request) -> Response:
        """Every feed there is, and how to follow it by reader or by mail."""
        visit = self.chrome.visit(request)
        words = self.chrome.words[visit.language]
        return self.chrome.page(
            request,
            "feeds.html",
            title=words("feeds.title"),
            groups=views.by_bureau(self.chrome.newsroom),
        )


def _page_number(text: str) -> int:
    """A page number from an address; whatever is none, or beyond the bounds, is brought within them."""
    if not (text.isascii() and text.isdigit()):
        return 1
    return max(1, min(int(text[:9]), FARTHEST_PAGE))


def _article_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound("article", text[:20])
    return int(text)
