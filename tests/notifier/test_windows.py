"""When a digest is due: every local day once, whatever the clocks of the zone do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.localtime import instant_of
from notifier.model import Cadence
from notifier.windows import GRACE, Slot, latest_due

SEOUL = ZoneInfo("Asia/Seoul")
NEW_YORK, BERLIN, LORD_HOWE = map(ZoneInfo, ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"))
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_daily_digest_is_due_at_eight_in_the_city() -> None:
    before = latest_due(Cadence.DAILY, SEOUL, at("2026-05-20T07:59:59+09:00"))
    assert before.local_on == date(2026, 5, 19)
    due = latest_due(Cadence.DAILY, SEOUL, at("2026-05-20T08:00:00+09:00"))
    assert (due.local_on, due.due_at) == (date(2026, 5, 20), at("2026-05-20T08:00:00+09:00"))


def test_a_weekly_digest_is_due_on_monday() -> None:
    assert latest_due(Cadence.WEEKLY, SEOUL, at("2026-05-18T07:59:59+09:00")).local_on == date(2026, 5, 11)
    for day in range(18, 25):
        assert latest_due(Cadence.WEEKLY, SEOUL, at(f"2026-05-{day}T08:00:00+09:00")).local_on == date(2026, 5, 18)


def test_a_slot_says_its_time_and_zone() -> None:
    assert latest_due(Cadence.DAILY, SEOUL, at("2026-05-20T08:00:00+09:00")).name == "08:00 Asia/Seoul"


def test_a_missed_run_is_too_late_only_after_its_grace() -> None:
    for cadence, grace in GRACE.items():
        slot = latest_due(cadence, SEOUL, at("2026-05-20T12:00:00+09:00"))
        assert not slot.is_too_late(slot.due_at)
        assert not slot.is_too_late(slot.due_at + grace)
        assert slot.is_too_late(slot.due_at + grace + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        (NEW_YORK, date(2026, 3, 8), time(1, 30), "2026-03-08T01:30:00-05:00"),
        (NEW_YORK, date(2026, 3, 8), time(2, 30), "2026-03-08T03:00:00-04:00"),
        (NEW_YORK, date(2026, 3, 8), time(2, 0), "2026-03-08T03:00:00-04:00"),
        (NEW_YORK, date(2026, 3, 8), time(3, 0), "2026-03-08T03:00:00-04:00"),
        (NEW_YORK, date(2026, 11, 1), time(1, 30), "2026-11-01T01:30:00-04:00"),
        (NEW_YORK, date(2026, 11, 1), time(2, 30), "2026-11-01T02:30:00-05:00"),
        (BERLIN, date(2026, 3, 29), time(1, 30), "2026-03-29T01:30:00+01:00"),
        (BERLIN, date(2026, 3, 29), time(2, 30), "2026-03-29T03:00:00+02:00"),
        (BERLIN, date(2026, 10, 25), time(1, 30), "2026-10-25T01:30:00+02:00"),
        (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T02:30:00+02:00"),
        (LORD_HOWE, date(2026, 10, 4), time(1, 30), "2026-10-04T01:30:00+10:30"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), "2026-10-04T02:30:00+11:00"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 30), "2026-10-04T02:30:00+11:00"),
        (LORD_HOWE, date(2026, 4, 5), time(1, 30), "2026-04-05T01:30:00+11:00"),
        (LORD_HOWE, date(2026, 4, 5), time(1, 45), "2026-04-05T01:45:00+11:00"),
        (LORD_HOWE, date(2026, 4, 5), time(2, 30), "2026-04-05T02:30:00+10:30"),
    ],
)
def test_f58_a_skipped_time_is_the_next_valid_one_and_a_repeated_time_the_first(
    zone: ZoneInfo, day: date, wall: time, expected: str
) -> None:
    assert instant_of(day, wall, zone) == at(expected)


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, LORD_HOWE], ids=str)
@pytest.mark.parametrize("wall", [time(1, 30), time(2, 30)], ids=str)
def test_f58_every_local_day_of_a_year_has_one_digest_looked_for_every_ten_minutes(zone: ZoneInfo, wall: time) -> None:
    now = at("2026-01-01T12:00:00+00:00")
    seen: list[date] = []
    while now < at("2027-01-03T12:00:00+00:00"):
        slot = latest_due(Cadence.DAILY, zone, now, wall)
        if not seen or seen[-1] != slot.local_on:
            seen.append(slot.local_on)
        now += timedelta(minutes=10)
    assert seen == [seen[0] + DAY * number for number in range(len(seen))]
    assert len(seen) >= 367


@pytest.mark.parametrize("day", ["2028-02-28", "2028-02-29", "2028-03-01", "2026-12-31", "2027-01-01", "2027-02-28"])
def test_f59_leap_day_and_year_end_are_days_like_others(day: str) -> None:
    slot = latest_due(Cadence.DAILY, SEOUL, at(f"{day}T08:00:00+09:00"))
    assert slot.local_on == date.fromisoformat(day)
    assert latest_due(Cadence.DAILY, SEOUL, slot.due_at - timedelta(seconds=1)).local_on == slot.local_on - DAY


def test_f59_a_year_of_53_weeks_has_a_weekly_digest_in_each_once() -> None:
    now = at("2026-01-01T12:00:00+09:00")
    mondays = {latest_due(Cadence.WEEKLY, SEOUL, now + DAY * number).local_on for number in range(372)}
    weeks = [monday.isocalendar()[:2] for monday in sorted(mondays)]
    assert weeks[1:] == [(2026, week) for week in range(2, 54)] + [(2027, 1)]
    assert date(2026, 12, 28) in mondays


ZONES = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo)
BEGIN = datetime(1990, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=40_000)).map(lambda passed: BEGIN + passed)
WALLS = st.one_of(st.just(time(8, 0)), st.times().map(lambda wall: wall.replace(second=0, microsecond=0)))
CADENCES = st.sampled_from([Cadence.DAILY, Cadence.WEEKLY])


@given(CADENCES, ZONES, INSTANTS, WALLS)
@example(Cadence.DAILY, ZoneInfo("America/St_Johns"), datetime(2006, 10, 29, 2, 31, 30, tzinfo=UTC), time(0, 0))
@example(Cadence.DAILY, ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, 10, 30, tzinfo=UTC), time(8, 0))
@example(Cadence.DAILY, ZoneInfo("America/Sao_Paulo"), datetime(2018, 11, 4, 3, 0, tzinfo=UTC), time(0, 30))
def test_a_slot_is_due_until_the_next_one_is(cadence: Cadence, zone: ZoneInfo, now: datetime, wall: time) -> None:
    slot = latest_due(cadence, zone, now, wall)
    step = DAY if cadence is Cadence.DAILY else 7 * DAY
    following = Slot(cadence=cadence, zone=zone, local_on=slot.local_on + step, at=wall)
    assert slot.due_at <= now < following.due_at
    assert cadence is Cadence.DAILY or slot.local_on.isoweekday() == 1


@given(CADENCES, ZONES, INSTANTS, st.timedeltas(timedelta(0), timedelta(days=40)), WALLS)
@example(
    Cadence.DAILY,
    ZoneInfo("America/St_Johns"),
    datetime(2006, 10, 29, 2, 30, 30, tzinfo=UTC),
    timedelta(minutes=1),
    time(0, 0),
)
def test_the_latest_slot_never_goes_back(
    cadence: Cadence, zone: ZoneInfo, now: datetime, later: timedelta, wall: time
) -> None:
    first, second = latest_due(cadence, zone, now, wall), latest_due(cadence, zone, now + later, wall)
    assert first.local_on <= second.local_on
    assert first.due_at <= second.due_at
    assert (first == second) == (first.local_on == second.local_on)


@given(ZONES, st.dates(date(1990, 1, 2), date(2099, 12, 30)), WALLS)
def test_a_local_time_that_exists_is_its_own_instant(zone: ZoneInfo, day: date, wall: time) -> None:
    local = instant_of(day, wall, zone).astimezone(zone)
    exists = datetime.combine(day, wall, zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if exists == datetime.combine(day, wall):
        assert (local.date(), local.time(), local.fold) == (day, wall, 0)
    else:
        assert local.replace(tzinfo=None) > datetime.combine(day, wall)
        assert (local - timedelta(minutes=1)).date() <= local.date()
