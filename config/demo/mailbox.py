"""The demonstration's mail catcher: a real mail server on loopback that keeps every message and delivers none."""

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Caught:
    """One message as it came over the wire."""

    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - the policy makes it so
        return parsed

    def part(self, subtype: str) -> str:
        """The text of its `plain` or `html` part; empty where it has none."""
        body = self.message.get_body((subtype,))
        return str(body.get_content()) if body else ""

    @property
    def links(self) -> list[str]:
        """The addresses in its text part, each once."""
        return list(dict.fromkeys(_LINK.findall(self.part("plain"))))


@dataclass(slots=True)
class Mailbox:
    """Every message caught, oldest first."""

    messages: list[Caught] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one message for each recipient."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        with self._lock:
            self.messages.extend(Caught(recipient, content) for recipient in envelope.rcpt_tos)
        return "250 2.0.0 kept"

    def to(self, recipient: str) -> list[Caught]:
        """The messages to one address, oldest first."""
        return [caught for caught in self.messages if caught.recipient == recipient]


@contextlib.contextmanager
def catching() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox and the loopback port on which its mail server listens for the length of the block."""
    mailbox = Mailbox()
    port = _free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


def _free_port() -> int:
    # aiosmtpd checks that it was reached on the very port it was given, so port 0 cannot be asked for.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
