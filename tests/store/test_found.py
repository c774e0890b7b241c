"""By which words a release is what was asked for, as they stand in it: what a mail tells who follows by words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.found import LONGEST, Found
from feeds.grams import holds as in_line
from feeds.grams import line
from feeds.query import grounds, groups, holds, read, words
from tests.store.test_query import QUERIES

TEXTS = st.lists(st.sampled_from(["수출", "지방정부", "2026년", "a", "b", "city", "council", "축제"]), max_size=8).map(
    " ".join
)


@given(QUERIES, TEXTS)
def test_there_are_grounds_exactly_where_a_query_holds_and_they_are_words_of_it_that_are_there(
    query: str, text: str
) -> None:
    wanted = read(query)
    if wanted is None:
        return
    here = line([text])
    found = grounds(wanted, lambda word: in_line(here, groups(word)))
    assert (found is not None) == holds(here, wanted)
    assert set(found or ()) <= set(words(wanted))
    assert all(in_line(here, groups(word)) for word in found or ())


@given(QUERIES, TEXTS)
def test_the_grounds_alone_make_a_query_hold(query: str, text: str) -> None:
    wanted, here = read(query), line([text])
    if wanted is None:
        return
    found = grounds(wanted, lambda word: in_line(here, groups(word)))
    if found is not None:
        assert grounds(wanted, lambda word: word in found) is not None


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("탄소중립", "대구시 탄소중립 선언", ("탄소중립",)),
        ("수출", "대구수출기업 지원", ("수출",)),
        ("탄소중립", "탄소 중립을 향해", ("탄소 중립",)),
        ("carbon", "CARBON and carbon", ("CARBON",)),
        ("e-mail", "By E-Mail today", ("E-Mail",)),
        ("ＣＯ２", "CO2를 줄인다", ("CO2",)),
        ("buses trams", "Trams before buses", ("buses", "Trams")),
        ("buses OR trams", "Night buses", ("buses",)),
        ("(buses trams) OR night", "night buses", ("night",)),
        ('"city council"', "The City  Council met", ("City Council",)),
        ("buses NOT trams", "Night buses", ("buses",)),
        ("NOT trams", "Night buses", ()),
        ("NOT (trams NOT buses)", "Trams and buses", ("buses",)),
        ("buses NOT trams", "Buses and trams", ()),
        ("수출 OR 數出", "수출", ("수출",)),
        ("Buses buses", "buses", ("buses",)),
    ],
)
def test_words_are_told_as_they_stand_in_the_text(query: str, text: str, found: tuple[str, ...]) -> None:
    assert Found([text]).of(query) == found


def test_the_title_is_looked_at_first_and_every_other_text_too() -> None:
    texts = ["Night BUSES", "", "buses and Trams", "a timetable.pdf"]
    assert Found(texts).of("buses trams timetable") == ("BUSES", "timetable", "Trams")


def test_what_is_not_seen_is_taken_out_and_what_is_long_is_cut() -> None:
    hidden = "city\u202e\u200b council"
    assert Found([hidden]).of('"city council"') == ("city council",)
    (cut,) = Found(["x" * 200]).of("x" * 200)
    assert len(cut) == LONGEST
    assert cut.endswith("x…")
