"""The change log: the one thing that connects. Numbers are in commit order and without gaps on both engines.

On PostgreSQL whoever writes a change holds an advisory lock until it commits, so no later number can become visible
before an earlier one; SQLite has one writer. "Everything after number N" is therefore complete.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, Select, func, insert, literal, null, select, text

from feeds.model import Change, ChangeKind
from feeds.store.database import Session
from feeds.store.schema import told
from feeds.store.sound import demand, kinds, sound
from feeds.store.tables import change

log = structlog.get_logger()
_KINDS = kinds(change)
_LOCK = 0x6369766963  # "civic"; one number that nothing else in this database locks


def take_turn(session: Session) -> None:
    """Wait until no other transaction is writing a change; held until this one ends."""
    if session.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def record(
    session: Session,
    *,
    article_id: int,
    revision: int,
    kind: ChangeKind,
    at: datetime,
    quiet: bool,
    filed_before: Mapping[str, object] | None = None,
) -> Change:
    """Write the next change, in the transaction that changes the article; `at` never goes back behind the last one."""
    take_turn(session)
    last = session.execute(select(told(change.c.at)).order_by(change.c.number.desc()).limit(1)).scalar()
    at = max(at, last) if last else at
    number = select(
        func.coalesce(func.max(change.c.number), 0) + 1,
        literal(article_id),
        literal(revision),
        literal(str(kind)),
        literal(at, change.c.at.type),
        literal(quiet),
        null() if filed_before is None else literal(dict(filed_before), change.c.filed_before.type),
    )
    columns = ["number", "article_id", "revision", "kind", "at", "quiet", "filed_before"]
    written = session.execute(insert(change).from_select(columns, number).returning(change)).one()
    return _change(written)


def record_published(session: Session, published: Sequence[tuple[int, bool]], *, at: datetime) -> list[int]:
    """Write the changes of several first revisions at once: (article id, whether it is quiet), in this order. Answers
    the numbers of those that people are mailed about."""
    if not published:
        return []
    take_turn(session)
    number = head(session)
    last = session.execute(select(told(change.c.at)).where(change.c.number == number)).scalar()
    common = {"revision": 1, "kind": ChangeKind.PUBLISHED, "at": max(at, last) if last else at}
    rows = [
        common | {"number": number + place, "article_id": article_id, "quiet": quiet}
        for place, (article_id, quiet) in enumerate(published, start=1)
    ]
    session.execute(insert(change), rows)
    return [number + place for place, (_, quiet) in enumerate(published, start=1) if not quiet]


def head(session: Session) -> int:
    """The number of the newest change; 0 while there is none."""
    number: int = session.execute(select(func.coalesce(func.max(change.c.number), 0))).scalar_one()
    return number


def window(session: Session, after: int, to: int) -> tuple[Change, ...]:
    """The changes numbered in (after, to], in order; without one whose row is damaged, which is logged."""
    wanted = select(change).where(change.c.number > after, change.c.number <= to).order_by(change.c.number)
    found = sound(session, wanted, _changes, key=change.c.number, alone=select(change), left_out=_left_out)
    return tuple(found)


def first_at(session: Session, at: datetime) -> int:
    """The number of the first change from an instant on; one more than the last where there is none.

    Numbers have no gaps and instants do not go back, so a few rows are looked at, however long the log is.
    """
    low, high = 1, head(session) + 1
    while low < high:
        middle = (low + high) // 2
        said = session.execute(select(told(change.c.at)).where(change.c.number == middle)).scalar()
        low, high = (low, middle) if said is not None and said >= at else (middle + 1, high)
    return low


def changed(session: Session, after: int, to: int) -> set[int]:
    """The articles of the changes numbered in (after, to], also where what else the log says of them is damaged."""
    wanted = select(change.c.article_id).where(change.c.number > after, change.c.number <= to)
    return set(session.execute(wanted.distinct()).scalars())


def after(session: Session, number: int) -> int | None:
    """The number of the first change after this one, damaged or not; or None."""
    first: int | None = session.execute(select(func.min(change.c.number)).where(change.c.number > number)).scalar_one()
    return first


def withdrawn_since(session: Session, since: datetime) -> tuple[Change, ...]:
    """The withdrawals from this instant on, in order."""
    # Instants do not go back in the log, so this reads its end alone.
    before = select(change.c.number).where(change.c.at < since).order_by(change.c.number.desc()).limit(1)
    wanted = select(change).where(
        change.c.number > func.coalesce(before.scalar_subquery(), 0), change.c.kind == ChangeKind.WITHDRAWN
    )
    return tuple(_change(row) for row in session.execute(wanted.order_by(change.c.number)))


def first_loud(session: Session, after: int, *, but: Collection[int]) -> int | None:
    """The first change after this one that people are mailed about, but for these; or None."""
    loud = select(func.min(change.c.number)).where(change.c.number > after, change.c.quiet.is_(False))
    first: int | None = session.execute(loud.where(change.c.number.not_in(list(but)))).scalar_one()
    return first


def end_of_quiet(session: Session, number: int) -> int:
    """The last of the changes in a row that nobody is mailed about, from the quiet one of this number on."""
    first = first_loud(session, number, but=())
    return head(session) if first is None else first - 1


def _left_out(number: int, error: Exception) -> None:
    log.error("change.left_out", change=number, cause=f"{type(error).__name__}: {error}")


def _changes(session: Session, wanted: Select[Any]) -> list[Change]:
    return [_change(row) for row in session.execute(wanted).all()]


def _change(row: Row[Any]) -> Change:
    values = dict(row._mapping)
    demand(values, _KINDS)
    values["kind"] = ChangeKind(values["kind"])
    return Change(**values)
