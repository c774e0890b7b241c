"""What is remembered of an exported article: what it decides about which documents show it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from feeds.addresses import media_path, smaller_name
from feeds.model import Article, Newsroom
from feeds.months import Month
from feeds.scope import Scope

LONGEST_NAME = 240
"""File systems hold names of 255 bytes; endings and encodings take some."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Where an article is filed, and the months (`2026-05`) whose archives a change of it touches."""

    division: str
    board: str | None
    topics: tuple[str, ...]
    language: str
    months: tuple[str, ...]

    def may_show(self, scope: Scope, newsroom: Newsroom) -> bool:
        """Whether a scope's documents may show it. Of words nothing is known here: they may always."""
        return (
            (not scope.divisions or not set(scope.divisions).isdisjoint(newsroom.lineage(self.division)))
            and (not scope.topics or not set(scope.topics).isdisjoint(self.topics))
            and (not scope.boards or self.board in scope.boards)
            and (scope.language is None or scope.language == self.language)
        )


def filed(article: Article, zone: ZoneInfo, corrected: Sequence[datetime]) -> Filed:
    """What is remembered of an article: also the months in which it was `corrected`, whose archives hold it, and that
    of its last change, to which its feed leads."""
    instants = [at for at in (article.published_at, article.updated_at, *corrected) if at is not None]
    return Filed(
        division=article.division or "",
        board=article.board,
        topics=article.topics,
        language=article.content.language,
        months=tuple(sorted({str(Month.of(at, zone)) for at in instants})),
    )


def media_of(article: Article, widths: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """The files that an article shows: the path below the site, and the name under which the file is kept.

    `widths` are those of the smaller pictures, by the name of the picture. A file to download lies once more under the
    name that readers see, unless no file can be called so, or that name says that it is something else.
    """
    found: dict[str, str] = {}
    for picture in article.content.pictures:
        if picture.media:
            names = [picture.media, *(smaller_name(picture.media, width) for width in widths.get(picture.media, ()))]
            found |= {media_path(name).removeprefix("/"): name for name in names}
    for attachment in article.content.attachments:
        if attachment.media:
            kept, name = attachment.media, attachment.name.replace("/", "_")
            found[media_path(kept).removeprefix("/")] = kept
            if name.lower().endswith("." + kept.rpartition(".")[2]) and len(name.encode()) <= LONGEST_NAME:
                found[f"files/{kept}/{name}"] = kept
    return found
