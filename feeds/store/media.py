"""What is known of the pictures and files that we keep, and which of them readers may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, delete, exists, select, update

from feeds.model import ChangeKind, State
from feeds.store.database import Session, insert_once
from feeds.store.tables import article, attachment, change, media, picture

_PARTS = (picture, attachment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that we keep. `name` is the SHA-256 of its bytes with its extension; `length` in bytes; a picture has its
    size in pixels and the widths of the smaller ones made from it."""

    name: str
    media_type: str
    length: int
    width: int | None = None
    height: int | None = None
    variants: tuple[int, ...] = ()


def add(session: Session, kept: Kept, *, by: str, now: datetime) -> None:
    """Write a file down. One that is known already stays as it is, but counts as taken in now."""
    values = {
        "name": kept.name,
        "media_type": kept.media_type,
        "length": kept.length,
        "width": kept.width,
        "height": kept.height,
        "variants": list(kept.variants),
        "created_at": now,
        "created_by": by,
    }
    session.execute(insert_once(session, media).values(**values))
    session.execute(update(media).where(media.c.name == kept.name, media.c.created_at < now).values(created_at=now))


def find(session: Session, name: str) -> Kept | None:
    """The file of this name, or None."""
    row = session.execute(select(media).where(media.c.name == name)).first()
    if row is None:
        return None
    return _kept(row)


def known(session: Session, names: Iterable[str]) -> frozenset[str]:
    """Those of these names that are kept."""
    return frozenset(session.execute(select(media.c.name).where(media.c.name.in_(list(names)))).scalars())


def destroy_unused(session: Session, *, before: datetime, limit: int = 500) -> tuple[Kept, ...]:
    """Forget what was taken in before this instant and is in no revision of any article; answers what that was."""
    unused = media.c.created_at < before, *(~exists().where(part.c.media == media.c.name) for part in _PARTS)
    gone = tuple(_kept(row) for row in session.execute(select(media).where(*unused).limit(limit)))
    session.execute(delete(media).where(*unused, media.c.name.in_([one.name for one in gone])))
    return gone


def is_public(session: Session, name: str) -> bool:
    """Whether a published article shows this file as it stands: what a correction took out, readers see no more."""
    return any(session.execute(select(_shown(part, name))).scalar_one() for part in _PARTS)


def was_public(session: Session, name: str) -> bool:
    """Whether readers could see this file once: with a release as it was published, or as it stood after that."""
    return any(session.execute(select(_once_shown(part, name))).scalar_one() for part in _PARTS)


def _once_shown(part: Table, name: str) -> ColumnElement[bool]:
    since = and_(
        change.c.article_id == part.c.article_id,
        change.c.kind == ChangeKind.PUBLISHED,
        change.c.revision <= part.c.revision,
    )
    return exists(select(part.c.position).join(change, since).where(part.c.media == name))


def _shown(part: Table, name: str) -> ColumnElement[bool]:
    stands = and_(part.c.article_id == article.c.id, part.c.revision == article.c.revision)
    return exists(
        select(part.c.position).join(article, stands).where(part.c.media == name, article.c.state == State.PUBLISHED)
    )


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        name=row.name,
        media_type=row.media_type,
        length=row.length,
        width=row.width,
        height=row.height,
        variants=tuple(row.variants),
    )
