"""Feeds over HTTP: one canonical address for each scope and format, and the way there from every other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import FEED_TYPES, archive_path, scope_feed_path
from feeds.archives import Archives
from feeds.clock import Clock
from feeds.documents import opml
from feeds.documents.opml import Outline
from feeds.model import Board, Division, Newsroom, Topic
from feeds.months import Month
from feeds.scope import MAX_VALUES, Scope
from feeds.shelf import ALL, Shelf
from feeds.store import topics
from feeds.web import serving
from feeds.web.chrome import Chrome
from feeds.web.directory import each_feed, every_feed
from feeds.words import Words

SELECT = "select"
_FIELDS = 300
_SUGGESTED = 3


class _Unknown(Exception):
    """Values of an address that nothing here is called."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__(*values)
        self.values = values


@dataclass(frozen=True, slots=True)
class FeedRoutes:
    """Serves what is on the shelf."""

    shelf: Shelf
    archives: Archives
    chrome: Chrome
    clock: Clock

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
        with self.shelf.database.read() as session:
            vocabulary = topics.known(session, retired=False)
        return self._opml(request, every_feed(self.chrome.newsroom, vocabulary, self._words(request)))

    def selected(self, request: Request) -> Response:
        """The feeds of a selection one by one: each division, topic and board for itself, in one list."""
        with self.shelf.database.read() as session:
            vocabulary = topics.known(session)
        try:
            scope = scope_of(_pairs(request), self.chrome.newsroom, vocabulary)
        except _Unknown as unknown:
            return self._unknown(request, unknown.values, vocabulary)
        except ValueError:
            return self.chrome.message(request, 400)
        return self._opml(request, each_feed(scope, self.chrome.newsroom, vocabulary, words=self._words(request)))

    def _opml(self, request: Request, outlines: Sequence[Outline]) -> Response:
        words = self._words(request)
        title = self.chrome.newsroom.city.newsroom_name(words.language)
        headers = {
            "Content-Language": words.language,
            "Vary": "Accept-Language",
            "Cache-Control": "public, max-age=3600",
        }
        headers |= {"Access-Control-Allow-Origin": "*", "Content-Disposition": 'attachment; filename="feeds.opml"'}
        return Response(opml.render(title, outlines), media_type="text/x-opml; charset=utf-8", headers=headers)

    def _words(self, request: Request) -> Words:
        return self.chrome.words[self.chrome.visit(request).language]

    def feed(self, request: Request) -> Response:
        """One feed. Another spelling of its address redirects for ever, and so does that of a division which has
        another slug now, or a successor. An unknown one is a page that says so and what is near."""
        extension = request.path_params["extension"].lower()
        scope = self._scope(request, extension)
        if isinstance(scope, Response):
            return scope
        address = scope_feed_path(scope, extension)
        if address != _asked(request):
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
        if month is None or document is None:
            return self.chrome.message(request, 404, "feed")
        address = archive_path(scope, month, extension, part=max(1, part), revision=revision)
        if address != _asked(request):
            return RedirectResponse(address, status_code=301)
        encoding = serving.encoding_of(request.headers.get("accept-encoding", ""))
        made = serving.sheet(document, encoding)
        if serving.has_it(document, request.headers):
            return _response(serving.Answer(304, made.unchanged))
        whole = serving.Answer(200, made.found, made.body)
        return _response(serving.to_be_looked_at(whole, request.headers.get("sec-fetch-dest", "")))

    def _scope(self, request: Request, extension: str) -> Scope | Response:
        """The scope that an address asks for, or the page that says why there is none."""
        slug = request.path_params["slug"].lower()
        if extension not in FEED_TYPES:
            return self.chrome.message(request, 404, "feed")
        newsroom = self.chrome.newsroom
        try:
            pairs = _pairs(request)
        except ValueError:
            return self.chrome.message(request, 400)
        if slug not in (ALL, SELECT):
            if newsroom.division(slug) is None:
                gone = self.shelf.had(slug)
                return self.chrome.message(request, 410, "feed_gone") if gone else self._unknown(request, [slug])
            pairs.append(("division", slug))
        if any(key in ("topic", "board") for key, _ in pairs):
            with self.shelf.database.read() as session:
                vocabulary = topics.known(session)
        else:
            vocabulary = ()
        try:
            return scope_of(pairs, newsroom, vocabulary)
        except _Unknown as unknown:
            return self._unknown(request, unknown.values, vocabulary)
        except ValueError:
            text = self._words(request)("error.feed_many.text", n=MAX_VALUES)
            return self.chrome.message(request, 400, "feed_many", text=text)

    def _answer(self, request: Request, scope: Scope, extension: str) -> Response:
        document = self.shelf.get(scope, extension)
        encoding = serving.encoding_of(request.headers.get("accept-encoding", ""))
        made = serving.sheet(document, encoding)
        if serving.has_it(document, request.headers):
            return _response(serving.Answer(304, made.unchanged))
        known = serving.known_until(request.headers)
        part = self.shelf.newer(scope, extension, known) if known is not None else None
        if part is not None:
            return _response(serving.newer(document, part, encoding))
        whole = serving.Answer(200, made.found, made.body)
        return _response(serving.to_be_looked_at(whole, request.headers.get("sec-fetch-dest", "")))

    def _unknown(self, request: Request, values: Sequence[str], vocabulary: Sequence[Topic] = ()) -> Response:
        """404 that names what is not known, and what it may have been meant for."""
        words = self._words(request)
        city = self.chrome.newsroom.city
        kinds: tuple[Sequence[Division | Board | Topic], ...] = (city.divisions, city.boards, vocabulary)
        names = {one.slug: one.name(words.language) for kind in kinds for one in kind}
        near = [slug for value in values for slug in _near(value, names)][:_SUGGESTED]
        text = words("error.feed.unknown", values=", ".join(value[:80] for value in values[:5]))
        if near:
            text += " " + words("error.feed.near", values=", ".join(f"{names[slug]} ({slug})" for slug in near))
        return self.chrome.message(request, 404, "feed", text=text)


def scope_of(pairs: Sequence[tuple[str, str]], newsroom: Newsroom, vocabulary: Sequence[Topic]) -> Scope:
    """The scope of an address's fields; what is no field of a scope is as if it were not there.

    A division is the one that goes on with its work today. _Unknown names values that there are not; ValueError is
    for more than fit.
    """
    known: Mapping[str, Mapping[str, str]] = {
        "topic": {topic.slug: topic.slug for topic in vocabulary},
        "board": {board.slug: board.slug for board in newsroom.city.boards},
        "lang": {language: language for language in newsroom.city.languages},
    }
    found: list[tuple[str, str]] = []
    unknown: list[str] = []
    for key, given in pairs:
        value = given.strip().lower()
        if not value or key not in ("division", "topic", "board", "lang", "q"):
            continue
        if key == "division":
            division = newsroom.current(value)
            present = division.slug if division else None
        else:
            present = given if key == "q" else known[key].get(value)
        if present is None:
            unknown.append(value)
        else:
            found.append((key, present))
    if unknown:
        raise _Unknown(unknown)
    return Scope.of(found)


def _whole(text: str) -> int:
    """A number of an address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def _pairs(request: Request) -> list[tuple[str, str]]:
    """The fields of the query; ValueError for what is none."""
    query = request.scope["query_string"].decode("ascii")
    return parse_qsl(query, max_num_fields=_FIELDS, encoding="utf-8", errors="strict")


def _asked(request: Request) -> str:
    path, query = (request.scope[name].decode("latin-1") for name in ("raw_path", "query_string"))
    return f"{path}?{query}" if query else path


def _near(value: str, names: Mapping[str, str]) -> list[str]:
    """Slugs that this may have been meant for: alike themselves, or by their names."""
    by_name = {name.lower(): slug for slug, name in names.items()}
    close = get_close_matches(value[:80], names, n=_SUGGESTED, cutoff=0.6)
    close += [by_name[name] for name in get_close_matches(value[:80], by_name, n=_SUGGESTED, cutoff=0.6)]
    return list(dict.fromkeys(close))


def _response(answer: serving.Answer) -> Response:
    response = Response(answer.body, status_code=answer.status)
    response.raw_headers = list(answer.headers)
    return response
