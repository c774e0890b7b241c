"""A client that speaks to the application as a server would: every byte of a request is the test's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

from starlette.types import ASGIApp, Message, Scope

FORM = "application/x-www-form-urlencoded"
Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    pairs: tuple[tuple[str, str], ...]
    body: bytes
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Index the headers once."""
        object.__setattr__(self, "headers", dict(self.pairs))

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def between(self, before: str, after: str) -> str:
        """The first piece of the page between two marks, as a reader sees it."""
        _, found, tail = self.text.partition(before)
        assert found, f"the page has no {before!r}"
        return unescape(tail.partition(after)[0])


@dataclass(frozen=True, slots=True)
class Browser:
    """Asks one application at one host."""

    app: ASGIApp
    host: str = "newsroom.test"

    def get(self, target: str, **headers: str) -> Answer:
        """GET; names of headers are written with underscores."""
        return self.ask("GET", target, headers=_named(headers))

    def head(self, target: str, **headers: str) -> Answer:
        """HEAD."""
        return self.ask("HEAD", target, headers=_named(headers))

    def post(self, target: str, fields: Fields | dict[str, str] = (), **headers: str) -> Answer:
        """POST a form."""
        named = [("content-type", FORM), *_named(headers)]
        return self.ask("POST", target, headers=named, body=urlencode(fields).encode())

    def ask(
        self,
        method: str,
        target: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        ends: bool = True,
    ) -> Answer:
        """Any request; `ends` is false where the client goes away before its body is whole."""
        return asyncio.run(self._ask(self._scope(method, target, headers), body, ends=ends))

    def _scope(self, method: str, target: str, headers: Sequence[tuple[str, str]]) -> Scope:
        path, _, query = target.partition("#")[0].partition("?")
        given = headers if any(name == "host" for name, _ in headers) else [("host", self.host), *headers]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote_to_bytes(path).decode(errors="replace"),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given],
            "client": ("192.0.2.7", 40000),
            "server": ("127.0.0.1", 8000),
        }

    async def _ask(self, scope: Scope, body: bytes, *, ends: bool) -> Answer:
        arriving: list[Message] = [{"type": "http.request", "body": body, "more_body": not ends}]
        sent: list[Message] = []

        async def receive() -> Message:
            if arriving:
                return arriving.pop(0)
            if ends:
                await asyncio.Event().wait()  # who has sent everything stays for the answer
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, *chunks = sent
        pairs = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"])
        return Answer(start["status"], pairs, b"".join(chunk.get("body", b"") for chunk in chunks))


def path_of(address: str) -> str:
    """The path and query of an absolute address."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _named(headers: dict[str, str]) -> list[tuple[str, str]]:
    return [(name.replace("_", "-"), value) for name, value in headers.items()]
