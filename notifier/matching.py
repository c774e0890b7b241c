"""Who is told of what: pure. One person hears of an article once per run, under the first wish that asked for it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from feeds.found import Found
from feeds.lineup import matcher
from feeds.model import Article, Change, ChangeKind
from feeds.scope import Scope
from notifier.model import Subscription

EVERYTHING = ""
"""The heading of a wish for all releases. One for divisions alone is headed by a division's slug, any other by itself:
its scope in canonical form, which no slug can be."""


@dataclass(frozen=True, slots=True)
class News:
    """A change in the window, its article as it stands, and the division of the article with the bureaus above it.

    An article that was corrected since is also asked about as it was published, or before the correction.
    """

    change: Change
    article: Article
    lineage: tuple[str, ...]
    ask: Callable[[Article, tuple[str, ...]], Callable[[Scope], bool]] = field(
        default=matcher, repr=False, compare=False
    )
    as_told: Article | None = None
    """Its text of then, where it is another one now."""
    is_in: Callable[[Scope], bool] = field(init=False, repr=False, compare=False)
    """Whether a scope holds the article."""
    found: Callable[[str], tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """By which words of the article what a scope says of words holds, as they stand in it."""

    def __post_init__(self) -> None:
        """Everybody who follows words asks about the same text: it is taken apart once."""
        texts = (self.article, self.as_told) if self.as_told else (self.article,)
        held = [self.ask(one, self.lineage) for one in texts]
        object.__setattr__(self, "is_in", lambda scope: any(holds(scope) for holds in held))
        object.__setattr__(self, "found", Found(self.article.content.texts).of)


@dataclass(frozen=True, slots=True)
class Item:
    """One article of one person's digest: its heading, in which other wishes it is, and if it corrects a text told."""

    article_id: int
    revision: int
    under: str
    also_in: tuple[str, ...] = ()
    corrected: bool = False
    found: tuple[str, ...] = ()
    """The words by which it is what was asked for, as they stand in this revision."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that would hold it, the one under which it stands first."""
        return (self.under, *self.also_in)


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
    rested: Sequence[range] = (),
    kept: Collection[int] = (),
) -> Plan:
    """What to tell one person with these subscriptions of one cadence, given in the order they were made.

    `told` maps each article this person has heard of to the highest revision told. A text told is not repeated; its
    correction comes marked as one. Who has not heard of an article hears of its publication, never of a correction
    alone: an old release that is corrected is no news. Who follows that one article does. Of the changes `rested`
    nothing is told: they happened in pauses of which nothing was wanted afterwards. Of those `kept` everything is told
    whatever had its turn: nobody alerted the person of them, for it had been enough.
    """
    items: dict[int, Item] = {}
    settled: dict[int, tuple[int, int, int]] = {}
    for subscription in subscriptions:
        for one in news:
            article = one.article
            heard = told.get(article.id)
            if heard is None and subscription.scope.article is not None:
                heard = 0  # the page was read: its corrections are what is asked for
            is_due = one.change.number > subscription.cursor or one.change.number in kept
            if not is_due or not _is_news(one.change, heard):
                continue
            if any(one.change.number in pause for pause in rested) or not one.is_in(subscription.scope):
                continue
            settled[one.change.number] = (one.change.number, article.id, article.revision)
            heading = _heading(subscription.scope, one.lineage)
            found = one.found(subscription.scope.words)
            known = items.get(article.id)
            if known is None:
                corrected = heard is not None
                items[article.id] = Item(article.id, article.revision, heading, corrected=corrected, found=found)
            elif heading not in known.headings:
                together = tuple(dict.fromkeys((*known.found, *found)))
                items[article.id] = replace(known, also_in=(*known.also_in, heading), found=together)
    order = _order(subscriptions, items.values(), news)
    return Plan(tuple(order), tuple(settled[number] for number in sorted(settled)))


def _is_news(change: Change, heard: int | None) -> bool:
    """Whether a change says something to a person who has heard of its article at this revision, or not at all."""
    return change.kind is ChangeKind.PUBLISHED if heard is None else change.revision > heard


def _heading(scope: Scope, lineage: Iterable[str]) -> str:
    """The division of the wish that the article falls under, the nearest one where several do; or the wish itself."""
    return next((slug for slug in lineage if slug in _headings(scope)), _headings(scope)[0])


def _headings(scope: Scope) -> tuple[str, ...]:
    if scope.topics or scope.boards or scope.words or scope.article is not None:
        return (str(scope),)
    return scope.divisions or (EVERYTHING,)


def _order(subscriptions: Sequence[Subscription], items: Iterable[Item], news: Sequence[News]) -> list[Item]:
    """By heading in the order the wishes were made, and under each the newest first."""
    headings = [heading for wish in subscriptions for heading in _headings(wish.scope)]
    newest = {one.article.id: position for position, one in enumerate(news)}
    return sorted(items, key=lambda item: (headings.index(item.under), -newest[item.article_id]))
