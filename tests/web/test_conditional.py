"""Whether a copy is still good, whatever a client writes into its headers."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from feeds.web.conditional import http_date, is_fresh

AT = datetime(2026, 5, 20, 3, 0, 0, 700, tzinfo=UTC)
TAG = '"0123abcd"'
VALUES = st.one_of(st.text(max_size=60), st.text('W/", *0123abcd', max_size=60))


@given(VALUES)
def test_any_if_none_match_is_answered_and_only_the_tag_or_a_star_keeps_the_copy(value: str) -> None:
    fresh = is_fresh({"if-none-match": value}, etag=TAG, last_modified=AT)
    assert not fresh or TAG in value or value.strip() == "*"


@given(VALUES)
def test_any_if_modified_since_is_answered(value: str) -> None:
    assert is_fresh({"if-modified-since": value}, etag=TAG, last_modified=AT) in (True, False)


@given(st.timedeltas(timedelta(days=-20_000), timedelta(days=50_000)).map(lambda passed: AT + passed))
def test_a_date_that_we_wrote_keeps_its_own_copy_and_no_other(when: datetime) -> None:
    headers = {"if-modified-since": http_date(when)}
    assert is_fresh(headers, etag=TAG, last_modified=when)
    later = when + timedelta(seconds=1)
    assert not is_fresh(headers, etag=TAG, last_modified=later)
    assert not is_fresh({"if-modified-since": http_date(later)}, etag=TAG, last_modified=when)


def test_an_instant_is_written_as_http_writes_it() -> None:
    seoul = timezone(timedelta(hours=9))
    assert http_date(datetime(2021, 5, 24, 20, 40, tzinfo=seoul)) == "Mon, 24 May 2021 11:40:00 GMT"


def test_without_conditions_nothing_is_fresh() -> None:
    assert not is_fresh({}, etag=TAG, last_modified=AT)
    assert not is_fresh({"if-modified-since": http_date(AT)}, etag=TAG, last_modified=None)
