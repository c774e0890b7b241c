"""The hour of a publication as a form says it, where clocks jump and where they do not. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import words
from feeds.web.newsroom.hours import Asked, HourRefused, When, asked_at
from tests.builders import NOW

NEW_YORK, SEOUL = ZoneInfo("America/New_York"), ZoneInfo("Asia/Seoul")


def at(day: str, time: str, zone: ZoneInfo, now: datetime = NOW) -> datetime | None:
    return Asked(when=When.AT, day=day, time=time).instant(zone, now)


def test_a_local_time_that_the_clocks_skip_is_the_next_valid_one() -> None:
    assert at("2027-03-14", "02:30", NEW_YORK) == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)


def test_a_local_time_that_comes_twice_is_the_first() -> None:
    assert at("2026-11-01", "01:30", NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_the_second_coming_of_an_hour_has_passed_with_the_first() -> None:
    between = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)
    with pytest.raises(HourRefused, match="passed"):
        at("2026-11-01", "01:30", NEW_YORK, between)


def test_now_is_no_instant_and_a_moment_is_five_minutes() -> None:
    assert Asked(when=When.NOW).instant(SEOUL, NOW) is None
    assert Asked(when=When.SOON).instant(SEOUL, NOW) == NOW.replace(minute=5)


def test_seconds_are_left_out() -> None:
    assert at("2026-05-21", "08:30:59", SEOUL) == datetime(2026, 5, 20, 23, 30, tzinfo=UTC)


@given(st.integers(1, 365 * 24 * 60))
def test_what_the_form_shows_of_an_instant_is_read_back_as_that_instant(minutes: int) -> None:
    instant = NOW + timedelta(minutes=minutes)
    assert asked_at(instant, SEOUL).instant(SEOUL, NOW) == instant


SENTENCES = words.load("feeds")["en"].sentences


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_typed_is_an_instant_to_come_or_refused_in_a_sentence(day: str, time: str) -> None:
    word = None
    try:
        instant = at(day, time, SEOUL)
    except HourRefused as refused:
        word = refused.word
    assert word in SENTENCES if word else instant is not None and instant > NOW
