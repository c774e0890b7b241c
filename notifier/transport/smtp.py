"""Messages over SMTP (RFC 5321) with aiosmtplib: one recipient a transaction, connections kept for a batch."""

import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.protocol import SMTPProtocol

from notifier.retry import Reply, Stage
from notifier.transport.promise import Connection, TransportUnavailable


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
        except (SMTPException, OSError, ValueError) as error:
            raise TransportUnavailable(f"{options.host}:{options.port}: {_sentence(error)}") from error
        try:
            yield _SmtpConnection(client, options)
        finally:
            # A reset at QUIT, or a server that went away, is nobody's failure: everything is settled by now.
            with contextlib.suppress(SMTPException, OSError):
                await client.quit(timeout=5)
            client.close()


class _SmtpConnection:
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

    async def send(self, *, sender: str, recipient: str, message: bytes) -> Reply:
        """See the promise. An address that SMTP cannot carry is that recipient's failure alone."""
        if any(sign in recipient for sign in "\r\n <>") or not recipient.rpartition("@")[2].isascii():
            return Reply(553, "5.1.3 the address cannot be written in SMTP", Stage.RECIPIENT)
        encoding, options = ("ascii", []) if recipient.isascii() else ("utf-8", ["SMTPUTF8"])
        seconds = self._options.command_seconds
        self._handed_over = False
        try:
            if options and self._client.is_ehlo_or_helo_needed:
                with contextlib.suppress(SMTPHeloError):  # an old server, which offers nothing
                    await self._client.ehlo(timeout=seconds)
            if options and not self._client.supports_extension("smtputf8"):
                return Reply(553, "5.6.7 the server takes no address beyond ASCII", Stage.RECIPIENT)
            await self._client.mail(sender, options=options, encoding=encoding, timeout=seconds)
        except SMTPResponseException as error:
            await self._reset()
            raise TransportUnavailable(f"the server refuses the sender: {_sentence(error)}") from error
        except (SMTPException, OSError) as error:
            raise TransportUnavailable(_sentence(error)) from error
        try:
            await self._client.rcpt(recipient, encoding=encoding, timeout=seconds)
        except SMTPResponseException as error:
            if error.code != 421:
                await self._reset()
            return Reply(error.code, error.message, Stage.RECIPIENT)
        except (SMTPException, OSError) as error:
            # One recipient's own trouble must not stop the others: it alone waits, on a new connection.
            self._client.close()
            return Reply(0, _sentence(error), Stage.RECIPIENT)
        return await self._hand_over(message)

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
