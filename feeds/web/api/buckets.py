"""How much one caller may ask: token buckets, in the memory of this process. Pure; the time is passed."""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in each period of so many seconds; `name` is what the policy is called in headers."""

    name: str
    count: int
    seconds: int = 60

    @property
    def policy(self) -> str:
        """The rate as `RateLimit-Policy` writes it (draft-ietf-httpapi-ratelimit-headers, section 3)."""
        return f'"{self.name}";q={self.count};w={self.seconds}'


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left, and in how many seconds at most there is one more; `granted` is this request's answer."""

    rate: Rate
    granted: bool
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """What the caller is told; `Retry-After` too where the request is refused."""
        told = {
            "RateLimit-Policy": self.rate.policy,
            "RateLimit": f'"{self.rate.name}";r={self.remaining};t={self.reset}',
        }
        return told if self.granted else told | {"Retry-After": str(self.reset)}


class Buckets:
    """One bucket for each caller. Callers that were not heard of for longest are forgotten beyond `most`."""

    def __init__(self, rate: Rate, *, most: int = 10_000) -> None:
        """Every bucket begins full."""
        self.rate = rate
        self._most = most
        self._lock = threading.Lock()
        self._full_at: OrderedDict[object, float] = OrderedDict()

    def take(self, caller: object, now: float) -> Allowance:
        """Take one request out of the caller's bucket, if there is one. `now` is in seconds, of any clock."""
        return self._ask(caller, now, 1)

    def look(self, caller: object, now: float) -> Allowance:
        """Whether a request would be granted, and take nothing."""
        return self._ask(caller, now, 0)

    def _ask(self, caller: object, now: float, taken: int) -> Allowance:
        # A bucket is the instant at which it will be full again: every request moves that by one step.
        step = self.rate.seconds / self.rate.count
        with self._lock:
            full_at = min(max(self._full_at.get(caller, now), now), now + self.rate.seconds)
            left = math.floor((now + self.rate.seconds - full_at) / step + 1e-9)
            granted = left >= 1
            if granted and taken:
                full_at += step
                left -= 1
            if taken:
                self._full_at[caller] = full_at
                self._full_at.move_to_end(caller)
                if len(self._full_at) > self._most:
                    self._full_at.popitem(last=False)
        return Allowance(
            self.rate, granted, left, max(1, math.ceil(full_at - now - (self.rate.count - 1 - left) * step))
        )
