"""What came back: once for each delivery and kind, and how many mails of each kind on each day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, delete, func, select, update

from feeds.store.database import Session, insert_once
from notifier.bounces import Finding
from notifier.ledger.tables import bounce, bounce_tally, consent, delivery
from notifier.model import DeliveryState

KEPT = timedelta(days=400)
"""How long a bounce is remembered: beyond it a soft one weighs nothing any more."""
_ON_THE_WAY = (
    DeliveryState.SENDING,
    DeliveryState.DEFERRED,
    DeliveryState.UNKNOWN,
    DeliveryState.ACCEPTED,
    DeliveryState.BOUNCED,
)
"""Where a delivery may stand when a server further on speaks of it: our own relay's answer may have been lost."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """A mail that came back: when, how, by which code, and whose it was."""

    at: datetime
    finding: Finding
    status: str
    address: str
    said: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery that something came back of."""

    id: int
    address: str
    subscriber_id: int | None
    created_at: datetime
    mailing_id: int
    signup_id: int | None = None
    """The wish that it asked about, if it did."""


def delivery_of(session: Session, delivery_id: int) -> Sent | None:
    """A delivery by its id; None for one that is no longer kept, or whose person was erased."""
    columns = (
        delivery.c.id,
        delivery.c.address,
        delivery.c.subscriber_id,
        delivery.c.created_at,
        delivery.c.mailing_id,
        delivery.c.signup_id,
    )
    row = session.execute(select(*columns).where(delivery.c.id == delivery_id)).first()
    return Sent(*row) if row and "@" in row.address else None


def note(session: Session, sent: Sent, finding: Finding, *, status: str, said: str, now: datetime) -> bool:
    """Write down that a delivery came back; False, and nothing written, if it had in this way before.

    A delivery that bounced or was complained of is no longer accepted; its mailing's balance stays the same sum.
    """
    values = {"delivery_id": sent.id, "finding": finding, "status": status, "at": now, "spent": False}
    new = session.execute(insert_once(session, bounce).values(**values).returning(bounce.c.delivery_id)).first()
    if new is None:
        return False
    state = DeliveryState.COMPLAINED if finding is Finding.COMPLAINT else DeliveryState.BOUNCED
    came_back = delivery.c.id == sent.id, delivery.c.state.in_(_ON_THE_WAY), delivery.c.attempts > 0
    settled = case((delivery.c.settled_at.is_(None), now), else_=delivery.c.settled_at)
    outcome = {"state": state, "reply": f"{finding}: {said}"[:1000], "settled_at": settled}
    session.execute(update(delivery).where(*came_back).values(**outcome, owner=None, lease_until=None))
    return True


def agreed_at(session: Session, subscriber_id: int) -> datetime | None:
    """When a person last agreed to get mail: what came back of earlier mails says nothing of the address any more."""
    wanted = select(func.max(consent.c.at)).where(consent.c.subscriber_id == subscriber_id)
    return session.execute(wanted).scalar()


def soft_since(session: Session, sent: Sent, since: datetime) -> Sequence[datetime]:
    """When mails to this one's person at this one's address came back softly, from this instant on.

    What an address did that they have left says nothing of the one they have.
    """
    wanted = (
        select(bounce.c.at)
        .join(delivery, delivery.c.id == bounce.c.delivery_id)
        .where(delivery.c.subscriber_id == sent.subscriber_id, delivery.c.address == sent.address)
        .where(bounce.c.finding == Finding.SOFT, bounce.c.at >= since)
    )
    return list(session.execute(wanted).scalars())


def refusals(session: Session, since: datetime) -> int:
    """How many mails were refused for what we are from this instant on, that have not held sending yet."""
    fresh = bounce.c.finding == Finding.REFUSED, bounce.c.spent.is_(False), bounce.c.at >= since
    return session.execute(select(func.count()).select_from(bounce).where(*fresh)).scalar_one()


def spend_refusals(session: Session) -> None:
    """Sending is held over what was refused so far: it counts no more."""
    session.execute(update(bounce).where(bounce.c.finding == Finding.REFUSED).values(spent=True))


def sent_since(session: Session, since: datetime, *, at_most: int) -> int:
    """How many mails servers took from this instant on, counted up to a number: the newest come first."""
    taken = (DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED)
    recent = select(delivery.c.id).where(delivery.c.state.in_(taken), delivery.c.settled_at >= since)
    counted = recent.order_by(delivery.c.id.desc()).limit(at_most).subquery()
    return session.execute(select(func.count()).select_from(counted)).scalar_one()


def tally(session: Session, day: date, numbers: Mapping[Finding, int]) -> None:
    """Add so many mails of each kind to a day's count."""
    for finding, number in sorted(numbers.items()):
        key = {"day": day, "finding": finding}
        session.execute(insert_once(session, bounce_tally).values(**key, number=0))
        of_day = bounce_tally.c.day == day, bounce_tally.c.finding == finding
        session.execute(update(bounce_tally).where(*of_day).values(number=bounce_tally.c.number + number))


def tallies(session: Session, since: date) -> dict[Finding, int]:
    """How many mails of each kind came back from this day on."""
    counted = select(bounce_tally.c.finding, func.sum(bounce_tally.c.number)).where(bounce_tally.c.day >= since)
    return {Finding(row[0]): int(row[1]) for row in session.execute(counted.group_by(bounce_tally.c.finding))}


def newest(session: Session, *, limit: int) -> Sequence[CameBack]:
    """What came back last, the newest first; without those whose address is erased."""
    columns = bounce.c.at, bounce.c.finding, bounce.c.status, delivery.c.address, delivery.c.reply
    wanted = select(*columns).join(delivery, delivery.c.id == bounce.c.delivery_id)
    # A person's own address is gone with them; what stands in its place has no @.
    wanted = wanted.where(delivery.c.address.contains("@")).order_by(bounce.c.at.desc(), bounce.c.delivery_id.desc())
    return [CameBack(row[0], Finding(row[1]), *row[2:]) for row in session.execute(wanted.limit(limit))]


def forget(session: Session, *, before: datetime) -> int:
    """Destroy what is older than it weighs; answers how many rows."""
    gone = session.execute(delete(bounce).where(bounce.c.at < before).returning(bounce.c.delivery_id)).all()
    days = delete(bounce_tally).where(bounce_tally.c.day < before.date()).returning(bounce_tally.c.day)
    return len(gone) + len(session.execute(days).all())
