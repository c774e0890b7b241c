"""Backups that were restored, and what is done with what each of them had still to send."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from feeds.model import ChangeKind, State
from feeds.store.database import Session
from feeds.store.tables import article, change
from notifier.ledger.tables import delivery, restoration
from notifier.model import OPEN, DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """A backup that was restored: when it was made, and what it held."""

    id: int
    taken_at: datetime
    change_number: int
    last_delivery: int
    restored_at: datetime
    overdue: tuple[int, ...]
    """The releases on its schedule whose hour may have come between the backup and the loss after it."""


def begin(session: Session, *, taken_at: datetime, change_number: int, now: datetime) -> None:
    """A backup is restored now: whatever is in this database is as it was then."""
    last = session.execute(select(func.coalesce(func.max(delivery.c.id), 0))).scalar_one()
    scheduled = article.c.state == State.SCHEDULED, article.c.publish_at <= now
    overdue = list(session.execute(select(article.c.id).where(*scheduled).order_by(article.c.id)).scalars())
    known = {"taken_at": taken_at, "change_number": change_number, "last_delivery": last, "restored_at": now}
    session.execute(insert(restoration).values(**known, overdue=overdue))


def waiting(session: Session) -> Restoration | None:
    """The restored backup of which nobody has decided yet what becomes of its mails; None where there is none.

    Nothing is planned meanwhile.
    """
    wanted = select(restoration).where(restoration.c.settled_at.is_(None)).order_by(restoration.c.id.desc()).limit(1)
    row = session.execute(wanted).first()
    if row is None:
        return None
    return Restoration(
        id=row.id,
        taken_at=row.taken_at,
        change_number=row.change_number,
        last_delivery=row.last_delivery,
        restored_at=row.restored_at,
        overdue=tuple(row.overdue),
    )


def close(session: Session, *, resent: bool, now: datetime) -> None:
    """It is decided: planning goes on."""
    wanted = update(restoration).where(restoration.c.settled_at.is_(None))
    session.execute(wanted.values(settled_at=now, resent=resent))


def doubtful(session: Session, of: Restoration) -> int:
    """How many mails were waiting in the backup, and may have been sent since."""
    wanted = select(func.count()).where(delivery.c.id <= of.last_delivery, delivery.c.state.in_(OPEN))
    return session.execute(wanted).scalar_one()


def skip(session: Session, of: Restoration, *, now: datetime) -> int:
    """What was waiting in the backup is not sent; answers how many mails that is."""
    wanted = update(delivery).where(delivery.c.id <= of.last_delivery, delivery.c.state.in_(OPEN))
    over = {"state": DeliveryState.SKIPPED_RESTORED, "settled_at": now, "owner": None, "lease_until": None}
    return len(session.execute(wanted.values(**over).returning(delivery.c.id)).all())


def hush(session: Session, of: Restoration) -> None:
    """Nobody is mailed about what the backup had on its schedule for before it was restored, whether or not it is out
    again by now; nor about its withdrawals, of which the notices may have been sent."""
    again = change.c.number > of.change_number, change.c.article_id.in_(of.overdue)
    session.execute(update(change).where(*again, change.c.kind == ChangeKind.PUBLISHED).values(quiet=True))
    still = article.c.id.in_(of.overdue), article.c.state == State.SCHEDULED
    session.execute(update(article).where(*still).values(mail=False))
    gone = change.c.number <= of.change_number, change.c.kind == ChangeKind.WITHDRAWN
    session.execute(update(change).where(*gone, change.c.quiet.is_(False)).values(quiet=True))


def untold(session: Session, after: int) -> int:
    """How many changes after this one people are mailed about."""
    loud = select(func.count()).where(change.c.number > after, change.c.quiet.is_(False))
    return session.execute(loud).scalar_one()


def scheduled(session: Session) -> Sequence[tuple[int, datetime]]:
    """The releases on the schedule, the first to come out first."""
    wanted = select(article.c.id, article.c.publish_at).where(article.c.state == State.SCHEDULED)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(article.c.publish_at))]


def accept(session: Session, ids: Collection[int], *, reply: str, now: datetime) -> int:
    """A server took these before the backup was restored; answers how many of them were still open."""
    done = 0
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        wanted = update(delivery).where(
            delivery.c.id.in_(ordered[start : start + _AT_ONCE]), delivery.c.state.in_(OPEN)
        )
        values = {"state": DeliveryState.ACCEPTED, "settled_at": now, "owner": None, "lease_until": None}
        done += len(session.execute(wanted.values(**values, reply=reply).returning(delivery.c.id)).all())
    return done


_AT_ONCE = 500
