"""The alarm clock of one process among several: it rings in whichever has the duty, and in no other.

PostgreSQL holds the duty (`feeds.store.duty`). A process that has none asks for it twice a second, so that another goes
on within that when one ends; what the one before had begun is safe by its claims and its rows.
"""

import threading
from collections.abc import Callable

import structlog

from config.server import AlarmClock
from feeds.store.duty import Duty

log = structlog.get_logger()
SECONDS = 0.5


class Elected:
    """An alarm clock that runs only while this process has the duty."""

    def __init__(self, duty: Duty, make: Callable[[], AlarmClock], *, seconds: float = SECONDS) -> None:
        """`make` makes a clock for each time that the duty is this process's."""
        self._duty = duty
        self._make = make
        self._seconds = seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="duty", daemon=True)
        self._clock: AlarmClock | None = None

    @property
    def rings(self) -> bool:
        """Whether the schedule is this process's at the moment."""
        return self._clock is not None

    def start(self) -> None:
        """Begin to ask for the duty."""
        self._thread.start()

    def shutdown(self, wait: bool = True) -> None:
        """Ring no more, and let another have the duty when what is under way is finished."""
        self._ending.set()
        self._thread.join()
        self._stop(wait=wait)
        self._duty.give_up()

    def _watch(self) -> None:
        while True:
            has_it = self._duty.take()
            if has_it and self._clock is None:
                self._clock = self._make()
                self._clock.start()
                log.info("schedule.taken")
            elif not has_it and self._clock is not None:
                log.warning("schedule.lost")
                self._stop(wait=False)
            if self._ending.wait(self._seconds):
                return

    def _stop(self, *, wait: bool) -> None:
        clock, self._clock = self._clock, None
        if clock is not None:
            clock.shutdown(wait=wait)
