"""What a mail server's answer means for a delivery, and when to try again: pure (RFC 5321, RFC 3463)."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.model import DeliveryState, Kind

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
OUTAGE_PAUSE = timedelta(seconds=30)
LIVES = {
    Kind.CONFIRMATION: timedelta(hours=24),
    Kind.WELCOME: timedelta(hours=48),
    Kind.MANAGE_LINK: timedelta(hours=24),
    Kind.ALERT: timedelta(hours=48),
    Kind.CORRECTION: timedelta(hours=48),
    Kind.WITHDRAWAL: timedelta(hours=48),
    Kind.DIGEST: timedelta(hours=48),
    Kind.RENEWAL: timedelta(hours=48),
    Kind.ADDRESS_CONFIRM: timedelta(hours=24),
    Kind.ADDRESS_CHANGED: timedelta(hours=48),
    Kind.EMBARGO: timedelta(hours=48),
    Kind.EMBARGO_NOTICE: timedelta(hours=48),
}
"""How long a delivery is tried, by kind; then it is expired, and staff see it."""


class Stage(StrEnum):
    """How far a transaction had come when its answer arrived."""

    RECIPIENT = "recipient"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer. `code` is 0 where the connection was lost; `stage` says how far the message had come."""

    code: int
    text: str
    stage: Stage = Stage.MESSAGE

    @property
    def enhanced(self) -> str:
        """The enhanced status code at the head of the text (RFC 2034), empty where there is none."""
        head = self.text.split(maxsplit=1)[0] if self.text.strip() else ""
        parts = head.split(".")
        return head if len(parts) == 3 and all(part.isdigit() for part in parts) else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The delivery's next state, and for a deferred one when to try again."""

    state: DeliveryState
    next_attempt_at: datetime | None = None


def verdict(
    reply: Reply, *, kind: Kind, attempts: int, repeats: int, created_at: datetime, now: datetime, jitter: random.Random
) -> Verdict:
    """What to do after an answer at the given attempt (1 for the first); `repeats` counts earlier lost answers."""
    if 200 <= reply.code < 300:
        return Verdict(DeliveryState.ACCEPTED)
    if reply.code == 0 and reply.stage is Stage.MESSAGE:
        # It may have arrived: once more under the same Message-ID, then we say that we do not know.
        return Verdict(DeliveryState.UNKNOWN) if repeats else _later(kind, attempts, created_at, now, jitter)
    if reply.code >= 500 and not is_our_fault(reply):
        return Verdict(DeliveryState.REJECTED)
    return _later(kind, attempts, created_at, now, jitter)


def is_our_fault(reply: Reply) -> bool:
    """Whether a refusal speaks of us (5.7.x: policy, authentication): no recipient may suffer for it."""
    return reply.code >= 500 and reply.enhanced.startswith("5.7.")


_LESS = ("4.3.2", "4.4.5", "4.5.3", "4.7.0", "4.7.1", "4.7.28")


def asks_for_less(reply: Reply) -> bool:
    """Whether an answer for now speaks of too much at once (RFC 3463: congestion, limits, policy), or is 421."""
    return reply.code == 421 or (400 <= reply.code < 500 and reply.enhanced in _LESS)


def _later(kind: Kind, attempts: int, created_at: datetime, now: datetime, jitter: random.Random) -> Verdict:
    if now - created_at >= LIVES[kind]:
        return Verdict(DeliveryState.EXPIRED)
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return Verdict(DeliveryState.DEFERRED, now + pause * jitter.uniform(0.8, 1.2))
