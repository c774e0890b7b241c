"""Stylesheets, scripts and the mark, served by us under addresses that change with their content."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FEED_STYLESHEET = "/feeds.css"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    media_type: str
    mark: str


class Assets:
    """The files of feeds/static, read once."""

    def __init__(self) -> None:
        """Read every file."""
        self._assets: dict[str, _Asset] = {}
        for entry in files("feeds").joinpath("static").iterdir():
            media_type = _TYPES.get(entry.name.rpartition(".")[2])
            if media_type:
                content = entry.read_bytes()
                self._assets[entry.name] = _Asset(content, media_type, hashlib.sha256(content).hexdigest()[:12])

    @property
    def names(self) -> tuple[str, ...]:
        """Every file there is."""
        return tuple(sorted(self._assets))

    def address(self, name: str) -> str:
        """The path of a file with the mark of its content. KeyError for a file we do not have."""
        return f"/static/{self._assets[name].mark}/{name}"

    @property
    def routes(self) -> list[Route]:
        """Serves the files; the stylesheet of raw feeds under one address for ever, for it stands in every feed."""
        return [Route("/static/{mark}/{name}", self._serve), Route(FEED_STYLESHEET, self._serve_feeds)]

    def _serve(self, request: Request) -> Response:
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        # An address with an old mark gets what is there now, for a short while.
        current = asset.mark == request.path_params["mark"]
        pace = "public, max-age=31536000, immutable" if current else "public, max-age=60"
        return Response(asset.content, media_type=asset.media_type, headers={"Cache-Control": pace})

    def _serve_feeds(self, _request: Request) -> Response:
        asset = self._assets["feeds.css"]
        return Response(asset.content, media_type=asset.media_type, headers={"Cache-Control": "public, max-age=86400"})
