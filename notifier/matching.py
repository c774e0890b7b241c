"""Who is told of what: pure. One person hears of an article once per run, under the first wish that asked for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from feeds.model import Article, Change, ChangeKind
from notifier.model import Subscription

EVERYTHING = ""
"""The heading of a wish for all releases; the others are headed by a division's slug."""


@dataclass(frozen=True, slots=True)
class News:
    """A change in the window, its article as it stands, and the division of the article with the bureaus above it."""

    change: Change
    article: Article
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One article of one person's digest: its heading, in which other wishes it is, and if it corrects a text told."""

    article_id: int
    revision: int
    under: str
    also_in: tuple[str, ...] = ()
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What one person is told: the items in order, and every change that this settles."""

    items: tuple[Item, ...]
    changes: tuple[tuple[int, int, int], ...]
    """(change number, article id, revision) of each change that is now told."""


def plan(
    subscriptions: Sequence[Subscription],
    news: Sequence[News],
    told: Mapping[int, int],
) -> Plan:
    """What to tell one person with these subscriptions of one cadence, given in the order they were made.

    `told` maps each article this person has heard of to the highest revision told. A text told is not repeated; its
    correction comes marked as one. Who has not heard of an article hears of its publication, never of a correction
    alone: an old release that is corrected is no news.
    """
    items: dict[int, Item] = {}
    settled: dict[int, tuple[int, int, int]] = {}
    for subscription in subscriptions:
        for one in news:
            article = one.article
            if one.change.number <= subscription.cursor or not _is_news(one.change, told.get(article.id)):
                continue
            if not subscription.scope.matches(article, one.lineage):
                continue
            settled[one.change.number] = (one.change.number, article.id, article.revision)
            heading = _heading(subscription, one.lineage)
            known = items.get(article.id)
            if known is None:
                items[article.id] = Item(article.id, article.revision, heading, corrected=article.id in told)
            elif heading != known.under and heading not in known.also_in:
                items[article.id] = Item(
                    known.article_id, known.revision, known.under, (*known.also_in, heading), known.corrected
                )
    order = _order(subscriptions, items.values(), news)
    return Plan(tuple(order), tuple(settled[number] for number in sorted(settled)))


def _is_news(change: Change, heard: int | None) -> bool:
    """Whether a change says something to a person who has heard of its article at this revision, or not at all."""
    return change.kind is ChangeKind.PUBLISHED if heard is None else change.revision > heard


def _heading(subscription: Subscription, lineage: Iterable[str]) -> str:
    """The division of the wish that the article falls under; the nearest one where several do."""
    return next((slug for slug in lineage if slug in subscription.scope.divisions), EVERYTHING)


def _order(subscriptions: Sequence[Subscription], items: Iterable[Item], news: Sequence[News]) -> list[Item]:
    """By heading in the order the wishes were made, and under each the newest first."""
    headings = [slug for wish in subscriptions for slug in (wish.scope.divisions or (EVERYTHING,))]
    headings.append(EVERYTHING)
    newest = {one.article.id: position for position, one in enumerate(news)}
    return sorted(items, key=lambda item: (headings.index(item.under), -newest[item.article_id]))
