"""Mailings, whom they go to, and who has been told of what: written together, so that nobody is told twice."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, or_, select, true, update

from feeds.model import Article, Change, ChangeKind, State
from feeds.store.database import Session, insert_once
from feeds.store.tables import article, change, undo_window
from notifier.ledger import fanning, overflow
from notifier.ledger.tables import delivery, mailing, mailing_article, notice, rest, subscriber, subscription
from notifier.ledger.wishes import Wanted, wishes_for
from notifier.model import OPEN, Audience, Cadence, DeliveryState, Kind, Priority
from notifier.placeholders import MailContent

Told = tuple[int, int, int]
"""What a person is told of: change number, article id, revision."""
TOGETHER = "together:"
"""How the key of an alert of several releases begins."""
_AT_ONCE = 1000
_ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)


def find(session: Session, key: str) -> int | None:
    """The mailing that already says this, or None."""
    return session.execute(select(mailing.c.id).where(mailing.c.key == key)).scalar()


def freeze(
    session: Session,
    content: MailContent,
    *,
    kind: Kind,
    key: str,
    language: str,
    now: datetime,
    articles: Iterable[tuple[int, int]] = (),
    urgent: bool = False,
    advertising: bool = False,
    plan: dict[str, object] | None = None,
) -> int:
    """Store a mailing with the (article id, revision) pairs it shows; answers its id. The key is unique."""
    values = {
        "kind": kind,
        "key": key,
        "language": language,
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "urgent": urgent,
        "advertising": advertising,
        "created_at": now,
        "plan": plan,
        "edition": 1,
    }
    mailing_id: int = session.execute(insert(mailing).values(**values).returning(mailing.c.id)).scalar_one()
    shown = [
        {"mailing_id": mailing_id, "article_id": article_id, "revision": revision} for article_id, revision in articles
    ]
    if shown:
        session.execute(insert(mailing_article), shown)
    return mailing_id


def drop_unused(session: Session, ids: Sequence[int]) -> None:
    """Destroy those of these mailings that go to nobody."""
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        used = select(delivery.c.mailing_id).where(delivery.c.mailing_id.in_(some)).distinct()
        unused = set(some) - set(session.execute(used).scalars())
        session.execute(delete(mailing_article).where(mailing_article.c.mailing_id.in_(unused)))
        session.execute(delete(mailing).where(mailing.c.id.in_(unused)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """A mailing as its web copy is made from it: what it was, when it was frozen, and of which articles it tells.

    `plan` is what a digest was made from.
    """

    kind: Kind
    language: str
    created_at: datetime
    plan: dict[str, Any] | None
    articles: tuple[int, ...]


def mailed(session: Session, mailing_id: int) -> Mailed | None:
    """The mailing with this id, or None."""
    row = session.execute(select(mailing).where(mailing.c.id == mailing_id)).first()
    if row is None:
        return None
    told = select(mailing_article.c.article_id).where(mailing_article.c.mailing_id == mailing_id)
    return Mailed(
        kind=Kind(row.kind),
        language=row.language,
        created_at=row.created_at,
        plan=row.plan,
        articles=tuple(session.execute(told).scalars()),
    )


def address(
    session: Session,
    mailing_id: int,
    *,
    to: str,
    now: datetime,
    subscriber_id: int | None = None,
    signup_id: int | None = None,
) -> int | None:
    """Plan one delivery of a mailing; answers its id, or None if that address has one already."""
    values = _row(mailing_id, to=to, subscriber_id=subscriber_id, signup_id=signup_id, now=now)
    values["priority"] = _priority(session, mailing_id)
    planned = insert_once(session, delivery).values(**values).returning(delivery.c.id)
    return session.execute(planned).scalar()


def address_all(
    session: Session, mailing_id: int, people: Sequence[tuple[Audience, Sequence[Told]]], *, now: datetime
) -> int:
    """Plan a delivery of a mailing for each person and record what it tells them; answers how many were new.

    Set by set, for a city has many readers: who has a delivery of this mailing already gets no second one.
    """
    planned = 0
    priority = {"priority": _priority(session, mailing_id)}
    statement = insert_once(session, delivery).returning(delivery.c.id, delivery.c.subscriber_id)
    for first in range(0, len(people), _AT_ONCE):
        told = {person.subscriber_id: news for person, news in people[first : first + _AT_ONCE]}
        rows = [
            _row(mailing_id, to=person.address, subscriber_id=person.subscriber_id, now=now, reason=person.reason)
            | priority
            for person, _ in people[first : first + _AT_ONCE]
        ]
        new = session.execute(statement, rows).all()
        notices = [
            {
                "subscriber_id": subscriber_id,
                "change_number": number,
                "article_id": article_id,
                "revision": revision,
                "delivery_id": delivery_id,
            }
            for delivery_id, subscriber_id in new
            for number, article_id, revision in told[subscriber_id]
        ]
        if notices:
            session.execute(insert(notice), notices)
        planned += len(new)
    return planned


def _row(
    mailing_id: int,
    *,
    to: str,
    subscriber_id: int | None,
    signup_id: int | None = None,
    now: datetime,
    reason: str | None = None,
) -> dict[str, object]:
    return {
        "mailing_id": mailing_id,
        "subscriber_id": subscriber_id,
        "signup_id": signup_id,
        "address": to,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "repeats": 0,
        "next_attempt_at": now,
        "reason": reason,
        "created_at": now,
    }


def _priority(session: Session, mailing_id: int) -> Priority:
    kind, urgent = session.execute(select(mailing.c.kind, mailing.c.urgent).where(mailing.c.id == mailing_id)).one()
    return Priority.of(Kind(kind), urgent=urgent)


def told_of(session: Session, cadence: Cadence, article_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """For each person with a live subscription of a cadence, or for whom something is kept, the highest revision told
    of each of these articles.
    """
    follows = exists().where(
        subscription.c.subscriber_id == notice.c.subscriber_id,
        subscription.c.cadence == cadence,
        subscription.c.ended_at.is_(None),
    )
    wanted = (
        select(notice.c.subscriber_id, notice.c.article_id, func.max(notice.c.revision))
        .where(or_(follows, overflow.has_some(notice.c.subscriber_id)), notice.c.article_id.in_(list(article_ids)))
        .group_by(notice.c.subscriber_id, notice.c.article_id)
    )
    answer: dict[int, dict[int, int]] = {}
    for person, article_id, revision in session.execute(wanted):
        answer.setdefault(person, {})[article_id] = revision
    return answer


def told_to(session: Session, subscriber_id: int, article_ids: Iterable[int]) -> dict[int, int]:
    """The highest revision that one person was told of each of these articles."""
    wanted = select(notice.c.article_id, func.max(notice.c.revision)).where(
        notice.c.subscriber_id == subscriber_id, notice.c.article_id.in_(list(article_ids))
    )
    return {row[0]: row[1] for row in session.execute(wanted.group_by(notice.c.article_id))}


def alert_audience(
    session: Session, change: Change, texts: Sequence[Article], lineage: tuple[str, ...]
) -> fanning.Audience:
    """Who asked to be told at once of such an article, each person once, less those told of this change already.

    It is asked about by each of its `texts`: as it stands, and as it was published; `lineage` are the slugs of its
    division and of what is above it.
    """
    each = [wishes_for(session, text, lineage) for text in texts]
    wanted = Wanted(or_(*(one.condition for one in each)), list({scope for one in each for scope in one.by_words}))
    at_once = subscription.c.cadence == Cadence.IMMEDIATE, subscription.c.cursor < change.number
    people = _people(change, and_(*at_once, wanted.condition)).where(~overflow.is_kept(change))
    return fanning.Audience(people, wanted.by_words)


def correction_audience(
    session: Session, change: Change, stands: Article, lineage: tuple[str, ...]
) -> fanning.Audience:
    """Who was alerted of the article by an earlier revision, or had it under embargo, and still wants to be told at
    once; and who follows it."""
    people = _people(change, _wants_corrections(change))
    return fanning.Audience(people, wishes_for(session, stands, lineage).by_words)


def count_corrected(session: Session, change: Change) -> int:
    """How many people a correction that is not made yet would be mailed to at once, without loading one of them."""
    wanted = or_(_wants_corrections(change), _heard(change, Kind.EMBARGO))  # these at whatever cadence
    people = _people(change, wanted).subquery()
    return session.execute(select(func.count()).select_from(people)).scalar_one()


def was_told_of(session: Session, article_id: int) -> bool:
    """Whether anybody was ever mailed about an article. Of an archive nobody was, which is found at once."""
    return (
        session.execute(select(notice.c.article_id).where(notice.c.article_id == article_id).limit(1)).first()
        is not None
    )


def _wants_corrections(change: Change) -> ColumnElement[bool]:
    other = subscription.alias()
    has_digests = exists().where(
        other.c.subscriber_id == subscription.c.subscriber_id,
        other.c.ended_at.is_(None),
        other.c.article_id.is_(None),
        other.c.cadence != Cadence.IMMEDIATE,
    )
    # Of what somebody was told by a digest who has none but after a pause or beyond a cap, no digest tells more.
    by_digest = and_(_heard(change, Kind.DIGEST), ~has_digests)
    heard = or_(_heard(change, Kind.ALERT, Kind.CORRECTION, Kind.EMBARGO), by_digest)
    at_once = and_(subscription.c.cadence == Cadence.IMMEDIATE, subscription.c.article_id.is_(None), heard)
    follows_it = subscription.c.article_id == change.article_id
    # Who had their turn at this change, whatever came of it, has no second one when somebody else has theirs later.
    return and_(subscription.c.cursor < change.number, or_(at_once, follows_it))


def holders_under_embargo(change: Change) -> fanning.Audience:
    """Who had an earlier revision of the article under embargo, at whatever cadence they follow."""
    return fanning.Audience(_people(change, _heard(change, Kind.EMBARGO)))


def _told_of(article_id: int) -> ColumnElement[bool]:
    """A person's notice of an article, looked for among theirs: SQLite would look through those of everybody who was
    told of it, once for each person."""
    return notice.c.article_id + 0 == article_id


def _heard(change: Change, *kinds: Kind) -> ColumnElement[bool]:
    return exists().where(
        notice.c.subscriber_id == subscription.c.subscriber_id,
        _told_of(change.article_id),
        notice.c.revision < change.revision,
        notice.c.delivery_id == delivery.c.id,
        delivery.c.mailing_id == mailing.c.id,
        mailing.c.kind.in_(kinds),
    )


def holders(session: Session, article_id: int, *, withdrawn_at: datetime) -> Sequence[Audience]:
    """Who got a mail that told of the article, still follows something, has the same address, and does not pause.

    Who follows the article itself is told by `notifier.ledger.followers`, whatever they got.
    A digest that was sent later than it was withdrawn told of it only where it still says so.
    """
    return [
        Audience(subscriber_id=row.id, address=row.address, language=row.language)
        for row in session.execute(_holders(article_id, withdrawn_at).order_by(subscriber.c.id))
    ]


def count_holders(session: Session, article_id: int) -> int:
    """How many they are of an article that is not withdrawn, without those who follow it."""
    follows_it = exists().where(
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.article_id == article_id,
        subscription.c.ended_at.is_(None),
    )
    people = _holders(article_id, None).where(~follows_it).subquery()
    return session.execute(select(func.count()).select_from(people)).scalar_one()


def _holders(article_id: int, withdrawn_at: datetime | None) -> Select[tuple[int, str, str]]:
    still_says_so = exists().where(
        mailing_article.c.mailing_id == delivery.c.mailing_id, mailing_article.c.article_id == article_id
    )
    got = exists().where(
        notice.c.subscriber_id == subscriber.c.id,
        _told_of(article_id),
        notice.c.delivery_id == delivery.c.id,
        delivery.c.address == subscriber.c.address,
        delivery.c.state.in_(_ARRIVED),
        or_(delivery.c.settled_at <= withdrawn_at, still_says_so) if withdrawn_at else true(),
    )
    follows = exists().where(subscription.c.subscriber_id == subscriber.c.id, subscription.c.ended_at.is_(None))
    at_hand = subscriber.c.paused_until.is_(None)
    return select(subscriber.c.id, subscriber.c.address, subscriber.c.language).where(got, follows, at_hand)


def _people(change: Change, wanted: ColumnElement[bool]) -> Select[tuple[int, str, str, bool]]:
    told = exists().where(
        notice.c.subscriber_id == subscriber.c.id,
        _told_of(change.article_id),
        notice.c.revision >= change.revision,
    )
    # Who pauses is told afterwards, by one digest; but of what came out before they did, as everybody is.
    at_hand = or_(
        subscriber.c.paused_until.is_(None),
        subscriber.c.paused_until <= change.at,
        subscriber.c.paused_from >= change.number,
    )
    rested = exists().where(
        rest.c.subscriber_id == subscriber.c.id,
        rest.c.after_change < change.number,
        rest.c.to_change >= change.number,
    )
    return (
        select(subscriber.c.id, subscriber.c.address, subscriber.c.language, subscriber.c.pictures)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.ended_at.is_(None), wanted, ~told, ~rested, at_hand)
        .distinct()
    )


def planned_since(session: Session, to: str, kind: Kind, since: datetime) -> int:
    """How many mails of a kind were planned for an address from this instant on."""
    wanted = select(func.count()).select_from(delivery).join(mailing, mailing.c.id == delivery.c.mailing_id)
    return session.execute(
        wanted.where(delivery.c.address == to, mailing.c.kind == kind, delivery.c.created_at >= since)
    ).scalar_one()


def showing_withdrawn(session: Session) -> Sequence[tuple[int, str, dict[str, object]]]:
    """The (id, language, plan) of every digest that is still on its way to somebody and shows a withdrawn article."""
    on_its_way = exists().where(delivery.c.mailing_id == mailing.c.id, delivery.c.state.in_(OPEN))
    shows = exists().where(
        mailing_article.c.mailing_id == mailing.c.id,
        mailing_article.c.article_id == article.c.id,
        article.c.state == State.WITHDRAWN,
    )
    wanted = select(mailing.c.id, mailing.c.language, mailing.c.plan).where(
        mailing.c.kind == Kind.DIGEST, on_its_way, shows
    )
    return [(row.id, row.language, row.plan) for row in session.execute(wanted)]


def outdated_together(session: Session) -> Sequence[tuple[int, str, dict[str, Any], set[int]]]:
    """The (id, language, plan, articles) of every alert of several releases that is still on its way to somebody: the
    articles are those that were withdrawn, or of which a correction has been told of by mail."""
    on_its_way = exists().where(delivery.c.mailing_id == mailing.c.id, delivery.c.state.in_(OPEN))
    outdated = (
        select(mailing.c.id, mailing.c.language, mailing.c.plan, mailing_article.c.article_id)
        .join(mailing_article, mailing_article.c.mailing_id == mailing.c.id)
        .join(article, article.c.id == mailing_article.c.article_id)
        .where(
            mailing.c.kind == Kind.ALERT,
            mailing.c.key.startswith(TOGETHER),
            on_its_way,
            or_(article.c.state == State.WITHDRAWN, is_corrected()),
        )
    )
    found: dict[int, tuple[int, str, dict[str, Any], set[int]]] = {}
    for row in session.execute(outdated):
        found.setdefault(row.id, (row.id, row.language, row.plan, set()))[3].add(row.article_id)
    return list(found.values())


def is_corrected(*, told: bool = True) -> ColumnElement[bool]:
    """Whether what a mailing tells of an article was corrected since: and people are `told`, or can still be undone."""
    waits = exists().where(undo_window.c.change_number == change.c.number, undo_window.c.settled_at.is_(None))
    return exists().where(
        change.c.article_id == mailing_article.c.article_id,
        change.c.kind == ChangeKind.CORRECTED,
        change.c.quiet.is_(False),
        change.c.revision > mailing_article.c.revision,
        ~waits if told else waits,
    )


def make_again(
    session: Session, mailing_id: int, content: MailContent, plan: dict[str, object], *, kept: Collection[int]
) -> None:
    """Give a mailing the content that tells of what is `kept` of its articles; who has had it keeps what was sent."""
    values = {"subject": content.subject, "text": content.text, "html": content.html, "plan": plan}
    again = update(mailing).where(mailing.c.id == mailing_id).values(**values, edition=mailing.c.edition + 1)
    session.execute(again)
    gone = mailing_article.c.mailing_id == mailing_id, mailing_article.c.article_id.not_in(list(kept))
    session.execute(delete(mailing_article).where(*gone))
