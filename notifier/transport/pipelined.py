"""Messages over a connection whose server takes pipelined commands (RFC 2920).

The end of one message and the envelope of the next are one write, so that a message costs one round trip. The text of
a message is written only when the answer to the one before is settled: at most one is ever in doubt.
"""

from notifier.retry import Reply, Stage
from notifier.transport.envelopes import commands, doubled, unsendable
from notifier.transport.promise import Outgoing, Source, TransportUnavailable
from notifier.transport.replies import Lost, Replies

_END = b".\r\n"


class PipelinedConnection:
    """Carries messages over a connection that is greeted, secured and signed in."""

    def __init__(
        self, replies: Replies, *, takes_wide_addresses: bool, command_seconds: float, reply_seconds: float
    ) -> None:
        """Take the connection over. Times are how long a command, and the end of a message, may go unanswered."""
        self._replies = replies
        self._wide = takes_wide_addresses
        self._command = command_seconds
        self._reply = reply_seconds

    async def carry(self, source: Source) -> None:
        """See the promise."""
        one = await self._begun(source, await self._next(source))
        while one is not None:
            try:
                refusal = await self._envelope(one)
            except (Lost, TransportUnavailable) as error:
                await source.give_back(one)
                raise TransportUnavailable(str(error)) from error
            if refusal is not None:
                await source.settle(one, refusal)
                if refusal.code in (0, 421):
                    return
                one = await self._begun(source, await self._next(source), after_refusal=True)
                continue
            if not await source.may_go(one):
                # 354 was said: whatever we wrote now would be a message. Without a word more it is none.
                await source.give_back(one)
                self._replies.drop()
                return
            following = await self._next(source)
            reply = await self._message(one, following)
            await source.settle(one, reply)
            if reply.code in (0, 421):
                if following is not None:
                    await source.give_back(following)
                return
            one = following

    def drop(self) -> None:
        """See the promise."""
        self._replies.drop()

    async def _next(self, source: Source) -> Outgoing | None:
        """The source's next message that this server can be asked to take; what it cannot is settled as refused."""
        while (one := await source.take()) is not None:
            refusal = unsendable(one.recipient, takes_wide_addresses=self._wide)
            if refusal is None:
                return one
            await source.settle(one, refusal)
        return None

    async def _begun(self, source: Source, one: Outgoing | None, *, after_refusal: bool = False) -> Outgoing | None:
        """Begin a transaction with nothing before it in the same write; out of a refused one if need be."""
        if one is None:
            return None
        try:
            await self._replies.write((b"RSET\r\n" if after_refusal else b"") + commands(one), self._command)
            if after_refusal:
                await self._replies.next(self._command)
        except Lost as error:
            await source.give_back(one)
            raise TransportUnavailable(str(error)) from error
        return one

    async def _envelope(self, one: Outgoing) -> Reply | None:
        """The answers to MAIL, RCPT and DATA, which are written already; None if the text may follow.

        TransportUnavailable where the sender is refused, Lost where there was no answer to MAIL.
        """
        code, text = await self._replies.next(self._command)
        if code >= 300:
            self._replies.drop()
            raise TransportUnavailable(f"the server refuses the sender: {code} {text}")
        refused: Reply | None = None
        try:
            code, text = await self._replies.next(self._command)
            refused = Reply(code, text, Stage.RECIPIENT) if code >= 300 else None
            if refused is not None and code == 421:
                return refused
            code, text = await self._replies.next(self._command)
            if refused is not None:
                if code == 354:  # it would take a message for nobody (RFC 2920, section 3.1)
                    await self._replies.write(_END, self._command)
                    await self._replies.next(self._command)
                return refused
            return None if code == 354 else Reply(code, text)
        except Lost as error:
            # One recipient's own trouble must not stop the others: it alone waits, on a new connection.
            return refused if refused is not None else Reply(0, str(error), Stage.RECIPIENT)

    async def _message(self, one: Outgoing, following: Outgoing | None) -> Reply:
        """The answer to a message's end; the next one's envelope is asked for with it."""
        ahead = commands(following) if following is not None else b""
        try:
            text = one.message if one.dotless else doubled(one.message)
            await self._replies.write(b"".join((text, _END, ahead)), self._reply)
        except Lost as error:
            return Reply(0, str(error), Stage.RECIPIENT)
        try:
            return Reply(*await self._replies.next(self._reply))
        except Lost as error:
            return Reply(0, str(error), Stage.MESSAGE)
