"""One question for many who ask at the same time, and each gets their own answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Said = TypeVar("Said")


class Together(Generic[Asked, Said]):
    """Puts what several tasks ask into one call, made in a thread: whoever asks while a call is under way is in the
    next. So a transaction serves as many connections as wait for it, and nobody waits for a timer."""

    def __init__(self, ask: Callable[[Sequence[Asked]], Mapping[int, Said]], key: Callable[[Asked], int]) -> None:
        """`ask` answers by key; of what it does not name the answer is None. What it raises, all who asked are told."""
        self._ask = ask
        self._key = key
        self._waiting: list[tuple[Asked, asyncio.Future[Said | None]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, one: Asked) -> Said | None:
        """The answer to this one."""
        answer: asyncio.Future[Said | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._all())
        return await answer

    async def _all(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                said = await asyncio.to_thread(self._ask, [one for one, _ in together])
            except Exception as error:
                for _, answer in together:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for one, answer in together:
                if not answer.done():
                    answer.set_result(said.get(self._key(one)))
