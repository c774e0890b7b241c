"""Why claimed deliveries must not go out after all, asked of many at once just before the wire.

List mail needs a live subscription under the same address, and none goes to a suppressed one. Nothing tells of a
withdrawn article but its notice: if all are, the delivery is skipped. An alert of a text that was corrected since is
skipped too, for its correction is on the way to the same people. What else a release under embargo needs, its own
ledger is asked.

Three answers are no end: PENDING, sending is held; SENDING, the claim is another's by now; DEFERRED, the digest is
being made again without what was withdrawn.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select

from feeds.model import ChangeKind, State
from feeds.store.database import Session
from feeds.store.sets import pairs, strings
from feeds.store.tables import article, change
from notifier.ledger import embargo_mail
from notifier.ledger.tables import delivery, hold, mailing, mailing_article, subscriber, subscription, suppression
from notifier.model import Delivery, DeliveryState, Kind

_ALONE = (Kind.ALERT, Kind.CORRECTION)
_OF_A_RELEASE_GONE = (Kind.WITHDRAWAL, Kind.EMBARGO, Kind.EMBARGO_NOTICE)
"""What may tell of a release that is withdrawn, or not public."""


def objections(
    session: Session,
    claimed: Sequence[Delivery],
    *,
    owner: str,
    hashes: Mapping[int, Sequence[str]],
    lineage: Callable[[str], tuple[str, ...]],
    now: datetime,
) -> dict[int, DeliveryState]:
    """The state that stands against each of these deliveries, by id; those that may go out are not among them.

    `hashes` are those of each one's address, by the delivery's id; `lineage` answers the slugs of a division and of
    what is above it.
    """
    if session.execute(select(hold.c.id)).first() is not None:
        held = dict.fromkeys((one.id for one in claimed), DeliveryState.PENDING)
        return held | _of_others(session, claimed, owner)
    found = _of_others(session, claimed, owner)
    people = [one for one in claimed if one.kind.is_list_mail]
    for check in (_suppressed(session, people, hashes), _gone(session, people), _of_content(session, claimed)):
        found = check | found
    for one in claimed:
        if one.kind is Kind.EMBARGO and one.id not in found:
            said = embargo_mail.objection(session, one, lineage, now=now)
            if said is not None:
                found[one.id] = said
    return found


def _of_others(session: Session, claimed: Sequence[Delivery], owner: str) -> dict[int, DeliveryState]:
    asked = pairs(session, [(one.id, None) for one in claimed])
    ours = exists().where(
        delivery.c.id == asked.c.number, delivery.c.owner == owner, delivery.c.state == DeliveryState.SENDING
    )
    others = session.execute(select(asked.c.number).where(~ours)).scalars()
    return dict.fromkeys(others, DeliveryState.SENDING)


def _suppressed(
    session: Session, people: Sequence[Delivery], hashes: Mapping[int, Sequence[str]]
) -> dict[int, DeliveryState]:
    every = [one for each in people for one in hashes[each.id]]
    wanted = select(suppression.c.address_hash).where(suppression.c.address_hash.in_(strings(session, every)))
    stopped = set(session.execute(wanted).scalars())
    return {one.id: DeliveryState.SKIPPED_SUPPRESSED for one in people if stopped & set(hashes[one.id])}


def _gone(session: Session, people: Sequence[Delivery]) -> dict[int, DeliveryState]:
    """Who follows nothing any more, or under another address."""
    asked = pairs(session, [(one.subscriber_id, one.address) for one in people if one.subscriber_id is not None])
    follows = exists().where(
        subscriber.c.id == asked.c.number,
        subscriber.c.address == asked.c.string,
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.ended_at.is_(None),
    )
    gone = {(None, one.address) for one in people}
    gone |= {(row.number, row.string) for row in session.execute(select(asked).where(~follows))}
    return {one.id: DeliveryState.SKIPPED_LEFT for one in people if (one.subscriber_id, one.address) in gone}


def _of_content(session: Session, claimed: Sequence[Delivery]) -> dict[int, DeliveryState]:
    """By what became of the articles that a mailing tells of since it was made."""
    tellers = [one for one in claimed if one.kind not in _OF_A_RELEASE_GONE]
    mailings = {one.mailing_id for one in tellers}
    editions = select(mailing.c.id, mailing.c.edition).where(mailing.c.id.in_(mailings))
    current = {row.id: row.edition for row in session.execute(editions)}
    shown = (
        select(mailing_article.c.mailing_id, article.c.state)
        .join(article, article.c.id == mailing_article.c.article_id)
        .where(mailing_article.c.mailing_id.in_(mailings))
        .distinct()
    )
    states: dict[int, set[str]] = {}
    for row in session.execute(shown):
        states.setdefault(row.mailing_id, set()).add(row.state)
    later = (
        select(mailing_article.c.mailing_id)
        .join(change, change.c.article_id == mailing_article.c.article_id)
        .where(
            mailing_article.c.mailing_id.in_({one.mailing_id for one in tellers if one.kind in _ALONE}),
            change.c.kind == ChangeKind.CORRECTED,
            change.c.revision > mailing_article.c.revision,
        )
    )
    corrected = set(session.execute(later).scalars())
    found: dict[int, DeliveryState] = {}
    for one in tellers:
        of_all = states.get(one.mailing_id, set())
        if current.get(one.mailing_id) != one.edition:
            found[one.id] = DeliveryState.DEFERRED
        elif State.WITHDRAWN in of_all:
            alone = of_all == {State.WITHDRAWN}
            found[one.id] = DeliveryState.SKIPPED_WITHDRAWN if alone else DeliveryState.DEFERRED
        elif one.kind in _ALONE and one.mailing_id in corrected:
            # Who was to be told of the old text is told of its correction, which says what changed.
            found[one.id] = DeliveryState.SKIPPED_CORRECTED
    return found
