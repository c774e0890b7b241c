"""A person's own hour and zone: digests come then, and whatever is changed meanwhile, nothing is lost or told twice."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import words
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store.database import Database
from notifier import timing
from notifier.ledger.runs import SENT
from notifier.messages import Letters
from notifier.model import Cadence, Kind, Subscriber, Timing
from notifier.windows import latest_due
from tests.notifier.conftest import Desk, make_desk

DAILY, WEEKLY = Cadence.DAILY, Cadence.WEEKLY
READER, OTHER = "reader@example.org", "other@example.org"
EVENING = Timing(hour=18)
NEW_YORK = Timing(hour=8, zone="America/New_York")


def at(desk: Desk, text: str, zone: str = "Asia/Seoul") -> None:
    desk.clock.at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def timed(desk: Desk, chosen: Timing, address: str = READER, cadence: Cadence = DAILY) -> Subscriber:
    person = desk.follow(address, cadence)
    desk.personal.set_timing(person.id, chosen)
    return person


def told(desk: Desk, text: str, zone: str = "Asia/Seoul") -> list[int]:
    """What the reader is told by the digests of a local time."""
    before = len(desk.told(READER))
    at(desk, text, zone)
    desk.digests.run()
    return desk.told(READER)[before:]


def test_a_digest_comes_at_the_hour_that_the_person_chose_and_to_others_at_eight(desk: Desk) -> None:
    timed(desk, EVENING)
    desk.follow(OTHER, DAILY)
    one = desk.publish().article_id
    assert told(desk, "2026-05-20T17:59:59") == []
    assert told(desk, "2026-05-20T18:00:00") == [one]
    assert desk.told(OTHER) == []
    assert told(desk, "2026-05-21T08:00:00") == []
    assert desk.told(OTHER) == [one]


def test_eight_in_new_york_is_eight_there_in_summer_and_in_winter(desk: Desk) -> None:
    timed(desk, NEW_YORK)
    one = desk.publish().article_id
    assert told(desk, "2026-05-20T07:59:59", "America/New_York") == []
    assert told(desk, "2026-05-20T08:00:00", "America/New_York") == [one]
    at(desk, "2026-11-02T01:00:00", "America/New_York")
    two = desk.publish().article_id
    assert told(desk, "2026-11-02T07:59:59", "America/New_York") == []
    assert told(desk, "2026-11-02T08:00:00", "America/New_York") == [two]


def test_a_weekly_digest_comes_when_it_is_monday_where_the_person_is(desk: Desk) -> None:
    timed(desk, Timing(hour=0, zone="Pacific/Honolulu"), cadence=WEEKLY)
    one = desk.publish().article_id
    assert told(desk, "2026-05-25T08:00:00") == []
    assert told(desk, "2026-05-25T00:00:00", "Pacific/Honolulu") == [one]


def test_a_run_is_one_by_cadence_slot_and_local_day(desk: Desk) -> None:
    timed(desk, EVENING)
    timed(desk, EVENING, OTHER)
    desk.publish()
    told(desk, "2026-05-20T18:00:00")
    told(desk, "2026-05-20T18:01:00")
    assert desk.runs().count((DAILY, "2026-05-20", SENT)) == 1
    assert desk.mails(READER)[0].mailing == desk.mails(OTHER)[0].mailing


def test_a_later_hour_gets_what_came_out_since_the_earlier_one(desk: Desk) -> None:
    person = timed(desk, Timing())
    first = desk.publish().article_id
    assert told(desk, "2026-05-21T08:00:00") == [first]
    second = desk.publish().article_id
    desk.personal.set_timing(person.id, EVENING)
    assert told(desk, "2026-05-21T18:00:00") == [second]
    assert told(desk, "2026-05-22T08:00:00") == []


def test_an_earlier_hour_begins_the_day_after_and_not_at_once(desk: Desk) -> None:
    person = timed(desk, EVENING)
    one = desk.publish().article_id
    at(desk, "2026-05-20T16:00:00")
    desk.personal.set_timing(person.id, Timing(hour=10))
    assert told(desk, "2026-05-20T16:01:00") == []
    assert told(desk, "2026-05-20T18:00:00") == []
    assert told(desk, "2026-05-21T10:00:00") == [one]


def test_a_digest_that_collects_more_than_its_day_because_the_hour_changed_says_so(desk: Desk) -> None:
    person = timed(desk, EVENING)
    desk.publish("Seen")
    told(desk, "2026-05-20T18:00:00")
    at(desk, "2026-05-20T19:00:00")
    desk.publish("Of the twentieth")
    at(desk, "2026-05-21T17:00:00")
    desk.personal.set_timing(person.id, Timing())
    told(desk, "2026-05-22T08:00:00")
    mail = desk.mails(READER)[-1]
    assert "20 to 22 May" in mail.text


def test_a_cadence_changed_with_the_hour_loses_nothing(desk: Desk) -> None:
    person = timed(desk, EVENING)
    one = desk.publish().article_id
    desk.change(person, WEEKLY)
    desk.personal.set_timing(person.id, NEW_YORK)
    two = desk.publish().article_id
    assert told(desk, "2026-05-25T08:00:00", "America/New_York") == [one, two]


def test_the_citys_own_zone_by_name_is_the_citys_own(desk: Desk) -> None:
    chosen = timing.read("8", "", "Asia/Seoul", desk.newsroom)
    assert chosen == Timing()


NO_HOURS = [("24", ""), ("-1", ""), ("", ""), ("other", ""), ("8.5", ""), ("٨", ""), ("other", "99")]
NO_ZONES = ["Mars/Base", "../etc/passwd", "asia/seoul", "+09:00", "a" * 300]


@pytest.mark.parametrize(
    ("hour", "other", "zone"), [*((*hour, "") for hour in NO_HOURS), *(("8", "", zone) for zone in NO_ZONES)]
)
def test_an_hour_or_a_zone_that_there_is_not_is_refused(newsroom: Newsroom, hour: str, other: str, zone: str) -> None:
    with pytest.raises(ValueError, match=r"not a|0 to 23"):
        timing.read(hour, other, zone, newsroom)


def test_f60_a_zone_that_left_the_database_keeps_nobody_else_waiting(desk: Desk) -> None:
    timed(desk, Timing(zone="Mars/Base"))
    desk.follow(OTHER, DAILY)
    one = desk.publish().article_id
    assert told(desk, "2026-05-21T08:00:00") == []
    assert desk.told(OTHER) == [one]


def test_the_hour_of_a_sign_up_holds_from_its_confirmation_on(desk: Desk) -> None:
    desk.following.ask(READER, Scope(), DAILY, language="en", timing=NEW_YORK)
    person = desk.following.confirm(1)
    assert person is not None
    assert person.timing == NEW_YORK
    desk.following.ask(READER, Scope(("water",)), DAILY, language="en")
    again = desk.following.confirm(2)
    assert again is not None
    assert again.timing == NEW_YORK


@pytest.mark.parametrize(
    ("language", "chosen", "said"),
    [
        ("en", Timing(), "08:00"),
        ("en", NEW_YORK, "08:00, New York time"),
        ("ko", EVENING, "오후 6시"),
        ("ko", NEW_YORK, "뉴욕 시각 오전 8시"),
    ],
)
def test_an_hour_is_said_as_people_say_it(language: str, chosen: Timing, said: str) -> None:
    assert timing.said(chosen, words.load("feeds", "notifier")[language]) == said


@dataclass
class Model:
    """What one person must have been told, from the calendar alone: no cursors, no runs, no change log."""

    cadence: Cadence
    timing: Timing
    since: datetime
    waiting: list[int] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    had: datetime | None = None

    def wake(self, now: datetime, zone: ZoneInfo) -> None:
        own = ZoneInfo(self.timing.zone) if self.timing.zone else zone
        due = latest_due(self.cadence, own, now, now.replace(hour=self.timing.hour, minute=0).time()).due_at
        if due >= self.since and due != self.had:
            self.told += self.waiting
            self.waiting = []
            self.had = due


STEPS = st.one_of(
    st.just("publish"),
    st.integers(1, 40),
    st.sampled_from([DAILY, WEEKLY]),
    st.builds(
        Timing,
        hour=st.sampled_from([0, 2, 8, 18, 23]),
        zone=st.sampled_from([None, "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
    ),
)
_PEOPLE = count(1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=4, max_size=14))
def test_f58_whatever_hours_zones_and_cadences_follow_each_other_nothing_is_lost_or_told_twice(
    sqlite_database: Database, newsroom: Newsroom, letters: Letters, steps: list[object]
) -> None:
    """Woken every hour, across the days on which clocks change."""
    desk = make_desk(sqlite_database, newsroom, letters)
    desk.clock.at = datetime.fromisoformat("2026-10-23T12:30:00+00:00") + timedelta(days=60 * (number := next(_PEOPLE)))
    address = f"person{number}@example.org"
    person = desk.follow(address, DAILY)
    desk.personal.set_timing(person.id, EVENING)
    model = Model(DAILY, EVENING, desk.clock())

    def pass_hours(hours: int) -> None:
        for _ in range(hours):
            desk.clock.forward(hours=1)
            desk.digests.run()
            model.wake(desk.clock(), newsroom.city.zone)

    for step in steps:
        if step == "publish":
            model.waiting.append(desk.publish().article_id)
        elif isinstance(step, int):
            pass_hours(step)
        elif isinstance(step, Cadence):
            if step is not model.cadence:
                desk.change(person, step)
                model.cadence, model.since = step, desk.clock()
        elif isinstance(step, Timing) and step != model.timing:
            desk.personal.set_timing(person.id, step)
            model.timing, model.since = step, desk.clock()
        assert desk.told(address) == model.told, steps
    pass_hours(8 * 24)
    assert desk.told(address) == model.told
    assert model.waiting == []
    desk.following.stop(person.id, reason="page")
    assert {mail.kind for mail in desk.mails(address)} <= {Kind.DIGEST}
