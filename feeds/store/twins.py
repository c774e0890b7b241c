"""Twins: one release in several languages, linked both ways. A family shares the id of its first article."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from feeds.errors import Conflict
from feeds.model import ChangeKind, State
from feeds.store import changes
from feeds.store.database import Session
from feeds.store.reading import get
from feeds.store.tables import article


def link(session: Session, first: int, second: int, *, now: datetime) -> None:
    """Say that two articles are one release in two languages, and with them the twins that either has.

    Conflict where two of them would be in one language.
    """
    changes.take_turn(session)
    family = {one: language for of in (first, second) for language, one in _family(session, of)}
    if len(set(family.values())) < len(family):
        raise Conflict("two articles of one language cannot be twins: a release has one article in each language")
    _set_group(session, family, min(family))
    _tell(session, family, now)


def unlink(session: Session, article_id: int, *, now: datetime) -> None:
    """Take an article out of its family of twins."""
    changes.take_turn(session)
    rest = {one: language for language, one in _family(session, article_id) if one != article_id}
    if not rest:
        return
    _set_group(session, (article_id,), None)
    _set_group(session, rest, min(rest) if len(rest) > 1 else None)
    _tell(session, (article_id, *rest), now)


def _family(session: Session, article_id: int) -> list[tuple[str, int]]:
    found = get(session, article_id)
    return [(found.content.language, found.id), *found.twins]


def _tell(session: Session, ids: Iterable[int], now: datetime) -> None:
    """Write in the log that what shows these articles is another now, for pages and feeds name the twins.

    A draft is named by none: where only one of them is public nothing has changed that a reader could see, and no tag
    or date of a feed may tell that there is something to come.
    """
    public = [found for one in sorted(ids) if (found := get(session, one)).state is State.PUBLISHED]
    for found in public if len(public) > 1 else ():
        kind = ChangeKind.EDITED
        changes.record(session, article_id=found.id, revision=found.revision, kind=kind, at=now, quiet=True)


def _set_group(session: Session, ids: Iterable[int], group: int | None) -> None:
    # No version moves: an edit and a request for approval are about the text, which this does not touch, and readers
    # would see by it that a release has a twin to come.
    session.execute(update(article).where(article.c.id.in_(list(ids))).values(twin_group=group))
