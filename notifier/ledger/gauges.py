"""What a monitor asks of sending, all of it from the newest rows and from what waits: the same from every process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from feeds.store import changes
from feeds.store.database import Session
from notifier.balance import Balance
from notifier.ledger import holds, restorations, runs, standing, subscribers
from notifier.ledger.holds import Held
from notifier.ledger.tables import delivery, mailing
from notifier.model import OPEN, Cadence, DeliveryState, Kind

RECENT = timedelta(days=1)
RECENT_ROWS = 20_000
DOMAINS = 5
_TOLD = (Kind.ALERT, Kind.CORRECTION, Kind.DIGEST)
_NEWEST = 1_000
"""Among so many of the newest mailings the last of each kind is looked for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a kind stands in an open state: how many, and since when the oldest waits."""

    kind: Kind
    state: DeliveryState
    number: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """How long the last finished mailing of a kind took from publication, or its planning, to its mails."""

    first: timedelta
    last: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """How sending stands at an instant."""

    at: datetime
    change: int
    unalerted: int
    held: Held | None
    undecided: bool
    waiting: Sequence[Waiting] = ()
    recent: Mapping[DeliveryState, int] = field(default_factory=dict)
    accepted_at: datetime | None = None
    domains: Sequence[tuple[str, Balance]] = ()
    spans: Mapping[Kind, Span] = field(default_factory=dict)
    digests: Mapping[Cadence, datetime] = field(default_factory=dict)


def gauges(session: Session, *, now: datetime) -> Gauges:
    """Everything at once."""
    behind = subscribers.behind(session, Cadence.IMMEDIATE)
    recent = _recent(session, now - RECENT)
    taken = [at for state, (_, at) in recent.items() if state in standing.TAKEN and at is not None]
    return Gauges(
        at=now,
        change=changes.head(session),
        unalerted=restorations.untold(session, behind) if behind is not None else 0,
        held=holds.current(session),
        undecided=restorations.waiting(session) is not None,
        waiting=_waiting(session),
        recent={state: number for state, (number, _) in recent.items()},
        accepted_at=max(taken, default=None),
        domains=standing.by_domain(session, now - RECENT, limit=DOMAINS, newest=RECENT_ROWS),
        spans=_spans(session),
        digests=runs.last(session),
    )


def _waiting(session: Session) -> list[Waiting]:
    wanted = (
        select(mailing.c.kind, delivery.c.state, func.count(), func.min(delivery.c.created_at))
        .join(delivery, delivery.c.mailing_id == mailing.c.id)
        .where(delivery.c.state.in_(OPEN))
        .group_by(mailing.c.kind, delivery.c.state)
    )
    return [Waiting(Kind(row[0]), DeliveryState(row[1]), *row[2:]) for row in session.execute(wanted)]


def _recent(session: Session, since: datetime) -> dict[DeliveryState, tuple[int, datetime | None]]:
    state = delivery.c.state.concat("")  # in the order of the index of states, SQLite would read all that was ever sent
    wanted = (
        select(state, func.count(), func.max(delivery.c.settled_at))
        .where(*standing.of_late(since, RECENT_ROWS))
        .group_by(state)
    )
    return {DeliveryState(row[0]): (row[1], row[2]) for row in session.execute(wanted)}


def _spans(session: Session) -> dict[Kind, Span]:
    """Of each kind the last mailing of which nothing waits any more; all contents of one digest's run are one."""
    newest = select(func.coalesce(func.max(mailing.c.id), 0)).scalar_subquery()
    wanted = select(mailing.c.id, mailing.c.kind, mailing.c.created_at).where(
        mailing.c.id > newest - _NEWEST, mailing.c.kind.in_(_TOLD)
    )
    groups: dict[tuple[Kind, datetime], list[int]] = {}
    for row in session.execute(wanted.order_by(mailing.c.id.desc())):
        groups.setdefault((Kind(row.kind), row.created_at), []).append(row.id)
    open_ones = set(
        session.execute(select(delivery.c.mailing_id).where(delivery.c.state.in_(OPEN)).distinct()).scalars()
    )
    found: dict[Kind, Span] = {}
    for (kind, planned_at), ids in groups.items():
        if kind in found or not open_ones.isdisjoint(ids):
            continue
        first, last = session.execute(
            select(func.min(delivery.c.settled_at), func.max(delivery.c.settled_at)).where(
                delivery.c.mailing_id.in_(ids), delivery.c.state.in_(standing.TAKEN)
            )
        ).one()
        if first is not None:
            public = standing.public_at(session, ids).values() if kind is not Kind.DIGEST else ()
            begun = min(public, default=planned_at)
            found[kind] = Span(max(first - begun, timedelta()), max(last - begun, timedelta()))
    return found
