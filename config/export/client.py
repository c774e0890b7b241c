"""Asks the application in this process for a public address, as a server would: what is exported is what it serves."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from feeds.errors import CivicwireError

Message = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answers: names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Client:
    """Asks one thing after another."""

    def __init__(self, application: Application, base_url: str, loop: asyncio.AbstractEventLoop) -> None:
        """Ask this application, at the host of its public address, in a loop that runs in another thread."""
        self._application = application
        self._host = urlsplit(base_url).netloc
        self._loop = loop

    def get(self, target: str, language: str | None = None) -> Answer:
        """The answer to GET of a path and query, to a reader of this language.

        CivicwireError if the application fails.
        """
        answer = asyncio.run_coroutine_threadsafe(self._ask(target, language), self._loop).result()
        if answer.status >= 500:
            raise CivicwireError(f"{target} could not be made: the application answers {answer.status}")
        return answer

    async def _ask(self, target: str, language: str | None) -> Answer:
        path, _, query = target.partition("?")
        headers = [(b"host", self._host.encode()), (b"accept-encoding", b"identity")]
        headers += [(b"accept-language", language.encode())] if language else []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": unquote_to_bytes(path).decode(),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        start, *chunks = sent
        headers_sent = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], headers_sent, b"".join(chunk.get("body", b"") for chunk in chunks))


@contextmanager
def client(application: Application, base_url: str) -> Iterator[Client]:
    """Somebody who asks the application, for the length of the block.

    One task lasts as long, so that the threads in which the application works are kept from one question to the next.
    """
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(ended.wait(),), name="client", daemon=True)
    thread.start()
    try:
        yield Client(application, base_url, loop)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
