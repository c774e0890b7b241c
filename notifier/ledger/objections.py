"""Why claimed deliveries must not go out after all, asked of many at once just before the wire.

List mail needs a live subscription under the same address, and none goes to a suppressed one. Nothing tells of a
withdrawn article but its notice: if all are, the delivery is skipped. An alert of a text that was corrected since is
skipped too, for its correction is on the way to the same people. What else a release under embargo needs, its own
ledger is asked.

Three answers are no end: PENDING, sending is held; SENDING, the claim is another's by now; DEFERRED, the mail is being
made again without what was withdrawn or corrected, or the mails of a correction can still be undone.

Whatever is asked is one statement, made once: it stands between every message and the wire.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    literal_column,
    null,
    select,
    union_all,
)

from feeds.model import State
from feeds.store.database import Session
from feeds.store.sets import numbers_of, pairs_of, parameter, strings_of, written, written_pairs
from feeds.store.tables import article
from notifier.ledger import embargo_mail
from notifier.ledger.mailings import is_corrected
from notifier.ledger.tables import delivery, hold, mailing, mailing_article, subscriber, subscription, suppression
from notifier.model import Delivery, DeliveryState, Kind

_ALONE = (Kind.ALERT, Kind.CORRECTION)
_OF_A_RELEASE_GONE = (Kind.WITHDRAWAL, Kind.EMBARGO, Kind.EMBARGO_NOTICE)
"""What may tell of a release that is withdrawn, or not public."""


class _About(StrEnum):
    """What a row of the answer says."""

    HOLD = "hold"
    OTHERS = "others"
    SUPPRESSED = "suppressed"
    GONE = "gone"
    EDITION = "edition"
    STATE = "state"


_CORRECTED, _UNDECIDED = "corrected", "undecided"
"""What stands of an article, beside its states, where a mailing alone tells of it: another text by now, of which the
same people are told, or perhaps are."""


@dataclass(slots=True)
class _Said:
    """The answer, read."""

    held: bool = False
    others: set[int] = field(default_factory=set)
    """Claims that are another's by now."""
    suppressed: set[str] = field(default_factory=set)
    """Hashes of addresses."""
    gone: set[tuple[int, str]] = field(default_factory=set)
    """Who follows nothing any more, or under another address."""
    editions: dict[int, int] = field(default_factory=dict)
    """Of the mailings."""
    states: dict[int, set[str]] = field(default_factory=dict)
    """Those of the articles that each mailing tells of."""


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
    people = [one for one in claimed if one.kind.is_list_mail]
    tellers = [one for one in claimed if one.kind not in _OF_A_RELEASE_GONE]
    said = _asked(session, claimed, people, tellers, owner, hashes)
    others = dict.fromkeys(said.others, DeliveryState.SENDING)
    if said.held:
        return dict.fromkeys((one.id for one in claimed), DeliveryState.PENDING) | others
    found = _of_content(tellers, said) | _of_people(people, hashes, said) | others
    for one in claimed:
        if one.kind is Kind.EMBARGO and one.id not in found:
            state = embargo_mail.objection(session, one, lineage, now=now)
            if state is not None:
                found[one.id] = state
    return found


def _of_people(
    people: Sequence[Delivery], hashes: Mapping[int, Sequence[str]], said: _Said
) -> dict[int, DeliveryState]:
    found: dict[int, DeliveryState] = {}
    for one in people:
        if not said.suppressed.isdisjoint(hashes[one.id]):
            found[one.id] = DeliveryState.SKIPPED_SUPPRESSED
        elif one.subscriber_id is None or (one.subscriber_id, one.address) in said.gone:
            found[one.id] = DeliveryState.SKIPPED_LEFT
    return found


def _of_content(tellers: Sequence[Delivery], said: _Said) -> dict[int, DeliveryState]:
    """By what became of the articles that a mailing tells of since it was made."""
    found: dict[int, DeliveryState] = {}
    for one in tellers:
        of_all = said.states.get(one.mailing_id, set())
        if said.editions.get(one.mailing_id) != one.edition:
            found[one.id] = DeliveryState.DEFERRED
        elif of_all == {State.WITHDRAWN}:
            found[one.id] = DeliveryState.SKIPPED_WITHDRAWN
        elif of_all and of_all <= {State.WITHDRAWN, _CORRECTED}:
            # Who was to be told of the old text is told of its correction, which says what changed.
            found[one.id] = DeliveryState.SKIPPED_CORRECTED
        elif not of_all.isdisjoint({State.WITHDRAWN, _CORRECTED, _UNDECIDED}):
            found[one.id] = DeliveryState.DEFERRED
    return found


def _asked(
    session: Session,
    claimed: Sequence[Delivery],
    people: Sequence[Delivery],
    tellers: Sequence[Delivery],
    owner: str,
    hashes: Mapping[int, Sequence[str]],
) -> _Said:
    values = {
        "claims": written([one.id for one in claimed]),
        "owner": owner,
        "hashes": written([each for one in people for each in hashes[one.id]]),
        "people": written_pairs([(one.subscriber_id, one.address) for one in people if one.subscriber_id is not None]),
        "mailings": written({one.mailing_id for one in tellers}),
        "alone": written({one.mailing_id for one in tellers if one.kind in _ALONE}),
    }
    said = _Said()
    for row in session.execute(_question(session.dialect.name), values):
        number, word = row.number, row.word
        match row.about:
            case _About.HOLD:
                said.held = True
            case _About.OTHERS:
                said.others.add(number)
            case _About.SUPPRESSED:
                said.suppressed.add(word)
            case _About.GONE:
                said.gone.add((number, word))
            case _About.EDITION:
                said.editions[number] = int(word)
            case _:
                said.states.setdefault(number, set()).add(word)
    return said


def _row(
    about: _About, number: ColumnElement[int] | None = None, word: ColumnElement[str] | None = None
) -> Select[str, int, str]:
    return select(
        literal_column(f"'{about}'", Text()).label("about"),
        (number if number is not None else cast(null(), BigInteger)).label("number"),
        (word if word is not None else cast(null(), Text)).label("word"),
    )


@cache
def _question(dialect: str) -> CompoundSelect[str, int, str]:
    """Rows are asked for one by one, each by its number: joined, PostgreSQL may read a table of which it does not know
    yet that it is large."""
    claim = numbers_of(dialect, parameter("claims")).subquery().c[0]
    holder = case((delivery.c.state == DeliveryState.SENDING, delivery.c.owner))
    whose = select(holder).where(delivery.c.id == claim).scalar_subquery()
    person = pairs_of(dialect, parameter("people"))
    follows = (
        select(subscription.c.id)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(subscriber.c.id == person.c.number, subscriber.c.address == person.c.string)
        .where(subscription.c.ended_at.is_(None))
        .limit(1)
        .scalar_subquery()
    )
    alone = mailing_article.c.mailing_id.in_(numbers_of(dialect, parameter("alone")))
    stands = case(
        (article.c.state == State.WITHDRAWN, article.c.state),
        (and_(alone, is_corrected()), literal_column(f"'{_CORRECTED}'", Text())),
        (and_(alone, is_corrected(told=False)), literal_column(f"'{_UNDECIDED}'", Text())),
        else_=article.c.state,
    )
    stopped, told = suppression.c.address_hash, mailing_article.c.mailing_id
    shown = mailing_article.join(article, article.c.id == mailing_article.c.article_id)
    hashes, mailings = strings_of(dialect, parameter("hashes")), numbers_of(dialect, parameter("mailings"))
    return union_all(
        _row(_About.HOLD).select_from(hold),
        _row(_About.OTHERS, claim).where(whose.is_distinct_from(bindparam("owner"))),
        _row(_About.SUPPRESSED, word=stopped).where(stopped.in_(hashes)),
        _row(_About.GONE, person.c.number, person.c.string).where(follows.is_(None)),
        _row(_About.EDITION, mailing.c.id, cast(mailing.c.edition, Text)).where(mailing.c.id.in_(mailings)),
        _row(_About.STATE, told, stands).select_from(shown).where(told.in_(mailings)).distinct(),
    )
