"""What becomes of a backup that was restored: it is told what people decided since, held, and released with care.

Between a backup and the loss after it mails went out of which the backup knows nothing. What it had still to send may
be among them, so that nobody is sent it unless somebody says so: the mails that waited, the alerts of its last changes,
the digests and the ends of pauses whose hour had come by the time it was restored, and what it had on its schedule for
before that. Everything later is told as ever.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store import changes, embargoes, undoing
from feeds.store.database import Session
from notifier import erasure
from notifier.digests import due
from notifier.journal import Decided, Journal
from notifier.ledger import (
    embargo_mail,
    holds,
    overflow,
    own_mail,
    restorations,
    revocations,
    runs,
    standing,
    subscribers,
    suppressions,
)
from notifier.ledger.restorations import Restoration
from notifier.model import Cadence, Kind

TAKEN = "250 (noted by the process that sent it, before a backup was restored)"
_BY_JOURNAL = "suppression journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How many people left, wishes ended, people were erased, and addresses suppressed since a backup."""

    left: int = 0
    ended: int = 0
    erased: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a ledger would send, were it not held."""

    waiting: Mapping[Kind, int] = field(default_factory=dict)
    changes: int = 0
    """Changes that who follows at once has not been told of."""
    digests: tuple[tuple[Cadence, str], ...] = ()
    """The digests that somebody follows and whose hour has come, by their cadence and slot."""
    scheduled: int = 0
    overdue: int = 0
    """Of the scheduled releases, those whose hour has come."""


def begin(session: Session, *, taken_at: datetime, accepted: Collection[int], now: datetime) -> int:
    """Hold what was restored, and count as sent what receipts say; answers how many mails that is."""
    taken = restorations.accept(session, accepted, reply=TAKEN, now=now)
    restorations.begin(session, taken_at=taken_at, change_number=changes.head(session), now=now)
    holds.put(session, f"restored from the backup of {taken_at:%Y-%m-%d %H:%M} UTC", now=now)
    return taken


def apply(session: Session, said: Decided, journal: Journal, *, now: datetime) -> Applied:
    """Do again what people, or their mail servers, decided since the backup."""
    left = ended = erased = 0
    for person, address in subscribers.addresses(session):
        marks = journal.marks(address)
        if not said.erased.keys().isdisjoint(marks):
            erased += erasure.erase(session, journal.tokens, address, now=now)
            continue
        if person is None:
            continue
        has_left = not said.left.isdisjoint(marks)
        over = set().union(*(said.ended.get(mark, ()) for mark in marks))
        again = set().union(*(said.again.get(mark, ()) for mark in marks))
        if has_left and not again:
            left += bool(subscribers.stop(session, person, reason="journal", now=now))
            continue
        for one in subscribers.live(session, person) if has_left or over else ():
            of_it = journal.marks(address, Scope.parse(str(one.scope)))
            if not over.isdisjoint(of_it) or (has_left and again.isdisjoint(of_it)):
                ended += subscribers.stop(session, person, only=one.id, reason="journal", now=now)
    for mark, at in said.erased.items():
        revocations.note(session, mark, now=at)  # also of whom the backup knows nothing: an old list may
    for mark in said.lifted:
        suppressions.lift(session, [mark])
    for mark, entry in said.suppressed.items():
        suppressions.add(session, mark, reason=entry.word, source=_BY_JOURNAL, now=entry.at)
    return Applied(left=left, ended=ended, erased=erased, suppressed=len(said.suppressed))


def prospect(session: Session, newsroom: Newsroom, *, now: datetime) -> Prospect:
    """What would be sent now, were it not held."""
    behind = subscribers.behind(session, Cadence.IMMEDIATE)
    scheduled = restorations.scheduled(session)
    followed = subscribers.timings(session)
    return Prospect(
        waiting={one.kind: one.number for one in standing.waiting(session)},
        changes=restorations.untold(session, behind) if behind is not None else 0,
        digests=tuple(
            (slot.cadence, slot.name)
            for slot, timing in due(session, newsroom, now)
            if (slot.cadence, timing) in followed
        ),
        scheduled=len(scheduled),
        overdue=sum(at <= now for _, at in scheduled),
    )


def settle(session: Session, newsroom: Newsroom, of: Restoration, *, resend: bool, now: datetime) -> int:
    """Decide what becomes of what may have been sent since the backup; answers how many mails are skipped."""
    skipped = 0 if resend else _skip(session, newsroom, of, now)
    restorations.close(session, resent=resend, now=now)
    return skipped


def _skip(session: Session, newsroom: Newsroom, of: Restoration, now: datetime) -> int:
    restorations.hush(session, of)
    _hush_embargoes(session, newsroom, of, now)
    for slot, timing in due(session, newsroom, of.restored_at):
        run_id = runs.start(session, slot, cut_at=of.taken_at, to_change=of.change_number)
        if run_id is not None:
            subscribers.had_turn(session, slot.cadence, timing, at=slot.due_at, to=of.change_number)
            if slot.cadence is Cadence.DAILY:
                overflow.forget(session, timing, at=slot.due_at, to=of.change_number)
            runs.conclude(session, run_id, runs.RESTORED)
    for person_id in own_mail.rested(session, of.restored_at):
        own_mail.resume(session, person_id, to=of.change_number, caught_up=True)
    subscribers.alerted(session, to=of.change_number)
    undoing.forget(session, to=of.change_number)
    return restorations.skip(session, of, now=now)


def _hush_embargoes(session: Session, newsroom: Newsroom, of: Restoration, now: datetime) -> None:
    """No notice of what happened under embargo before the backup; and whoever was to have a text by then counts as
    having it, so that they are told of what becomes of it."""
    for step in embargoes.waiting(session):
        if step.at <= of.taken_at:
            embargoes.settle(session, step.number, now=now)
    for article in embargoes.under(session):
        released = embargoes.released_at(embargoes.steps(session, article.id))
        if released is not None and released <= of.taken_at:
            lineage = newsroom.lineage(article.division or newsroom.city.fallback_division)
            people = embargo_mail.owed(session, article, lineage, since=released, now=of.restored_at)
            embargo_mail.presume(session, article, people, now=now)
