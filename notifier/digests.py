"""Digests: at a slot's time, cut the window, freeze what each person is told, and write it down as one run. A shell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfoNotFoundError

import structlog

from feeds.clock import Clock
from feeds.model import Article, ChangeKind, Newsroom, State, Topic
from feeds.scope import Scope
from feeds.store import changes, reading, topics, undoing
from feeds.store.database import Database, Session
from notifier import matching
from notifier.alerts import as_told
from notifier.bursts import Bursts
from notifier.collected import Collected
from notifier.editions import Edition
from notifier.ledger import embargo_mail, mailings, overflow, own_mail, restorations, runs, subscribers
from notifier.ledger.wishes import asked_at_once
from notifier.matching import News, Plan
from notifier.messages import Letters
from notifier.model import Audience, Cadence, Kind, Pause, Subscriber, Subscription, Timing
from notifier.placeholders import MailContent
from notifier.quiet import parted
from notifier.timing import zone_of
from notifier.windows import Slot, latest_due

log = structlog.get_logger()
_AT_ONCE = 20
"""How many mails are written down in one transaction: others write in between."""
_Addressed = tuple[Audience, Sequence[mailings.Told]]


@dataclass(frozen=True, slots=True)
class DigestRun:
    """What became of a slot: its outcome and how many deliveries were planned."""

    slot: Slot
    timing: Timing
    outcome: str
    planned: int


@dataclass(frozen=True, slots=True)
class Digests:
    """Runs every digest that is due and has not been run. Waking it more often changes nothing."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    clock: Clock

    def run(self) -> list[DigestRun]:
        """Run the latest due slot of each cadence and timing that has not been run: several missed ones become one."""
        now = self.clock()
        with self.database.read() as session:
            if restorations.waiting(session) is not None:
                return []
        self._make_again()
        self._resume(now)
        done = []
        with self.database.read() as session:
            undone = min((one.at for one in undoing.waiting(session)), default=None)
            waiting = due(session, self.newsroom, now)
        for slot, timing in waiting:
            if undone is not None and undone <= slot.due_at:
                continue  # what came out by then is in it, unless its mails are undone within the minute
            to, ahead = self._write_ahead(slot, timing, now)
            with self.database.write() as session:
                changes.take_turn(session)
                embargo_mail.count_lifted(session)
                one = self._run(session, slot, timing, to, now)
                mailings.drop_unused(session, ahead)
            if one is not None:
                done.append(one)
        return done

    def _resume(self, now: datetime) -> None:
        """End the pauses that are over, each with one digest of what came out meanwhile where that is wanted."""
        with self.database.read() as session:
            rested = own_mail.rested(session, now)
        for person_id in rested:
            with self.database.write() as session:
                changes.take_turn(session)
                embargo_mail.count_lifted(session)
                person = subscribers.get(session, person_id)
                if person is None or person.pause is None or person.pause.until > now:
                    continue
                to = undoing.last_free(session)
                try:
                    zone = zone_of(person.timing, self.newsroom)
                except ZoneInfoNotFoundError:
                    log.error("digest.zone_unknown", zone=person.timing.zone)
                    continue
                if person.pause.catch_up:
                    self._catch_up(session, person, person.pause, Slot.now(AFTER_A_PAUSE, zone, now), to)
                own_mail.resume(session, person_id, to=to, caught_up=person.pause.catch_up)

    def _catch_up(self, session: Session, person: Subscriber, pause: Pause, slot: Slot, to: int) -> None:
        """Alerts have passed by: what they would have told is in the digest too."""
        wishes = [
            replace(one, cursor=min(one.cursor, pause.since)) if one.cadence is Cadence.IMMEDIATE else one
            for one in subscribers.live(session, person.id)
        ]
        if not wishes:
            return
        news = news_of(session, self.newsroom, min(one.cursor for one in wishes), to)
        articles = {one.article.id: one.article for one in news}
        rested = own_mail.rests(session, [person.id]).get(person.id, ())
        plan = matching.plan(wishes, news, mailings.told_to(session, person.id, articles), rested)
        for part in parted(plan, self._advertising(articles)):
            now = self.clock()
            happened = {one.change.number: one.change.at for one in news}
            edition = Edition(slot, now, now, happened, articles, topics.by_slug(session))
            mailing = self._mailing(session, edition, person.language, part)
            mailings.address_all(session, mailing, [(_reader(person), part.changes)], now=now)

    def _advertising(self, articles: Mapping[int, Article]) -> set[int]:
        """Which of these are advertising by law: such a digest is marked, and may have to wait."""
        return {number for number, article in articles.items() if self.newsroom.is_advertising(article)}

    def _write_ahead(self, slot: Slot, timing: Timing, now: datetime) -> tuple[int, Sequence[int]]:
        """Cut the window, and write its mails before the transaction that addresses them: a thousand of them take
        seconds, in which nobody could sign up or leave. Answers the last change of it, and the mailings.

        Who is told what is decided in that transaction. What was written here for nobody is dropped with it.
        """
        with self.database.read() as session:
            to = undoing.last_free(session)
            if slot.is_too_late(now):
                return to, ()
            edition, alike = self._gather(session, slot, timing, to, now)
        ahead: list[int] = []
        mails = list(alike.values())
        for first in range(0, len(mails), _AT_ONCE):
            some = [(readers[0][0].language, plan) for plan, readers in mails[first : first + _AT_ONCE]]
            written = [(language, plan, self._written(edition, language, plan)) for language, plan in some]
            with self.database.write() as session:
                changes.take_turn(session)
                ahead += [self._mailing(session, edition, *each) for each in written]
        return to, ahead

    def _run(self, session: Session, slot: Slot, timing: Timing, to: int, now: datetime) -> DigestRun | None:
        run_id = runs.start(session, slot, cut_at=now, to_change=to)
        if run_id is None:
            return None
        if slot.is_too_late(now):
            # The cursors stay where they are, so these releases flow into the next run.
            runs.conclude(session, run_id, runs.TOO_LATE)
            return DigestRun(slot, timing, runs.TOO_LATE, 0)
        planned = self._plan(session, slot, timing, to, now)
        subscribers.had_turn(session, slot.cadence, timing, at=slot.due_at, to=to)
        if slot.cadence is Cadence.DAILY:
            overflow.forget(session, timing, at=slot.due_at, to=to)
        own_mail.forget_rests(session)
        outcome = runs.SENT if planned else runs.EMPTY
        runs.conclude(session, run_id, outcome)
        return DigestRun(slot, timing, outcome, planned)

    def _plan(self, session: Session, slot: Slot, timing: Timing, to: int, now: datetime) -> int:
        edition, alike = self._gather(session, slot, timing, to, now)
        planned = 0
        for plan, readers in alike.values():
            mailing = self._mailing(session, edition, readers[0][0].language, plan)
            planned += mailings.address_all(session, mailing, readers, now=now)
        return planned

    def _gather(
        self, session: Session, slot: Slot, timing: Timing, to: int, now: datetime
    ) -> tuple[Edition, dict[str, tuple[Plan, list[_Addressed]]]]:
        """Who is told what in this run, by the key of the mail that they share."""
        followed = list(subscribers.due(session, slot.cadence, timing, at=slot.due_at, to=to))
        since = min((one.cursor for one in followed), default=to)
        kept: Mapping[int, frozenset[int]] = {}
        besides = None
        if slot.cadence is Cadence.DAILY and (kept := overflow.due(session, timing, at=slot.due_at, to=to)):
            besides = overflow.followed(session, timing, at=slot.due_at, to=to)
            followed = _with_others(followed, subscribers.of_people(session, besides), to)
            since = min(since, *(number - 1 for numbers in kept.values() for number in numbers))
        scopes = (one.scope for one in followed)
        news = news_of(session, self.newsroom, since, to, scopes)
        articles = {one.article.id: one.article for one in news}
        span_from = runs.previous_cut(session, slot) or slot.due_at - _PERIOD[slot.cadence]
        happened = {one.change.number: one.change.at for one in news}
        edition = Edition(slot, span_from, now, happened, articles, topics.by_slug(session))
        if not news:
            return edition, {}
        people = subscribers.people(session, slot.cadence, besides)
        told = mailings.told_of(session, slot.cadence, articles)
        rested = own_mail.rests(session)
        advertising = self._advertising(articles)
        alike: dict[str, tuple[Plan, list[_Addressed]]] = {}
        for person_id, wishes in groupby(followed, key=lambda one: one.subscriber_id):
            person, mine = people[person_id], list[Subscription](wishes)
            of_person = told.get(person_id, {}), rested.get(person_id, ()), kept.get(person_id, ())
            whole = matching.plan(mine, news, *of_person)
            reader = _reader(person)
            if person_id in kept and not any(one.cadence is slot.cadence for one in mine):
                reader = replace(reader, reason=self.letters.over_cap(person.language))
            for plan in parted(whole, advertising):
                told_now = reader, plan.changes
                alike.setdefault(edition.key(plan, person.language), (plan, []))[1].append(told_now)
        return edition, alike

    def _mailing(
        self, session: Session, edition: Edition, language: str, plan: Plan, content: MailContent | None = None
    ) -> int:
        """The mailing with this content: people with the same releases and language share one."""
        key = edition.key(plan, language)
        known = mailings.find(session, key)
        if known is not None:
            return known
        return mailings.freeze(
            session,
            content or self._written(edition, language, plan),
            kind=Kind.DIGEST,
            key=key,
            language=language,
            now=edition.cut_at,
            articles=[(item.article_id, item.revision) for item in plan.items],
            plan=edition.collected(plan).to_document(),
            advertising=not self._advertising(edition.articles).isdisjoint(item.article_id for item in plan.items),
        )

    def _written(self, edition: Edition, language: str, plan: Plan) -> MailContent:
        return self._content(edition.collected(plan), edition.articles, edition.vocabulary, language)

    def _content(
        self, kept: Collected, articles: Mapping[int, Article], vocabulary: Mapping[str, Topic], language: str
    ) -> MailContent:
        items = kept.shown(articles, lambda under: self.letters.heading(under, vocabulary, language))
        return self.letters.digest(items, language=language, cadence=kept.cadence, span=kept.span)

    def _make_again(self) -> None:
        """Digests still on their way, and alerts of several releases, are made again without what was withdrawn since;
        nothing else of them is lost."""
        with self.database.read() as session:
            if not mailings.showing_withdrawn(session) and not mailings.outdated_together(session):
                return
        with self.database.write() as session:
            Bursts(self.letters, self.clock).make_again(session)
            vocabulary = topics.by_slug(session)
            for mailing_id, language, document in mailings.showing_withdrawn(session):
                whole = Collected.from_document(document)
                articles = reading.by_id(session, [item.article_id for item in whole.items])
                shown = {one.id for one in articles.values() if one.state is State.PUBLISHED}
                public = tuple(one for one in whole.items if one.article_id in shown)
                kept = replace(whole, items=public)
                if public:
                    content = self._content(kept, articles, vocabulary, language)
                    shows = [one.article_id for one in public]
                    mailings.make_again(session, mailing_id, content, kept.to_document(), kept=shows)


def _with_others(followed: Sequence[Subscription], others: Iterable[Subscription], to: int) -> list[Subscription]:
    """What has its turn, and what else its people follow, of which nothing has but what is kept for them; by person."""
    known = {one.id for one in followed}
    besides = [replace(one, cursor=to) for one in others if one.id not in known]
    return sorted([*followed, *besides], key=lambda one: (one.subscriber_id, one.id))


def _reader(person: Subscriber) -> Audience:
    return Audience(subscriber_id=person.id, address=person.address, language=person.language, pictures=person.pictures)


def due(session: Session, newsroom: Newsroom, now: datetime) -> list[tuple[Slot, Timing]]:
    """The slots whose turn it is, the one due first at their head; the city's own each day, others where chosen."""
    wanted = subscribers.timings(session) | overflow.timings(session) | {(cadence, Timing()) for cadence in _PERIOD}
    had = runs.since(session, now - _LONGEST_AGO)
    found = []
    for cadence, timing in wanted:
        try:
            zone = zone_of(timing, newsroom)
        except ZoneInfoNotFoundError:
            # Who chose it waits until the database of zones is whole again: no other zone is taken for it (F60).
            log.error("digest.zone_unknown", zone=timing.zone)
            continue
        slot = latest_due(cadence, zone, now, time(timing.hour))
        if slot.key not in had:
            found.append((slot, timing))
    return sorted(found, key=lambda one: (one[0].due_at, one[0].key))


AFTER_A_PAUSE = Cadence.IMMEDIATE
"""The cadence of the digest that ends a pause: it comes at once, and once."""


def news_of(session: Session, newsroom: Newsroom, after: int, to: int, scopes: Iterable[Scope] = ()) -> list[News]:
    """What happened in the window that readers are told of: the articles still public, as they stand now.

    `scopes` are those that each of them will be asked about, where that is many.
    """
    window = [
        change
        for change in changes.window(session, after, to)
        if not change.quiet and change.kind is not ChangeKind.WITHDRAWN
    ]
    articles = reading.by_id(session, {change.article_id for change in window})
    ask = asked_at_once(session, scopes)
    return [
        News(change, article, newsroom.lineage(article.division), ask, as_told(session, article, change))
        for change in window
        # One that cannot be read is left out; it is in the log, and the others go on.
        if (article := articles.get(change.article_id)) and article.state is State.PUBLISHED and article.division
    ]


_PERIOD = {Cadence.DAILY: timedelta(days=1), Cadence.WEEKLY: timedelta(days=7)}
_LONGEST_AGO = timedelta(days=9)
"""The latest due slot of any cadence is younger, whatever clocks and calendars do."""
