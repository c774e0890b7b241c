"""Divisions that were closed: nothing new is issued by one, and whoever tries is told who goes on with its work. Pure.

What is public stays under the division that issued it, and can be corrected there. What is scheduled comes out at its
hour as was decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from feeds.errors import NotFound
from feeds.model import Article, Division, Newsroom
from feeds.readiness import Lack, lacking
from feeds.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Lack):
    """What an article lacks whose division was closed: one that issues releases, such as the one that goes on with
    its work, if any does."""

    division: Division
    successor: Division | None

    @property
    def field(self) -> str:
        """Where another is chosen."""
        return "division"

    @property
    def values(self) -> Mapping[str, object]:
        """What its sentence names, as programs know it: slugs, and a day as in ISO 8601."""
        return self._named(self.division.slug, self.successor.slug if self.successor else "")

    def said(self, words: Words) -> str:
        """It as a sentence, with the names that people know."""
        successor = self.successor.name(words.language) if self.successor else ""
        return words(self.word, **self._named(self.division.name(words.language), successor))

    def _named(self, division: str, successor: str) -> Mapping[str, object]:
        day = self.division.retired.isoformat() if self.division.retired else ""
        return {"name": division, "day": day, "successor": successor}


class DivisionClosed(NotFound):
    """A division that issues nothing more; `lack` says since when, and who goes on with its work."""

    def __init__(self, lack: Closed) -> None:
        super().__init__("division", lack.division.slug)
        self.lack = lack

    def __str__(self) -> str:
        """It in one sentence."""
        who = f"file it under {self.lack.successor.slug}" if self.lack.successor else "no other goes on with its work"
        return f"the division {self.name} was closed on {self.lack.division.retired}: {who}"


def closed(slug: str | None, newsroom: Newsroom) -> Closed | None:
    """That the division of this slug was closed; None where it was not, or there is none."""
    division = newsroom.division(slug) if slug else None
    if division is None or division.retired is None:
        return None
    successor = newsroom.current(division.slug)
    if successor is None or successor.retired is not None:
        return Closed("ready.closed", division=division, successor=None)
    return Closed("ready.merged", division=division, successor=successor)


def lacking_of(article: Article, newsroom: Newsroom) -> tuple[Lack, ...]:
    """What a draft lacks before it may be public here: what its text does, and a division that issues releases."""
    lack = closed(article.division, newsroom)
    return (*lacking(article.content), *([lack] if lack else []))
