"""One run of a digest: the window that it tells of, and what makes the mails of two people the same. Pure."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from feeds.model import Article, Topic
from notifier.collected import Collected
from notifier.matching import Plan
from notifier.windows import Slot


@dataclass(frozen=True, slots=True)
class Edition:
    """One run's frozen window: from the run before it to its own cut-off, and when each change in it was made."""

    slot: Slot
    from_at: datetime
    cut_at: datetime
    happened: dict[int, datetime]
    articles: dict[int, Article]
    vocabulary: dict[str, Topic]

    def key(self, plan: Plan, language: str) -> str:
        """What makes two people's digests the same: slot, language, and the items with their headings."""
        content: Sequence[object] = [
            self.span(plan)[0].isoformat(),
            *([item.article_id, item.revision, item.under, item.also_in, item.corrected] for item in plan.items),
        ]
        digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
        return f"digest:{self.slot.cadence}:{self.slot.name}:{self.slot.local_on}:{language}:{digest}"

    def collected(self, plan: Plan) -> Collected:
        """What the mail of a plan is made from, as it is kept."""
        return Collected(self.slot.cadence, self.span(plan), plan.items)

    def span(self, plan: Plan) -> tuple[date, date]:
        """From which local day to which it collects for these people; longer for who came from a later hour."""
        first = min(self.from_at, *(self.happened[number] for number, _, _ in plan.changes))
        zone = self.slot.zone
        return first.astimezone(zone).date(), self.cut_at.astimezone(zone).date()
