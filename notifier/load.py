"""What is claimed, as connections take it: each delivery is looked at once more, written, and settled."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

import structlog

from feeds.errors import StoreError
from notifier.addressing import Addressing
from notifier.claims import Claims
from notifier.confirming import Confirming
from notifier.domains import Domains
from notifier.doubts import Doubts
from notifier.ledger.deliveries import Outcome
from notifier.model import Delivery, DeliveryState
from notifier.receipts import Receipts
from notifier.refusals import Refusals
from notifier.retry import Reply, Stage, asks_for_less, verdict
from notifier.supply import Supply
from notifier.tally import DeliveryRun
from notifier.together import Together
from notifier.transport.promise import Outgoing

log = structlog.get_logger()
REMAKING_PAUSE = timedelta(minutes=1)
"""Until a digest is made again without a withdrawn release: the digests' own tick does it."""
_FOLDING_SECONDS = 0.05
"""How long answers are gathered that are noted already, before they go into the ledger together."""
_MOST_UNFOLDED = 1_000
"""How many may wait for that: beyond, nothing more is sent until the ledger has caught up."""


@dataclass(slots=True)
class Load:
    """The source of a run's messages. See `notifier.transport.promise.Source`."""

    claim: Callable[[int], Sequence[Delivery] | None]
    """Claims up to so many more that may go out now; None where nothing is due any more."""
    claims: Claims
    addressing: Addressing
    jitter: random.Random
    waits: Callable[[Delivery], bool]
    """Whether a delivery must not go out at this hour; it is given back then."""
    stopping: Event
    done: DeliveryRun
    refusals: Refusals
    domains: Domains
    receipts: Receipts | None = None
    """Where acceptances are noted before they are in the ledger; without it each goes there before the next message."""
    supply: Supply = field(init=False)
    doubts: Doubts = field(init=False)
    _held: str | None = None
    _refused_for_us: list[int] = field(default_factory=list)
    _taken: dict[int, Delivery] = field(default_factory=dict)
    _unfolded: list["_Answered"] = field(default_factory=list)
    _folding: asyncio.Task[StoreError | None] | None = None
    _write: Together["_Answered", "_Looked"] = field(init=False)
    _confirming: Confirming = field(init=False)

    def __post_init__(self) -> None:
        """Questions of several connections are asked together."""
        self.supply = Supply(self._more)
        self.doubts = Doubts(self.claims, lambda: [*self._taken.values(), *self.supply.waiting])
        self._write = Together(self._settle_and_look, lambda one: one.delivery.id)
        self._confirming = Confirming(self.claims.confirm)

    @property
    def goes_on(self) -> bool:
        """Whether there is something to take."""
        return not self.supply.is_over and self._may_send()

    def _may_send(self) -> bool:
        return self.done.unavailable is None and not self.stopping.is_set()

    async def _more(self, limit: int) -> Sequence[Delivery] | None:
        claimed = await asyncio.to_thread(self.claim, limit)
        await self.doubts.ahead(claimed or ())
        return claimed

    def end(self, why: str) -> None:
        """Nothing more of it can be sent now."""
        if self.done.unavailable is None:
            log.warning("delivery.unavailable", cause=why, waiting=len(self.supply))
        self.done.unavailable = why

    async def take(self) -> Outgoing | None:
        """See the promise."""
        while self._may_send() and (one := self.supply.at_hand() or await self.supply.take()) is not None:
            if not self._may_send():
                self.supply.put_back(one)
                return None
            if one.advertising and await asyncio.to_thread(self.waits, one):
                continue
            if not self.doubts.seems_clear(one) and not await self._is_due(one):
                continue
            try:
                outgoing = self.addressing.outgoing(one, self.claims.clock())
            except ValueError as error:
                # One that cannot be written fails alone; the others go on.
                await self._answer(one, Reply(550, f"5.6.0 the message cannot be written: {error}"))
                continue
            self._taken[one.id] = one
            return outgoing
        return None

    async def may_go(self, one: Outgoing) -> bool:
        """See the promise. Since it was taken its person may have left, or everything may have been stopped."""
        taken = self._taken[one.key]
        return self._may_send() and (self.doubts.is_clear(taken) or await self.doubts.of(taken) is None)

    async def settle(self, one: Outgoing, reply: Reply) -> None:
        """See the promise."""
        await self._answer(self._taken.pop(one.key), reply)

    async def give_back(self, one: Outgoing) -> None:
        """See the promise."""
        self.supply.put_back(self._taken.pop(one.key))

    async def close(self) -> None:
        """Everything that was answered is in the ledger when this returns. StoreError if it cannot be."""
        while self._unfolded or self._folding is not None:
            await self._folded()
        await self._confirming.close()
        self.done.tell()
        if self._held is not None:
            # Others were on the wire when it was held: what they were told was for our sake too.
            self._refused_for_us += self.refusals.of_us()
            await asyncio.to_thread(self.claims.hold, self._held, self._refused_for_us)
        gone = self.refusals.of_addresses()
        if gone:
            await asyncio.to_thread(self.claims.suppress, gone)

    async def _record(self, answered: "_Answered") -> None:
        """Returns when it cannot be forgotten any more."""
        self.doubts.forget(answered.delivery)
        if self.receipts is None:
            looked = await self._write(answered)
            if looked is not None:
                self.doubts.saw(looked.at, looked.against)
            if self.claims.answers is not None and answered.outcome.state is DeliveryState.ACCEPTED:
                await self._confirming.add(answered.outcome)
            return
        self._unfolded.append(answered)
        if answered.outcome.state is DeliveryState.ACCEPTED:
            self.receipts.note(answered.delivery.id)
        if self._folding is None:
            self._folding = asyncio.create_task(self._fold())
        while len(self._unfolded) >= _MOST_UNFOLDED:
            await self._folded()

    async def _folded(self) -> None:
        if self._folding is None:
            self._folding = asyncio.create_task(self._fold())
        failure = await asyncio.shield(self._folding)
        if failure is not None:
            raise failure

    async def _fold(self) -> StoreError | None:
        """The ledger catches up with the receipts. Where it cannot, nothing more is sent."""
        await asyncio.sleep(_FOLDING_SECONDS)
        together = list(self._unfolded)
        try:
            await asyncio.to_thread(self._settle_all, together)
        except StoreError as error:
            self.end(str(error))
            return error
        finally:
            self._folding = None
        del self._unfolded[: len(together)]
        if not self._unfolded and self.receipts is not None:
            self.receipts.forget()
        return None

    async def _is_due(self, one: Delivery) -> bool:
        """Whether it is to go out now; what stands against it is written down."""
        objection = await self.doubts.of(one)
        if objection is not None:
            self.doubts.forget(one)
        if objection is DeliveryState.PENDING:
            self.supply.put_back(one)
            self.done.unavailable = "sending is held"
        elif objection is DeliveryState.DEFERRED:
            at = self.claims.clock() + REMAKING_PAUSE
            await asyncio.to_thread(self.claims.give_back, [one.id], at, None)
        elif objection is not None and objection is not DeliveryState.SENDING:
            await self._record(_Answered(one, Outcome(id=one.id, state=objection)))
        return objection is None

    async def _answer(self, one: Delivery, reply: Reply) -> None:
        decided = verdict(
            reply,
            kind=one.kind,
            attempts=one.attempts,
            repeats=one.repeats,
            created_at=one.created_at,
            now=self.claims.clock(),
            jitter=self.jitter,
        )
        self._learn(one, reply, decided.state)
        outcome = Outcome(
            id=one.id,
            state=decided.state,
            reply=f"{reply.code} {reply.text}",
            next_attempt_at=decided.next_attempt_at,
            repeated=reply.code == 0 and reply.stage is Stage.MESSAGE,
        )
        await self._record(_Answered(one, outcome))
        if self.refusals.are_too_many:
            await self.hold(f"the mail server refuses everybody: {reply.code} {reply.text}")

    def _learn(self, one: Delivery, reply: Reply, state: DeliveryState) -> None:
        """What an answer says of the way to its domain, and of us."""
        if state is DeliveryState.ACCEPTED:
            self.domains.took(one.domain)
            self.refusals.accepted()
        elif asks_for_less(reply):
            self.domains.asked_for_less(one.domain, self.claims.clock())
        elif reply.code >= 500:
            self.refusals.refused(one, reply)

    async def hold(self, reason: str) -> None:
        """Nothing is sent until somebody has seen to it; who was refused for our sake is tried again then."""
        self._held = reason
        self._refused_for_us += self.refusals.of_us()
        self.end(reason)
        while self._unfolded:
            await self._folded()
        await asyncio.to_thread(self.claims.hold, reason, self._refused_for_us)
        log.error("delivery.held", cause=reason, refused=len(self._refused_for_us))

    def _settle_and_look(self, answered: Sequence["_Answered"]) -> Mapping[int, "_Looked"]:
        """With what is written down it is asked what stands against those whose text is the next to be written."""
        self._settle_all(answered)
        begun = list(self._taken.values())
        if not begun:
            return {}
        try:
            looked = _Looked(begun, self.claims.objections(begun))
        except StoreError:
            return {}  # each is asked about when its turn comes
        return dict.fromkeys((one.delivery.id for one in answered), looked)

    def _settle_all(self, answered: Sequence["_Answered"]) -> None:
        kept = self.claims.settle([one.outcome for one in answered])
        for one in answered:
            if one.delivery.id in kept:
                self.done.settled(one.delivery, one.outcome.state)


@dataclass(slots=True)
class Share:
    """What one connection takes of a load. See `notifier.transport.promise.Source`."""

    load: Load
    settled: int = 0
    """How many it has settled by what its server said."""

    async def take(self) -> Outgoing | None:
        """See the promise."""
        return await self.load.take()

    async def may_go(self, one: Outgoing) -> bool:
        """See the promise."""
        return await self.load.may_go(one)

    async def settle(self, one: Outgoing, reply: Reply) -> None:
        """See the promise."""
        await self.load.settle(one, reply)
        self.settled += 1

    async def give_back(self, one: Outgoing) -> None:
        """See the promise."""
        await self.load.give_back(one)


@dataclass(frozen=True, slots=True)
class _Answered:
    """A delivery, and what became of it."""

    delivery: Delivery
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was just asked about, and what stands against it."""

    at: Sequence[Delivery]
    against: Mapping[int, DeliveryState]
