"""What this process knows of its own alarm clock: whether it rings here, and when each tick last went well."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from feeds.clock import Clock


@dataclass
class Rhythm:
    """Hears of every tick. `rings` says whether the schedule is this process's now."""

    clock: Clock
    rings: Callable[[], bool] = lambda: False
    last: dict[str, datetime] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)

    def tell(self, tick: str, well: bool) -> None:
        """A tick has ended."""
        if well:
            self.last[tick] = self.clock()
        else:
            self.failed[tick] += 1
