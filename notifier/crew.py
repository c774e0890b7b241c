"""How many connections are open to the mail server: one at first, twice as many each time it has taken them all, and no
more than it has let us have."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_CAUTIOUS_SECONDS = 60.0
"""For how long a server that refused a connection is not asked for more than it let us have."""


@dataclass(slots=True)
class Width:
    """What a mail server was found to take, kept from one run to the next."""

    most: int
    now: int = 1
    cautious_until: float = 0.0
    """By the clock of the event loop, which counts on from one run to the next."""


class Crew:
    """Connections at work side by side, each until there is nothing left for it."""

    def __init__(self, width: Width) -> None:
        """`width` is what is known of the server, and learns more."""
        self._width = width
        self._at_work: set[asyncio.Task[None]] = set()
        self._lines: dict[asyncio.Task[None] | None, Callable[[], None]] = {}
        self._over = False
        self._known = False  # whether the server lets us in today: one connection finds out for all (F37)
        self._wider = asyncio.Event()

    @property
    def _open(self) -> int:
        return len(self._lines)

    def opened(self, drop: Callable[[], None]) -> None:
        """One more connection is open, which `drop` ends: where all that were asked for are, as many again may be."""
        self._lines[asyncio.current_task()] = drop
        self._known = True
        self._widen()
        self._wider.set()

    def closed(self) -> None:
        """An open connection is so no longer."""
        self._lines.pop(asyncio.current_task(), None)

    def give_up(self) -> None:
        """End every connection now, whatever its server owes us."""
        self._over = True
        for task in self._at_work:
            drop = self._lines.get(task)
            if drop is not None:
                drop()
            else:  # it is not open yet: nothing was handed over
                task.cancel()

    def refused(self) -> bool:
        """A connection was refused: whether others are open, which is all that there is to be had then (F34)."""
        if self._open:
            self._width.now = self._open
            self._width.cautious_until = asyncio.get_running_loop().time() + _CAUTIOUS_SECONDS
        return self._open > 0

    def _widen(self) -> None:
        width = self._width
        if self._open >= width.now and asyncio.get_running_loop().time() >= width.cautious_until:
            width.now = min(2 * width.now, width.most)

    async def run(self, work: Callable[[], Awaitable[None]], waiting: Callable[[], int]) -> list[BaseException]:
        """Work until nothing is `waiting` and nobody is at work any more; answers what went wrong.

        A connection's failure does not cut off the others, whose messages are on the wire.
        """
        failures: list[BaseException] = []
        while True:
            self._wider.clear()
            self._widen()
            most = self._width.now if self._known else 1
            while (
                not (failures or self._over)
                and len(self._at_work) < most
                and waiting() > len(self._at_work) - self._open
            ):
                self._at_work.add(asyncio.ensure_future(work()))
            if not self._at_work:
                return failures
            wider = asyncio.ensure_future(self._wider.wait())
            done, _ = await asyncio.wait(
                {*self._at_work, wider}, timeout=_CAUTIOUS_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            wider.cancel()
            for task in done & self._at_work:
                self._at_work.discard(task)
                error = None if task.cancelled() else task.exception()
                if error is not None:
                    failures.append(error)
