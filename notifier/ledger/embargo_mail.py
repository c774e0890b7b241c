"""Who is mailed a release under embargo, who may still have it just before the wire, and who counts as told by it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update

from feeds.model import Article, StepKind
from feeds.store.database import Session, insert_once
from feeds.store.tables import article, change, embargo_step
from notifier.ledger import mailings, press
from notifier.ledger.tables import (
    accreditation,
    delivery,
    mailing,
    mailing_article,
    notice,
    subscriber,
    subscription,
)
from notifier.ledger.wishes import wishes_of
from notifier.model import Audience, Delivery, DeliveryState, Kind
from notifier.placeholders import MailContent

_ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
_LEFT_US = (
    *_ARRIVED,
    *(DeliveryState.SENDING, DeliveryState.BOUNCED, DeliveryState.COMPLAINED, DeliveryState.SKIPPED_RESTORED),
)
_CAME_TO_NOTHING = (DeliveryState.SKIPPED_ACCREDITATION, DeliveryState.SKIPPED_LEFT)
"""Who was not accredited, or followed nothing, when it should have gone out may be both again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journalist:
    """One person who is told under embargo, as planners see them; `zone` is their own, where they chose one."""

    person: Audience
    zone: str | None
    has_earlier: bool = False
    """Whether an earlier text of it went out to them."""
    unsent: int = 0
    """How many mails of this very text were planned for them and not sent, for what was true then and is not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """That a release was mailed to somebody under embargo, and what became of the mail."""

    address: str
    revision: int
    state: DeliveryState
    planned_at: datetime
    settled_at: datetime | None


def owed(
    session: Session, stands: Article, lineage: tuple[str, ...], *, since: datetime, now: datetime
) -> Sequence[Journalist]:
    """To whom the text of an article as it stands is due: who is accredited for its division now and has had no mail of
    it since an instant, that of its release.

    They follow it, at any cadence, and do not pause; or have an earlier text, for who does must know of the later one.
    """
    may = [one.subscriber_id for one in press.everyone(session) if now < one.until and one.covers(lineage)]
    had = _had(session, stands.id, since) if may else {}
    lacking = [one for one in may if not had.get(one, _NOTHING).has(stands.revision)]
    if not lacking:
        return ()
    wishes = wishes_of(session, _is_accredited(subscription.c.subscriber_id), stands, lineage)
    found = []
    for one, pauses in _people(session, _is_accredited(subscriber.c.id), now=now):
        number = one.person.subscriber_id
        mails = had.get(number, _NOTHING)
        has_earlier = mails.left(before=stands.revision)
        if number in lacking and (has_earlier or (number in wishes and not pauses)):
            by_words = tuple(scope for scope in wishes.get(number, ()) if scope.words)
            person = replace(one.person, wishes=by_words)
            unsent = mails.unsent(stands.revision)
            found.append(replace(one, person=person, has_earlier=has_earlier, unsent=unsent))
    return found


def presume(session: Session, article: Article, people: Sequence[Journalist], *, now: datetime) -> None:
    """Keep that an article was perhaps mailed to these people by a database that is no more: nothing is sent."""
    of_language: dict[str, list[Journalist]] = {}
    for one in people:
        of_language.setdefault(one.person.language, []).append(one)
    for language, those in sorted(of_language.items()):
        unknown = MailContent(article.content.title, "", "")
        key = f"embargo:presumed:{article.id}:{article.revision}:{language}:{now.isoformat()}"
        of = mailings.freeze(
            session,
            unknown,
            kind=Kind.EMBARGO,
            key=key,
            language=language,
            now=now,
            articles=[(article.id, article.revision)],
        )
        mailings.address_all(session, of, [(one.person, ()) for one in those], now=now)
        over = {"state": DeliveryState.SKIPPED_RESTORED, "settled_at": now}
        session.execute(update(delivery).where(delivery.c.mailing_id == of).values(**over))


def follows(session: Session, subscriber_id: int, stands: Article, lineage: tuple[str, ...]) -> bool:
    """Whether what a subscriber follows holds an article."""
    return bool(wishes_of(session, subscription.c.subscriber_id == subscriber_id, stands, lineage))


def recipients(session: Session, article_id: int) -> Sequence[Journalist]:
    """Everybody who follows something and got an article under embargo, or may still: accredited or not any more."""
    return [one for one, _ in _people(session, _has_had(article_id))]


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


@dataclass(frozen=True, slots=True)
class _Mails:
    """The mails of one release to one person: the revision of each, and what became of it."""

    each: tuple[tuple[int, DeliveryState], ...] = ()

    def has(self, revision: int) -> bool:
        """Whether this text or a later one went out, is on its way, or cannot be delivered."""
        return any(of >= revision and state not in _CAME_TO_NOTHING for of, state in self.each)

    def left(self, *, before: int) -> bool:
        """Whether an earlier text left us, and may have arrived."""
        return any(of < before and state in _LEFT_US for of, state in self.each)

    def unsent(self, revision: int) -> int:
        """How many mails of this text were not sent."""
        return sum(of == revision and state in _CAME_TO_NOTHING for of, state in self.each)


_NOTHING = _Mails()


def _had(session: Session, article_id: int, since: datetime) -> dict[int, _Mails]:
    wanted = (
        select(delivery.c.subscriber_id, mailing_article.c.revision, delivery.c.state)
        .join(mailing, mailing.c.id == delivery.c.mailing_id)
        .join(mailing_article, mailing_article.c.mailing_id == mailing.c.id)
        .where(
            mailing.c.kind == Kind.EMBARGO,
            mailing_article.c.article_id == article_id,
            delivery.c.created_at >= since,
            delivery.c.subscriber_id.is_not(None),
        )
    )
    found: dict[int, _Mails] = {}
    for person, revision, state in session.execute(wanted):
        found[person] = _Mails((*found.get(person, _NOTHING).each, (revision, DeliveryState(state))))
    return found


def _is_accredited(person: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(accreditation.c.subscriber_id == person)


def _people(
    session: Session, where: ColumnElement[bool], *, now: datetime | None = None
) -> Sequence[tuple[Journalist, bool]]:
    """Each of these people who follows anything, and whether they pause."""
    columns = (subscriber.c.id, subscriber.c.address, subscriber.c.language, subscriber.c.pictures, subscriber.c.zone)
    follows = exists().where(subscription.c.subscriber_id == subscriber.c.id, subscription.c.ended_at.is_(None))
    wanted = select(*columns, subscriber.c.paused_until).where(follows, where).order_by(subscriber.c.id)
    return [
        (
            Journalist(
                person=Audience(
                    subscriber_id=row.id, address=row.address, language=row.language, pictures=row.pictures
                ),
                zone=row.zone,
            ),
            now is not None and row.paused_until is not None and row.paused_until > now,
        )
        for row in session.execute(wanted)
    ]
