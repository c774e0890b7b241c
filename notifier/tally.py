"""What a run of sending did: counted, and told in the log."""

import time
from collections import Counter
from dataclasses import dataclass, field

import structlog

from notifier.addresses import masked
from notifier.model import Delivery, DeliveryState, Kind

log = structlog.get_logger()
_SECONDS = 1.0
"""How long acceptances are gathered for one line: a worker writes down hundreds of sets a second."""


@dataclass(slots=True)
class DeliveryRun:
    """How many deliveries ended in which state, and why the server could not be used, if so."""

    states: Counter[DeliveryState] = field(default_factory=Counter)
    unavailable: str | None = None
    _untold: Counter[tuple[int, Kind]] = field(default_factory=Counter)
    _told_at: float = field(default_factory=time.monotonic)

    def settled(self, one: Delivery, state: DeliveryState) -> None:
        """This is written down. Each is told by itself, but what is accepted by its number."""
        self.states[state] += 1
        if state is DeliveryState.ACCEPTED:
            self._untold[one.mailing_id, one.kind] += 1
        else:
            log.info("delivery.settled", delivery=one.id, kind=one.kind, to=masked(one.address), state=state)
        if time.monotonic() >= self._told_at + _SECONDS:
            self.tell()

    def tell(self) -> None:
        """How many were accepted since this was told before."""
        untold, self._untold, self._told_at = self._untold, Counter(), time.monotonic()
        for (mailing, kind), number in untold.items():
            log.info("delivery.accepted", mailing=mailing, kind=kind, number=number)
