"""What two versions of a release say of it besides its text, where they differ. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feeds.model import Newsroom
from feeds.web.chrome import OWN_NAMES
from feeds.web.newsroom.typed import Typed
from feeds.words import Words


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, as a person reads it."""

    label: str
    theirs: str
    mine: str


def differences(
    theirs: Typed, mine: Typed, newsroom: Newsroom, words: Words, topics: Mapping[str, str]
) -> list[Difference]:
    """Everything that differs, in the order of the form; `topics` are names by slug."""
    pairs = zip(_said(theirs, newsroom, words, topics), _said(mine, newsroom, words, topics), strict=True)
    nothing = words("editor.conflict.nothing")
    return [
        Difference(label, before or nothing, after or nothing)
        for (label, before), (_, after) in pairs
        if before != after
    ]


def _said(typed: Typed, newsroom: Newsroom, words: Words, topics: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    division = newsroom.division(typed.division)
    board = next((one.name(words.language) for one in newsroom.city.boards if one.slug == typed.board), typed.board)
    yield words("editor.language"), OWN_NAMES.get(typed.language, typed.language)
    yield words("editor.division"), division.name(words.language) if division else typed.division
    yield words("editor.pictures"), " · ".join(one.caption or words("desk.picture") for one in typed.pictures)
    yield words("editor.files"), " · ".join(one.name for one in typed.files)
    yield words("editor.board"), board
    yield words("editor.topics"), ", ".join(topics.get(slug, slug) for slug in typed.topics)
    yield words("editor.telephone"), typed.telephone.strip()
    yield words("editor.registered_on"), typed.registered_on or ""
    yield words("tag.urgent"), words("editor.conflict.yes") if typed.urgent else ""
