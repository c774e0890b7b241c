"""How sending stands: every mailing with its balance, what waits, how it went by hour and by mail domain.

All of it is asked of the newest rows alone, so that it costs the same however much was ever sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func, select

from feeds.store.database import Session
from feeds.store.tables import change
from notifier.balance import Balance
from notifier.ledger.tables import UNFINISHED, delivery, mailing, mailing_article, renewal, run
from notifier.model import DeliveryState, Kind

NEWEST_MAILINGS = 20_000
NEWEST_DELIVERIES = 100_000
"""How far back what is of late goes at most, in rows."""
COUNTED = 500_000
"""Mailings are looked for among so many of the newest deliveries: whenever somebody looks, each is counted."""
FEWEST = 3
"""The newest mailings, which are counted however many people they have."""
_PERSONAL = (*(kind for kind in Kind if not kind.is_list_mail), Kind.WELCOME)
"""Kinds of which every person has a mailing of their own."""
_OF_ONE_ARTICLE = (Kind.ALERT, Kind.CORRECTION, Kind.WITHDRAWAL, Kind.EMBARGO, Kind.EMBARGO_NOTICE)
TAKEN = (DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED)
_OUTCOMES = ("open", "renewed", "lapsed")
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """One mailing to many, or all of one digest's run: `editions` is how many contents that was."""

    id: int
    kind: Kind
    subject: str
    language: str
    editions: int
    planned_at: datetime
    public_at: datetime | None
    """When what it tells of became public; None for what tells of no single article."""
    last_at: datetime | None
    """When a server took the last of it."""
    states: Mapping[DeliveryState, int]

    @property
    def balance(self) -> Balance:
        """Whom it was planned for, and where each of them stands."""
        return Balance.of(self.states)

    @property
    def took(self) -> timedelta | None:
        """From publication, or from its planning, to the last mail; None while nothing has been taken."""
        begun = self.public_at or self.planned_at
        return max(self.last_at - begun, timedelta()) if self.last_at else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a kind is still to be sent: how many, since when the oldest waits, and when the next one is due."""

    kind: Kind
    number: int
    oldest: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A day's run of renewals: whom it asked, and how that stands."""

    on: date
    done: bool
    open: int
    renewed: int
    lapsed: int

    @property
    def number(self) -> int:
        """How many were asked on that day."""
        return self.open + self.renewed + self.lapsed


def mailings(session: Session, *, limit: int, of_people: bool = False, counted: int = COUNTED) -> Sequence[Mailed]:
    """The latest mailings to many, newest first, the contents of one digest's run together.

    `of_people`: those that every person has of their own as well, each by itself. Those from before the newest so many
    deliveries are left out, but for a few.
    """
    newest = select(func.coalesce(func.max(mailing.c.id), 0)).scalar_subquery()
    own = case((mailing.c.kind == Kind.DIGEST, 0), else_=mailing.c.id)
    wanted = (
        select(
            func.max(mailing.c.id).label("id"),
            func.min(mailing.c.id).label("first"),
            mailing.c.kind,
            mailing.c.created_at,
            own.label("own"),
            func.count().label("editions"),
        )
        .where(mailing.c.id > newest - NEWEST_MAILINGS)
        .group_by(mailing.c.kind, mailing.c.created_at, own)
    )
    if not of_people:
        wanted = wanted.where(mailing.c.kind.not_in(_PERSONAL))
    begun = _begun(session, counted)
    found = session.execute(wanted.order_by(func.max(mailing.c.id).desc()).limit(limit)).all()
    groups = [row for place, row in enumerate(found) if place < FEWEST or begun is None or row.created_at > begun]
    if not groups:
        return []
    states, last = _states(session, min(row.first for row in groups), own)
    named = select(mailing.c.id, mailing.c.subject, mailing.c.language).where(
        mailing.c.id.in_([row.id for row in groups])
    )
    names = {row.id: row for row in session.execute(named)}
    public = public_at(session, [row.id for row in groups if row.kind in _OF_ONE_ARTICLE])
    answer = []
    for row in groups:
        key = (row.kind, row.created_at, row.own)
        answer.append(
            Mailed(
                id=row.id,
                kind=Kind(row.kind),
                subject=names[row.id].subject,
                language=names[row.id].language,
                editions=row.editions,
                planned_at=row.created_at,
                public_at=public.get(row.id),
                last_at=last.get(key),
                states=states.get(key, {}),
            )
        )
    return answer


def _begun(session: Session, counted: int) -> datetime | None:
    """When the last delivery before the newest so many was planned; None where there are no more than those."""
    newest = select(func.coalesce(func.max(delivery.c.id), 0)).scalar_subquery()
    before = select(delivery.c.created_at).where(delivery.c.id <= newest - counted)
    return session.execute(before.order_by(delivery.c.id.desc()).limit(1)).scalar()


_Key = tuple[str, datetime, int]


def _states(
    session: Session, first: int, own: ColumnElement[int]
) -> tuple[dict[_Key, dict[DeliveryState, int]], dict[_Key, datetime]]:
    """How many deliveries stand in each state, from a mailing on, and when the last of each was taken."""
    wanted = (
        select(
            mailing.c.kind,
            mailing.c.created_at,
            own.label("own"),
            delivery.c.state,
            func.count().label("number"),
            func.max(delivery.c.settled_at).label("last"),
        )
        .join(delivery, delivery.c.mailing_id == mailing.c.id)
        .where(mailing.c.id >= first)
        .group_by(mailing.c.kind, mailing.c.created_at, own, delivery.c.state)
    )
    states: dict[_Key, dict[DeliveryState, int]] = {}
    last: dict[_Key, datetime] = {}
    for row in session.execute(wanted):
        key = (row.kind, row.created_at, row.own)
        states.setdefault(key, {})[DeliveryState(row.state)] = row.number
        if row.state in TAKEN and row.last is not None:
            last[key] = max(last.get(key, row.last), row.last)
    return states, last


def public_at(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """When the text that each of these mailings tells of became public."""
    wanted = (
        select(mailing_article.c.mailing_id, func.max(change.c.at))
        .join(mailing, mailing.c.id == mailing_article.c.mailing_id)
        .join(change, change.c.article_id == mailing_article.c.article_id)
        .where(mailing_article.c.mailing_id.in_(ids), change.c.at <= mailing.c.created_at)
        .group_by(mailing_article.c.mailing_id)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


def personal(session: Session, since: datetime) -> Sequence[tuple[Kind, Balance]]:
    """The balance of what every person has of their own, by kind, from this instant on."""
    counted = (
        select(mailing.c.kind, delivery.c.state, func.count())
        .join(mailing, mailing.c.id == delivery.c.mailing_id)
        .where(*of_late(since), mailing.c.kind.in_(_PERSONAL))
        .group_by(mailing.c.kind, delivery.c.state)
    )
    states: dict[Kind, dict[DeliveryState, int]] = {}
    for kind, state, number in session.execute(counted):
        states.setdefault(Kind(kind), {})[DeliveryState(state)] = number
    return [(kind, Balance.of(states[kind])) for kind in Kind if kind in states]


def waiting(session: Session) -> Sequence[Waiting]:
    """What is still to be sent, by kind, the longest waiting first."""
    oldest = func.min(delivery.c.created_at)
    wanted = (
        select(mailing.c.kind, func.count(), oldest, func.min(delivery.c.next_attempt_at))
        .join(delivery, delivery.c.mailing_id == mailing.c.id)
        .where(UNFINISHED)
        .group_by(mailing.c.kind)
        .order_by(oldest)
    )
    return [Waiting(Kind(row[0]), *row[1:]) for row in session.execute(wanted)]


def by_hour(session: Session, since: datetime) -> Mapping[datetime, Balance]:
    """How deliveries ended in each hour from this instant on."""
    seconds = extract("epoch", delivery.c.settled_at)
    hour = cast(seconds - seconds % _HOUR, BigInteger).label("hour")
    wanted = (
        select(hour, delivery.c.state, func.count())
        .where(*of_late(None), delivery.c.settled_at >= since)
        .group_by(hour, delivery.c.state)
    )
    states: dict[datetime, dict[DeliveryState, int]] = {}
    for at, state, number in session.execute(wanted):
        states.setdefault(datetime.fromtimestamp(at, UTC), {})[DeliveryState(state)] = number
    return {at: Balance.of(states[at]) for at in sorted(states)}


def by_domain(
    session: Session, since: datetime, *, limit: int, newest: int = NEWEST_DELIVERIES
) -> Sequence[tuple[str, Balance]]:
    """How deliveries of late stand by the domain that they go to, those with the most first."""
    place = (
        func.instr(delivery.c.address, "@")
        if session.dialect.name == "sqlite"
        else func.strpos(delivery.c.address, "@")
    )
    domain = func.substr(delivery.c.address, place + 1).label("domain")
    wanted = (
        select(domain, delivery.c.state, func.count())
        .where(*of_late(since, newest), place > 0)
        .group_by(domain, delivery.c.state)
    )
    states: dict[str, dict[DeliveryState, int]] = {}
    for name, state, number in session.execute(wanted):
        states.setdefault(name, {})[DeliveryState(state)] = number
    balances = [(name, Balance.of(found)) for name, found in states.items()]
    return sorted(balances, key=lambda one: (-one[1].audience, one[0]))[:limit]


def renewal_runs(session: Session, *, limit: int) -> Sequence[Asked]:
    """The latest days on which consents were asked about anew, newest first."""
    runs = select(run.c.local_on, run.c.outcome).where(run.c.cadence == "renewal").order_by(run.c.local_on.desc())
    days = session.execute(runs.limit(limit)).all()
    outcome = func.coalesce(renewal.c.outcome, "open")
    counted = select(renewal.c.asked_on, outcome, func.count()).group_by(renewal.c.asked_on, outcome)
    numbers: dict[date, dict[str, int]] = {}
    for on, ended, number in session.execute(counted.where(renewal.c.asked_on.in_([row.local_on for row in days]))):
        numbers.setdefault(on, {})[ended] = number
    return [
        Asked(row.local_on, row.outcome == "done", *(numbers.get(row.local_on, {}).get(name, 0) for name in _OUTCOMES))
        for row in days
    ]


def of_late(since: datetime | None, newest: int = NEWEST_DELIVERIES) -> list[ColumnElement[bool]]:
    """What is among so many of the newest deliveries, and planned from an instant on where one is given."""
    last = select(func.coalesce(func.max(delivery.c.id), 0)).scalar_subquery()
    late = [delivery.c.id > last - newest]
    return [*late, delivery.c.created_at >= since] if since else late
