"""What stands before every route: bounds on what comes in, and security headers on every answer, also on errors."""

import asyncio
import re
import time
from collections.abc import Callable
from email.message import Message as HeaderFields
from urllib.parse import parse_qsl, urlsplit

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeds.web.plain import is_host

log = structlog.get_logger()

FORM_BYTES = 64 * 1024
FORM_FIELDS = 200
FORM_SECONDS = 15
TARGET_BYTES = 4096
VERSIONS = ("1.0", "1.1")
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
}

WITH_SCRIPT = SECURITY_HEADERS["Content-Security-Policy"] + "; script-src 'self'"
"""The policy of a public page that a script of this site makes handier."""


def security_headers(*, secure: bool) -> dict[str, str]:
    """What goes out with every answer; where readers come by https also that they always should (HSTS, RFC 6797)."""
    return SECURITY_HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})


class Guard:
    """Refuses what no page of ours needs, and sets the security headers. Logs the route, never the address: it may
    hold a token."""

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request, int], ASGIApp], secure: bool) -> None:
        """Wrap the application; `refuse` makes the page for a status; `secure` adds HSTS (RFC 6797)."""
        self._app = app
        self._refuse = refuse
        headers = security_headers(secure=secure)
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 500
        began_answering = False
        refused = _refusal(scope)

        async def guarded_send(message: Message) -> None:
            nonlocal status, began_answering
            if message["type"] == "http.response.start":
                began_answering = True
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self.headers if pair[0] not in given)]
                if refused or (status >= 400 and scope["method"] not in ("GET", "HEAD")):
                    # The rest of a refused body is not read: whoever sends on sends into a closed connection.
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        app = self._refuse(Request(_plain(scope)), refused) if refused else _moved(scope) or self._app
        try:
            await app(scope, receive, guarded_send)
        except Exception:
            # The framework raises on after it has answered 500; the answer is out and the cause is in the log.
            if not began_answering:
                raise
        route = getattr(scope.get("route"), "path", "-")
        milliseconds = round((time.monotonic() - began) * 1000, 1)
        log.info("http", method=scope["method"][:16], route=route, status=status, ms=milliseconds)


def _refusal(scope: Scope) -> int | None:
    """The status of a request that no route should see; None for a sound one."""
    target = scope.get("raw_path", b"")
    query = scope.get("query_string", b"")
    if len(target) + len(query) > TARGET_BYTES:
        return 414
    if scope["http_version"] not in VERSIONS:
        return 400
    names = [name for name, _ in scope["headers"]]
    if b"transfer-encoding" in names and b"content-length" in names:
        return 400  # RFC 9112, section 6.1: the shape of request smuggling
    if any(name == b"host" and value and not is_host(value) for name, value in scope["headers"]):
        return 400  # RFC 9112, section 3.2; one that names none is meant for whoever hears it
    if "\x00" in scope["path"] or "�" in scope["path"] or b"%00" in query:
        return 400
    return None


def _moved(scope: Scope) -> ASGIApp | None:
    """The way to the one spelling of an address: one slash at its head, none at its end. None where it has that.

    Answered here with a path alone, so that no Host header and no path with two slashes leads to another site.
    """
    if scope["path"] == "/" + scope["path"].strip("/"):
        return None
    target = "/" + scope.get("raw_path", b"/").decode("latin-1").strip("/")
    query = scope.get("query_string", b"").decode("latin-1")
    status = 301 if scope["method"] in ("GET", "HEAD") else 308
    return RedirectResponse(f"{target}?{query}" if query else target, status_code=status)


def _plain(scope: Scope) -> Scope:
    """The request without what was wrong with it, so that a page about it can be made: for a program, or a person."""
    path = "/api/v1" if scope["path"].startswith("/api/v1/") else "/"
    return dict(scope) | {"path": path, "raw_path": path.encode(), "query_string": b""}


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields of a posted form, in order.

    HTTPException 415, 413, 408 or 400 for what is none, too large, too slow or broken.

    Both forms of RFC 8058, section 3.2, are read: a mail program may post one-click unsubscription as either.
    """
    header = request.headers.get("content-type", "")
    read = _FORMS.get(header.partition(";")[0].strip().lower())
    if read is None:
        raise HTTPException(415)
    try:
        async with asyncio.timeout(FORM_SECONDS):
            return read(header, await _bounded_body(request))
    except TimeoutError as error:
        raise HTTPException(408) from error
    except (ValueError, ClientDisconnect) as error:
        raise HTTPException(400) from error


async def _bounded_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise HTTPException(413)
    return body


def _urlencoded(_header: str, body: bytes) -> list[tuple[str, str]]:
    text = body.decode("ascii")
    return parse_qsl(text, keep_blank_values=True, max_num_fields=FORM_FIELDS, encoding="utf-8", errors="strict")


def _multipart(header: str, body: bytes) -> list[tuple[str, str]]:
    """The fields of RFC 7578; ValueError unless every part has a name and the last boundary is there."""
    named = HeaderFields()
    named["Content-Type"] = header
    boundary = named.get_boundary("")
    _, *parts, end = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii"), FORM_FIELDS + 1)
    if not boundary or not end.startswith(b"--"):
        raise ValueError("the last boundary is missing")
    fields = []
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _PART_NAME.search(head)
        if name is None:
            raise ValueError("a part has no name")
        fields.append((name[1].decode(), value.decode()))
    return fields


_PART_NAME = re.compile(rb'\r\ncontent-disposition:[^\r\n]*;[ \t]*name="([^"\r\n]*)"', re.IGNORECASE)
_FORMS = {"application/x-www-form-urlencoded": _urlencoded, "multipart/form-data": _multipart}


def demand_own_page(request: Request, *, nameless: bool = False) -> None:
    """HTTPException 403 unless the browser says that the form stood on a page of this site.

    A client that says nothing of where it comes from is no browser carrying somebody's cookies, and passes. A page with
    a token in its address lets nobody know where a request comes from (`no-referrer`), so that its forms come with
    `Origin: null`: they pass where they may be `nameless`, for the token itself is what no other site knows.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise HTTPException(403)
        return
    origin = request.headers.get("origin")
    if nameless and origin == "null":
        return
    if origin is not None and _netloc(origin) != request.headers.get("host", "").lower():
        raise HTTPException(403)


def _netloc(origin: str) -> str | None:
    """The host and port of an origin; None for a broken one."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
