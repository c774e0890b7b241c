"""Feeds over HTTP: the right type, validators, and one canonical address each."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import feed_path
from feeds.shelf import Document, Shelf
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
        """One feed; another spelling of its address redirects for ever, an unknown one is a page that says so."""
        slug, extension = request.path_params["slug"], request.path_params["extension"]
        if (slug, extension) != (slug.lower(), extension.lower()):
            if self.shelf.get(slug.lower(), extension.lower()):
                return RedirectResponse(feed_path(slug.lower(), extension.lower()), status_code=301)
            return self.chrome.message(request, 404, "feed")
        document = self.shelf.get(slug, extension)
        if document is None:
            return self.chrome.message(request, 404, "feed")
        headers = _headers(document)
        if is_fresh(request.headers, etag=document.etag, last_modified=document.last_modified):
            return Response(status_code=304, headers=headers)
        return Response(document.content, headers=headers | {"Content-Type": document.media_type})


def _headers(document: Document) -> dict[str, str]:
    return {
        "ETag": document.etag,
        "Last-Modified": http_date(document.last_modified),
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "Access-Control-Allow-Origin": "*",
    }
