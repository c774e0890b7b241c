"""Who reads which feed, as far as their programs say: counted while they ask, in the memory of this process. Pure.

An aggregator asks once for all who read with it, and says for how many in its User-Agent ("Feedly/1.0 (...; 42
subscribers)"). Everybody else is one reader for each address and program. Of addresses only a keyed hash is kept.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

A_DAY = 86_400
MOST = 50_000
"""How many askers are known at once; more are not counted, and the figures are then "at least"."""
AGENT_BYTES = 200
_A_MINUTE = 60
_SUBSCRIBERS = re.compile(r"\b(\d{1,9})\s+(?:subscribers?|readers?)\b", re.IGNORECASE)
_FEED_ID = re.compile(r"\bfeed-?id[:=]\s*(\w{1,40})", re.IGNORECASE)
_COMPATIBLE = re.compile(r"\(compatible;\s*([^;)/]+)", re.IGNORECASE)
_PRODUCT = re.compile(r"[^/(;]+")


@dataclass(frozen=True, slots=True)
class Reader:
    """Those who read a feed with one program within the last day."""

    name: str
    """The product its User-Agent begins with; empty where it sends none."""
    people: int
    """For how many it asks: subscribers where it says so, otherwise distinct addresses."""
    is_aggregator: bool
    """Whether the program said how many subscribers it asks for."""


class Readers:
    """Counts who asks for each feed, within a bounded memory."""

    def __init__(self, *, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        """Nobody has asked yet; `now` is a clock in seconds that never goes back."""
        self._most = most
        self._now = now
        self._seen: dict[tuple[int, bytes, int], float] = {}
        self._tidied = now()
        self.is_full = False
        """Whether somebody was not counted because too many were known already."""

    def saw(self, address: str, agent: bytes, client: str) -> None:
        """A client of this network address and User-Agent asked for the feed of this path and query."""
        key = (hash(address), agent[:AGENT_BYTES], hash(client))
        if key in self._seen or len(self._seen) < self._most or self._has_room():
            self._seen[key] = self._now()
        else:
            self.is_full = True

    def of(self, *addresses: str) -> tuple[Reader, ...]:
        """Who read these feeds (the formats of one scope) within the last day, the most people first."""
        since, asked = self._now() - A_DAY, set(map(hash, addresses))
        seen = sorted((at, agent, client) for (where, agent, client), at in list(self._seen.items()) if where in asked)
        clients: dict[str, set[int]] = {}
        told: dict[str, dict[str, int]] = {}
        for at, agent, client in seen:
            if at < since:
                continue
            text = agent.decode("latin-1")
            subscribers = _SUBSCRIBERS.search(text)
            if subscribers:
                feed = _FEED_ID.search(text)
                told.setdefault(product(text), {})[feed[1] if feed else ""] = int(subscribers[1])  # the latest counts
            else:
                clients.setdefault(product(text), set()).add(hash((agent, client)))
        found = [Reader(name, sum(counts.values()), True) for name, counts in told.items()]
        found += [Reader(name, len(some), False) for name, some in clients.items() if name not in told]
        return tuple(sorted(found, key=lambda one: (-one.people, one.name)))

    def _has_room(self) -> bool:
        """Forget, at most once a minute, who did not ask for a day; whether that helped."""
        now = self._now()
        if now - self._tidied >= _A_MINUTE:
            self._tidied = now
            self._seen = {key: at for key, at in self._seen.items() if at >= now - A_DAY}
            self.is_full = False
        return len(self._seen) < self._most


def product(agent: str) -> str:
    """What a User-Agent calls the program: `NetNewsWire` of `NetNewsWire/6.1 (...)`, and the robot of what claims to
    be a browser, as in `Mozilla/5.0 (compatible; theoldreader.com; 3 subscribers)`."""
    named = _COMPATIBLE.search(agent) or _PRODUCT.match(agent)
    if named is None:
        return ""
    name = named[named.lastindex or 0]
    name = re.split(r"\s-\s|\sfeed-?id", name, maxsplit=1, flags=re.IGNORECASE)[0]
    return "".join(letter for letter in name if letter.isprintable()).strip()[:60]
