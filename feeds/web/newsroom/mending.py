"""Where in the editor something can be written that a release lacks. Pure."""

from collections.abc import Iterable

from feeds.readiness import Lack
from feeds.web.newsroom.room import article_path
from feeds.words import Words

_ROWS = {"pictures": "picture", "attachments": "file"}


def field_of(lack: Lack) -> str:
    """The field of the editor's form for it: `picture-1-caption`."""
    kind, *rest = lack.field.split(".")
    return "-".join([_ROWS.get(kind, kind), *rest])


def to_mend(lacks: Iterable[Lack], article_id: int, words: Words) -> list[tuple[str, str]]:
    """What an article lacks: pairs of the address where it can be written, and the sentence."""
    return [(f"{article_path(article_id)}/edit#{field_of(lack)}", lack.said(words)) for lack in lacks]
