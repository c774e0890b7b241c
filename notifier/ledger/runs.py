"""Digest runs: a row each, unique by cadence, slot and local day, so that one starts once whoever wakes."""

from datetime import date, datetime

from sqlalchemy import func, select, update

from feeds.store.database import Session, insert_once
from notifier.ledger.tables import run
from notifier.model import Cadence
from notifier.windows import Slot

SENT, EMPTY, TOO_LATE = "sent", "empty", "too_late"
RESTORED = "restored"
"""It may have gone out between a backup and the loss after it, so that it is not made again."""


def since(session: Session, due_at: datetime) -> set[tuple[str, str, date]]:
    """The (cadence, slot, local day) of every run that was due at this instant or later."""
    wanted = select(run.c.cadence, run.c.slot, run.c.local_on).where(run.c.due_at >= due_at)
    return {(row[0], row[1], row[2]) for row in session.execute(wanted)}


def start(session: Session, slot: Slot, *, cut_at: datetime, to_change: int) -> int | None:
    """Begin this slot's run at its cut-off; answers its id, or None if somebody has begun it."""
    values = {
        "cadence": slot.cadence,
        "slot": slot.name,
        "local_on": slot.local_on,
        "due_at": slot.due_at,
        "cut_at": cut_at,
        "to_change": to_change,
        "outcome": EMPTY,
    }
    return session.execute(insert_once(session, run).values(**values).returning(run.c.id)).scalar()


def conclude(session: Session, run_id: int, outcome: str) -> None:
    """Write down how the run ended: sent, empty, too_late or restored."""
    session.execute(update(run).where(run.c.id == run_id).values(outcome=outcome))


def last(session: Session) -> dict[Cadence, datetime]:
    """When each cadence had its last run that went out or was empty."""
    made = select(run.c.cadence, func.max(run.c.cut_at)).where(run.c.outcome.in_([SENT, EMPTY])).group_by(run.c.cadence)
    return {Cadence(row[0]): row[1] for row in session.execute(made) if row[0] in list(Cadence)}


def previous_cut(session: Session, slot: Slot) -> datetime | None:
    """When the last run of this slot's cadence that went out or was empty cut its window; None before the first."""
    wanted = (
        select(run.c.cut_at)
        .where(
            run.c.cadence == slot.cadence,
            run.c.slot == slot.name,
            run.c.local_on < slot.local_on,
            run.c.outcome != TOO_LATE,
        )
        .order_by(run.c.local_on.desc())
        .limit(1)
    )
    return session.execute(wanted).scalar()
