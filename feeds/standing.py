"""How a feed stands on the shelf of one process, as staff are told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from feeds.packed import Document
from feeds.scope import Scope


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An article that a feed should show and does not, for it could not be rendered; `reason` None: not even read."""

    article_id: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a document in each encoding; `gzip` is None until somebody has asked for that."""

    identity: int
    gzip: int | None
    zstd: int

    @classmethod
    def of(cls, document: Document) -> "Size":
        """What a document takes."""
        packed = document.packed
        return cls(packed.length, len(packed.gzip) if packed.has_gzip else None, len(packed.zstd))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A feed as it stands: when it was made last and of how much, and what is missing from it."""

    scope: Scope
    built_at: datetime
    entries: int
    left_out: tuple[LeftOut, ...]
    sizes: Mapping[str, Size]
    """By format, of those that somebody asked for."""
