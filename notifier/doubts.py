"""What stands against claimed deliveries, known ahead: asked for many at once, and looked at once more before the wire.

Where it can be felt whether anybody has committed, only what has changed meanwhile costs a question. Elsewhere each
message is asked about, together with those of the other connections.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from notifier.claims import Claims
from notifier.model import Delivery, DeliveryState
from notifier.together import Together


class Doubts:
    """Asks the ledger for one run."""

    def __init__(self, claims: Claims, waiting: Callable[[], Sequence[Delivery]]) -> None:
        """`waiting` are all that are claimed and not on the wire: what is asked about one is asked about all."""
        self._claims = claims
        self._pulse = claims.pulse
        self._waiting = waiting
        self._ask = Together(claims.objections, lambda one: one.id)
        self._against: dict[int, DeliveryState] = {}
        self._asked: set[int] = set()
        self._seen: int | None = None
        self._felt: int | None = None
        self._just_asked: set[int] = set()
        self._looking = asyncio.Lock()

    def is_clear(self, one: Delivery) -> bool:
        """Whether it is known at this moment that nothing stands against it."""
        return (one.id in self._just_asked or self._is_known(one)) and one.id not in self._against

    def saw(self, asked: Sequence[Delivery], against: Mapping[int, DeliveryState]) -> None:
        """What has just been asked together with something else: known in this turn of the event loop, like the pulse,
        and a reason not to begin with them later."""
        self._learn(asked, against)
        self._just_asked.update(one.id for one in asked)
        asyncio.get_running_loop().call_soon(self._just_asked.clear)

    def seems_clear(self, one: Delivery) -> bool:
        """Whether nothing stood against it when it was asked about last: enough to begin with, not to send it."""
        return self.is_clear(one) if self._pulse is not None else one.id in self._asked and one.id not in self._against

    async def of(self, one: Delivery) -> DeliveryState | None:
        """What stands against it at this moment."""
        if self._pulse is None:
            said = await self._ask(one)
            self._learn([one], {} if said is None else {one.id: said})
            return said
        if not self._is_known(one):
            # Once: whatever is written from now on came after the asking, and others may write all the time.
            await self._look([one], self._pulse)
        return self._against.get(one.id)

    async def ahead(self, claimed: Sequence[Delivery]) -> None:
        """Ask about these before anybody waits for the answer."""
        if self._pulse is not None and claimed:
            await self._look(claimed, self._pulse)
        elif claimed:
            self._learn(claimed, await asyncio.to_thread(self._claims.objections, claimed))

    def forget(self, one: Delivery) -> None:
        """It is out of our hands."""
        self._asked.discard(one.id)
        self._against.pop(one.id, None)

    def _is_known(self, one: Delivery) -> bool:
        return self._pulse is not None and one.id in self._asked and self._beat(self._pulse) == self._seen

    def _beat(self, pulse: Callable[[], int]) -> int:
        """The pulse, felt once in a turn of the event loop: less than a millisecond."""
        if self._felt is None:
            self._felt = pulse()
            asyncio.get_running_loop().call_soon(self._turn)
        return self._felt

    def _turn(self) -> None:
        self._felt = None

    async def _look(self, asking: Sequence[Delivery], pulse: Callable[[], int]) -> None:
        async with self._looking:
            before = pulse()
            anew = before != self._seen
            # What one connection has popped and not taken yet is in no list but its own.
            every = {one.id: one for one in (*self._waiting(), *asking) if anew or one.id not in self._asked}
            if not every:
                return
            against = await asyncio.to_thread(self._claims.objections, list(every.values()))
            if anew:
                self._asked, self._against, self._seen = set(), {}, before
            self._learn(list(every.values()), against)

    def _learn(self, asked: Sequence[Delivery], against: Mapping[int, DeliveryState]) -> None:
        for one in asked:
            self._asked.add(one.id)
            self._against.pop(one.id, None)
        self._against |= against
