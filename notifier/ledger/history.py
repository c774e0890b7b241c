"""What an address got and why not, and how mailings stand: questions that staff ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from feeds.store.database import Session
from notifier.ledger import deliveries
from notifier.ledger.tables import delivery, mailing, mailing_article
from notifier.model import DeliveryState, Kind
from notifier.quiet import HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One delivery to an address: what it was, why it went there where that is the person's own, where it stands, and
    the server's last answer."""

    kind: Kind
    subject: str
    state: DeliveryState
    attempts: int
    reply: str | None
    reason: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One mailing and how many of its deliveries stand in each state."""

    id: int
    kind: Kind
    subject: str
    created_at: datetime
    states: dict[DeliveryState, int]

    @property
    def audience(self) -> int:
        """How many people it was planned for."""
        return sum(self.states.values())


def of_address(session: Session, address: str, *, limit: int = 50) -> Sequence[Sent]:
    """The latest deliveries to a normalised address, newest first."""
    columns = (
        mailing.c.kind,
        mailing.c.subject,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.reply,
        delivery.c.reason,
        delivery.c.created_at,
        delivery.c.settled_at,
    )
    wanted = select(*columns).join(mailing, mailing.c.id == delivery.c.mailing_id)
    rows = session.execute(wanted.where(delivery.c.address == address).order_by(delivery.c.id.desc()).limit(limit))
    return [Sent(**(dict(row._mapping) | {"kind": Kind(row.kind), "state": DeliveryState(row.state)})) for row in rows]


def of_article(session: Session, article_id: int) -> Sequence[tuple[Kind, DeliveryState, int]]:
    """How many deliveries that told of an article stand in each state, by the kind of their mailing."""
    counted = (
        select(mailing.c.kind, delivery.c.state, func.count())
        .join(mailing_article, mailing_article.c.mailing_id == mailing.c.id)
        .join(delivery, delivery.c.mailing_id == mailing.c.id)
        .where(mailing_article.c.article_id == article_id)
        .group_by(mailing.c.kind, delivery.c.state)
    )
    return [(Kind(row[0]), DeliveryState(row[1]), row[2]) for row in session.execute(counted)]


def in_quiet_hours(session: Session) -> int:
    """How many deliveries of advertising wait because it is night where their people are."""
    waiting = delivery.c.state == DeliveryState.DEFERRED, delivery.c.reply.startswith(HELD)
    return session.execute(select(func.count()).select_from(delivery).where(*waiting)).scalar_one()


def mailings(session: Session, *, limit: int = 50) -> Sequence[Standing]:
    """The latest mailings with their balance, newest first."""
    states = deliveries.balance(session)
    wanted = select(mailing.c.id, mailing.c.kind, mailing.c.subject, mailing.c.created_at)
    return [
        Standing(**(dict(row._mapping) | {"kind": Kind(row.kind), "states": states.get(row.id, {})}))
        for row in session.execute(wanted.order_by(mailing.c.id.desc()).limit(limit))
    ]
