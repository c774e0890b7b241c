"""What a transport promises. A delivery knows no more of mail servers than this."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from feeds.errors import CivicwireError
from notifier.retry import Reply


class TransportUnavailable(CivicwireError):
    """No message can be handed over now: the server is not reachable, or refuses us as a whole. Nobody's fault."""


class SignInRefused(TransportUnavailable):
    """The server knows our name or our password not: trying again changes nothing but its patience."""


@dataclass(frozen=True, slots=True, eq=False)
class Outgoing:
    """One message for one recipient, from one envelope sender. Its lines end with CRLF; no dot is doubled yet."""

    key: int
    """By which its source knows it."""
    sender: str
    recipient: str
    message: bytes = field(repr=False)
    dotless: bool = False
    """No line of it begins with a dot, so that there is none to be doubled."""


class Source(Protocol):
    """Where a connection takes its messages from, one after another, and says what became of each.

    Every message that was taken is either settled or given back.
    """

    async def take(self) -> Outgoing | None:
        """The next message that may go out; None if there is none for this connection."""
        ...

    async def may_go(self, one: Outgoing) -> bool:
        """Whether a message that was taken may still go out: asked last, before its first byte is written."""
        ...

    async def settle(self, one: Outgoing, reply: Reply) -> None:
        """What the server said. Returns when that cannot be forgotten any more."""
        ...

    async def give_back(self, one: Outgoing) -> None:
        """Nothing of this message was sent."""
        ...


class Connection(Protocol):
    """One open way to the mail server."""

    async def carry(self, source: Source) -> None:
        """Hand over what the source has, one message at a time, until it has none or the connection is spent.

        At most one message is ever on the wire whose answer is not settled. A connection lost over one recipient is a
        Reply with code 0, whose stage says whether the message had been handed over. Where the server refuses us rather
        than a recipient, or is lost before the recipient was named, TransportUnavailable is raised, and the message is
        given back.
        """
        ...

    def drop(self) -> None:
        """End it without a word: what was handed over and is not answered counts as lost."""
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
