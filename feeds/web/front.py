"""What stands before everything else: a feed that is on the shelf is answered at once, by its address alone.

No route is looked for and no line is logged. A plain request is answered from its bytes (`at_once`), before it has
become one of the framework; every other one as the framework sees it. A client that asks for the same feed again and
again without saying what it has is asked to wait.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeds.readers import AGENT_BYTES, Readers
from feeds.shelf import Shelf
from feeds.web import plain, serving
from feeds.web.conditional import is_conditional
from feeds.web.guards import VERSIONS
from feeds.web.proxies import Proxies
from feeds.web.serving import Answer, Headers

A_MINUTE = 60
MOST_A_MINUTE = 60
"""How often one client may ask for one feed within a minute without saying what it has."""
_MOST_CLIENTS = 50_000
_MOST_KNOWN, _KNOWN_BYTES = 4096, 1024
"""How many requests, and how long ones, are known by their bytes."""
_CONDITIONS = (b"if-none-match", b"if-modified-since")
_ASKED = frozenset(
    {
        b"a-im",
        b"accept-encoding",
        b"access-control-request-method",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-unmodified-since",
        b"sec-fetch-dest",
        b"user-agent",
        b"x-forwarded-for",
    }
)
_ABSOLUTE = re.compile(rb"https?://([^/]+)(/.*)?", re.IGNORECASE)
_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect"})
_A_FEED = re.compile(r"/feeds(?:/[^/]+){0,2}\.(?:rss|atom|json|opml)", re.IGNORECASE)
_LET_IN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "A-IM, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
"""What a browser asks before a page of another site may say which version of a feed it has (Fetch, section 4.8)."""
_TOO_OFTEN = (
    b"This feed was asked for too often without saying which version is there already. Please ask less often.\n"
)


class Impatient:
    """Counts the unconditional questions of each client for each feed, minute by minute, within a bounded memory."""

    def __init__(self, *, most: int = MOST_A_MINUTE, now: Callable[[], float] = time.monotonic) -> None:
        """Nobody has asked yet; `now` is a clock in seconds that never goes back. With `most` 0 nobody has to wait."""
        self._most = most
        self._now = now
        self._ends = 0.0
        self._counts: dict[int, int] = {}
        """By a hash of who asked for what, which is as short however long that is."""

    def wait(self, client: str, agent: bytes, address: str) -> int:
        """Count one question; the seconds for which this client has to wait, 0 if it need not."""
        if not self._most:
            return 0
        now = self._now()
        if now >= self._ends or len(self._counts) >= _MOST_CLIENTS:
            self._ends = (now // A_MINUTE + 1) * A_MINUTE
            self._counts.clear()
        key = hash((client, agent, address))
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return int(self._ends - now) + 1 if count > self._most else 0


class _Asked(NamedTuple):
    """What a plain request asks for."""

    address: str
    is_head: bool
    encoding: str
    agent: bytes
    forwarded: str
    tags: bytes
    conditions: Mapping[str, str]
    end: int
    """Where the next request begins."""


class FeedFront:
    """Answers from the shelf what is there, and hands everything else on."""

    def __init__(
        self,
        app: ASGIApp,
        shelf: Shelf,
        *,
        headers: Headers,
        readers: Readers,
        impatient: Impatient,
        proxies: Proxies,
    ) -> None:
        """Stand before `app`; `headers` go out with every answer, and `readers` are told who got one."""
        self.headers = headers
        self._app = app
        self._shelf = shelf
        self._readers = readers
        self._impatient = impatient
        self._proxies = proxies
        self._known: dict[bytes, _Asked] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let the application do it: with the client's address, whatever proxy it came by."""
        answer = None
        if scope["type"] == "http":
            if not scope["path"].startswith("/"):
                scope = _without_host(scope)
            asked = _asked(scope)
            peer = scope["client"] or ("", 0)
            client = self._proxies.client(peer[0], asked.get(b"x-forwarded-for", b"").decode("latin-1"))
            if client != peer[0]:
                scope["client"] = (client, 0)
            if scope["path"].startswith("/feeds/") and scope["method"] in ("GET", "HEAD"):
                answer = self._answer(scope, asked, client)
            if _A_FEED.fullmatch(scope["path"]):
                if scope["method"] == "OPTIONS" and b"access-control-request-method" in asked:
                    answer = Answer(204, serving.lines(_LET_IN))
                elif answer is None:
                    send = _open(send)
        if answer is None:
            await self._app(scope, receive, send)
            return
        headers = [*answer.headers, *self.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    def at_once(self, data: bytes, start: int, peer: str) -> tuple[int, bytes, bytes] | None:
        """The answer to a plain request whose bytes begin at this place; None for one that takes the long way.

        Answers where the next request begins, the head but for its date and its end, and the body.
        """
        asked = self._known.get(data) if start == 0 and len(data) <= _KNOWN_BYTES else None
        if asked is None:
            asked = self._read(data, start)
        document = self._shelf.at(asked.address) if asked else None
        if asked is None or document is None:
            return None
        client = self._proxies.client(peer, asked.forwarded) if asked.forwarded else peer
        wire = serving.wire(document, asked.encoding, self.headers)
        self._readers.saw(asked.address, asked.agent, client)
        if asked.conditions:
            if asked.tags == wire.tag or serving.has_it(document, asked.conditions, asked.encoding):
                return asked.end, wire.unchanged, b""
        elif seconds := self._impatient.wait(client, asked.agent, asked.address):
            answer = _too_often(seconds)
            return asked.end, serving.head(429, [*answer.headers, *self.headers]), b"" if asked.is_head else answer.body
        return asked.end, wire.found, b"" if asked.is_head else wire.body

    def _read(self, data: bytes, start: int) -> _Asked | None:
        """What a plain request asks for. Readers repeat themselves: what was read is known by its bytes."""
        read = plain.read(data, start)
        encoding = serving.encoding_of(read.text(b"accept-encoding")) if read else "identity"
        if read is None or encoding == "identity":  # that has to be unpacked
            return None
        conditions = {name.decode(): read.text(name) for name in _CONDITIONS if name in read.headers}
        if not is_conditional(conditions):
            conditions = {}  # what cannot be read says nothing
        asked = _Asked(
            address=read.address,
            is_head=read.is_head,
            encoding=encoding,
            agent=read.headers.get(b"user-agent", b"")[:AGENT_BYTES],
            forwarded=read.text(b"x-forwarded-for"),
            tags=read.headers.get(b"if-none-match", b""),
            conditions=conditions,
            end=read.end,
        )
        if start == 0 and read.end == len(data) <= _KNOWN_BYTES:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[data] = asked
        return asked

    def _answer(self, scope: Scope, asked: Mapping[bytes, bytes], client: str) -> Answer | None:
        if scope["http_version"] not in VERSIONS or not _BODY.isdisjoint(name for name, _ in scope["headers"]):
            return None
        if not all(plain.is_host(value) for name, value in scope["headers"] if name == b"host"):
            return None
        query = scope["query_string"]
        path = scope["raw_path"].decode("latin-1")
        address = f"{path}?{query.decode('latin-1')}" if query else path
        conditional = is_conditional(_texts(asked))
        agent = asked.get(b"user-agent", b"")
        if not conditional and _A_FEED.fullmatch(scope["path"]):
            seconds = self._impatient.wait(client, agent, address)
            if seconds:
                return _too_often(seconds)
        document = self._shelf.at(address)
        if document is None:
            return None
        self._readers.saw(address, agent, client)
        return None if b"a-im" in asked else serving.whole(document, _texts(asked))


def _asked(scope: Scope) -> dict[bytes, bytes]:
    """The headers that matter here; one that came several times as RFC 9110, section 5.3, joins it."""
    asked: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _ASKED:
            asked[name] = asked[name] + b", " + value if name in asked else value
    return asked


def _without_host(scope: Scope) -> Scope:
    """A request that names its host within its address as one that names it beside it (RFC 9112, section 3.2.2)."""
    found = _ABSOLUTE.fullmatch(scope["raw_path"])
    if found is None:
        return scope
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    raw = found[2] or b"/"
    given = {"raw_path": raw, "path": unquote(raw.decode("ascii")), "headers": [(b"host", found[1]), *others]}
    return dict(scope) | given


def _open(send: Send) -> Send:
    """What the application says of a feed, a redirect too, for every page to read."""

    async def said(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name for name, _ in message["headers"]}
            added = [pair for pair in serving.lines(serving.OPEN) if pair[0] not in given]
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return said


def _texts(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}


def _too_often(seconds: int) -> Answer:
    said = {
        "Retry-After": str(seconds),
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(_TOO_OFTEN)),
        "Cache-Control": "no-store",
    }
    return Answer(429, serving.lines(said | serving.OPEN), _TOO_OFTEN)
