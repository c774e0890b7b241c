"""Who is mailed a release under embargo, who may still have it just before the wire, and who counts as told by it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from feeds.model import Article, StepKind
from feeds.store.database import Session, insert_once
from feeds.store.tables import article, change, embargo_step
from notifier.ledger import press
from notifier.ledger.tables import (
    accreditation,
    delivery,
    mailing,
    mailing_article,
    notice,
    subscriber,
    subscription,
)
from notifier.ledger.wishes import wishes_for
from notifier.model import Audience, Delivery, DeliveryState, Kind

_ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journalist:
    """One person who is told under embargo, as planners see them; `zone` is their own, where they chose one."""

    person: Audience
    zone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """That a release was mailed to somebody under embargo, and what became of the mail."""

    address: str
    revision: int
    state: DeliveryState
    planned_at: datetime
    settled_at: datetime | None


def audience(session: Session, stands: Article, lineage: tuple[str, ...], *, now: datetime) -> Sequence[Journalist]:
    """Whom an article is released to: who is accredited for its division now and follows it at any cadence."""
    return _journalists(session, wishes_for(session, stands, lineage).condition, lineage, now=now)


def follows(session: Session, subscriber_id: int, stands: Article, lineage: tuple[str, ...]) -> bool:
    """Whether what a subscriber follows holds an article."""
    mine = subscription.c.subscriber_id == subscriber_id
    wanted = select(subscription.c.id).where(mine, wishes_for(session, stands, lineage).condition)
    return session.execute(wanted.limit(1)).first() is not None


def still_accredited(
    session: Session, article_id: int, lineage: tuple[str, ...], *, now: datetime
) -> Sequence[Journalist]:
    """Of those to whom an article was mailed under embargo, who may have it now."""
    return _journalists(session, _has_had(article_id), lineage, now=now)


def recipients(session: Session, article_id: int) -> Sequence[Journalist]:
    """Everybody who follows something and got an article under embargo, or may still: accredited or not any more."""
    return _people(session, and_(subscription.c.ended_at.is_(None), _has_had(article_id)))


def objection(
    session: Session, one: Delivery, lineage: Callable[[str], tuple[str, ...]], *, now: datetime
) -> DeliveryState | None:
    """Why a mail under embargo must not go out after all, asked just before the wire; None if it may.

    `lineage` answers the slugs of a division and of what is above it.
    """
    shown = (
        select(article.c.embargoed, article.c.revision, article.c.division, mailing_article.c.revision.label("told"))
        .join(mailing_article, mailing_article.c.article_id == article.c.id)
        .where(mailing_article.c.mailing_id == one.mailing_id)
    )
    row = session.execute(shown).first()
    if row is None or not row.embargoed:
        return DeliveryState.SKIPPED_LIFTED
    known = press.find(session, one.subscriber_id) if one.subscriber_id is not None else None
    if known is None or now >= known.until or not known.covers(lineage(row.division or "")):
        return DeliveryState.SKIPPED_ACCREDITATION
    return DeliveryState.SKIPPED_CORRECTED if row.told < row.revision else None


def count_lifted(session: Session) -> None:
    """Whoever had an article under embargo counts as told of its publication: no alert or digest tells it again.

    Who had an earlier text than the published one is told as everybody is, unless nobody is mailed.
    """
    lifted = (
        select(embargo_step.c.article_id, change.c.number, change.c.revision, change.c.quiet)
        .join(change, change.c.number == embargo_step.c.change_number)
        .where(embargo_step.c.settled_at.is_(None), embargo_step.c.kind == StepKind.LIFTED)
        .order_by(change.c.number)
    )
    for row in session.execute(lifted).all():
        had = (
            select(
                delivery.c.subscriber_id,
                func.max(mailing_article.c.revision).label("revision"),
                func.max(delivery.c.id).label("mail"),
            )
            .join(mailing, mailing.c.id == delivery.c.mailing_id)
            .join(mailing_article, mailing_article.c.mailing_id == mailing.c.id)
            .where(
                mailing.c.kind == Kind.EMBARGO,
                mailing_article.c.article_id == row.article_id,
                delivery.c.subscriber_id.is_not(None),
                delivery.c.state.in_(_ARRIVED),
            )
            .group_by(delivery.c.subscriber_id)
        )
        told = [
            {
                "subscriber_id": one.subscriber_id,
                "change_number": row.number,
                "article_id": row.article_id,
                "revision": one.revision,
                "delivery_id": one.mail,
            }
            for one in session.execute(had)
            if row.quiet or one.revision == row.revision
        ]
        if told:
            session.execute(insert_once(session, notice), told)


def mailed(session: Session, article_id: int, *, limit: int) -> Sequence[Sent]:
    """To whom an article was mailed under embargo, the latest first; without those who are erased since."""
    wanted = (
        select(
            subscriber.c.address,
            mailing_article.c.revision,
            delivery.c.state,
            delivery.c.created_at.label("planned_at"),
            delivery.c.settled_at,
        )
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .join(mailing, mailing.c.id == delivery.c.mailing_id)
        .join(mailing_article, mailing_article.c.mailing_id == mailing.c.id)
        .where(mailing.c.kind == Kind.EMBARGO, mailing_article.c.article_id == article_id)
    )
    rows = session.execute(wanted.order_by(delivery.c.id.desc()).limit(limit))
    return [Sent(**(dict(row._mapping) | {"state": DeliveryState(row.state)})) for row in rows]


def _has_had(article_id: int) -> ColumnElement[bool]:
    return exists().where(
        delivery.c.subscriber_id == subscriber.c.id,
        delivery.c.mailing_id == mailing.c.id,
        mailing.c.kind == Kind.EMBARGO,
        mailing_article.c.mailing_id == mailing.c.id,
        mailing_article.c.article_id == article_id,
    )


def _journalists(
    session: Session, wanted: ColumnElement[bool], lineage: tuple[str, ...], *, now: datetime
) -> Sequence[Journalist]:
    at_hand = or_(subscriber.c.paused_until.is_(None), subscriber.c.paused_until <= now)
    where = and_(subscription.c.ended_at.is_(None), wanted, at_hand)
    known = {one.subscriber_id: one for one in press.everyone(session)}
    may = {number for number, one in known.items() if now < one.until and one.covers(lineage)}
    return [one for one in _people(session, and_(where, _is_accredited())) if one.person.subscriber_id in may]


def _is_accredited() -> ColumnElement[bool]:
    return exists().where(accreditation.c.subscriber_id == subscriber.c.id)


def _people(session: Session, where: ColumnElement[bool]) -> Sequence[Journalist]:
    columns = (subscriber.c.id, subscriber.c.address, subscriber.c.language, subscriber.c.pictures, subscriber.c.zone)
    wanted = select(*columns).join(subscription, subscription.c.subscriber_id == subscriber.c.id).where(where)
    return [
        Journalist(
            person=Audience(subscriber_id=row.id, address=row.address, language=row.language, pictures=row.pictures),
            zone=row.zone,
        )
        for row in session.execute(wanted.distinct().order_by(subscriber.c.id))
    ]
