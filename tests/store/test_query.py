"""Saved searches: what AND, OR and NOT mean, in Korean and English, and that no query is an error."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import grams
from feeds.query import DEPTH, Fault, WordsRefused, demand_whole, holds, read, words, written

PIECES = st.sampled_from([*"()|-", "AND", "OR", "NOT", '"', '"city council"', "수출", "지방정부", "2026년", "a", "B"])
QUERIES = st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=20).map(
    lambda pairs: "".join(piece + space for piece, space in pairs)
)
PLAIN = st.lists(st.sampled_from(["a", "B", '"city council"', "수출", "2026년", "f(x)"]), max_size=12).map(" ".join)


@given(QUERIES)
def test_a_canonical_query_reads_as_itself(query: str) -> None:
    found = read(query)
    assert read(written(found)) == found


@given(st.text(max_size=250))
def test_no_text_is_an_error(query: str) -> None:
    written(read(query))


@given(PLAIN)
def test_a_query_without_operators_keeps_its_canonical_spelling(query: str) -> None:
    assert written(read(query)) == str(grams.parse(query))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a AND b", "b a"),
        ("（a ｜ b） －c", "(a | b) -c"),
        ("＂city council＂", '"city council"'),
        ("a OR b OR a", "b | a"),
        ("NOT NOT a", "a"),
        ("-(a b)", "NOT (b AND a)"),
        ("(a", "a OR"),
        ("“City Council” NOT x", '-x "city council"'),
    ],
)
def test_two_spellings_of_one_wish_are_equal(one: str, other: str) -> None:
    assert read(one) == read(other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("대구수출기업이 지방정부와 만나다", True),
        ("수출 회의: the City Council met", True),
        ("수출 회의: the council of the city met", False),
        ("지방정부 수출 축제", False),
        ("지방정부 회의", False),
    ],
)
def test_a_saved_search_finds_what_it_says(text: str, found: bool) -> None:
    wish = read('수출 AND ("city council" OR 지방정부) NOT 축제')
    assert wish is not None
    assert holds(grams.line([text]), wish) is found
    assert "축제" not in map(str, words(wish))


@given(st.lists(st.text("가나ab-1 ", min_size=8, max_size=14), max_size=20).map(" OR ".join))
def test_a_long_query_is_cut_so_that_its_spelling_reads_as_itself(query: str) -> None:
    found = read(query)
    assert len(written(found)) <= grams.QUERY_CHARACTERS
    assert read(written(found)) == found


@given(st.text(max_size=250) | QUERIES)
def test_a_query_is_taken_whole_or_refused_and_a_canonical_one_is_never_refused(query: str) -> None:
    canonical = written(read(query))
    demand_whole(canonical)
    with suppress(WordsRefused):
        demand_whole(query)
        assert canonical or not query.strip()


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("!!", Fault.NONE),
        ('"" ( ) | -', Fault.NONE),
        ("NOT", Fault.NONE),
        (" ".join(f"w{n}" for n in range(grams.QUERY_WORDS + 1)), Fault.MANY),
        ("a " * grams.QUERY_CHARACTERS, Fault.MANY),
        ("a".ljust(grams.QUERY_CHARACTERS) + "b", Fault.MANY),
        ("(a | " * (DEPTH + 1) + "b" + ")" * (DEPTH + 1), Fault.MANY),
        (" ".join(f"\ufdfa{n}" for n in range(15)), Fault.MANY),
    ],
)
def test_b59_words_that_would_be_read_as_others_are_refused(query: str, fault: Fault) -> None:
    with pytest.raises(WordsRefused) as refused:
        demand_whole(query)
    assert refused.value.fault is fault


@pytest.mark.parametrize("query", ["", "  ", "bus !!", " ".join(f"w{n}" for n in range(grams.QUERY_WORDS)), "-a", "(a"])
def test_what_is_read_whole_is_taken(query: str) -> None:
    demand_whole(query)
