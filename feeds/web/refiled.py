"""What a release said of itself before and says now, as a page tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from feeds.history import Apart, Refiled
from feeds.model import Newsroom
from feeds.store import topics
from feeds.store.database import Session
from feeds.web.dates import day
from feeds.words import Words


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is said otherwise: what it is, and both values in words; empty where there was none."""

    label: str
    before: str
    after: str


def told(apart: Apart, newsroom: Newsroom, words: Words, names: Mapping[str, str]) -> list[Told]:
    """What is filed otherwise, in words of the reader's language; `names` are those of topics by slug.

    What readers see no difference in, for example one division under its old slug and its new one, is left out.
    """
    pairs = ((one.name, *_said(one, newsroom, words, names)) for one in apart.filed or ())
    return [Told(words(f"changes.filed.{name}"), before, after) for name, before, after in pairs if before != after]


def topic_names(session: Session, differences: Sequence[Apart], language: str) -> dict[str, str]:
    """The names of the topics that it takes to tell of these differences, by slug."""
    pairs = [one for apart in differences for one in apart.filed or () if one.name == "topics"]
    values = [value for one in pairs for value in (one.before, one.after)]
    slugs = {slug for value in values if isinstance(value, tuple) for slug in value}
    return {topic.slug: topic.name(language) for topic in topics.named(session, slugs)} if slugs else {}


def _said(one: Refiled, newsroom: Newsroom, words: Words, names: Mapping[str, str]) -> tuple[str, str]:
    before, after = (_value(one.name, value, newsroom, words, names) for value in (one.before, one.after))
    return before, after


def _value(
    name: str, value: str | date | tuple[str, ...] | None, newsroom: Newsroom, words: Words, names: Mapping[str, str]
) -> str:
    if isinstance(value, tuple):
        return ", ".join(names.get(slug, slug) for slug in value)
    if isinstance(value, date):
        return day(value, newsroom.city.zone, words.language).full
    if name == "licence":
        code = value or newsroom.city.licence
        key = f"feed.licence.{code}"
        return words(key) if key in words.sentences else code
    if value is None:
        return ""
    if name == "division":
        division = newsroom.division(value)
        return division.name(words.language) if division else value
    if name == "board":
        return next((board.name(words.language) for board in newsroom.city.boards if board.slug == value), value)
    return value
