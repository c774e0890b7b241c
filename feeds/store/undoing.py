"""The window in which the mails of a release can still be undone: what waits in it, until when, and how it ends.

A change that people are mailed about waits for the newsroom's undo window before anybody is told of it by mail; pages
and feeds have it at once. What is published while a window is open leaves together with what opened it, so that one
person gets one mail of it, and each has had the whole of its own window by then: nothing waits for two of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from feeds.model import ChangeKind
from feeds.store import changes
from feeds.store.database import Session
from feeds.store.tables import article, change, undo_window


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """When a change has its turn to be mailed about: with all others of its `burst`, at an instant. `had`: it has."""

    change: int
    burst: int
    until: datetime
    had: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A release of which the mails are still to be planned: its title, and until when that can be undone."""

    article_id: int
    kind: ChangeKind
    at: datetime
    until: datetime


def begin(session: Session, numbers: Sequence[int], *, at: datetime, lasts: timedelta) -> None:
    """Let these changes, just written at an instant, wait for so long; or go ahead of what waits, where it is zero."""
    if not numbers:
        return
    waiting = [one for one in _rows(session) if one.settled_at is None]
    if not lasts:
        # With nothing before them they have their turn as they come.
        rows = [_row(number, number, at, at) for number in numbers] if waiting else []
    else:
        until = at + lasts
        open_now = [one for one in waiting if at < one.joined_until]
        burst = open_now[-1].burst if open_now else numbers[0]
        joined_until = open_now[-1].joined_until if open_now else until
        together = undo_window.c.burst == burst, undo_window.c.settled_at.is_(None)
        session.execute(update(undo_window).where(*together, undo_window.c.until < until).values(until=until))
        rows = [_row(number, burst, until, joined_until) for number in numbers]
    if rows:
        session.execute(insert(undo_window), rows)


def _row(number: int, burst: int, until: datetime, joined_until: datetime) -> dict[str, object]:
    return {"change_number": number, "burst": burst, "until": until, "joined_until": joined_until}


def turns(session: Session) -> Sequence[Turn]:
    """The changes that wait, and those that went ahead of them, in order of the log."""
    return [
        Turn(change=one.change_number, burst=one.burst, until=one.until, had=one.settled_at is not None)
        for one in _rows(session)
    ]


def settle(session: Session, numbers: Collection[int], *, now: datetime) -> None:
    """These changes have had their turn: it is too late to undo their mails."""
    of_these = undo_window.c.change_number.in_(list(numbers))
    session.execute(update(undo_window).where(of_these).values(settled_at=now))


def forget(session: Session, *, to: int) -> None:
    """Every change up to this one has had its turn in the order of the log too."""
    session.execute(delete(undo_window).where(undo_window.c.change_number <= to))


def last_free(session: Session) -> int:
    """The last change of the log before the first that waits: up to it everything may be told by mail."""
    wanted = select(func.min(undo_window.c.change_number)).where(undo_window.c.settled_at.is_(None))
    first: int | None = session.execute(wanted).scalar_one()
    return changes.head(session) if first is None else first - 1


def waiting(session: Session) -> Sequence[Waiting]:
    """What waits, in order of the log."""
    wanted = (
        select(change.c.article_id, change.c.kind, change.c.at, undo_window.c.until)
        .join(undo_window, undo_window.c.change_number == change.c.number)
        .where(undo_window.c.settled_at.is_(None))
        .order_by(change.c.number)
    )
    return [
        Waiting(article_id=row.article_id, kind=ChangeKind(row.kind), at=row.at, until=row.until)
        for row in session.execute(wanted)
    ]


def stop(session: Session, article_id: int) -> Sequence[ChangeKind]:
    """Nobody is mailed about what of an article still waits; answers what that was, nothing where it is too late.

    To be called where no other transaction plans mails: see `feeds.store.changes.take_turn`.
    """
    own = select(change.c.number, change.c.kind).where(change.c.article_id == article_id)
    waits = own.join(undo_window, undo_window.c.change_number == change.c.number)
    found = session.execute(waits.where(undo_window.c.settled_at.is_(None)).order_by(change.c.number)).all()
    numbers = [row.number for row in found]
    if numbers:
        session.execute(update(change).where(change.c.number.in_(numbers)).values(quiet=True))
        session.execute(delete(undo_window).where(undo_window.c.change_number.in_(numbers)))
    kinds = [ChangeKind(row.kind) for row in found]
    if ChangeKind.PUBLISHED in kinds:
        session.execute(update(article).where(article.c.id == article_id).values(mail=False))
    return kinds


def drop(session: Session, article_id: int) -> None:
    """What of an article still waits has nobody to tell any more: it was withdrawn."""
    own = select(change.c.number).where(change.c.article_id == article_id)
    waits = undo_window.c.settled_at.is_(None), undo_window.c.change_number.in_(own)
    session.execute(delete(undo_window).where(*waits))


def _rows(session: Session) -> Sequence[Row[Any]]:
    return session.execute(select(undo_window).order_by(undo_window.c.change_number)).all()
