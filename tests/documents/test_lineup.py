"""The order of a feed after a change is what the whole store would say, or it says that it does not know."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sample_feed import MORNING, NEWSROOM, article

from feeds.lineup import Placed, moved, place, touched
from feeds.model import State
from feeds.scope import Scope

FULL = 4
ARTICLES = st.dictionaries(st.integers(1, 8), st.integers(0, 9), max_size=8)


def placed(found: dict[int, int]) -> list[Placed]:
    return sorted(((MORNING + timedelta(hours=hour), one) for one, hour in found.items()), reverse=True)


@given(before=ARTICLES, changed=st.dictionaries(st.integers(1, 9), st.none() | st.integers(0, 9), max_size=3))
def test_an_order_that_follows_from_a_change_is_the_one_that_there_is(
    before: dict[int, int], changed: dict[int, int | None]
) -> None:
    after = {one: hour for one, hour in (before | changed).items() if hour is not None}
    places = {one: None if hour is None else (MORNING + timedelta(hours=hour), one) for one, hour in changed.items()}
    made = moved(placed(before)[:FULL], places, FULL)
    assert made is None or made == placed(after)[:FULL]


def test_a_new_article_never_needs_the_store() -> None:
    order = placed({1: 1, 2: 2, 3: 3, 4: 4})
    assert moved(order, {5: (MORNING + timedelta(hours=5), 5)}, FULL) == placed({2: 2, 3: 3, 4: 4, 5: 5})
    assert moved(order, {4: None}, FULL) is None
    assert moved(order[:3], {4: None}, FULL) == order[1:3]


def test_only_what_is_public_has_a_place_and_what_was_withdrawn_only_for_a_while() -> None:
    at = MORNING + timedelta(hours=1)
    assert place(article(1), gone_since=MORNING) == (at, 1)
    assert place(article(1, state=State.DRAFT), gone_since=MORNING) is None
    assert place(article(1, state=State.WITHDRAWN), gone_since=MORNING) == (at, 1)
    assert place(article(1, state=State.WITHDRAWN), gone_since=at) is None


def test_a_change_touches_the_scopes_that_show_it_should_show_it_or_show_its_twin() -> None:
    one = article(1, division="industry", twins=(("ko", 7),))
    at = place(one, gone_since=MORNING)
    assert at is not None
    scopes: dict[Scope, list[int]] = {
        Scope(): [],
        Scope(("economy",)): [1],
        Scope(("spokesperson",)): [7],
        Scope(topics=("gone",)): [1],
        Scope(("spokesperson",), language="en"): [],
    }
    assert touched(scopes.items(), [one], NEWSROOM, gone_since=MORNING) == {
        Scope(): {1: at},
        Scope(("economy",)): {1: at},
        Scope(("spokesperson",)): {},
        Scope(topics=("gone",)): {1: None},
    }
