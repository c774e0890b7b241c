"""Very many wishes held against one release at once: what comes out is what each of them says by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, State
from feeds.scope import Scope
from notifier.watch import SPARE, Watch
from tests.builders import NOW, content
from tests.store.test_query import QUERIES

WORDS = ["지방정부", "정부", "2026년", "물", "a", "b", '"city council"', "축제", "𠀀𠀁"]
SAID = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        inner.map(lambda one: f"-({one})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' '.join(some)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' OR '.join(some)})"),
    ),
    max_leaves=6,
)
SLUGS = st.sets(st.sampled_from(["climate", "environment", "transport"]), max_size=2).map(tuple)
SCOPES = st.one_of(
    st.builds(Scope, words=SAID | QUERIES),
    st.builds(
        Scope,
        SLUGS,
        st.sampled_from([None, "en", "ko"]),
        st.sets(st.sampled_from(["summit", "budget"]), max_size=2).map(tuple),
        st.sets(st.sampled_from(["news", "notices"]), max_size=2).map(tuple),
        st.just("") | SAID,
    ),
    st.builds(Scope, article=st.integers(1, 3)),
)
PIECES = [
    "지방",
    "정부",
    "지방 정부",
    "2026년",
    "년",
    "물",
    "물관리",
    "a",
    "b",
    "city",
    "city council",
    "축제",
    "𠀀𠀁",
    " ",
    ", ",
    "-",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)
LINEAGE = ("climate", "environment")
KEPT = Watch()
"""Learns with every example, as one does that lives as long as the program."""


def release(title: str = "x", **given: object) -> Article:
    """A release of the climate division."""
    inner = {name: given.pop(name) for name in ("body_text", "language") if name in given}
    return Article(
        id=int(given.pop("id", 1)),  # type: ignore[call-overload]
        guid="tag:riverton.example.org,2026:1",
        state=State.PUBLISHED,
        revision=1,
        content=content(title, summary="", **inner),
        division="climate",
        created_at=NOW,
        **given,  # type: ignore[arg-type]
    )


RELEASES = st.builds(
    release,
    TEXTS,
    id=st.integers(1, 3),
    body_text=TEXTS,
    language=st.sampled_from(["en", "ko"]),
    topics=st.sets(st.sampled_from(["summit", "budget"])).map(tuple),
    board=st.sampled_from([None, "news", "notices"]),
)


def learned(*wishes: str) -> Watch:
    watch = Watch()
    watch.learn(wishes)
    return watch


def one_by_one(wishes: list[str], article: Article) -> set[str]:
    return {wish for wish in wishes if Scope.parse(wish).matches(article, LINEAGE)}


@given(st.lists(SCOPES.map(str), max_size=12), RELEASES, RELEASES)
def test_those_hold_a_release_that_hold_it_each_by_itself(wishes: list[str], one: Article, other: Article) -> None:
    fresh = learned(*wishes[:5])
    for article in (one, other):
        wanted = one_by_one(wishes, article)
        assert KEPT.holding(wishes, article, LINEAGE) & set(wishes) == wanted
        assert fresh.holding(wishes[:5], article, LINEAGE) == wanted & set(wishes[:5])
        assert Watch().holding(wishes, article, LINEAGE) == wanted
    assert fresh.holding(wishes, one, LINEAGE) == one_by_one(wishes, one)


@pytest.mark.parametrize("words", ["NOT trams", "NOT (trams OR ferries)", "NOT (trams buses)", "-trams -ferries"])
def test_a_wish_that_only_wants_things_absent_works_from_the_first_release_on(words: str) -> None:
    watch, wish = Watch(), str(Scope(words=words))
    assert watch.holding([wish], release("Night boats"), LINEAGE) == {wish}
    assert not watch.holding([wish], release("Trams, buses and ferries"), LINEAGE)


def test_what_needs_a_word_that_is_not_there_is_not_even_asked() -> None:
    wishes = [str(Scope(("climate",), words=f"city {word} -a")) for word in ("festival", "council", "parade")]
    watch, city = learned(*wishes), release("The city council")
    assert watch.holding(wishes, city, LINEAGE) == {wishes[1]}
    assert len(watch.asked(watch.facts(city, LINEAGE))) == 1


def test_it_forgets_what_nobody_follows_any_more() -> None:
    gone = [str(Scope(article=number)) for number in range(1, SPARE + 20)]
    kept = [str(Scope(words=word)) for word in ("city", "parade")]
    watch = learned(*gone, *kept)
    watch.learn(gone)
    assert len(watch) == len(gone) + len(kept)
    assert watch.holding(kept, release("The city council"), LINEAGE) == {kept[0]}
    assert len(watch) == len(kept)
