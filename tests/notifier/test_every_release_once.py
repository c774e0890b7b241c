"""Whatever is published, corrected, withdrawn and stopped, and whatever people choose meanwhile: each person gets each
matching release once, by the mail that the rules say. The rules are written down here a second time, without the code.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from feeds.desk import Desk as NewsDesk
from feeds.model import Newsroom
from feeds.staff import SHELL
from feeds.store.database import Database
from notifier.ledger.tables import delivery
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState
from tests.builders import NOW, correct, withdraw
from tests.notifier.conftest import Desk, make_desk

WINDOW, DAY, MORNING = timedelta(seconds=60), timedelta(days=1), timedelta(minutes=3)
AT_ONCE, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
DIVISIONS = ("climate", "water")


@dataclass
class Release:
    """One article of the model, and its texts so far."""

    division: str
    urgent: bool
    public: bool = True
    revision: int = 1


@dataclass
class Change:
    """One change of the model; `waits` until its turn, with its burst, or until it is undone."""

    release: int
    revision: int
    at: datetime
    until: datetime
    joined_until: datetime
    burst: int
    waits: bool
    loud: bool = True


@dataclass
class Person:
    """One reader of the model: what they chose, what they were told of, and what is kept for their digest."""

    divisions: tuple[str, ...]
    cadence: Cadence
    cap: int
    told: dict[int, int] = field(default_factory=dict)
    kept: dict[int, datetime] = field(default_factory=dict)
    alerts: list[datetime] = field(default_factory=list)
    mails: Counter[tuple[str, tuple[int, ...]]] = field(default_factory=Counter)


@dataclass
class Model:
    """The rules."""

    people: list[Person]
    now: datetime = NOW
    releases: list[Release] = field(default_factory=list)
    log: list[Change] = field(default_factory=list)

    def write(self, release: int, *, window: bool) -> None:
        """A publication or a correction."""
        waiting = [one for one in self.log if one.waits]
        burst, until, joined_until = len(self.log), self.now, self.now
        if window:
            until = joined_until = self.now + WINDOW
            opened = [one for one in waiting if self.now < one.joined_until]
            if opened:
                burst, joined_until = opened[-1].burst, opened[-1].joined_until
                for one in waiting:
                    if one.burst == burst:
                        one.until = until
        waits = window or bool(waiting)
        revision = self.releases[release].revision
        self.log.append(Change(release, revision, self.now, until, joined_until, burst, waits))

    def undo(self, release: int, *, quiet: bool) -> bool:
        """What of a release still waits has no turn any more; answers whether anything did."""
        found = [one for one in self.log if one.release == release and one.waits]
        for one in found:
            one.waits, one.loud = False, one.loud and not quiet
        return bool(found)

    def tick(self) -> None:
        """In the order of the log up to the first that waits, then a burst that is due, and again."""
        while True:
            for one in self.log:
                if one.waits:
                    break
                self.offer([one])
            due = next((one for one in self.log if one.waits and one.until <= self.now), None)
            if due is None:
                return
            group = [one for one in self.log if one.waits and one.burst == due.burst]
            self.offer(group)
            for one in group:
                one.waits = False

    def offer(self, group: list[Change]) -> None:
        for person in self.people:
            if person.cadence is not AT_ONCE:
                continue
            new = [one for one in group if self.is_new(person, one) and one.release not in person.kept]
            calm = [one.release for one in new if not self.releases[one.release].urgent]
            for one in new:
                if self.releases[one.release].urgent:
                    self.tell(person, "alert", [one.release])
                    person.told[one.release] = 1  # the text that two people agreed on; its correction follows
            if calm and person.cap and sum(at > self.now - DAY for at in person.alerts) >= person.cap:
                person.kept |= dict.fromkeys(calm, self.now)
            elif calm:
                person.alerts.append(self.now)
                self.tell(person, "alert", calm)
            for one in group:
                if self.is_correction(person, one):
                    self.tell(person, "correction", [one.release])

    def morning(self, hour: datetime) -> None:
        """A digest of all that somebody who has digests was not told, and of all that was kept by its hour."""
        for person in self.people:
            due = {number for number, at in person.kept.items() if at <= hour}
            tells: list[int] = []
            for one in self.log:
                is_open = one.release in due or (person.cadence is DAILY and one.release not in person.kept)
                is_told = self.is_new(person, one) or (person.cadence is DAILY and self.is_correction(person, one))
                if is_open and is_told and one.release not in tells:
                    tells.append(one.release)
            for number in due:
                del person.kept[number]
            if tells:
                self.tell(person, "digest", tells)

    def is_new(self, person: Person, one: Change) -> bool:
        return one.revision == 1 and one.release not in person.told and self.is_for(person, one)

    def is_correction(self, person: Person, one: Change) -> bool:
        return person.told.get(one.release, one.revision) < one.revision and self.is_for(person, one)

    def is_for(self, person: Person, one: Change) -> bool:
        release = self.releases[one.release]
        return one.loud and release.public and release.division in person.divisions

    def tell(self, person: Person, kind: str, releases: list[int]) -> None:
        person.mails[kind, tuple(sorted(releases))] += 1
        person.told |= {number: self.releases[number].revision for number in releases}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.sampled_from(DIVISIONS), st.sampled_from(["urgent", "window", "at its hour"])),
        st.tuples(st.sampled_from(["correct", "withdraw", "stop"]), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from([1, 20, 45, 61, 7200])),
        st.tuples(st.just("tick")),
        st.tuples(st.just("cadence"), st.integers(0, 3), st.sampled_from([AT_ONCE, DAILY])),
        st.tuples(st.just("cap"), st.integers(0, 3), st.sampled_from([0, 1, 2])),
        st.tuples(st.just("morning")),
    ),
    min_size=4,
    max_size=24,
)


class Both:
    """The house and the model, to which the same happens."""

    def __init__(self, desk: Desk) -> None:
        chosen = [(DIVISIONS, AT_ONCE, 0), (("climate",), AT_ONCE, 1), (DIVISIONS, DAILY, 1), (DIVISIONS, AT_ONCE, 2)]
        self.desk = desk
        self.model = Model([Person(*one) for one in chosen])
        self.people = [
            desk.follow(f"reader{number}@example.org", cadence, *divisions)
            for number, (divisions, cadence, _) in enumerate(chosen)
        ]
        self.numbers: list[int] = []
        for number, (_, _, cap) in enumerate(chosen):
            self.cap(number, cap)

    def publish(self, division: str, how: str) -> None:
        undo = WINDOW if how == "window" else timedelta()
        title = f"Release {len(self.numbers)}"
        made = self.desk.publish(title, division=division, urgent=how == "urgent", undo=undo)
        self.numbers.append(made.article_id)
        self.model.releases.append(Release(division, how == "urgent"))
        self.model.write(len(self.numbers) - 1, window=how == "window")

    def correct(self, place: int) -> None:
        if (release := self._public(place)) is None:
            return
        release.revision += 1
        undo = timedelta() if release.urgent else WINDOW
        title = f"Release {place}, text {release.revision}"
        correct(self.desk.database, self.numbers[place], title, now=self.desk.clock(), undo=undo)
        self.model.write(place, window=not release.urgent)

    def withdraw(self, place: int) -> None:
        if (release := self._public(place)) is None:
            return
        withdraw(self.desk.database, self.numbers[place], now=self.desk.clock())
        release.public = False
        self.model.undo(place, quiet=False)

    def stop(self, place: int) -> None:
        if self._public(place) is not None and self.model.undo(place, quiet=True):
            with self.desk.database.write() as session:
                NewsDesk(self.desk.newsroom, self.desk.clock).stop_mail(session, SHELL, self.numbers[place])

    def wait(self, seconds: int) -> None:
        self.desk.clock.forward(seconds=seconds)
        self.model.now = self.desk.clock()

    def tick(self) -> None:
        self.desk.alerts.run()
        self.model.tick()
        self.compare()

    def cadence(self, number: int, cadence: Cadence) -> None:
        if self.model.people[number].cadence is not cadence:
            self.desk.following.change(self.people[number].id, self._wish(number), cadence)
            self.model.people[number].cadence = cadence

    def cap(self, number: int, most: int) -> None:
        self.desk.personal.set_cap(self.people[number].id, most)
        self.model.people[number].cap = most

    def morning(self) -> None:
        zone = self.desk.newsroom.city.zone
        hour = (self.desk.clock().astimezone(zone) + DAY).replace(hour=8, minute=0, second=0, microsecond=0)
        self.desk.clock.at = self.model.now = hour
        self.tick()
        self.wait(int(MORNING.total_seconds()))
        self.tick()
        self.desk.digests.run()
        self.model.morning(hour)
        self.compare()

    def compare(self) -> None:
        """Everybody has had the same mails from both; and servers take them at once."""
        with self.desk.database.write() as session:
            session.execute(update(delivery).values(state=DeliveryState.ACCEPTED, settled_at=self.desk.clock()))
        places = {number: place for place, number in enumerate(self.numbers)}
        for one, person in zip(self.model.people, self.people, strict=True):
            sent = Counter(
                (str(mail.kind), tuple(sorted(places[number] for number in mail.articles)))
                for mail in self.desk.mails(person.address)
            )
            assert sent == one.mails, person.address

    def _public(self, place: int) -> Release | None:
        known = place < len(self.numbers) and self.model.releases[place].public
        return self.model.releases[place] if known else None

    def _wish(self, number: int) -> int:
        (one,) = self.desk.live(self.people[number])
        return one.id


@settings(max_examples=40)
@given(steps=STEPS)
def test_each_person_gets_each_matching_release_once(
    prepared_file: Path, newsroom: Newsroom, letters: Letters, steps: list[tuple[object, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "civicwire.db"
        shutil.copy(prepared_file, path)
        database = Database(f"sqlite:///{path}")
        try:
            both = Both(make_desk(database, newsroom, letters))
            for name, *given_with in steps:
                getattr(both, str(name))(*given_with)
            for _ in range(2):
                both.morning()
            for one in both.model.people:
                owed = [
                    number
                    for number, release in enumerate(both.model.releases)
                    if release.public and release.division in one.divisions
                    if any(
                        change.loud for change in both.model.log if change.release == number and change.revision == 1
                    )
                ]
                assert set(owed) <= set(one.told), "nothing is lost"
        finally:
            database.close()
