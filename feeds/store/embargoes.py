"""Releases under embargo, and what happened to them: steps with numbers of their own, beside the public change log.

A number of the change log would tell everybody who reads it that something is going on. The steps are read by the
notifier alone, each once, in the order in which they were written.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from feeds.model import Article, State, Step, StepKind
from feeds.store import reading
from feeds.store.database import Session
from feeds.store.tables import article, embargo_step

_IS_UNDER = (article.c.state == State.SCHEDULED, article.c.embargoed.is_(True))


def release(session: Session, before: Article, *, until: datetime, now: datetime) -> None:
    """Let accredited journalists see an article that was just scheduled for `until`."""
    wanted = update(article).where(article.c.id == before.id, article.c.state == State.SCHEDULED)
    since = func.coalesce(article.c.embargoed_at, now)
    session.execute(wanted.values(embargoed=True, embargoed_at=since))
    record(session, before.id, before.revision, StepKind.RELEASED, at=now, until=until)


def record(
    session: Session,
    article_id: int,
    revision: int,
    kind: StepKind,
    *,
    at: datetime,
    until: datetime,
    before: datetime | None = None,
    change: int | None = None,
) -> None:
    """Write what happened, in the transaction in which it happens."""
    values = {"article_id": article_id, "revision": revision, "kind": kind, "at": at, "until": until}
    session.execute(insert(embargo_step).values(**values, said_before=before, change_number=change))


def end(session: Session, article_id: int, *, now: datetime) -> bool:
    """Note that an article leaves the schedule before its embargo was lifted; False if it is under none.

    Its row alone is read, for one whose text is damaged ends too.
    """
    wanted = select(article.c.revision, article.c.publish_at).where(article.c.id == article_id, *_IS_UNDER)
    row = session.execute(wanted).first()
    if row is None:
        return False
    session.execute(update(article).where(article.c.id == article_id).values(embargoed=False))
    record(session, article_id, row.revision, StepKind.ENDED, at=now, until=row.publish_at)
    return True


def waiting(session: Session) -> Sequence[Step]:
    """The steps that had no turn yet, in order."""
    wanted = select(embargo_step).where(embargo_step.c.settled_at.is_(None)).order_by(embargo_step.c.number)
    return [_step(row) for row in session.execute(wanted)]


def steps(session: Session, article_id: int) -> Sequence[Step]:
    """Everything that happened to an article under embargo, in order."""
    wanted = select(embargo_step).where(embargo_step.c.article_id == article_id).order_by(embargo_step.c.number)
    return [_step(row) for row in session.execute(wanted)]


def released_at(happened: Sequence[Step]) -> datetime | None:
    """When an article was released under embargo last; None if it never was."""
    return next((step.at for step in reversed(happened) if step.kind is StepKind.RELEASED), None)


def settle(session: Session, number: int, *, now: datetime) -> None:
    """This step has had its turn."""
    session.execute(update(embargo_step).where(embargo_step.c.number == number).values(settled_at=now))


def under(session: Session) -> Sequence[Article]:
    """The articles that are under embargo now, the one that becomes public next first."""
    ids = session.execute(select(article.c.id).where(*_IS_UNDER).order_by(article.c.publish_at, article.c.id))
    wanted = list(ids.scalars())
    found = reading.by_id(session, wanted) if wanted else {}
    return [found[one] for one in wanted if one in found]


def _step(row: Row[Any]) -> Step:
    return Step(
        number=row.number,
        article_id=row.article_id,
        revision=row.revision,
        kind=StepKind(row.kind),
        at=row.at,
        until=row.until,
        before=row.said_before,
        change=row.change_number,
    )
