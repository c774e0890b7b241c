"""Subscriptions as the residents' pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from notifier.following import Following
from notifier.model import Cadence, Subscription


@dataclass(frozen=True, slots=True)
class Followed:
    """A subscription as the pages show it; no names means every release."""

    id: int
    scope_label: list[str]
    cadence: Cadence
    article: int | None = None
    """The one article that is followed for its corrections, where it is that."""


def shown(
    following: Following, live: Sequence[Subscription], language: str, *, words: str | None = None
) -> list[Followed]:
    """Subscriptions as the pages show them, in the order they were made.

    `words` is said in the place of what somebody searches for: their page may have come to somebody else.
    """
    return [
        Followed(one.id, following.labels(one.scope, language, words=words), one.cadence, one.scope.article)
        for one in live
    ]
