"""Who follows one article: told when it is withdrawn, whatever they got, and then no longer bound to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select, update

from feeds.model import ChangeKind, State
from feeds.store.database import Session
from feeds.store.tables import article, change
from notifier.ledger.tables import delivery, mailing, mailing_article, subscriber, subscription
from notifier.model import OPEN, Audience, Kind

WITHDRAWN = "withdrawn"
"""The reason with which a subscription to one article ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Somebody who follows an article that is withdrawn, and has no notice of it yet: by which change, and who."""

    change_number: int
    article_id: int
    withdrawn_at: datetime
    person: Audience


def untold(session: Session) -> Sequence[Untold]:
    """Everybody of whom this is so, by change; without who pauses, for they are told afterwards."""
    last = select(func.max(change.c.number)).where(
        change.c.article_id == article.c.id, change.c.kind == ChangeKind.WITHDRAWN
    )
    wanted = (
        select(
            change.c.number,
            change.c.article_id,
            change.c.at,
            subscriber.c.id,
            subscriber.c.address,
            subscriber.c.language,
        )
        .join_from(subscription, article, article.c.id == subscription.c.article_id)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .join(change, change.c.number == last.correlate(article).scalar_subquery())
        .where(
            subscription.c.ended_at.is_(None),
            article.c.state == State.WITHDRAWN,
            ~_has_notice(),
            subscriber.c.paused_until.is_(None),
        )
        .order_by(change.c.number, subscriber.c.id)
    )
    return [
        Untold(
            change_number=row.number,
            article_id=row.article_id,
            withdrawn_at=row.at,
            person=Audience(subscriber_id=row.id, address=row.address, language=row.language),
        )
        for row in session.execute(wanted)
    ]


def count(session: Session, article_id: int) -> int:
    """How many people follow an article itself; who pauses is told of what becomes of it afterwards."""
    follows = subscription.c.ended_at.is_(None), subscription.c.article_id == article_id
    return session.execute(select(func.count()).select_from(subscription).where(*follows)).scalar_one()


def has_told(session: Session) -> bool:
    """Whether a subscription to an article has nothing more to wait for."""
    return session.execute(select(subscription.c.id).where(*_told()).limit(1)).first() is not None


def end_told(session: Session, *, now: datetime) -> int:
    """End the subscriptions to articles whose withdrawal has been told, or could not be; answers how many.

    Not before: list mail goes out only to who follows something.
    """
    over = update(subscription).where(*_told()).values(ended_at=now, end_reason=WITHDRAWN)
    return len(session.execute(over.returning(subscription.c.id)).all())


def _told() -> tuple[ColumnElement[bool], ...]:
    withdrawn = select(article.c.id).where(article.c.state == State.WITHDRAWN)
    of_withdrawn = and_(subscription.c.ended_at.is_(None), subscription.c.article_id.in_(withdrawn))
    return of_withdrawn, _has_notice(), ~_has_notice(delivery.c.state.in_(OPEN))


def _has_notice(*besides: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        delivery.c.subscriber_id == subscription.c.subscriber_id,
        delivery.c.mailing_id == mailing.c.id,
        mailing.c.kind == Kind.WITHDRAWAL,
        mailing_article.c.mailing_id == mailing.c.id,
        mailing_article.c.article_id == subscription.c.article_id,
        *besides,
    )
