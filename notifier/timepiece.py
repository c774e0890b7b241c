"""The machine's clock, looked at before anything is done by it. A shell.

By a clock that is far ahead, releases would come out before their hour, and consents, sign-ups and mails would be
over; by one that is far behind, nothing would. So nothing at all is done then, and sending is held until staff have
looked: what was planned last before the clock was right again may be wrong (F57).
"""

from dataclasses import dataclass, field

import structlog

from feeds.clock import Clock, absurd
from feeds.store.database import Database
from notifier.ledger import holds

log = structlog.get_logger()


@dataclass(slots=True)
class Timepiece:
    """One process's look at the clock."""

    database: Database
    clock: Clock
    _is_told: bool = field(default=False, init=False)

    def is_believed(self) -> bool:
        """Whether anything may be done by the clock; where not, sending is held, and the log says why, once."""
        now = self.clock()
        fault = absurd(now)
        if fault is not None and not self._is_told:
            log.error("clock.absurd", cause=f"{fault}. Nothing is published, planned or sent by it; sending is held")
            with self.database.write() as session:
                if holds.reason(session) is None:
                    holds.put(session, fault, now=now)
        self._is_told = fault is not None
        return fault is None
