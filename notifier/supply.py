"""What a sender has claimed and no connection has taken yet: filled again before it is empty.

A set is about a second's work, whatever the mail server's pace: what becomes urgent waits for no more than that (F66),
and a killed process holds no more than that until its lease is over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from notifier.model import Delivery

FIRST, LEAST, MOST = 50, 10, 500
"""How many are claimed at first, and at least and at most at once later."""
_SECONDS = 1.0


class Supply:
    """Claimed deliveries in their order, claimed ahead."""

    def __init__(self, claim: Callable[[int], Awaitable[Sequence[Delivery] | None]]) -> None:
        """`claim` takes up to so many more that may go out now; None where nothing is due any more."""
        self._claim = claim
        self._queue: list[Delivery] = []  # the next one last
        self._size = FIRST
        self._claimed_at: float | None = None
        self._claiming: asyncio.Task[None] | None = None
        self._exhausted = False

    def __len__(self) -> int:
        """How many wait in it."""
        return len(self._queue)

    @property
    def waiting(self) -> Sequence[Delivery]:
        """What nobody has taken."""
        return self._queue

    @property
    def is_over(self) -> bool:
        """Whether nothing is left, here or in the ledger."""
        return self._exhausted and not self._queue

    def fill(self, first: Sequence[Delivery]) -> None:
        """Begin with what is claimed already."""
        self._queue[:0] = reversed(first)

    def put_back(self, one: Delivery) -> None:
        """It was taken, and nothing of it was sent: it is the next one again."""
        self._queue.append(one)

    def at_hand(self) -> Delivery | None:
        """The next one of those that are claimed; more are claimed in time."""
        if not self._exhausted and self._claiming is None and len(self._queue) <= self._size // 2:
            self._claiming = asyncio.create_task(self._more())
        return self._queue.pop() if self._queue else None

    async def take(self) -> Delivery | None:
        """The next one; None if there is none."""
        while True:
            one = self.at_hand()
            if one is not None:
                return one
            if self._claiming is None:
                return None
            await asyncio.shield(self._claiming)

    @property
    def failure(self) -> BaseException | None:
        """Why no more could be claimed, once closed."""
        return self._claiming.exception() if self._claiming is not None else None

    async def close(self) -> Sequence[Delivery]:
        """What nobody has taken, when nothing more is being claimed."""
        self._exhausted = True
        if self._claiming is not None:
            await asyncio.wait([self._claiming])
        return self._queue

    async def _more(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._claimed_at is not None:
            wanted = int(self._size * _SECONDS / max(now - self._claimed_at, 0.001))
            self._size = max(LEAST, min(wanted, 2 * self._size, MOST))
        self._claimed_at = now
        try:
            claimed = await self._claim(self._size)
        except BaseException:
            self._exhausted = True
            raise
        if claimed is None:
            self._exhausted = True
        else:
            self.fill(claimed)
        self._claiming = None
