"""What stands before everything else: a feed that is on the shelf is answered at once, by its address alone.

No route is looked for and no line is logged. A client that asks for the same feed again and again without saying what
it has is asked to wait.
"""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from feeds.packed import Document
from feeds.readers import Readers
from feeds.shelf import Shelf
from feeds.web import serving
from feeds.web.serving import Answer, Headers, Sheet

A_MINUTE = 60
MOST_A_MINUTE = 60
"""How often one client may ask for one feed within a minute without saying what it has."""
_MOST_CLIENTS = 50_000
_ASKED = frozenset(
    {b"if-none-match", b"if-modified-since", b"accept-encoding", b"a-im", b"user-agent", b"sec-fetch-dest"}
)
_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect"})


class Impatient:
    """Counts the unconditional questions of each client for each feed, minute by minute, within a bounded memory."""

    def __init__(self, *, most: int = MOST_A_MINUTE, now: Callable[[], float] = time.monotonic) -> None:
        """Nobody has asked yet; `now` is a clock in seconds that never goes back."""
        self._most = most
        self._now = now
        self._minute = 0
        self._counts: dict[tuple[str, bytes, str], int] = {}

    def wait(self, client: str, agent: bytes, address: str) -> int:
        """Count one question; the seconds for which this client has to wait, 0 if it need not."""
        now = self._now()
        minute = int(now // A_MINUTE)
        if minute != self._minute or len(self._counts) >= _MOST_CLIENTS:
            self._minute = minute
            self._counts.clear()
        key = (client, agent[:200], address)
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return int((minute + 1) * A_MINUTE - now) + 1 if count > self._most else 0


class FeedFront:
    """Answers from the shelf what is there, and hands everything else on."""

    def __init__(
        self, app: ASGIApp, shelf: Shelf, *, headers: Headers, readers: Readers, impatient: Impatient | None = None
    ) -> None:
        """Stand before `app`; `headers` go out with every answer, and `readers` are told who got one."""
        self._app = app
        self._shelf = shelf
        self._headers = headers
        self._readers = readers
        self._impatient = impatient or Impatient()
        self._encodings: dict[bytes, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let the application do it."""
        answer = self._answer(scope) if scope["type"] == "http" and scope["path"].startswith("/feeds/") else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        headers = [*answer.headers, *self._headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope) -> Answer | None:
        if scope["method"] not in ("GET", "HEAD"):
            return None
        query = scope["query_string"]
        path = scope["raw_path"].decode("latin-1")
        address = f"{path}?{query.decode('latin-1')}" if query else path
        asked: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in _ASKED:
                asked[name] = asked[name] + b", " + value if name in asked else value
            elif name in _BODY:
                return None
        conditional = b"if-none-match" in asked or b"if-modified-since" in asked
        client = scope["client"][0] if scope.get("client") else ""
        agent = asked.get(b"user-agent", b"")
        if not conditional:
            seconds = self._impatient.wait(client, agent, address)
            if seconds:
                return _too_often(seconds)
        document = self._shelf.at(address)
        if document is not None:
            self._readers.saw(address, agent, client)
        if document is None or b"a-im" in asked:
            return None
        sheet = serving.sheet(document, self._encoding(asked.get(b"accept-encoding", b"")))
        if conditional and _has_it(document, sheet, asked):
            return Answer(304, sheet.unchanged)
        answer = Answer(200, sheet.found, sheet.body)
        if b"sec-fetch-dest" in asked:
            return serving.to_be_looked_at(answer, asked[b"sec-fetch-dest"].decode("latin-1"))
        return answer

    def _encoding(self, accepted: bytes) -> str:
        known = self._encodings.get(accepted)
        if known is None:
            known = serving.encoding_of(accepted.decode("latin-1"))
            if len(self._encodings) < 1000:
                self._encodings[accepted] = known
        return known


def _has_it(document: Document, sheet: Sheet, asked: dict[bytes, bytes]) -> bool:
    if asked.get(b"if-none-match") == sheet.tag.encode():
        return True
    return serving.has_it(document, {name.decode(): value.decode("latin-1") for name, value in asked.items()})


def _too_often(seconds: int) -> Answer:
    text = b"This feed was asked for too often without saying which version is there already. Please ask less often.\n"
    said = {
        "Retry-After": str(seconds),
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(text)),
        "Cache-Control": "no-store",
    }
    return Answer(429, serving.lines(said), text)
