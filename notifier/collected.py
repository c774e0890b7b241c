"""What a digest was made from, as its mailing keeps it, and the items that this makes of today's articles. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from feeds.model import Article
from notifier.matching import Item
from notifier.messages import DigestItem
from notifier.model import Cadence


@dataclass(frozen=True, slots=True)
class Collected:
    """The cadence of a digest, the days of its window, and what it tells."""

    cadence: Cadence
    span: tuple[date, date]
    items: tuple[Item, ...]

    def to_document(self) -> dict[str, object]:
        """The form in which it is stored."""
        return {
            "cadence": str(self.cadence),
            "span": [day.isoformat() for day in self.span],
            "items": [asdict(item) for item in self.items],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Collected":
        """What `to_document` stored."""
        first, last = (date.fromisoformat(day) for day in document["span"])
        items = (
            Item(**(item | {name: tuple(item.get(name, ())) for name in ("also_in", "found")}))
            for item in document["items"]
        )
        return cls(Cadence(document["cadence"]), (first, last), tuple(items))

    def shown(self, articles: Mapping[int, Article], heading: Callable[[str], str]) -> list[DigestItem]:
        """Its items as these articles make them; those whose article is not given are left out.

        `heading` names what an item stands under.
        """
        named = {under: heading(under) for one in self.items for under in one.headings}
        known = ((item, articles[item.article_id]) for item in self.items if item.article_id in articles)
        return [_shown(item, article, named) for item, article in known]


def _shown(item: Item, article: Article, named: Mapping[str, str]) -> DigestItem:
    under = named[item.under]
    # Two wishes of one person may have become the same one since: a division was merged into the other.
    also_in = dict.fromkeys(named[one] for one in item.also_in)
    corrected_since = article.revision > item.revision and article.correction_note is not None
    return DigestItem(
        article=article,
        under=under,
        also_in=tuple(name for name in also_in if name != under),
        corrected=item.corrected or corrected_since,
        # What a text held that was corrected since is not said of another one.
        found=item.found if article.revision == item.revision else (),
    )
