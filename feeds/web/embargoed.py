"""What an accredited journalist's own address opens: a feed, pages and files of what is not public yet.

The address is a secret, so no answer is kept, listed, or told to another site. Each use is recorded.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

import structlog
from babel.dates import format_datetime
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import FEED_TYPES, article_path
from feeds.documents.entry import Beside, Entry, entry_of
from feeds.documents.feed import feed_of
from feeds.errors import NotFound
from feeds.media.folder import stored_name
from feeds.model import Article, State
from feeds.reach import Insider
from feeds.renderings import FORMATS
from feeds.scope import Scope
from feeds.store import reading, topics
from feeds.store.database import Database
from feeds.web import views
from feeds.web.chrome import Chrome
from feeds.web.media import MediaRoutes
from feeds.words import Words

log = structlog.get_logger()
SECRET = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
_OURS = re.compile(r'(?<=")/media/|(?<=, )/media/')


@dataclass(frozen=True, slots=True)
class Opened:
    """Who asks, and where their own address begins."""

    insider: Insider
    base: str

    def article(self, number: int) -> Article | None:
        """The article of this number, if it is shown to them."""
        return next((one for one in self.insider.articles if one.id == number), None)


@dataclass(frozen=True, slots=True)
class Embargoed:
    """Serves the personal addresses. `insider` says whom the secret of an address speaks of: None once it opens nothing
    any more, NotFound where it is none. `media` reads files; `refuse` answers a secret that is not ours (B27)."""

    insider: Callable[[str], Insider | None]
    database: Database
    chrome: Chrome
    media: MediaRoutes
    refuse: Callable[[Request], Response]

    @property
    def routes(self) -> list[Route]:
        """Everything below a personal address."""
        base = "/embargo/{token}"
        return [
            Route(f"{base}/feed.{{format}}", _threaded(self.feed), methods=["GET"]),
            Route(f"{base}/articles/{{id}}", _threaded(self.article), methods=["GET"]),
            Route(f"{base}/media/{{name}}", _threaded(self.file), methods=["GET"]),
            Route(f"{base}/media/{{name}}/{{file_name}}", _threaded(self.file), methods=["GET"]),
        ]

    def feed(self, request: Request) -> Response:
        """What is under embargo now, each entry with the notice first."""
        opened = self._open(request)
        if isinstance(opened, Response):
            return opened
        name = request.path_params["format"]
        if name not in FORMATS:
            return self._none(request)
        language = opened.insider.language
        with self.database.read() as session:
            vocabulary = topics.by_slug(session)
        entries = [*self._entries(opened, Beside(topics=vocabulary))]
        feed = feed_of(
            newsroom=self.chrome.newsroom,
            words=self.chrome.words,
            scope=Scope(),
            language=language,
            topics=vocabulary,
            entries=sorted(entries, key=lambda one: one.updated, reverse=True),
            updated=opened.insider.since,
            self_urls={each: self.chrome.newsroom.url(f"{opened.base}/feed.{each}") for each in FEED_TYPES},
        )
        say, names = self.chrome.words[language], {"newsroom": self.chrome.newsroom.city.newsroom_name(language)}
        authority = self.chrome.newsroom.city.authority
        feed = replace(
            feed,
            id=f"tag:{authority}:feed/embargo",
            title=say("embargoed.feed_title", **names),
            subtitle=say("embargoed.feed_lede", **names),
        )
        opened.insider.saw(opened.insider.articles, "feed", _agent(request))
        return Response(FORMATS[name].render(feed), media_type=FEED_TYPES[name], headers=SECRET)

    def article(self, request: Request) -> Response:
        """One release with the notice; once it is public, the way to its own page."""
        opened = self._open(request)
        if isinstance(opened, Response):
            return opened
        text = request.path_params["id"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
        article = opened.article(number)
        if article is None:
            return self._elsewhere(request, number)
        chrome, visit = self.chrome, self.chrome.visit(request)
        words = chrome.words[visit.language]
        body = views.body_of(article, chrome.newsroom, chrome.words)
        opened.insider.saw([article], "page", _agent(request))
        return chrome.page(
            request,
            "embargoed.html",
            title=words("embargoed.title", title=article.content.title),
            headers=SECRET,
            article=article,
            until=self._moment(article.publish_at, words),
            body=_OURS.sub(f"{opened.base}/media/", body),
            files=[
                (f"{opened.base}{one.address}" if one.media else one.address, one)
                for one in article.content.attachments
            ],
            contact=views.contact_of(article, chrome.newsroom, words),
            division=self._division(article, visit.language),
            public_url=chrome.newsroom.url(article_path(article)),
            feed_url=f"{opened.base}/feed.rss",
        )

    def file(self, request: Request) -> Response:
        """A picture or a file of a release that this address shows."""
        opened = self._open(request)
        if isinstance(opened, Response):
            return opened
        asked = stored_name(request.path_params["name"])
        owner = next((one for one in opened.insider.articles if asked is not None and asked.whole in _kept(one)), None)
        if owner is None:
            return self._none(request)
        answer = self.media.read(request, request.path_params["name"], request.path_params.get("file_name", ""))
        answer.headers.update(SECRET)
        opened.insider.saw([owner], "file", _agent(request))
        return answer

    # Steps that several of these share

    def _open(self, request: Request) -> Opened | Response:
        """What the address shows, or the page that says that it opens nothing (any more)."""
        token = request.path_params["token"]
        try:
            insider = self.insider(token)
        except NotFound:
            answer = self.refuse(request)
            answer.headers.update(SECRET)
            return answer
        if insider is None:
            return self.chrome.message(request, 410, "embargo_over", headers=SECRET)
        return Opened(insider, f"/embargo/{token}")

    def _elsewhere(self, request: Request, number: int) -> Response:
        with self.database.read() as session:
            article = reading.by_id(session, [number]).get(number)
        if article is not None and article.state is State.PUBLISHED:
            return RedirectResponse(article_path(article), status_code=303, headers=SECRET)
        return self._none(request)

    def _none(self, request: Request) -> Response:
        return self.chrome.message(request, 404, "link", headers=SECRET)

    def _entries(self, opened: Opened, beside: Beside) -> Iterator[Entry]:
        for article in opened.insider.articles:
            try:
                yield self._entry(article, opened, beside)
            except Exception as error:  # one article of any brokenness must not take a feed with it (F61)
                log.error("feed.left_out", article=article.id, reason=f"{type(error).__name__}: {error}")

    def _entry(self, article: Article, opened: Opened, beside: Beside) -> Entry:
        """An entry as it will be, with the notice before everything; its links lead below the personal address."""
        newsroom, words = self.chrome.newsroom, self.chrome.words
        since = article.embargoed_at or article.created_at
        changed = max(since, article.updated_at or since)
        stands = replace(article, state=State.PUBLISHED, published_at=since, updated_at=changed)
        entry = entry_of(stands, newsroom, words, beside)
        say = words.get(entry.language) or words[newsroom.city.languages[0]]
        until = self._moment(article.publish_at, say)
        ours, theirs = newsroom.url("/media/"), newsroom.url(f"{opened.base}/media/")
        notice = (
            f'<div role="note"><p><strong>{escape(say("embargoed.heading"))}</strong></p>'
            f"<p><strong>{escape(say('embargoed.until', when=until))}</strong> "
            f"{escape(say('embargoed.meaning'))}</p></div><hr>"
        )
        return replace(
            entry,
            url=newsroom.url(f"{opened.base}/articles/{article.id}"),
            title=say("embargoed.entry", title=entry.title, when=until),
            summary=f"{say('embargoed.until', when=until)} {entry.summary}",
            content_html=f"{notice}\n{entry.content_html.replace(ours, theirs)}",
            enclosures=tuple(replace(one, address=one.address.replace(ours, theirs)) for one in entry.enclosures),
            media=tuple(replace(one, address=one.address.replace(ours, theirs)) for one in entry.media),
        )

    def _moment(self, at: datetime | None, words: Words) -> str:
        """When it becomes public, by the city's clock, which is named."""
        if at is None:
            return ""
        local = at.astimezone(self.chrome.newsroom.city.zone)
        text = format_datetime(local, words("embargoed.moment"), locale=words.language)
        name = local.tzname() or ""
        return f"{text} {name if name.isalpha() else f'UTC{name}'}"

    def _division(self, article: Article, language: str) -> str:
        newsroom = self.chrome.newsroom
        division = newsroom.division(article.division or newsroom.city.fallback_division)
        return division.name(language) if division else newsroom.city.newsroom_name(language)


def _kept(article: Article) -> set[str]:
    """The names of the pictures and files of an article that we keep."""
    pictures = {one.media for one in article.content.pictures if one.media}
    return pictures | {one.media for one in article.content.attachments if one.media}


def _threaded(answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def threaded(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return threaded


def _agent(request: Request) -> str:
    """With what somebody looked, as their program says it."""
    return "".join(one for one in request.headers.get("user-agent", "") if one.isprintable())[:200]
