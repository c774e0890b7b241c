"""Destroying people: who has followed nothing for long, at which addresses they were written to, and all that is kept.

A delivery stays as a number in the balance of its mailing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import String, cast, delete, func, literal, or_, select, update

from feeds.store.database import Session
from notifier.ledger import press
from notifier.ledger.tables import (
    accreditation,
    consent,
    delivery,
    move,
    notice,
    overflow,
    renewal,
    rest,
    signup,
    subscriber,
    subscription,
    subscription_division,
)
from notifier.model import OPEN, DeliveryState

_AT_ONCE = 1000


def left_until(session: Session, at: datetime, *, now: datetime, limit: int) -> Sequence[str]:
    """The addresses of people who follow nothing since an instant; accredited ones are needed as long as they are."""
    ended = subscription.c.ended_at
    gone = select(subscription.c.subscriber_id).group_by(subscription.c.subscriber_id)
    gone = gone.having(func.count() == func.count(ended), func.max(ended) <= at)
    accredited = select(accreditation.c.subscriber_id).where(accreditation.c.until > now)
    wanted = select(subscriber.c.address).where(subscriber.c.id.in_(gone), subscriber.c.id.not_in(accredited))
    return list(session.execute(wanted.order_by(subscriber.c.id).limit(limit)).scalars())


def addresses_of(session: Session, addresses: Collection[str]) -> set[str]:
    """These addresses, and those at which their people were written to before, as far as that is kept.

    One where somebody else is written to by now is theirs.
    """
    ids = select(subscriber.c.id).where(subscriber.c.address.in_(addresses))
    mailed = select(delivery.c.address).where(delivery.c.subscriber_id.in_(ids))
    moved = select(move.c.address_before).where(move.c.subscriber_id.in_(ids))
    before = set(session.execute(mailed.union(moved)).scalars()) - set(addresses)
    others = set(session.execute(select(subscriber.c.address).where(subscriber.c.address.in_(before))).scalars())
    return {*addresses, *(before - others)}


def erase(session: Session, addresses: Collection[str], known: Collection[str] | None = None) -> bool:
    """Erase normalised addresses and everything that is kept of their people; False if nothing is.

    `known` are these and their addresses before. Deliveries stay as numbers in the balance of their mailings, without
    the address, its server's answers and what the person followed.
    """
    ids = list(session.execute(select(subscriber.c.id).where(subscriber.c.address.in_(addresses))).scalars())
    session.execute(delete(move).where(move.c.subscriber_id.in_(ids)))
    asked = or_(signup.c.address.in_(addresses), signup.c.mover_id.in_(ids))
    wishes = list(session.execute(select(signup.c.id).where(asked)).scalars())
    touched = _mails_of(session, known or addresses, ids, wishes)
    for first in range(0, len(touched), _AT_ONCE):
        own = delivery.c.id.in_(touched[first : first + _AT_ONCE])
        waiting = update(delivery).where(own, delivery.c.state.in_(OPEN))
        session.execute(waiting.values(state=DeliveryState.SKIPPED_LEFT, owner=None))
        nameless = literal("erased:").concat(cast(delivery.c.id, String))
        blank = {"address": nameless, "subscriber_id": None, "signup_id": None, "reply": None, "reason": None}
        session.execute(update(delivery).where(own).values(**blank))
    session.execute(delete(signup).where(signup.c.id.in_(wishes)))
    session.execute(delete(notice).where(notice.c.subscriber_id.in_(ids)))
    followed = select(subscription.c.id).where(subscription.c.subscriber_id.in_(ids))
    session.execute(delete(subscription_division).where(subscription_division.c.subscription_id.in_(followed)))
    session.execute(delete(subscription).where(subscription.c.subscriber_id.in_(ids)))
    session.execute(delete(renewal).where(renewal.c.subscriber_id.in_(ids)))
    session.execute(delete(consent).where(consent.c.subscriber_id.in_(ids)))
    session.execute(delete(rest).where(rest.c.subscriber_id.in_(ids)))
    session.execute(delete(overflow).where(overflow.c.subscriber_id.in_(ids)))
    press.erase(session, ids)
    session.execute(delete(subscriber).where(subscriber.c.id.in_(ids)))
    return bool(ids or touched or wishes)


def _mails_of(session: Session, addresses: Collection[str], ids: Sequence[int], wishes: Sequence[int]) -> Sequence[int]:
    """The deliveries to these addresses, to these people, and of these wishes: asked one by one, each by its index."""
    found: set[int] = set()
    for column, values in (
        (delivery.c.address, list(addresses)),
        (delivery.c.subscriber_id, ids),
        (delivery.c.signup_id, wishes),
    ):
        if values:
            found.update(session.execute(select(delivery.c.id).where(column.in_(values))).scalars())
    return sorted(found)
