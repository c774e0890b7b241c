"""What a transport promises. A delivery knows no more of mail servers than this."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from feeds.errors import CivicwireError
from notifier.retry import Reply


class TransportUnavailable(CivicwireError):
    """No message can be handed over now: the server is not reachable, or refuses us as a whole. Nobody's fault."""


class Connection(Protocol):
    """One open way to the mail server. Use it for one message at a time."""

    async def send(self, *, sender: str, recipient: str, message: bytes) -> Reply:
        """Hand one message over for one recipient and answer what the server said.

        A connection lost over one recipient is a Reply with code 0, whose stage says whether the message had been
        handed over. Whenever the server refuses us rather than the recipient, or is lost before the recipient was
        named, TransportUnavailable is raised and nothing was sent.
        """
        ...


class Transport(Protocol):
    """Opens connections to the mail server."""

    @property
    def connections(self) -> int:
        """How many connections may be open at once."""
        ...

    def connect(self) -> AbstractAsyncContextManager[Connection]:
        """An open connection. TransportUnavailable if there is none to be had."""
        ...
