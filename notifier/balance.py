"""The balance of a mailing: whom it was planned for, and where each of them stands. Pure.

Audience = accepted + rejected + skipped + expired + pending + unknown. What came back was accepted before, and stands
beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from notifier.model import OPEN, DeliveryState

_TAKEN = (DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How many deliveries stand where. `accepted` counts those that bounced or were complained of afterwards."""

    audience: int
    accepted: int
    rejected: int
    skipped: Mapping[DeliveryState, int] = field(default_factory=dict)
    expired: int
    pending: int
    unknown: int
    bounced: int
    complained: int

    @classmethod
    def of(cls, states: Mapping[DeliveryState, int]) -> "Balance":
        """The balance of deliveries counted by state."""

        def count(wanted: Iterable[DeliveryState]) -> int:
            return sum(states.get(state, 0) for state in wanted)

        return cls(
            audience=sum(states.values()),
            accepted=count(_TAKEN),
            rejected=count([DeliveryState.REJECTED]),
            skipped={state: number for state, number in sorted(states.items()) if state.is_skipped and number},
            expired=count([DeliveryState.EXPIRED]),
            pending=count(OPEN),
            unknown=count([DeliveryState.UNKNOWN]),
            bounced=count([DeliveryState.BOUNCED]),
            complained=count([DeliveryState.COMPLAINED]),
        )

    @property
    def skipped_in_all(self) -> int:
        """How many were not sent after all, whatever the reason."""
        return sum(self.skipped.values())

    @property
    def adds_up(self) -> bool:
        """Whether everybody of the audience is accounted for, once."""
        parts = (self.accepted, self.rejected, self.skipped_in_all, self.expired, self.pending, self.unknown)
        return self.audience == sum(parts)

    def to_document(self) -> dict[str, object]:
        """As programs read it."""
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "skipped": {state.removeprefix("skipped_"): number for state, number in self.skipped.items()},
            "expired": self.expired,
            "pending": self.pending,
            "unknown": self.unknown,
            "bounced": self.bounced,
            "complained": self.complained,
        }
