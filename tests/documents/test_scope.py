"""A scope is one wish, however it is spelled, and matches what the search would find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_feed import article

from feeds.scope import MAX_VALUES, Scope

SLUGS = st.lists(st.sampled_from(["a", "b", "c-d", "물"]), max_size=4).map(tuple)
WORDS = st.text("물관리 KTXａb\"'-&=#%", max_size=30)


@given(divisions=SLUGS, topics=SLUGS, boards=SLUGS, words=WORDS, language=st.sampled_from([None, "ko", "en"]))
def test_a_scope_is_read_back_from_its_own_spelling(
    divisions: tuple[str, ...], topics: tuple[str, ...], boards: tuple[str, ...], words: str, language: str | None
) -> None:
    scope = Scope(divisions, language, topics, boards, words)
    assert Scope.parse(str(scope)) == scope
    assert str(Scope.parse(str(scope))) == str(scope)
    assert Scope(divisions[::-1], language, topics[::-1], boards * 2, words.upper()) == scope


@pytest.mark.parametrize("spelling", ["summit APEC", " apec  summit", "APEC, “Summit”", "ａｐｅｃ summit summit"])
def test_words_that_find_the_same_are_the_same_wish(spelling: str) -> None:
    assert Scope(words=spelling) == Scope(words="apec summit")


def test_a_phrase_stays_a_phrase() -> None:
    assert Scope(words='"city  council" bus').words == '"city council" bus'
    assert Scope(words="city council bus") != Scope(words='"city council" bus')


def test_of_each_kind_one_is_enough_and_every_kind_must_be_met() -> None:
    release = article(topics=("summit",), board="news", title="대구수출기업 지원", body_text="The city council met.")
    lineage = ("industry", "economy")
    for scope, is_met in (
        (Scope(), True),
        (Scope(("economy", "water")), True),
        (Scope(("water",)), False),
        (Scope(topics=("summit", "bus")), True),
        (Scope(topics=("bus",)), False),
        (Scope(boards=("news",)), True),
        (Scope(boards=("other",)), False),
        (Scope(("economy",), topics=("bus",)), False),
        (Scope(language="ko"), False),
        (Scope(words="수출"), True),
        (Scope(words="수출 council"), True),
        (Scope(words='"council city"'), False),
        (Scope(words="nowhere"), False),
    ):
        assert scope.matches(release, lineage) is is_met, scope


def test_more_values_than_a_scope_holds_are_refused_whatever_their_kind() -> None:
    some = tuple(f"d{n}" for n in range(MAX_VALUES))
    assert Scope(some).values == MAX_VALUES
    with pytest.raises(ValueError, match="at most 50"):
        Scope(some, topics=("one-more",))
    with pytest.raises(ValueError, match="no colour"):
        Scope.parse("colour=red")
