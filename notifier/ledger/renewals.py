"""Who has been asked whether their consent goes on, and what came of it. Each consent is asked about once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update

from feeds.store import changes
from feeds.store.database import Session, insert_once
from notifier.ledger import subscribers
from notifier.ledger.tables import consent, delivery, mailing, renewal, run, subscriber, subscription
from notifier.model import OPEN, Cadence, DeliveryState, Kind

CONSENT_VERSION = "renewal 2026-11-28"
"""Which text people answer to; a new text takes a new name."""
RENEWED, LAPSED = "renewed", "lapsed"
CONSENT_LAPSED = "consent lapsed"
"""Why a subscription ended whose person did not answer."""
CADENCE, BEGUN, DONE = "renewal", "begun", "done"
ASKED, REMINDED, REMINDED_LAST = 1, 2, 3
"""How many mails somebody has had about one consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is asked, with the consent that it is about; `until` is None where nothing was asked yet."""

    id: int
    address: str
    language: str
    agreed_at: datetime
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question that waits for its answer, or did: until when, and when and how it ended."""

    agreed_at: datetime
    until: date
    ended_at: datetime | None
    outcome: str | None


def start(session: Session, slot: str, local_on: date, *, due_at: datetime, now: datetime) -> int | None:
    """Begin a day's run, or go on with one that was broken off; answers its id, or None once it is done."""
    values = {"cadence": CADENCE, "slot": slot, "local_on": local_on, "due_at": due_at, "cut_at": now}
    new = insert_once(session, run).values(**values, to_change=changes.head(session), outcome=BEGUN)
    session.execute(new)
    same = run.c.cadence == CADENCE, run.c.slot == slot, run.c.local_on == local_on, run.c.outcome == BEGUN
    return session.execute(select(run.c.id).where(*same)).scalar()


def to_ask(session: Session, *, before: datetime, after: int, limit: int) -> Sequence[Person]:
    """People, by id from `after` on, whose latest consent is from before an instant and was not asked about yet.

    Who follows nothing is not asked, and who pauses is asked afterwards.
    """
    mine = consent.c.subscriber_id == subscriber.c.id
    latest = select(func.max(consent.c.at)).where(mine).correlate(subscriber).scalar_subquery()
    known = exists().where(
        renewal.c.subscriber_id == subscriber.c.id, or_(renewal.c.agreed_at == latest, renewal.c.ended_at.is_(None))
    )
    wanted = (
        select(subscriber.c.id, subscriber.c.address, subscriber.c.language, latest.label("agreed_at"))
        .where(subscriber.c.id > after, _at_hand(), exists().where(mine), ~exists().where(mine, consent.c.at >= before))
        .where(~known)
    )
    return [Person(**row._mapping) for row in session.execute(wanted.order_by(subscriber.c.id).limit(limit))]


def ask(session: Session, people: Sequence[Person], *, until: Sequence[date], on: date, now: datetime) -> None:
    """Note that these people are asked on a day, and until when each may answer."""
    rows = [
        {
            "subscriber_id": one.id,
            "agreed_at": one.agreed_at,
            "asked_on": on,
            "until_on": last,
            "mails": ASKED,
            "mailed_at": now,
        }
        for one, last in zip(people, until, strict=True)
    ]
    session.execute(insert(renewal), rows)


def to_remind(session: Session, *, asked_until: date, last_until: date, last: bool, limit: int) -> Sequence[Person]:
    """Who has not answered and is to be reminded: of those asked until a day, or whose time ends until a day."""
    soon = renewal.c.until_on <= last_until
    early = and_(renewal.c.mails == ASKED, renewal.c.asked_on <= asked_until, ~soon)
    due = and_(renewal.c.mails < REMINDED_LAST, soon) if last else early
    wanted = (
        select(
            subscriber.c.id,
            subscriber.c.address,
            subscriber.c.language,
            renewal.c.agreed_at,
            renewal.c.until_on.label("until"),
        )
        .join(renewal, renewal.c.subscriber_id == subscriber.c.id)
        .where(renewal.c.ended_at.is_(None), due, _at_hand(), ~_agreed_since())
    )
    return [Person(**row._mapping) for row in session.execute(wanted.order_by(subscriber.c.id).limit(limit))]


def remind(session: Session, ids: Sequence[int], *, last: bool, until: date, now: datetime) -> None:
    """Note that these people are reminded; after the last reminder nobody's mail ends before `until`."""
    open_ones = update(renewal).where(renewal.c.subscriber_id.in_(ids), renewal.c.ended_at.is_(None))
    session.execute(open_ones.values(mails=REMINDED_LAST if last else REMINDED, mailed_at=now))
    if last:
        session.execute(open_ones.where(renewal.c.until_on < until).values(until_on=until))


def close_renewed(session: Session, *, now: datetime) -> int:
    """End the question where people have agreed to something since; answers how many."""
    done = update(renewal).where(renewal.c.ended_at.is_(None), _agreed_since())
    return len(session.execute(done.values(ended_at=now, outcome=RENEWED).returning(renewal.c.subscriber_id)).all())


def lapse(session: Session, *, today: date, now: datetime, limit: int) -> int:
    """End everything that up to `limit` people follow whose time is over; answers how many people.

    Who pauses, and whose last reminder has not been sent, has time still.
    """
    over = (
        select(renewal.c.subscriber_id)
        .join(subscriber, subscriber.c.id == renewal.c.subscriber_id)
        .where(renewal.c.ended_at.is_(None), renewal.c.mails == REMINDED_LAST, renewal.c.until_on <= today)
        .where(_at_hand(), ~_agreed_since(), ~_mail_is([*OPEN, DeliveryState.EXPIRED]))
        .order_by(renewal.c.subscriber_id)
        .limit(limit)
    )
    ids = list(session.execute(over).scalars())
    live = update(subscription).where(subscription.c.subscriber_id.in_(ids), subscription.c.ended_at.is_(None))
    session.execute(live.values(ended_at=now, end_reason=CONSENT_LAPSED))
    asked = update(renewal).where(renewal.c.subscriber_id.in_(ids), renewal.c.ended_at.is_(None))
    session.execute(asked.values(ended_at=now, outcome=LAPSED))
    return len(ids)


def unsent(session: Session, *, today: date) -> None:
    """Whose last reminder could not be sent for so long that it was given up is to be reminded once more."""
    over = renewal.c.ended_at.is_(None), renewal.c.mails == REMINDED_LAST, renewal.c.until_on <= today
    again = update(renewal).where(*over, _mail_is([DeliveryState.EXPIRED]), ~_mail_is(OPEN))
    session.execute(again.values(mails=REMINDED))


def conclude(session: Session, run_id: int) -> None:
    """Write down that a day's run is done."""
    session.execute(update(run).where(run.c.id == run_id).values(outcome=DONE))


def latest(session: Session, subscriber_id: int) -> Asking | None:
    """What a person was asked last; None where nothing was."""
    wanted = select(renewal.c.agreed_at, renewal.c.until_on.label("until"), renewal.c.ended_at, renewal.c.outcome)
    mine = wanted.where(renewal.c.subscriber_id == subscriber_id)
    row = session.execute(mine.order_by(renewal.c.agreed_at.desc()).limit(1)).first()
    return Asking(**row._mapping) if row else None


def agreed_at(session: Session, subscriber_id: int) -> datetime | None:
    """When a person agreed last; None where no record says so."""
    wanted = select(consent.c.at).where(consent.c.subscriber_id == subscriber_id)
    return session.execute(wanted.order_by(consent.c.at.desc()).limit(1)).scalar()


def renew(session: Session, subscriber_id: int, asking: Asking, *, language: str, now: datetime) -> None:
    """A person says yes: their consent holds from now on, and what had ended for want of it goes on from now on."""
    given = {"at": now, "text_version": CONSENT_VERSION, "language": language, "source": "renewal"}
    session.execute(insert(consent).values(subscriber_id=subscriber_id, **given))
    if asking.outcome == LAPSED:
        mine = subscription.c.subscriber_id == subscriber_id, subscription.c.end_reason == CONSENT_LAPSED
        ended = select(subscription.c.id).where(*mine, subscription.c.ended_at == asking.ended_at)
        subscribers.go_on(session, list(session.execute(ended).scalars()), now=now)
    same = renewal.c.subscriber_id == subscriber_id, renewal.c.agreed_at == asking.agreed_at
    session.execute(update(renewal).where(*same).values(ended_at=now, outcome=RENEWED))
    on_its_way = delivery.c.subscriber_id == subscriber_id, delivery.c.state.in_(OPEN)
    letters = delivery.c.mailing_id.in_(select(mailing.c.id).where(mailing.c.kind == Kind.RENEWAL))
    skipped = {"state": DeliveryState.SKIPPED_RENEWED, "owner": None, "lease_until": None, "settled_at": now}
    session.execute(update(delivery).where(*on_its_way, letters).values(**skipped))


def lapsed_until(session: Session, at: datetime, *, limit: int) -> Sequence[str]:
    """The addresses of people whose consent had lapsed by an instant and who follow nothing since."""
    wanted = (
        select(subscriber.c.address)
        .join(renewal, renewal.c.subscriber_id == subscriber.c.id)
        .where(renewal.c.outcome == LAPSED, renewal.c.ended_at <= at, ~_follows(), ~_agreed_since())
        .order_by(subscriber.c.id)
        .limit(limit)
    )
    return list(session.execute(wanted).scalars())


def count(session: Session) -> dict[str, int]:
    """How many questions wait for an answer (`open`), and how many were answered (`renewed`) or not (`lapsed`)."""
    outcome = func.coalesce(renewal.c.outcome, "open")
    return {row[0]: row[1] for row in session.execute(select(outcome, func.count()).group_by(outcome))}


def everything(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    """Whatever a person was asked: about the consent of when, on which day, and what came of it."""
    columns = "agreed_at", "asked_on", "until_on", "mails", "ended_at", "outcome"
    wanted = select(*(renewal.c[name] for name in columns)).where(renewal.c.subscriber_id == subscriber_id)
    return [dict(row._mapping) for row in session.execute(wanted.order_by(renewal.c.agreed_at))]


def followed(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, Cadence]]]:
    """What each of these people follows, as (scope, cadence), in the order it was asked for."""
    wanted = select(subscription.c.subscriber_id, subscription.c.scope, subscription.c.cadence).where(
        subscription.c.subscriber_id.in_(ids), subscription.c.ended_at.is_(None)
    )
    answer: dict[int, list[tuple[str, Cadence]]] = {}
    for person, scope, cadence in session.execute(wanted.order_by(subscription.c.id)):
        answer.setdefault(person, []).append((scope, Cadence(cadence)))
    return answer


def _at_hand() -> ColumnElement[bool]:
    return and_(subscriber.c.paused_until.is_(None), _follows())


def _follows() -> ColumnElement[bool]:
    return exists().where(subscription.c.subscriber_id == subscriber.c.id, subscription.c.ended_at.is_(None))


def _agreed_since() -> ColumnElement[bool]:
    return exists().where(consent.c.subscriber_id == renewal.c.subscriber_id, consent.c.at > renewal.c.agreed_at)


def _mail_is(states: Sequence[DeliveryState]) -> ColumnElement[bool]:
    """Whether the mail that was planned last is in one of these states."""
    return exists().where(
        delivery.c.subscriber_id == renewal.c.subscriber_id,
        delivery.c.created_at >= renewal.c.mailed_at,
        delivery.c.state.in_(states),
        mailing.c.id == delivery.c.mailing_id,
        mailing.c.kind == Kind.RENEWAL,
    )
