"""What people decide about their own mail, by their own link: look, hour, a pause, another address, a copy, an end.

A shell: each method is one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from feeds.clock import Clock
from feeds.localtime import instant_of
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store import changes
from feeds.store.database import Database, Session
from notifier import erasure
from notifier.addresses import masked
from notifier.journal import Journal
from notifier.ledger import (
    history,
    mailings,
    own_mail,
    press,
    renewals,
    revocations,
    signups,
    subscribers,
    suppressions,
)
from notifier.messages import Letters
from notifier.model import CAPS, Cadence, Kind, Subscriber, Timing
from notifier.spending import spend
from notifier.timing import zone_of
from notifier.tokens import Tokens

log = structlog.get_logger()
LONGEST_PAUSE = timedelta(days=366)
MOVES_A_DAY = 3
"""How many times a day a person may ask to be written to elsewhere: each sends a mail to an address they name."""
_EVERYTHING = 100_000


@dataclass(frozen=True, slots=True)
class Personal:
    """What one subscriber does with their own mail. Ids are those of the link's own person."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    tokens: Tokens
    clock: Clock
    journal: Journal

    @contextmanager
    def _alone(self) -> Iterator[Session]:
        with self.database.write() as session:
            changes.take_turn(session)
            yield session

    def set_timing(self, subscriber_id: int, timing: Timing) -> None:
        """Digests come at this hour from now on."""
        with self._alone() as session:
            subscribers.set_timing(session, subscriber_id, timing, now=self.clock())

    def set_look(self, subscriber_id: int, *, language: str, pictures: bool) -> None:
        """Mails are in this language from now on, and show pictures or none. ValueError for a language we lack."""
        if language not in self.newsroom.city.languages:
            raise ValueError("not a language of the mails")
        with self._alone() as session:
            own_mail.set_look(session, subscriber_id, language=language, pictures=pictures)

    def set_cap(self, subscriber_id: int, number: int | None) -> None:
        """So many mails come at once in a day at most from now on: 0 for as many as there are, None for what holds
        where nothing is chosen. ValueError for another number than is offered."""
        if number not in (None, 0, *CAPS):
            raise ValueError("not a number of mails that is offered")
        with self._alone() as session:
            own_mail.set_cap(session, subscriber_id, number)

    def pause(self, subscriber_id: int, until: date, *, catch_up: bool) -> None:
        """Send no releases until this day, at the hour of the person's digests. ValueError for a day not to come.

        With `catch_up` one digest of what came out meanwhile is sent then.
        """
        now = self.clock()
        with self._alone() as session:
            person = subscribers.get(session, subscriber_id)
            if person is None:
                return
            ends_at = instant_of(until, time(person.timing.hour), zone_of(person.timing, self.newsroom))
            if not now < ends_at <= now + LONGEST_PAUSE:
                raise ValueError("not a day to pause until")
            own_mail.pause(session, subscriber_id, until=ends_at, catch_up=catch_up)

    def resume(self, subscriber_id: int) -> None:
        """End a pause now; what was wanted afterwards comes within a minute."""
        with self._alone() as session:
            person = subscribers.get(session, subscriber_id)
            if person is not None and person.pause is not None:
                own_mail.pause(session, subscriber_id, until=self.clock(), catch_up=person.pause.catch_up)

    def ask_to_move(self, subscriber_id: int, address: str, *, host: str | None = None) -> None:
        """Plan the mail that asks at a new (normalised) address. The caller learns nothing about that address.

        It counts against the budgets of the asking `host`, as a sign-up does: BudgetSpent beyond them.
        """
        now = self.clock()
        with self._alone() as session:
            person = subscribers.get(session, subscriber_id)
            since = now - timedelta(days=1)
            if person is None or person.address == address:
                return
            asked = max(signups.moves_since(session, since, person.id), signups.asked_since(session, since, address))
            if asked >= MOVES_A_DAY:
                log.info("move.over_budget", to=masked(address))
                return
            spend(session, self.tokens, address, host, now=now)
            if suppressions.bars_forms(session, self.tokens.address_hashes(address)):
                return
            wish = signups.add(
                session,
                address=address,
                scope=Scope(),
                cadence=Cadence.DAILY,
                language=person.language,
                now=now,
                mover_id=person.id,
            )
            mailing = mailings.freeze(
                session,
                self.letters.address_confirm(language=person.language),
                kind=Kind.ADDRESS_CONFIRM,
                key=f"move:{wish.id}",
                language=person.language,
                now=now,
            )
            mailings.address(session, mailing, to=address, signup_id=wish.id, now=now)

    def move(self, signup_id: int) -> Subscriber | None:
        """Write to the new address from now on, and tell the one before; a second time changes nothing.

        Answers the person; None once the request is destroyed or its person erased.
        """
        now = self.clock()
        with self._alone() as session:
            wish = signups.get(session, signup_id)
            if wish is None or wish.mover_id is None:
                return None
            if wish.confirmed_at is not None:
                return subscribers.find(session, wish.address)
            person = subscribers.get(session, wish.mover_id)
            if person is None:
                return None
            signups.confirm(session, wish.id, now=now)
            if suppressions.lift(session, self.tokens.address_hashes(wish.address)):
                self.journal.lifted(wish.address)
            moved = own_mail.move_to(session, person, wish.address, now=now)
            revocations.note(session, self.tokens.address_hashes(person.address)[0], now=now)
            content = self.letters.address_changed(
                masked(wish.address),
                language=person.language,
                changed_on=now.astimezone(self.newsroom.city.zone).date(),
            )
            mailing = mailings.freeze(
                session,
                content,
                kind=Kind.ADDRESS_CHANGED,
                key=f"moved:{wish.id}",
                language=person.language,
                now=now,
            )
            told = mailings.address(session, mailing, to=person.address, now=now)
            # Two who have become one are not taken apart again: the one before is told, and may sign up anew.
            if told is not None and moved.id == person.id:
                own_mail.keep_move(session, told, person.id, person.address, now=now)
            return moved

    def can_undo_move(self, delivery_id: int) -> bool:
        """Whether the change of address that a mail told of can be taken back."""
        with self.database.read() as session:
            return self._kept_move(session, delivery_id) is not None

    def undo_move(self, delivery_id: int) -> bool:
        """Write to the address before again; later changes are undone with it. False where it is too late."""
        now = self.clock()
        with self._alone() as session:
            kept = self._kept_move(session, delivery_id)
            person = subscribers.get(session, kept.subscriber_id) if kept else None
            if kept is None or person is None or subscribers.find(session, kept.address_before) is not None:
                return False
            own_mail.move_to(session, person, kept.address_before, now=now)
            revocations.note(session, self.tokens.address_hashes(person.address)[0], now=now)
            revocations.take_back(session, self.tokens.address_hashes(kept.address_before))
            own_mail.forget_moves(session, until=now, subscriber_id=person.id)
            return True

    def _kept_move(self, session: Session, delivery_id: int) -> own_mail.Move | None:
        kept = own_mail.kept_move(session, delivery_id)
        return kept if kept and self.clock() < kept.at + own_mail.UNDONE_WITHIN else None

    def copy(self, subscriber_id: int) -> dict[str, object] | None:
        """Everything that is kept of a person, to be written as JSON; None once erased."""
        with self.database.read() as session:
            person = subscribers.get(session, subscriber_id)
            if person is None:
                return None
            suppressed = suppressions.find(session, self.tokens.address_hashes(person.address))
            sent = history.of_person(session, person, limit=_EVERYTHING)
            accredited = press.find(session, person.id)
            looked = press.accesses(session, subscriber_id=person.id, limit=_EVERYTHING)
            return {
                "address": person.address,
                "since": _iso(person.created_at),
                "language": person.language,
                "pictures": person.pictures,
                "hour": person.timing.hour,
                "mails_at_once_a_day": person.daily_cap,
                "zone": zone_of(person.timing, self.newsroom).key,
                "paused_until": _iso(person.pause.until) if person.pause else None,
                "stopped": {"reason": suppressed.reason, "at": _iso(suppressed.at)} if suppressed else None,
                "consents": [
                    {name: _iso(value) if isinstance(value, datetime) else value for name, value in one.items()}
                    for one in own_mail.consents(session, person.id)
                ],
                "asked_again": [
                    {
                        name: _iso(value)
                        if isinstance(value, datetime)
                        else str(value)
                        if name[-3:] == "_on"
                        else value
                        for name, value in one.items()
                    }
                    for one in renewals.everything(session, person.id)
                ],
                "follows": [
                    {name: _iso(value) if isinstance(value, datetime) else value for name, value in one.items()}
                    for one in own_mail.everything_followed(session, person.id)
                ],
                "accredited": {"until": _iso(accredited.until), "divisions": accredited.divisions}
                if accredited
                else None,
                "embargo_accesses": [
                    {
                        "article": one.article_id,
                        "way": one.way,
                        "first_at": _iso(one.first_at),
                        "last_at": _iso(one.last_at),
                        "times": one.number,
                        "agent": one.agent,
                    }
                    for one in looked
                ],
                "mails": [
                    {
                        "kind": one.kind,
                        "subject": one.subject,
                        "state": one.state,
                        "planned_at": _iso(one.created_at),
                        "settled_at": _iso(one.settled_at) if one.settled_at else None,
                        "answer": one.reply,
                        "because": one.reason,
                    }
                    for one in sent
                ],
            }

    def erase(self, subscriber_id: int) -> None:
        """Destroy everything that is kept of a person, but the keyed hash of the address: for two years, so that no old
        list brings them back, and where it must get no mail."""
        with self._alone() as session:
            person = subscribers.get(session, subscriber_id)
            if person is not None:
                erasure.erase(session, self.tokens, person.address, now=self.clock())
                self.journal.erased(person.address)

    def take_back_end(self, subscriber_id: int) -> int:
        """Follow again what was ended within the last hour; answers how much. Twice is harmless."""
        now = self.clock()
        with self._alone() as session:
            again = own_mail.take_back_end(session, subscriber_id, since=now - timedelta(hours=1), now=now)
            person = subscribers.get(session, subscriber_id)
            if person is not None and again:
                self.journal.again(person.address, again)
            return len(again)

    def forget_moves(self) -> int:
        """Destroy the addresses before whose time is over; answers how many."""
        with self.database.write() as session:
            return own_mail.forget_moves(session, until=self.clock() - own_mail.UNDONE_WITHIN)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
