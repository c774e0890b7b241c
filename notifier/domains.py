"""How fast the mail of each domain may go: as fast as it can until the domain asks for less, then by a token a message.

A domain that has asked for less has its rate halved, and each message that it takes raises it again; after a while
without another such answer it is as free as any other. Whoever finds no token is given back until there is one: the
mail of other domains goes on (F22, F24).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_RATE, LEAST_RATE = 4.0, 0.1
"""Messages a second after the first request for less, and at least."""
_GROWTH = 1.05
_STRIKES = 3
"""So many such answers with few acceptances between them: one person's full mailbox slows nobody down."""
_FORGIVEN = 0.25
_MEMORY = timedelta(minutes=10)
_FURTHEST = timedelta(minutes=10)
"""No token is given for later than this: by then the rate is another one."""


@dataclass(slots=True)
class _Domain:
    strikes: float = 0.0
    rate: float | None = None
    next_token: datetime | None = None
    asked_at: datetime | None = None


class Domains:
    """What the answers of one sender's run have told of the domains."""

    def __init__(self) -> None:
        """Nothing is known yet: every domain is free."""
        self._known: dict[str, _Domain] = {}

    def took(self, name: str) -> None:
        """A message to it was accepted."""
        known = self._known.get(name)
        if known is None:
            return
        known.strikes = max(0.0, known.strikes - _FORGIVEN)
        if known.rate is not None:
            known.rate *= _GROWTH

    def asked_for_less(self, name: str, now: datetime) -> None:
        """It said that it gets too much."""
        known = self._known.setdefault(name, _Domain())
        known.strikes += 1
        if known.strikes >= _STRIKES:
            known.strikes = 0.0
            known.rate = max(LEAST_RATE, known.rate / 2) if known.rate else FIRST_RATE
            known.asked_at = now

    def token(self, name: str, now: datetime) -> datetime | None:
        """When the next message to it may go; None where that is now."""
        known = self._known.get(name)
        if known is None or known.rate is None or known.asked_at is None:
            return None
        if now - known.asked_at > _MEMORY:
            del self._known[name]
            return None
        at = max(now, known.next_token or now)
        if at - now >= _FURTHEST:
            return now + _FURTHEST
        known.next_token = at + timedelta(seconds=1 / known.rate)
        return at if at > now else None
