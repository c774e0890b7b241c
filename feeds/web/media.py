"""Serves pictures and files: those of published articles to everybody, all others to staff alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from feeds.intake.clean import clean_line
from feeds.media.folder import stored_name
from feeds.media.keeper import MediaStore
from feeds.store import media
from feeds.store.database import Database
from feeds.store.media import Kept
from feeds.web.chrome import Chrome
from feeds.web.conditional import is_fresh

_LONGEST_FILE_NAME = 200
A_DAY = "public, max-age=86400"
"""The bytes of a name never change, but a release may be withdrawn: nobody keeps its pictures for a year."""
# A file that a browser opens all the same may load nothing, run nothing and send nothing.
SHUT_IN = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class MediaRoutes:
    """Finds what is asked for. `is_staff` says whether a request comes from the newsroom."""

    store: MediaStore
    database: Database
    chrome: Chrome
    is_staff: Callable[[Request], bool]

    @property
    def routes(self) -> list[Route]:
        """A picture or a smaller one made from it, and a file under the name of its reader."""
        return [
            Route("/media/{name}", self.picture, methods=["GET"]),
            Route("/media/{name}/{file_name}", self.file, methods=["GET"]),
        ]

    async def picture(self, request: Request) -> Response:
        """What is kept under this name: a picture to look at, anything else to download."""
        return await run_in_threadpool(self._answer, request, request.path_params["name"], "")

    async def file(self, request: Request) -> Response:
        """A file to download under the name in the address."""
        return await run_in_threadpool(
            self._answer, request, request.path_params["name"], request.path_params["file_name"]
        )

    def _answer(self, request: Request, name: str, file_name: str) -> Response:
        return self.read(request, name, file_name, seen=self.is_staff(request))

    def read(self, request: Request, name: str, file_name: str, *, seen: bool = True) -> Response:
        """The answer with a file; `seen` says whether who asks may also have one that is not public."""
        asked = stored_name(name)
        path = self.store.path(name)
        if asked is None or path is None:
            return self._missing(request)
        with self.database.read() as session:
            kept = media.find(session, asked.whole)
            is_public = kept is not None and media.is_public(session, kept.name)
            was_public = kept is not None and not is_public and media.was_public(session, kept.name)
        if kept is None or (asked.width is not None and asked.width not in kept.variants):
            return self._missing(request)
        if was_public and not seen:
            return self.chrome.message(request, 410, "file_gone")
        if not is_public and not seen:
            return self._missing(request)
        headers = {
            "ETag": f'"{name}"',
            "Cache-Control": A_DAY if is_public else "private, no-store",
            "Content-Security-Policy": SHUT_IN,
            "Content-Disposition": _disposition(kept, file_name),
            # A picture is part of a feed, which every page may show; what is not public is shown on ours alone.
            "Cross-Origin-Resource-Policy": "cross-origin" if is_public else "same-origin",
        }
        if is_public and is_fresh(request.headers, etag=headers["ETag"], last_modified=None):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, media_type=kept.media_type, headers=headers)

    def _missing(self, request: Request) -> Response:
        """The same for what we do not have and for what readers may not know of."""
        return self.chrome.message(request, 404, "file")


def _disposition(kept: Kept, file_name: str) -> str:
    """Pictures are shown; all else is downloaded, under its own name in every script (RFC 6266, RFC 8187).

    The name comes from an address, which anybody can write: its extension is always that of what the file is.
    """
    way = "inline" if kept.width is not None else "attachment"
    if not file_name:
        return way
    extension = kept.name.rpartition(".")[2]
    base = clean_line(file_name)[:_LONGEST_FILE_NAME].strip(". ")
    given = base if base.lower().endswith(f".{extension}") else f"{base}.{extension}"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", given)
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(given, safe='')}"
