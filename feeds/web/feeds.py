"""Feeds over HTTP: one canonical address for each scope and format, and the way there from every other."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import FEED_TYPES, archive_path, scope_feed_path
from feeds.archives import Archives
from feeds.clock import Clock
from feeds.documents import opml
from feeds.model import Topic
from feeds.months import Month
from feeds.packed import Document, pack
from feeds.scope import Scope
from feeds.shelf import Shelf
from feeds.web import serving
from feeds.web.asking import Asking, asked_address, pairs_of
from feeds.web.chrome import Chrome
from feeds.web.directory import each_feed, every_feed

_LISTS = 200
"""How many lists of feeds are kept: of so many scopes and languages."""


@dataclass(frozen=True, slots=True)
class FeedRoutes:
    """Serves what is on the shelf."""

    shelf: Shelf
    archives: Archives
    asking: Asking
    chrome: Chrome
    clock: Clock
    lists: dict[tuple[Scope | None, str], tuple[Sequence[Topic], Document]] = field(default_factory=dict, repr=False)
    """Lists of feeds as they were made last, each with the topics that there were."""

    @property
    def routes(self) -> list[Route]:
        """`/feeds/{slug}.{extension}`, of which `select` takes any combination as its query."""
        return [
            Route("/feeds.opml", self.every, methods=["GET"]),
            Route("/feeds/select.opml", self.selected, methods=["GET"]),
            Route("/feeds/{slug}.{extension}", self.feed, methods=["GET"]),
            Route("/feeds/{slug}/{month}.{extension}", self.archive, methods=["GET"]),
        ]

    def every(self, request: Request) -> Response:
        """Every feed there is, for a reader app to take in at once."""
        vocabulary = self.asking.vocabulary(retired=False)
        return self._opml(request, None, vocabulary)

    def selected(self, request: Request) -> Response:
        """The feeds of a selection one by one: each division, topic and board for itself, in one list."""
        vocabulary = self.asking.vocabulary()
        try:
            pairs = pairs_of(request)
        except ValueError:
            return self.chrome.message(request, 400)
        scope = self.asking.scope_of(request, pairs, vocabulary)
        if isinstance(scope, Response):
            return scope
        return self._opml(request, scope, vocabulary)

    def _opml(self, request: Request, scope: Scope | None, vocabulary: Sequence[Topic]) -> Response:
        """A list of feeds, or that the reader has it: of those of a scope one by one, or of every feed."""
        language = self.asking.words(request).language
        known = self.lists.get((scope, language))
        if known is None or known[0] != vocabulary:
            if len(self.lists) >= _LISTS:
                self.lists.clear()
            known = self.lists[scope, language] = (vocabulary, self._list(request, scope, vocabulary))
        answer = serving.whole(known[1], _headers(request))
        said = {
            "Content-Language": language,
            "Vary": "Accept-Encoding, Accept-Language",
            "Cache-Control": f"public, max-age={known[1].max_age}",
            "Content-Disposition": 'attachment; filename="feeds.opml"',
        }
        replaced = {"link", *(name.lower() for name in said)}
        kept = [pair for pair in answer.headers if pair[0].decode("ascii") not in replaced]
        return _response(replace(answer, headers=[*kept, *serving.lines(said)]))

    def _list(self, request: Request, scope: Scope | None, vocabulary: Sequence[Topic]) -> Document:
        words, newsroom = self.asking.words(request), self.chrome.newsroom
        if scope is None:
            outlines = every_feed(newsroom, vocabulary, words)
        else:
            outlines = each_feed(scope, newsroom, vocabulary, words=words)
        return Document(
            address="/feeds.opml" if scope is None else scope_feed_path(scope, "opml"),
            packed=pack([opml.render(newsroom.city.newsroom_name(words.language), outlines)]),
            media_type="text/x-opml; charset=utf-8",
            number=0,
            last_modified=None,
            max_age=3600,
            links="",
        )

    def feed(self, request: Request) -> Response:
        """One feed. Another spelling of its address redirects for ever, and so does that of a division which has
        another slug now, or a successor. An unknown one is a page that says so and what is near."""
        extension = request.path_params["extension"].lower()
        if extension in ("html", "htm"):
            query = request.url.query
            page = f"/feeds/{quote(request.path_params['slug'])}" + (f"?{query}" if query else "")
            return RedirectResponse(page, status_code=301)
        placed = self.shelf.placed(asked_address(request))
        if placed is not None:  # its address need not be understood
            return self._answer(request, *placed)
        scope = self._scope(request, extension)
        if isinstance(scope, Response):
            return scope
        address = scope_feed_path(scope, extension)
        if address != asked_address(request):
            return RedirectResponse(address, status_code=301)
        return self._answer(request, scope, extension)

    def archive(self, request: Request) -> Response:
        """A month of a feed, or a part of one. `r` makes an address that nobody has cached, and means nothing else."""
        extension, month = request.path_params["extension"].lower(), Month.parse(request.path_params["month"])
        scope = self._scope(request, extension)
        if isinstance(scope, Response):
            return scope
        part, revision = (_whole(request.query_params.get(name, "")) for name in ("part", "r"))
        document = None
        if month is not None:
            document = self.archives.get(scope, month, max(1, part), extension, now=self.clock())
        if document is None and month is not None and part > 1:
            # What was withdrawn since has made the month shorter: a reader begins it anew.
            return RedirectResponse(archive_path(scope, month, extension), status_code=307)
        if month is None or document is None:
            return self.chrome.message(request, 404, "feed")
        address = archive_path(scope, month, extension, part=max(1, part), revision=revision)
        if address != asked_address(request):
            return RedirectResponse(address, status_code=301)
        return _response(serving.whole(document, _headers(request)))

    def _scope(self, request: Request, extension: str) -> Scope | Response:
        """The scope that an address asks for, or the page that says why there is none."""
        if extension not in FEED_TYPES:
            return self.chrome.message(request, 404, "feed")
        return self.asking.scope(request, request.path_params["slug"])

    def _answer(self, request: Request, scope: Scope, extension: str) -> Response:
        document = self.shelf.get(scope, extension)
        headers = _headers(request)
        answer = serving.whole(document, headers)
        known = serving.known(document, headers) if answer.status == 200 else {}
        part = self.shelf.newer(scope, extension, known) if known else None
        return _response(serving.newer(document, part, headers) if part is not None else answer)


def _whole(text: str) -> int:
    """A number of an address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def _headers(request: Request) -> dict[str, str]:
    """The headers of a request; one that came several times as RFC 9110, section 5.3, joins it."""
    return {name: ", ".join(request.headers.getlist(name)) for name in request.headers.keys()}  # noqa: SIM118


def _response(answer: serving.Answer) -> Response:
    response = Response(answer.body, status_code=answer.status)
    response.raw_headers = list(answer.headers)
    return response
