"""Messages over SMTP (RFC 5321) with aiosmtplib: one recipient a transaction, connections kept for a batch."""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.protocol import SMTPProtocol

from notifier.retry import Reply, Stage
from notifier.transport.envelopes import unsendable
from notifier.transport.pipelined import PipelinedConnection
from notifier.transport.promise import Connection, Outgoing, SignInRefused, Source, TransportUnavailable
from notifier.transport.replies import Replies


class Tls(StrEnum):
    """How a connection is secured: not at all, if offered, or never in clear (STARTTLS, or TLS from the first byte)."""

    NONE = "none"
    STARTTLS = "starttls"
    REQUIRED = "required"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """Where the mail server is and how to speak to it. Times are in seconds."""

    host: str
    port: int
    tls: Tls = Tls.STARTTLS
    ca_file: Path | None = None
    username: str | None = None
    password: str | None = None
    connections: int = 4
    connect_seconds: float = 30.0
    command_seconds: float = 300.0
    """RFC 5321, section 4.5.3.2: five minutes for MAIL and RCPT."""
    reply_seconds: float = 600.0
    """RFC 5321, section 4.5.3.2.6: ten minutes for the answer to the final dot."""


class SmtpTransport:
    """Opens connections to one mail server."""

    def __init__(self, options: SmtpOptions) -> None:
        """Keep the options; nothing is connected yet."""
        self._options = options

    @property
    def connections(self) -> int:
        """How many connections may be open at once."""
        return self._options.connections

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """A connection that is greeted, secured as asked and signed in. TransportUnavailable says why not."""
        options = self._options
        try:
            tls_context = _tls_context(options)
        except (OSError, ssl.SSLError) as error:
            raise TransportUnavailable(f"cannot use the CA file {options.ca_file}: {_sentence(error)}") from error
        client = SMTP(
            hostname=options.host,
            port=options.port,
            timeout=options.connect_seconds,
            use_tls=options.tls is Tls.IMPLICIT,
            start_tls={Tls.STARTTLS: None, Tls.REQUIRED: True}.get(options.tls, False),
            tls_context=tls_context,
            username=options.username,
            password=options.password,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                with contextlib.suppress(SMTPHeloError):  # an old server, which offers nothing
                    await client.ehlo(timeout=options.connect_seconds)
        except SMTPAuthenticationError as error:
            client.close()
            refused = SignInRefused if error.code >= 500 else TransportUnavailable
            raise refused(f"{options.host}:{options.port}: {_sentence(error)}") from error
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            raise TransportUnavailable(f"{options.host}:{options.port}: {_sentence(error)}") from error
        try:
            with _handed(client, options) as connection:
                yield connection
        finally:
            # A reset at QUIT, or a server that went away, is nobody's failure: everything is settled by now.
            with contextlib.suppress(SMTPException, OSError):
                await client.quit(timeout=5)
            client.close()


@contextlib.contextmanager
def _handed(client: SMTP, options: SmtpOptions) -> Iterator[Connection]:
    """The connection as this server can use it best.

    The library reads one reply to a command and drops what else comes: where commands are pipelined, its connection is
    read by us meanwhile.
    """
    protocol, transport = client.protocol, client.transport
    if protocol is None or not isinstance(transport, asyncio.Transport) or not client.supports_extension("pipelining"):
        yield _OneByOne(client, options)
        return
    replies = Replies(transport)
    try:
        yield PipelinedConnection(
            replies,
            takes_wide_addresses=client.supports_extension("smtputf8"),
            command_seconds=options.command_seconds,
            reply_seconds=options.reply_seconds,
        )
    finally:
        if replies.is_idle:
            transport.set_protocol(protocol)
        else:
            replies.drop()


class _OneByOne:
    """One command at a time, for servers that offer no pipelining: the library's own calls."""

    def __init__(self, client: SMTP, options: SmtpOptions) -> None:
        self._client = client
        self._options = options
        self._handed_over = False
        if client.protocol is not None:
            self._watch(client.protocol)

    def _watch(self, protocol: SMTPProtocol) -> None:
        """Notice when a whole message is written: the library does not tell a drop before that from one after."""
        write = protocol.write

        def watched(data: bytes) -> None:
            self._handed_over = self._handed_over or data.endswith(b"\r\n.\r\n")
            write(data)

        protocol.write = watched  # type: ignore[method-assign]

    async def carry(self, source: Source) -> None:
        """See the promise."""
        while (one := await source.take()) is not None:
            try:
                reply = await self._send(one) if await source.may_go(one) else None
            except TransportUnavailable:
                await source.give_back(one)
                raise
            if reply is None:
                await source.give_back(one)
                continue
            await source.settle(one, reply)
            if reply.code in (0, 421):
                return

    def drop(self) -> None:
        """See the promise."""
        self._client.close()

    async def _send(self, one: Outgoing) -> Reply:
        encoding, options = ("ascii", []) if one.recipient.isascii() else ("utf-8", ["SMTPUTF8"])
        seconds = self._options.command_seconds
        self._handed_over = False
        refusal = unsendable(one.recipient, takes_wide_addresses=self._client.supports_extension("smtputf8"))
        if refusal is not None:
            return refusal
        try:
            await self._client.mail(one.sender, options=options, encoding=encoding, timeout=seconds)
        except SMTPResponseException as error:
            await self._reset()
            raise TransportUnavailable(f"the server refuses the sender: {_sentence(error)}") from error
        except (SMTPException, OSError) as error:
            raise TransportUnavailable(_sentence(error)) from error
        try:
            await self._client.rcpt(one.recipient, encoding=encoding, timeout=seconds)
        except SMTPResponseException as error:
            if error.code != 421:
                await self._reset()
            return Reply(error.code, error.message, Stage.RECIPIENT)
        except (SMTPException, OSError) as error:
            # One recipient's own trouble must not stop the others: it alone waits, on a new connection.
            self._client.close()
            return Reply(0, _sentence(error), Stage.RECIPIENT)
        return await self._hand_over(one.message)

    async def _hand_over(self, message: bytes) -> Reply:
        try:
            answer = await self._client.data(message, timeout=self._options.reply_seconds)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            self._client.close()
            return Reply(0, _sentence(error), Stage.MESSAGE if self._handed_over else Stage.RECIPIENT)
        except SMTPResponseException as error:
            if error.code != 421:
                await self._reset()
            return Reply(error.code, error.message)
        return Reply(answer.code, answer.message)

    async def _reset(self) -> None:
        """Leave a refused transaction; if even that fails, the next message finds the connection gone."""
        with contextlib.suppress(SMTPException, OSError):
            await self._client.rset()


def _tls_context(options: SmtpOptions) -> ssl.SSLContext | None:
    if options.tls is Tls.NONE:
        return None
    return ssl.create_default_context(cafile=str(options.ca_file) if options.ca_file else None)


def _sentence(error: Exception) -> str:
    """One line about a failure, without the library's names where they say nothing."""
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}".replace("\n", " ")
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, socket.gaierror):
        return "no such host is known"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"TLS failed: {(cause.reason or str(cause)).replace('_', ' ').lower()}"
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno)
    return (str(error) or type(error).__name__).replace("\n", " ")
