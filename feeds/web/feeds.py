"""Feeds over HTTP: the right type, validators, and one canonical address each."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import FEED_TYPES, feed_path
from feeds.shelf import ALL, Document, Shelf
from feeds.web.chrome import Chrome
from feeds.web.conditional import http_date, is_fresh

MAX_AGE = 300
"""How long, in seconds, a reader may keep a feed without asking."""


@dataclass(frozen=True, slots=True)
class FeedRoutes:
    """Serves what is on the shelf."""

    shelf: Shelf
    chrome: Chrome

    @property
    def routes(self) -> list[Route]:
        """`/feeds/{slug}.rss` and `/feeds/{slug}.atom`."""
        return [Route("/feeds/{slug}.{extension}", self.feed, methods=["GET"])]

    def feed(self, request: Request) -> Response:
        """One feed. Another spelling of its address redirects for ever, and so does that of a division which has
        another slug now, or a successor. An unknown one is a page that says so."""
        slug, extension = request.path_params["slug"], request.path_params["extension"].lower()
        present = self._present(slug.lower())
        document = self.shelf.get(present, extension) if present else None
        if present is None or document is None:
            gone = present is None and extension in FEED_TYPES and self.shelf.had(slug)
            return self.chrome.message(request, 410 if gone else 404, "feed_gone" if gone else "feed")
        if (slug, request.path_params["extension"]) != (present, extension):
            return RedirectResponse(feed_path(present, extension), status_code=301)
        headers = _headers(document)
        if is_fresh(request.headers, etag=document.etag, last_modified=document.last_modified):
            return Response(status_code=304, headers=headers)
        return Response(document.content, headers=headers | {"Content-Type": document.media_type})

    def _present(self, slug: str) -> str | None:
        """The slug under which the feed is served today that was asked for by this one."""
        division = self.chrome.newsroom.current(slug)
        return slug if slug == ALL else division.slug if division else None


def _headers(document: Document) -> dict[str, str]:
    return {
        "ETag": document.etag,
        "Last-Modified": http_date(document.last_modified),
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "Access-Control-Allow-Origin": "*",
    }
