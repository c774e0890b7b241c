"""A server's replies, read as they come (RFC 5321, section 4.2): where commands are pipelined, several at once."""

import asyncio
from collections import deque

_LONGEST = 32_768
"""Bytes of one reply with all its lines. A server that says more is not understood."""


class Lost(Exception):
    """The connection is gone, or what the server says cannot be read."""


class Replies(asyncio.Protocol):
    """Takes over a connection: reads its replies in order, and says when there is room to write."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Read from this transport from now on. Nothing may be under way on it."""
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        self._due: float | None = None
        """Until when the reply that is waited for has to come."""
        self._begun = b""
        self._lines: list[bytes] = []
        self._ready: deque[tuple[int, str]] = deque()
        self._lost: str | None = "the connection is closed" if transport.is_closing() else None
        self._reader: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        """Bytes from the server, cut anywhere."""
        *lines, self._begun = (self._begun + data).split(b"\n")
        for whole in lines:
            line = whole.rstrip(b"\r")
            self._lines.append(line)
            if line[3:4] == b"-" and line[:3].isdigit():
                continue
            if not line[:3].isdigit() or line[3:4] not in (b" ", b""):
                self._lose("the server's answer cannot be read")
                return
            text = " ".join(one[4:].decode("utf-8", "replace").strip() for one in self._lines)
            self._ready.append((int(line[:3]), text))
            self._lines.clear()
        if len(self._begun) + sum(map(len, self._lines)) > _LONGEST:
            self._lose("the server's answer has no end")
            return
        self._wake()

    def eof_received(self) -> bool:
        """The server says no more: the transport closes itself."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits is told, once what was said before has been read."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._lost = self._lost or (str(exc) if exc and str(exc) else "the connection was lost")
        self._wake()
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def pause_writing(self) -> None:
        """The peer is slower than we are."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """There is room again."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    async def next(self, seconds: float) -> tuple[int, str]:
        """The next reply, its code and its text in one line. Lost where none comes, or not in time."""
        if not self._ready and self._lost is None:
            self._expect(seconds)
            while not self._ready and self._lost is None:
                self._reader = self._loop.create_future()
                await self._reader
            self._due = None
        if self._ready:
            return self._ready.popleft()
        raise Lost(self._lost)

    def _expect(self, seconds: float) -> None:
        """Within so many seconds. One alarm serves for many replies: it is set anew only when it rings too early."""
        self._due = self._loop.time() + seconds
        if self._alarm is None or self._due < self._alarm.when():
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._due is None or self._lost is not None:
            return
        if self._due <= self._loop.time():
            self._lose("the server did not answer in time")
        else:
            self._alarm = self._loop.call_at(self._due, self._ring)

    async def write(self, data: bytes, seconds: float) -> None:
        """Write, and wait until there is room for more. Lost, with nothing written, where the connection is gone."""
        if self._lost is not None or self._transport.is_closing():
            raise Lost(self._lost or "the connection is closed")
        self._transport.write(data)
        if self._room is not None:
            try:
                async with asyncio.timeout(seconds):
                    await self._room
            except TimeoutError:
                self._lose("the server did not read in time")  # whoever reads its answer is told

    def drop(self) -> None:
        """End the connection without a word."""
        self._lose("the connection was given up")

    @property
    def is_idle(self) -> bool:
        """Whether the connection is whole and nothing was said that nobody asked for."""
        return self._lost is None and not self._ready and not self._begun and not self._lines

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why
        self._transport.abort()
        self._wake()
