"""What the two engines of full-text search have in common: documents and questions, in tokens and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from feeds.query import Expression
from feeds.store.database import Session

_SLOT_SECONDS = 900
_SLOT = 1 << 24
HIDDEN = 1 << 60
"""Where the numbers of what is not public begin: above those of any instant."""
LOWEST = -HIDDEN


def slot(at: datetime) -> int:
    """The first number of the quarter of an hour that holds an instant; every local midnight begins one."""
    return int(at.timestamp() // _SLOT_SECONDS) * _SLOT


def slot_end(at: datetime) -> int:
    """The first number after those of everything published before an instant."""
    return -int(-at.timestamp() // _SLOT_SECONDS) * _SLOT


def number_of(article_id: int, published_at: datetime | None) -> int:
    """The number of an article's document: in the slot of its publication, or above all slots if it is not public.

    Two articles share a number only if 16,777,216 others were stored between them and both were published within the
    same quarter of an hour.
    """
    return HIDDEN + article_id if published_at is None else slot(published_at) + article_id % _SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is written of an article: its number, and the tokens of its title, its whole text, and its filters."""

    number: int
    article_id: int
    title: Sequence[str]
    words: Sequence[str]
    facets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A question: documents of which `wish` holds, whose titles hold `title`, and that hold one facet of each group;
    numbered from `low` to below `high`. The `limit` highest numbers are answered, the highest first."""

    wish: Expression | None = None
    title: Expression | None = None
    facets: tuple[tuple[str, ...], ...] = ()
    low: int = LOWEST
    high: int = HIDDEN
    limit: int


class Engine(Protocol):
    """What each engine does; all of it in the session's transaction."""

    def write(self, session: Session, documents: Sequence[Document]) -> None:
        """Keep documents, in place of what there was of their articles."""
        ...

    def move(self, session: Session, article_id: int, number: int, facets: tuple[str, ...]) -> None:
        """Give an article's document another number and other facets."""
        ...

    def forget(self, session: Session, article_id: int) -> None:
        """Destroy an article's document, if it has one."""
        ...

    def find(self, session: Session, sought: Sought) -> list[int]:
        """The ids of the articles found."""
        ...
