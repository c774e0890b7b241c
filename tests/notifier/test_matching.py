"""Who is told of what, tried on many windows against a second, slower way to say the same."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Change, ChangeKind, State
from feeds.scope import Scope
from notifier.matching import EVERYTHING, Item, News, Plan, plan
from notifier.model import Cadence, Subscription
from tests.builders import NOW, content

LINEAGES = (("climate", "environment"), ("water", "environment"), ("environment",), ("transport",))
PUBLISHED, CORRECTED = ChangeKind.PUBLISHED, ChangeKind.CORRECTED


def article(number: int, revision: int = 1, language: str = "en") -> Article:
    return Article(
        id=number,
        guid=f"tag:riverton.example.org,2026:{number}",
        state=State.PUBLISHED,
        revision=revision,
        content=content(language=language),
        division="climate",
        created_at=NOW,
        published_at=NOW + timedelta(minutes=number),
    )


def news(
    number: int,
    article_id: int,
    kind: ChangeKind = PUBLISHED,
    *,
    revision: int = 1,
    stands_at: int | None = None,
    lineage: tuple[str, ...] = LINEAGES[0],
    language: str = "en",
) -> News:
    change = Change(number=number, article_id=article_id, revision=revision, kind=kind, at=NOW)
    return News(change, article(article_id, stands_at or revision, language), lineage)


def wish(*divisions: str, number: int = 1, cursor: int = 0, language: str | None = None) -> Subscription:
    return Subscription(
        id=number,
        subscriber_id=1,
        scope=Scope(divisions, language),
        cadence=Cadence.DAILY,
        cursor=cursor,
        created_at=NOW,
    )


def test_an_article_is_told_once_under_the_first_wish_and_named_in_the_others() -> None:
    told = plan([wish("environment"), wish("climate", number=2), wish(number=3)], [news(1, 1)], {})
    assert told.items == (Item(1, 1, "environment", ("climate", EVERYTHING)),)
    assert told.changes == ((1, 1, 1),)


def test_a_wish_for_several_divisions_is_headed_by_the_nearest() -> None:
    (item,) = plan([wish("environment", "climate")], [news(1, 1)], {}).items
    assert (item.under, item.also_in) == ("climate", ())


def test_a_wish_that_names_other_divisions_or_another_language_hears_nothing() -> None:
    assert plan([wish("transport"), wish(number=2, language="ko")], [news(1, 1)], {}) == Plan((), ())


def test_what_a_wish_has_had_its_turn_at_is_not_told() -> None:
    assert [item.article_id for item in plan([wish(cursor=1)], [news(1, 1), news(2, 2)], {}).items] == [2]


def test_what_the_person_has_been_told_is_not_repeated() -> None:
    assert plan([wish()], [news(1, 1)], {1: 1}) == Plan((), ())


def test_a_correction_of_what_was_told_comes_marked() -> None:
    told = plan([wish()], [news(4, 1, CORRECTED, revision=2)], {1: 1})
    assert told.items == (Item(1, 2, EVERYTHING, corrected=True),)
    assert told.changes == ((4, 1, 2),)


def test_a_publication_told_by_alert_is_not_settled_again_with_its_correction() -> None:
    window = [news(1, 1, stands_at=2), news(2, 1, CORRECTED, revision=2)]
    told = plan([wish()], window, {1: 1})
    assert told.items == (Item(1, 2, EVERYTHING, corrected=True),)
    assert told.changes == ((2, 1, 2),)


def test_a_correction_of_what_was_never_told_is_no_news() -> None:
    assert plan([wish(cursor=1)], [news(2, 1, CORRECTED, revision=2)], {}) == Plan((), ())


def test_a_release_corrected_within_the_window_is_told_once_as_it_stands_and_unmarked() -> None:
    window = [news(1, 1, stands_at=2), news(2, 1, CORRECTED, revision=2)]
    assert plan([wish()], window, {}).items == (Item(1, 2, EVERYTHING),)


def test_headings_stand_in_the_order_of_the_wishes_and_the_newest_first_under_each() -> None:
    window = [
        news(1, 1, lineage=("transport",)),
        news(2, 2),
        news(3, 3, lineage=("transport",)),
        news(4, 4),
    ]
    told = plan([wish("transport"), wish("climate", number=2)], window, {})
    assert [(item.under, item.article_id) for item in told.items] == [
        ("transport", 3),
        ("transport", 1),
        ("climate", 4),
        ("climate", 2),
    ]


@st.composite
def windows(draw: st.DrawFn) -> list[News]:
    """A window of the log: some articles, each published or corrected in it, as they stand at its end."""
    kinds = draw(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=10))
    about = {one: (draw(st.sampled_from(LINEAGES)), draw(st.sampled_from(["en", "ko"]))) for one in range(1, 6)}
    reached: dict[int, int] = {}
    rows = []
    for number, (article_id, is_old) in enumerate(kinds, start=draw(st.integers(1, 4))):
        if article_id in reached or is_old:
            reached[article_id] = reached.get(article_id, 1) + 1
            rows.append((number, article_id, CORRECTED, reached[article_id]))
        else:
            reached[article_id] = 1
            rows.append((number, article_id, PUBLISHED, 1))
    return [
        news(
            number,
            article_id,
            kind,
            revision=revision,
            stands_at=reached[article_id],
            lineage=about[article_id][0],
            language=about[article_id][1],
        )
        for number, article_id, kind, revision in rows
    ]


DIVISIONS = st.sets(st.sampled_from(["climate", "water", "environment", "transport"]), max_size=3)
WISHES = st.lists(st.tuples(DIVISIONS, st.integers(0, 8), st.sampled_from([None, None, "en", "ko"])), max_size=4).map(
    lambda rows: [
        wish(*divisions, number=number, cursor=cursor, language=language)
        for number, (divisions, cursor, language) in enumerate(rows, start=1)
    ]
)
TOLD = st.dictionaries(st.integers(1, 5), st.integers(1, 4), max_size=4)


def tidings(window: Sequence[News], told: Mapping[int, int]) -> list[News]:
    """The changes of a window that say something new to a person."""
    fresh = []
    for one in window:
        heard = told.get(one.article.id)
        if heard is None and one.change.kind is PUBLISHED:
            fresh.append(one)
        if heard is not None and one.change.revision > heard:
            fresh.append(one)
    return fresh


def asks_for(subscription: Subscription, one: News) -> bool:
    wanted = set(subscription.scope.divisions)
    in_scope = not wanted or bool(wanted & set(one.lineage))
    in_language = subscription.scope.language in (None, one.article.content.language)
    return in_scope and in_language and one.change.number > subscription.cursor


def heading(subscription: Subscription, one: News) -> str:
    return ([slug for slug in one.lineage if slug in subscription.scope.divisions] or [EVERYTHING])[0]


def slow_plan(wishes: Sequence[Subscription], window: Sequence[News], told: Mapping[int, int]) -> dict[int, Item]:
    """Article by article: the headings of every wish that asks for one of its tidings."""
    items = {}
    fresh = tidings(window, told)
    for article_id in {one.article.id for one in fresh}:
        of_article = [one for one in fresh if one.article.id == article_id]
        headings = [heading(w, one) for w in wishes for one in of_article if asks_for(w, one)]
        if headings:
            first, *others = dict.fromkeys(headings)
            revision = of_article[-1].article.revision
            items[article_id] = Item(article_id, revision, first, tuple(others), article_id in told)
    return items


@given(WISHES, windows(), TOLD)
def test_a_plan_says_what_the_slow_way_says(
    wishes: list[Subscription], window: list[News], told: dict[int, int]
) -> None:
    made = plan(wishes, window, told)
    assert len({item.article_id for item in made.items}) == len(made.items)
    assert {item.article_id: item for item in made.items} == slow_plan(wishes, window, told)
    fresh = [one for one in tidings(window, told) if any(asks_for(w, one) for w in wishes)]
    assert made.changes == tuple((one.change.number, one.article.id, one.article.revision) for one in fresh)


@given(WISHES, windows(), TOLD)
def test_what_a_plan_has_told_it_never_tells_again(
    wishes: list[Subscription], window: list[News], told: dict[int, int]
) -> None:
    made = plan(wishes, window, told)
    known = dict(told)
    for _, article_id, revision in made.changes:
        known[article_id] = max(revision, known.get(article_id, 0))
    again = plan(wishes, window, known)
    assert again == Plan((), ())


@given(WISHES, windows(), TOLD)
def test_items_stand_by_the_first_heading_of_their_wish(
    wishes: list[Subscription], window: list[News], told: dict[int, int]
) -> None:
    made = plan(wishes, window, told)
    headings = [slug for w in wishes for slug in (w.scope.divisions or (EVERYTHING,))]
    places = [headings.index(item.under) for item in made.items]
    assert places == sorted(places)
    newest = {one.article.id: one.change.number for one in window}
    for place in set(places):
        numbers = [newest[item.article_id] for item in made.items if headings.index(item.under) == place]
        assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("count", [1, 50])
def test_a_plan_settles_every_change_that_it_tells(count: int) -> None:
    window = [news(number, number) for number in range(1, count + 1)]
    assert [number for number, _, _ in plan([wish()], window, {}).changes] == list(range(1, count + 1))
