"""Two who are one from now on: everything that is kept of the one that goes belongs to the one that stays.

What both chose differently is as the one that stays has it; what only one of them chose goes on. Nothing is left of the
one that goes, so that a copy, an erasure and every question about the person finds all there is.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, exists, or_, select, update

from feeds.store.database import Session
from notifier.ledger import overflow, press, subscribers
from notifier.ledger.tables import consent, delivery, mailing, move, notice, renewal, rest, subscriber, subscription
from notifier.model import OPEN, DeliveryState, Kind, Pause, Subscriber

MOVED = "moved"
"""Why a subscription ended whose person became one with another."""


def merge(session: Session, gone: Subscriber, stays: Subscriber, *, now: datetime) -> None:
    """Make one person of two, who is written to at the address of the one that stays."""
    _settle_choices(session, gone, stays)
    _follow_all(session, gone.id, stays.id, now)
    _redirect(session, gone.id, stays, now)
    _keep_notices(session, gone.id, stays.id)
    _keep_questions(session, gone.id, stays.id)
    press.merge(session, gone.id, stays.id, now=now)
    overflow.merge(session, gone.id, stays.id)
    for table in (subscription, delivery, consent):
        session.execute(update(table).where(table.c.subscriber_id == gone.id).values(subscriber_id=stays.id))
    session.execute(delete(rest).where(rest.c.subscriber_id.in_((gone.id, stays.id))))  # one of them had no rest
    session.execute(delete(move).where(move.c.subscriber_id == gone.id))  # two are not taken apart again
    session.execute(delete(subscriber).where(subscriber.c.id == gone.id))


def _settle_choices(session: Session, gone: Subscriber, stays: Subscriber) -> None:
    """No pictures and an hour of digests where one of them chose so, and a pause that loses nothing."""
    row = session.execute(select(subscriber).where(subscriber.c.id == gone.id)).one()
    mine = update(subscriber).where(subscriber.c.id == stays.id)
    session.execute(mine.values(pictures=stays.pictures and gone.pictures))
    if row.daily_cap is not None:
        session.execute(mine.where(subscriber.c.daily_cap.is_(None)).values(daily_cap=row.daily_cap))
    chosen = {"hour": row.hour, "zone": row.zone, "timed_at": row.timed_at}
    if row.timed_at is not None:
        session.execute(mine.where(subscriber.c.timed_at.is_(None)).values(**chosen))
    pauses = [one for one in (gone.pause, stays.pause) if one is not None]
    if pauses:
        # Who did not pause was waiting for everything, so that nothing of it may be dropped.
        catch_up = len(pauses) == 1 or any(one.catch_up for one in pauses)
        session.execute(mine.values(**_longest(pauses), catch_up=catch_up))


def _longest(pauses: Sequence[Pause]) -> dict[str, object]:
    return {"paused_until": max(one.until for one in pauses), "paused_from": min(one.since for one in pauses)}


def _follow_all(session: Session, gone: int, stays: int, now: datetime) -> None:
    """Follow what either follows; what both do goes on from where less was told, at the cadence that stays."""
    mine = {one.scope: one for one in subscribers.live(session, stays)}
    for one in subscribers.live(session, gone):
        same = mine.get(one.scope)
        if same is None:
            subscribers.follow(session, stays, one.scope, one.cadence, now=now, cursor=one.cursor)
        elif one.cursor < same.cursor:
            session.execute(update(subscription).where(subscription.c.id == same.id).values(cursor=one.cursor))
    subscribers.stop(session, gone, reason=MOVED, now=now)


def _redirect(session: Session, gone: int, stays: Subscriber, now: datetime) -> None:
    """Releases on their way go to the address that stays, where it is not told the same already; all else ends.

    A link to manage, or a question about a consent, was for the one that goes.
    """
    waits = and_(delivery.c.subscriber_id == gone, delivery.c.state.in_(OPEN))
    other, mine, known = delivery.alias(), notice.alias(), notice.alias()
    has_it = exists().where(other.c.mailing_id == delivery.c.mailing_id, other.c.address == stays.address)
    told_too = exists().where(known.c.subscriber_id == stays.id, known.c.change_number == mine.c.change_number)
    of_it = mine.c.delivery_id == delivery.c.id
    tells_more = or_(~exists().where(of_it), exists().where(of_it, ~told_too))
    kinds = [kind for kind in Kind if kind.is_list_mail and kind is not Kind.RENEWAL]
    of_kind = delivery.c.mailing_id.in_(select(mailing.c.id).where(mailing.c.kind.in_(kinds)))
    again = {"state": DeliveryState.PENDING, "owner": None, "lease_until": None}
    turned = update(delivery).where(waits, of_kind, ~has_it, tells_more)
    session.execute(turned.values(address=stays.address, subscriber_id=stays.id, **again))
    over = {"state": DeliveryState.SKIPPED_LEFT, "settled_at": now, "owner": None, "lease_until": None}
    session.execute(update(delivery).where(waits).values(**over))


def _keep_notices(session: Session, gone: int, stays: int) -> None:
    """What either was told of is not told again, and its correction goes to who stays."""
    known = notice.alias()
    both = exists().where(known.c.subscriber_id == stays, known.c.change_number == notice.c.change_number)
    session.execute(update(notice).where(notice.c.subscriber_id == gone, ~both).values(subscriber_id=stays))
    session.execute(delete(notice).where(notice.c.subscriber_id == gone))


def _keep_questions(session: Session, gone: int, stays: int) -> None:
    """What was asked about a consent and answered. What waits for an answer is asked anew, where the person is now."""
    known = renewal.alias()
    both = exists().where(known.c.subscriber_id == stays, known.c.agreed_at == renewal.c.agreed_at)
    mine = renewal.c.subscriber_id == gone
    session.execute(update(renewal).where(mine, renewal.c.ended_at.is_not(None), ~both).values(subscriber_id=stays))
    session.execute(delete(renewal).where(mine))
