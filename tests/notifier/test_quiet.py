"""Quiet hours: no advertising leaves by night where its reader is, whatever their clocks do. Rules over many zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Advertising
from notifier.matching import Item, Plan
from notifier.quiet import held_until, is_quiet, parted
from notifier.timing import OFFERED_ZONES

LAW = Advertising()
ZONES = (
    *OFFERED_ZONES,
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
)
INSTANTS = st.integers(631_152_000, 2_145_916_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
HOURS = st.tuples(st.integers(0, 23), st.integers(0, 23)).map(
    lambda two: Advertising(quiet_from=two[0], quiet_until=two[1])
)


@settings(max_examples=1500, deadline=None)
@given(now=INSTANTS, zone=st.sampled_from(ZONES).map(ZoneInfo), marked=st.one_of(st.just(LAW), HOURS))
def test_it_waits_for_the_first_moment_that_is_not_quiet_and_for_no_other(
    now: datetime, zone: ZoneInfo, marked: Advertising
) -> None:
    until = held_until(now, zone, marked)
    if until is None:
        assert not is_quiet(now, zone, marked)
        return
    assert now < until <= now + timedelta(hours=49)
    assert not is_quiet(until, zone, marked)
    step = now
    while step < until:
        assert is_quiet(step, zone, marked)
        step += timedelta(minutes=10)
    assert is_quiet(until - timedelta(seconds=1), zone, marked)


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        ("Asia/Seoul", "2026-05-20T20:59:59+09:00", None),
        ("Asia/Seoul", "2026-05-20T21:00:00+09:00", "2026-05-21T08:00:00+09:00"),
        ("Asia/Seoul", "2026-05-21T07:59:59+09:00", "2026-05-21T08:00:00+09:00"),
        ("Asia/Seoul", "2026-05-21T08:00:00+09:00", None),
        # F58: the night of 25 hours, and that of 23.
        ("America/New_York", "2026-10-31T21:00:00-04:00", "2026-11-01T08:00:00-05:00"),
        ("America/New_York", "2026-03-07T21:00:00-05:00", "2026-03-08T08:00:00-04:00"),
    ],
)
def test_f58_by_the_hours_of_the_law_it_waits_until_eight(zone: str, now: str, until: str | None) -> None:
    held = held_until(datetime.fromisoformat(now), ZoneInfo(zone), LAW)
    assert held == (datetime.fromisoformat(until) if until else None)


def test_where_both_hours_are_the_same_no_hour_is_quiet() -> None:
    always = Advertising(quiet_from=8, quiet_until=8)
    assert held_until(datetime(2026, 5, 20, 3, tzinfo=UTC), ZoneInfo("Asia/Seoul"), always) is None


def test_what_is_advertising_shares_no_digest_with_the_rest_and_nothing_is_lost() -> None:
    plan = Plan((Item(1, 1, "a"), Item(2, 1, "a"), Item(3, 2, "b")), ((5, 1, 1), (6, 2, 1), (7, 3, 2), (8, 3, 2)))
    news, marked = parted(plan, {2})
    assert [item.article_id for item in news.items] == [1, 3]
    assert news.changes == ((5, 1, 1), (7, 3, 2), (8, 3, 2))
    assert (marked.items, marked.changes) == ((Item(2, 1, "a"),), ((6, 2, 1),))
    assert parted(plan, set()) == [plan]
    assert parted(plan, {1, 2, 3}) == [plan]
