"""In which order a feed shows its articles, and what a change does to it. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from feeds.grams import line
from feeds.model import Article, Newsroom, State
from feeds.scope import Scope

Placed = tuple[datetime, int]
"""When an article was published, corrected or withdrawn last, and its id. The latest stands first."""


def place(article: Article, *, gone_since: datetime) -> Placed | None:
    """The place of an article in the feeds that show it; None if none does.

    A withdrawn one is shown only if it was withdrawn after `gone_since`.
    """
    at = article.updated_at or article.published_at
    if at is None or not article.state.is_public or (article.state is State.WITHDRAWN and at <= gone_since):
        return None
    return at, article.id


def moved(order: Sequence[Placed], changed: Mapping[int, Placed | None], full: int) -> list[Placed] | None:
    """The order after some articles were given another place, or none; it holds the first `full` of all there are.

    None where that does not follow: one that was not in the order before would come up.
    """
    after = [one for one in order if one[1] not in changed] + [one for one in changed.values() if one]
    after = sorted(after, reverse=True)[:full]
    if len(order) < full:
        return after  # nothing was left out
    return after if len(after) == full and after[-1] >= order[-1] else None


def matcher(article: Article, lineage: tuple[str, ...]) -> Callable[[Scope], bool]:
    """Whether scopes match an article; `lineage` are the slugs of its division and of what is above it.

    Its text is taken apart once, and only if one asks for words.
    """
    lines: list[str] = []

    def matches(scope: Scope) -> bool:
        if scope.words and not lines:
            lines.append(line(article.content.texts))
        return scope.matches(article, lineage, lines[0] if lines else None)

    return matches


def touched(
    scopes: Collection[tuple[Scope, Sequence[int]]],
    articles: Iterable[Article],
    newsroom: Newsroom,
    *,
    gone_since: datetime,
) -> dict[Scope, dict[int, Placed | None]]:
    """The scopes that show one of these articles, or should, or show a twin of one; and where each article now stands
    in them. Given are scopes with the articles that each shows, by id."""
    found: dict[Scope, dict[int, Placed | None]] = {}
    for article in articles:
        matches = matcher(article, newsroom.lineage(article.division or ""))
        at = place(article, gone_since=gone_since)
        twins = [twin for _, twin in article.twins]
        for scope, ids in scopes:
            fits = at is not None and matches(scope)
            if fits or article.id in ids:
                found.setdefault(scope, {})[article.id] = at if fits else None
            elif any(twin in ids for twin in twins):
                found.setdefault(scope, {})
    return found
