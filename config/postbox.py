"""The door for mail that comes back: a small server for SMTP and LMTP (RFC 5321, RFC 2033) that sends nothing itself.

It takes mail only for addresses that we wrote, which are checked before the mail is sent: a flood of forged reports
costs a line each. A mail is acknowledged when it is in the ledger and not before. Each connection holds one mail of
bounded length, so that the number of connections bounds what waits.
"""

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import AnyStr

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from feeds.errors import CivicwireError
from notifier.bounces import Finding
from notifier.received import LONGEST
from notifier.returns import Returns

log = structlog.get_logger()
CONNECTIONS = 50
"""How many may speak at once; whoever comes then is asked to come again (421)."""
_IDLE_SECONDS = 60.0
_COUNTING_SECONDS = 5.0


@dataclass(slots=True)
class _Desk:
    """What is answered to each command."""

    returns: Returns
    reading: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "bounces"))
    connections: int = 0
    turned_away: Counter[Finding] = field(default_factory=Counter)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """One recipient a mail: its address says what the mail is about."""
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        if not self.returns.addresses.takes(address):
            self.turned_away[Finding.FORGED] += 1
            return "550 5.1.1 nobody here has this address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take the mail; the same answer whatever it is, so that nobody learns what we make of it."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        work = asyncio.get_running_loop().run_in_executor
        try:
            await work(self.reading, self.returns.take_or_park, content, envelope.rcpt_tos[0])
        except CivicwireError as error:
            log.error("bounce.not_taken", cause=str(error))
            return "451 4.3.0 not now"
        return "250 2.0.0 taken"

    async def handle_exception(self, error: Exception) -> str:
        """A mistake of ours: the mail stays where it is, and the log has a line."""
        log.error("bounce.broken", cause=f"{type(error).__name__}: {error}")
        return "451 4.3.0 not now"

    def count(self) -> None:
        """Write down how many were turned away since the last time."""
        numbers, self.turned_away = self.turned_away, Counter()
        if numbers:
            try:
                self.returns.count(numbers)
            except CivicwireError as error:
                self.turned_away.update(numbers)
                log.warning("bounce.not_counted", cause=str(error))


class _Door(SMTP):
    """One conversation."""

    def __init__(self, desk: _Desk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            desk, data_size_limit=LONGEST, hostname="civicwire", ident="", timeout=_IDLE_SECONDS, loop=loop
        )
        self._desk = desk
        self._heard = 0
        self._welcome = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, unless too many are here."""
        self._desk.connections += 1
        self._welcome = self._desk.connections <= CONNECTIONS
        if self._welcome:
            super().connection_made(transport)
        elif isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.3.2 too many connections\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Make room."""
        self._desk.connections -= 1
        if self._welcome:
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Hang up on whoever speaks without end: the library would keep a line however long it is."""
        self._heard += len(data)
        if self._heard > 2 * LONGEST and isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        elif self._welcome:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """They are done."""
        return super().eof_received() if self._welcome else None

    async def push(self, status: AnyStr) -> None:
        """Answer; what comes next is counted anew."""
        self._heard = 0
        await super().push(status)

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        """The greeting of LMTP: with one recipient a mail there is no other difference."""
        await self.smtp_EHLO(arg)


@contextlib.contextmanager
def listening(returns: Returns, host: str, port: int) -> Iterator[int]:
    """Take mail in a thread for the length of the block; gives the port. CivicwireError if it cannot be had."""
    desk = _Desk(returns)
    loop = asyncio.new_event_loop()
    opened: list[asyncio.Server] = []
    try:
        opened.append(loop.run_until_complete(loop.create_server(lambda: _Door(desk, loop), host, port)))
    except OSError as error:
        loop.close()
        raise CivicwireError(f"cannot listen for bounces on {host}:{port}: {error.strerror or error}") from error
    thread = threading.Thread(target=_serve, args=(loop, opened[0], desk), name="bounces", daemon=True)
    thread.start()
    try:
        yield opened[0].sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        desk.reading.shutdown()
        desk.count()


def _serve(loop: asyncio.AbstractEventLoop, server: asyncio.Server, desk: _Desk) -> None:
    """Run until the loop is stopped; then hang up, but for a mail that is being written down."""
    asyncio.set_event_loop(loop)

    async def count() -> None:
        while True:
            await asyncio.sleep(_COUNTING_SECONDS)
            await loop.run_in_executor(desk.reading, desk.count)

    counting = loop.create_task(count())
    loop.run_forever()
    server.close()
    counting.cancel()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
