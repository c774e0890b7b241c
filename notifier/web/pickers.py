"""What the form for a wish shows to choose from, and what a wish would bring. A shell over `Following`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from feeds.grams import QUERY_CHARACTERS
from feeds.model import Division, Newsroom
from feeds.naming import tongue, wish_rows
from feeds.web import views
from feeds.web.chrome import Chrome
from feeds.web.guards import WITH_SCRIPT
from feeds.words import Words
from notifier import timing
from notifier.following import Following
from notifier.model import Cadence, Timing
from notifier.web.wish import Offer, Wish
from notifier.windows import mails_a_week

FINDING = {"Content-Security-Policy": WITH_SCRIPT}
"""The policy of a page whose divisions a script finds while somebody types; without it a button does."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What somebody would get: the last releases, and about how many mails a week; 0 is fewer than one."""

    items: Sequence[views.Item]
    weekly: int


def picking(wish: Wish, offer: Offer, chrome: Chrome, words: Words) -> dict[str, Any]:
    """What the pickers' templates name."""
    newsroom = chrome.newsroom
    return {
        "form": wish,
        "chosen": wish_rows(wish.scope, newsroom, words, {topic.slug: topic for topic in offer.topics}),
        "topics": offer.topics,
        "groups": found(views.by_bureau(newsroom), wish.find, wish.scope.divisions),
        "tongues": [(code, tongue(code, words)) for code in newsroom.city.languages],
        "longest": QUERY_CHARACTERS,
    }


def found(
    groups: Sequence[tuple[Division, Sequence[Division]]], looked_for: str, ticked: Collection[str]
) -> list[tuple[Division, list[Division]]]:
    """Of bureaus with their divisions, those with a part of a name in any language, and whatever is ticked.

    A bureau of that name is there with all its divisions.
    """
    part = looked_for.casefold()

    def has(division: Division) -> bool:
        return any(part in name.casefold() for name in division.names.values())

    kept = []
    for bureau, divisions in groups:
        some = [one for one in divisions if has(bureau) or has(one) or one.slug in ticked]
        if some or has(bureau) or bureau.slug in ticked:
            kept.append((bureau, some))
    return kept


def expected(wish: Wish, following: Following, newsroom: Newsroom, words: Words) -> Expected:
    """What a wish would have brought lately."""
    latest, published_at = following.expected(wish.scope)
    cadence = Cadence(wish.cadence) if wish.cadence in list(Cadence) else Cadence.DAILY
    zone = timing.zone_of(wish.timing or Timing(), newsroom)
    items = [views.item(article, newsroom, words) for article in latest]
    return Expected(items, mails_a_week(published_at, cadence, zone))
