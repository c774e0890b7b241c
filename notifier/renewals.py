"""Consent is asked for anew before it is over: people are asked, reminded, and let go without an answer. A shell."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from feeds.clock import Clock
from feeds.localtime import instant_of
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store import changes
from feeds.store.database import Database, Session
from notifier import consent
from notifier.labels import labels_of
from notifier.ledger import mailings, renewals, restorations, subscribers
from notifier.ledger.renewals import Person
from notifier.messages import Follows, Letters
from notifier.model import Audience, Cadence, Kind

log = structlog.get_logger()
BY_DAY = (time(9, 0), time(21, 0))
"""Between these local times people are asked: nobody is woken, and what a night missed is done in the morning."""
AT_ONCE = 1000
"""How many people one transaction takes: the service writes in between, and a crash repeats nobody."""


@dataclass(frozen=True, slots=True)
class RenewalsRun:
    """What a day's run did, in people: asked, reminded, and let go."""

    asked: int = 0
    reminded: int = 0
    lapsed: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Since which day a person's consent holds, and on which it is asked for anew; None where it never is.

    `until` is the day on which mail ends, where they have been asked and have not answered.
    """

    since: date
    asked_on: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Renewals:
    """Runs once a day, whoever wakes it and however often. `months` is how long a consent holds; 0 asks nobody."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    clock: Clock
    months: int

    def run(self) -> RenewalsRun | None:
        """Do today's run if it is due and not done; one that was broken off goes on. None where there is nothing."""
        now = self.clock()
        zone = self.newsroom.city.zone
        local = now.astimezone(zone)
        if not self.months or not BY_DAY[0] <= local.time() < BY_DAY[1]:
            return None
        today = local.date()
        due_at = instant_of(today, BY_DAY[0], zone)
        with self.database.write() as session:
            changes.take_turn(session)
            if restorations.waiting(session) is not None:
                return None
            run_id = renewals.start(session, f"{BY_DAY[0]:%H:%M} {zone.key}", today, due_at=due_at, now=now)
            if run_id is None:
                return None
            renewals.close_renewed(session, now=now)
            renewals.unsent(session, today=today)
        done = RenewalsRun(self._ask(today), self._remind(today), self._lapse(today))
        with self.database.write() as session:
            renewals.conclude(session, run_id)
        return done

    def _ask(self, today: date) -> int:
        before = self._start_of(consent.latest_to_ask(today, self.months) + timedelta(days=1))
        asked = after = 0
        while True:
            with self.database.write() as session:
                changes.take_turn(session)
                people = renewals.to_ask(session, before=before, after=after, limit=AT_ONCE)
                if not people:
                    return asked
                after = people[-1].id
                until = [consent.ends_on(self._day(one.agreed_at), today, self.months) for one in people]
                renewals.ask(session, people, until=until, on=today, now=self.clock())
                asked += self._mail(session, people, until, again="")

    def _remind(self, today: date) -> int:
        reminded = 0
        for last in (True, False):
            number = 1
            while number:
                with self.database.write() as session:
                    changes.take_turn(session)
                    number = self._remind_some(session, today, last=last)
                reminded += number
        return reminded

    def _remind_some(self, session: Session, today: date, *, last: bool) -> int:
        asked_until, soonest = today - consent.FIRST_REMINDER, today + consent.LAST_REMINDER
        people = renewals.to_remind(session, asked_until=asked_until, last_until=soonest, last=last, limit=AT_ONCE)
        if people:
            renewals.remind(session, [one.id for one in people], last=last, until=soonest, now=self.clock())
            until = [max(one.until or soonest, soonest) for one in people]
            self._mail(session, people, until, again=f"{2 if last else 1}:{today}")
        return len(people)

    def _lapse(self, today: date) -> int:
        lapsed, number = 0, 1
        while number:
            with self.database.write() as session:
                changes.take_turn(session)
                number = renewals.lapse(session, today=today, now=self.clock(), limit=AT_ONCE)
            lapsed += number
        return lapsed

    def _mail(self, session: Session, people: Sequence[Person], until: Sequence[date], *, again: str) -> int:
        """Plan the mail for each; who follows the same since the same day and speaks the same shares one."""
        followed = renewals.followed(session, [one.id for one in people])
        alike: dict[tuple[str, date, date, tuple[tuple[str, Cadence], ...]], list[Person]] = {}
        for one, last in zip(people, until, strict=True):
            same = one.language, self._day(one.agreed_at), last, tuple(followed.get(one.id, ()))
            alike.setdefault(same, []).append(one)
        planned = 0
        for (language, since, last, wishes), readers in alike.items():
            marked = hashlib.sha256(json.dumps(wishes).encode()).hexdigest()[:32]
            key = f"renewal:{again}:{since}:{last}:{language}:{marked}"
            mailing = mailings.find(session, key)
            if mailing is None:
                content = self.letters.renewal(
                    self._named(session, wishes, language),
                    language=language,
                    since=since,
                    until=last,
                    again=bool(again),
                )
                mailing = mailings.freeze(
                    session, content, kind=Kind.RENEWAL, key=key, language=language, now=self.clock()
                )
            audience = [
                (Audience(subscriber_id=one.id, address=one.address, language=one.language), ()) for one in readers
            ]
            planned += mailings.address_all(session, mailing, audience, now=self.clock())
        return planned

    def _named(self, session: Session, wishes: Sequence[tuple[str, Cadence]], language: str) -> list[Follows]:
        scopes = [(Scope.parse(scope), cadence) for scope, cadence in wishes]
        return [
            Follows(tuple(labels_of(session, scope, self.letters, language)), cadence, scope.article is not None)
            for scope, cadence in scopes
        ]

    def standing(self, subscriber_id: int) -> Standing | None:
        """How a person's consent stands; None where no record says that they agreed."""
        with self.database.read() as session:
            agreed_at = renewals.agreed_at(session, subscriber_id)
            asking = renewals.latest(session, subscriber_id)
        if agreed_at is None:
            return None
        since = self._day(agreed_at)
        waits = asking is not None and asking.ended_at is None and asking.agreed_at == agreed_at and self.months
        next_on = consent.asked_on(since, self.months) if self.months else None
        return Standing(since, next_on, asking.until if asking and waits else None)

    def can_renew(self, subscriber_id: int) -> bool:
        """Whether a person can still say that their consent goes on, or has said so."""
        with self.database.read() as session:
            asking = renewals.latest(session, subscriber_id)
            if asking is None or subscribers.get(session, subscriber_id) is None:
                return False
            return self._is_in_time(asking) or bool(subscribers.live(session, subscriber_id))

    def renew(self, subscriber_id: int, *, language: str) -> bool:
        """A person says yes in a language; a second time changes nothing. False where it is too late."""
        now = self.clock()
        with self.database.write() as session:
            changes.take_turn(session)
            asking = renewals.latest(session, subscriber_id)
            if asking is None or subscribers.get(session, subscriber_id) is None:
                return False
            if asking.outcome == renewals.RENEWED or not self._is_in_time(asking):
                return bool(subscribers.live(session, subscriber_id))
            renewals.renew(session, subscriber_id, asking, language=language, now=now)
            return bool(subscribers.live(session, subscriber_id))

    def _is_in_time(self, asking: renewals.Asking) -> bool:
        return asking.ended_at is None or self.clock() < asking.ended_at + consent.ANSWERED_LATE

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.newsroom.city.zone).date()

    def _start_of(self, day: date) -> datetime:
        return instant_of(day, time(0), self.newsroom.city.zone)
