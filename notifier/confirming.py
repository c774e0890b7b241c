"""Answers that the database has taken and may not have on its disk yet: kept here until it has.

So each answer is in two places before the next message of its connection is written, here and in the memory of the
server, and either may be lost: what a killed process had told is in the server, and a server that starts anew is told
again.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from feeds.errors import StoreError
from notifier.ledger.deliveries import Outcome

log = structlog.get_logger()
_SECONDS = 0.25
"""How long answers are gathered that are confirmed together."""
_MOST = 1_000
"""How many may wait for that: beyond, nothing more is sent until the disk has caught up."""


class Confirming:
    """Those of one run."""

    def __init__(self, confirm: Callable[[Sequence[Outcome]], None]) -> None:
        """`confirm` returns when these are on the disk, whatever the server has forgotten meanwhile."""
        self._confirm = confirm
        self._unsure: list[Outcome] = []
        self._task: asyncio.Task[StoreError | None] | None = None

    async def add(self, outcome: Outcome) -> None:
        """One more that the database has taken. StoreError where too many cannot be confirmed."""
        self._unsure.append(outcome)
        self._begin(_SECONDS)
        while len(self._unsure) >= _MOST:
            await self._confirmed()

    async def close(self) -> None:
        """All are on the disk when this returns. StoreError if they cannot be."""
        while self._unsure:
            await self._confirmed()

    async def _confirmed(self) -> None:
        failure = await asyncio.shield(self._begin(0))
        if failure is not None:
            raise failure

    def _begin(self, pause: float) -> "asyncio.Task[StoreError | None]":
        if self._task is None:
            self._task = asyncio.create_task(self._once(pause))
        return self._task

    async def _once(self, pause: float) -> StoreError | None:
        await asyncio.sleep(pause)
        together = list(self._unsure)
        try:
            await asyncio.to_thread(self._confirm, together)
        except StoreError as error:
            log.warning("delivery.unconfirmed", cause=str(error), answers=len(together))
            return error
        finally:
            self._task = None
        del self._unsure[: len(together)]
        return None
