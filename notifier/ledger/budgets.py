"""How many mails were asked for on open forms, hour by hour: by keyed marks, which say nothing of who asked."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, update

from feeds.store.database import Session, insert_once
from notifier.ledger.tables import budget


def spend(session: Session, limits: Mapping[str, int], *, hour: datetime) -> str | None:
    """Count one mail against each of these marks; answers a mark that has used up its hour, and then counts none."""
    wanted = select(budget.c.mark, budget.c.number).where(budget.c.hour == hour, budget.c.mark.in_(list(limits)))
    spent = {row.mark: row.number for row in session.execute(wanted)}
    for mark, limit in limits.items():
        if spent.get(mark, 0) >= limit:
            return mark
    for mark in limits:
        session.execute(insert_once(session, budget).values(hour=hour, mark=mark, number=0))
        counted = update(budget).where(budget.c.hour == hour, budget.c.mark == mark)
        session.execute(counted.values(number=budget.c.number + 1))
    return None


def forget(session: Session, *, before: datetime) -> int:
    """Destroy what was counted in earlier hours; answers how many rows."""
    return len(session.execute(delete(budget).where(budget.c.hour < before).returning(budget.c.mark)).all())
