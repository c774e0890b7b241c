"""One connection of a reader: plain requests for feeds are answered from their bytes, h11 reads everything else.

uvicorn's protocol of h11 is what this stands on. Added are the short way (`feeds.web.front`), an end to waiting for who
sends or reads too slowly, and refusals that carry the headers of every other answer.
"""

import asyncio
import sys
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import h11
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from feeds.web import serving
from feeds.web.front import FeedFront
from feeds.web.serving import Headers

log = structlog.get_logger()
HEAD_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how many seconds a connection is waited for, and how many there may be."""

    head: float = 10
    """From its first byte, or from the beginning of the connection, to the end of a request's head."""
    idle: float = 75
    """Between two requests: longer than proxies keep a connection (nginx 60 seconds), so that none asks into an end."""
    body: float = 30
    """Between two pieces of a request's body."""
    reading: float = 60
    """Until who does not read takes a piece of the answer."""
    connections: int = 800
    """Then the one that has let us wait the longest for a request is closed. With what else is open a process stays
    below 1,024 files, which many systems allow."""


class Connection(H11Protocol):
    """Reads requests and writes answers, in their order."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        front: FeedFront | None,
        headers: Headers,
        patience: Patience,
    ) -> None:
        """Nobody has connected yet. `front` answers plain requests; `headers` go out with refusals."""
        super().__init__(config, server_state, app_state, _loop)
        self._front = front
        self._headers = headers
        self._patience = patience
        self._peer = ""
        self._date: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"\r\n")
        self._is_ours = True
        """Whether nothing of a request is with h11, so that the next may be answered here."""
        self._is_new = True
        self._since = 0.0
        """Since when we wait for a head, or for more of a body."""
        self._unread = 0
        self._unread_since = 0.0
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""
        self._since = time.monotonic()
        self._watch = self.loop.call_later(self._patience.head, self._look)
        if len(self.connections) > self._patience.connections:
            waiting = [one for one in self.connections if isinstance(one, Connection) and one.is_waiting]
            if waiting:
                min(waiting, key=lambda one: one._since).transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of one request, or of several."""
        if self._is_ours and self._front is not None:
            data = self._answered(self._front, data)
            if not data:
                return
        if self._is_ours or not self.is_waiting:  # a head has begun, or a body goes on
            self._since = time.monotonic()
        self._is_ours = False
        # h11 bounds a head that is not whole yet: one that comes whole in one piece would pass, however long it is.
        while data and not self.transport.is_closing():
            super().data_received(data[:HEAD_BYTES])
            data = data[HEAD_BYTES:]

    @property
    def is_waiting(self) -> bool:
        """Whether no request is being answered here."""
        return (self.cycle is None or self.cycle.response_complete) and self.conn.their_state is h11.IDLE

    def _answered(self, front: FeedFront, data: bytes) -> bytes:
        """Answer the plain requests that these bytes begin with; what comes after them."""
        start = 0
        # Who does not read what was written is left to h11, which waits for them.
        while start < len(data) and not self.flow.write_paused:
            answer = front.at_once(data, start, self._peer)
            if answer is None:
                break
            start, head, body = answer
            self.transport.writelines((head, self._dated(), body) if body else (head, self._dated()))
            self.server_state.total_requests += 1
        if start:
            self._unset_keepalive_if_required()
            self._is_new = False
            self._since = time.monotonic()
        return data[start:] if start else data

    def _dated(self) -> bytes:
        """What ends the head of an answer: its date, which uvicorn writes anew every second."""
        now = self.server_state.default_headers
        if now is not self._date[0]:
            self._date = now, b"".join(b"%s: %s\r\n" % pair for pair in now) + b"\r\n"
        return self._date[1]

    def on_response_complete(self) -> None:
        """h11 has sent an answer."""
        self._is_new = False
        self._since = time.monotonic()
        super().on_response_complete()
        self._is_ours = self.is_waiting and not self._has_part()

    def _has_part(self) -> bool:
        return bool(self.conn.trailing_data[0])

    def send_400_response(self, msg: str) -> None:
        """Refuse what h11 cannot read, with the status that it names, and close the connection."""
        del msg
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(status)

    def _refuse(self, status: int) -> None:
        """Answer with nothing but a status, unless an answer has begun already, and close the connection."""
        if self.cycle is not None and not self.cycle.response_complete:
            # The application hears that nobody is there any more.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            text = f"{status} {HTTPStatus(status).phrase}\n".encode("ascii")
            said = {
                "Content-Type": "text/plain; charset=utf-8",
                "Content-Length": str(len(text)),
                "Connection": "close",
            }
            headers = [*serving.lines(said), *self._headers, *self.server_state.default_headers]
            self.transport.write(serving.head(status, headers) + b"\r\n" + text)
            log.info("http", method="-", route="-", status=status)
        self.transport.close()

    def _look(self) -> None:
        """Close a connection that has let us wait for too long; look again when the next may have."""
        left = self._left(time.monotonic())
        if left <= 0:
            if self.flow.write_paused or self.transport.is_closing():
                self.transport.abort()  # what was written is not read, nor will be
                return
            if self.is_waiting and not self._has_part():
                self.transport.close()
            else:
                self._refuse(408)
        self._watch = self.loop.call_later(left if left > 0 else self._patience.reading, self._look)

    def _left(self, now: float) -> float:
        """The seconds for which this connection may go on as it is."""
        patience = self._patience
        if self.flow.write_paused or self.transport.is_closing():
            unread = self.transport.get_write_buffer_size()
            if unread != self._unread:
                self._unread, self._unread_since = unread, now
            return self._unread_since + patience.reading - now
        if self.is_waiting:
            waits_for_head = self._is_new or self._has_part()
            return self._since + (patience.head if waits_for_head else patience.idle) - now
        if self.conn.their_state is h11.SEND_BODY and not self.flow.read_paused:
            return self._since + patience.body - now
        return patience.head  # we are at work
