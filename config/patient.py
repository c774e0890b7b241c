"""A question that may take for ever, asked in a thread of its own; whoever asks waits for so long and no longer.

A database that is frozen answers no question and refuses none. It must not take a thread from everybody else for each
time that somebody asks how it is (F49).
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Patient(Generic[T]):
    """Asks at most one such question at a time, and keeps its answer for a while."""

    def __init__(self, ask: Callable[[], T], *, name: str, seconds: float, keeps: float = 0, rest: float = 0) -> None:
        """`ask` is called in a thread; an answer is waited for `seconds`, and given again for as long as it
        `keeps`, and at least for `rest` times as long as it took."""
        self._ask = ask
        self._name = name
        self._seconds = seconds
        self._keeps = keeps
        self._rest = rest
        self._took = 0.0
        self._asked: Future[T] | None = None
        self._asked_at = 0.0

    async def answer(self) -> T:
        """What the question is answered with. TimeoutError if it takes too long; what the question raises."""
        now = time.monotonic()
        kept = max(self._keeps, self._rest * self._took)
        if self._asked is None or (self._asked.done() and now - self._asked_at >= kept):
            self._asked, self._asked_at = Future(), now
            self._asked.set_running_or_notify_cancel()  # nobody who gives up takes it from the others
            threading.Thread(target=self._answer, args=(self._asked,), name=self._name, daemon=True).start()
        if self._asked.done():
            return self._asked.result()
        left = max(0.0, self._asked_at + self._seconds - now)
        return await asyncio.wait_for(asyncio.wrap_future(self._asked), left)

    def _answer(self, asked: Future[T]) -> None:
        began = time.monotonic()
        try:
            found = self._ask()
            self._took = time.monotonic() - began
            asked.set_result(found)
        except BaseException as error:  # it is whoever asks who has to hear of it
            asked.set_exception(error)
