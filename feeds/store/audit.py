"""The audit log: who did what and when, written in the transaction that does it. Rows are added and never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select

from feeds.staff import CLOCK
from feeds.store.database import Session
from feeds.store.staff_tables import audit
from feeds.store.tables import article


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done. `subject` is what it was done to besides an article."""

    id: int
    at: datetime
    actor: str
    action: str
    article_id: int | None
    subject: str | None
    details: Mapping[str, object]


def record(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    article_id: int | None = None,
    subject: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Write that somebody did something. Never pass a password, a token or a subscriber's address."""
    values = {"at": at, "actor": actor, "action": action, "article_id": article_id}
    session.execute(
        insert(audit).values(**values, subject=subject[:200] if subject else None, details=dict(details or {}))
    )


def record_failure(session: Session, *, at: datetime, action: str, article_id: int, error: Exception) -> None:
    """Write that what should have happened to an article by itself did not, for an editor to look why."""
    details = {"cause": f"{type(error).__name__}: {error}"[:200]}
    record(session, at=at, actor=CLOCK, action=action, article_id=article_id, details=details)


def entries(
    session: Session,
    *,
    actor: str | None = None,
    article_id: int | None = None,
    action: str | None = None,
    before: int | None = None,
    limit: int = 50,
    reader: str | None = None,
    divisions: Sequence[str] = (),
) -> Sequence[Entry]:
    """The latest entries first: of one actor, of one article, of one action, before the entry of this id.

    With a `reader` only what that person did, what was done to them, and what happened to articles of these divisions.
    """
    wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
    given = {audit.c.actor: actor, audit.c.article_id: article_id, audit.c.action: action}
    for column, value in given.items():
        if value is not None:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(audit.c.id < before)
    if reader is not None:
        theirs = select(article.c.id).where(article.c.division.in_(list(divisions)))
        wanted = wanted.where(or_(audit.c.actor == reader, audit.c.subject == reader, audit.c.article_id.in_(theirs)))
    return [Entry(**row._mapping) for row in session.execute(wanted)]


def actors(session: Session) -> Sequence[str]:
    """Everybody who is named as having done something, in order of their names."""
    return tuple(session.execute(select(audit.c.actor).distinct().order_by(audit.c.actor)).scalars())


def actions(session: Session) -> Sequence[str]:
    """Every kind of thing that was done."""
    return tuple(session.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars())
