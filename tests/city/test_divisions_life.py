"""Divisions that are renamed, merged and retired: what the city file may say of them, and who follows whom then."""

from dataclasses import replace
from datetime import date

import pytest

from config.city import CityFileError, read_city
from feeds.model import Division, Newsroom
from tests.builders import BASE_URL, small_city

DAY = date(2026, 1, 1)


def newsroom(*divisions: Division) -> Newsroom:
    """A newsroom of these divisions."""
    return Newsroom(replace(small_city(), divisions=divisions), BASE_URL)


def one(slug: str, **values: object) -> Division:
    """A division that is named as its slug."""
    return Division(slug=slug, names={"en": slug}, **values)  # type: ignore[arg-type]


RENAMED = newsroom(one("bureau"), one("air", parent="bureau", former=("climate", "weather")), one("water"))
MERGED = newsroom(
    one("bureau"),
    one("air", parent="bureau"),
    one("climate", parent="bureau", retired=DAY, successor="air"),
    one("smoke", retired=DAY, successor="air"),
)
CHAIN = newsroom(
    one("a", former=("oldest",), retired=DAY, successor="b"),
    one("b", retired=DAY, successor="c"),
    one("c"),
)
BUREAU = newsroom(
    one("environment", former=("nature",), retired=DAY, successor="green"),
    one("climate", parent="environment", retired=DAY, successor="air"),
    one("parks", parent="environment", retired=DAY),
    one("green"),
    one("air", parent="green"),
)


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(CityFileError) as caught:
        read_city(text, name="town.toml")
    return tuple(line.removeprefix("town.toml: ") for line in caught.value.problems)


def test_a_city_file_says_what_a_division_was_and_what_became_of_it(town: str) -> None:
    life = 'former = ["wells", "waterworks"]\nsince = 1998-03-01\nretired = 2026-01-01\nsuccessor = "press"'
    city = read_city(town.replace('slug = "water"', f'slug = "water"\n{life}'), name="town.toml")
    water = city.divisions[2]
    assert water.former == ("wells", "waterworks")
    assert (water.since, water.retired, water.successor) == (date(1998, 3, 1), DAY, "press")


def test_one_slug_cannot_have_belonged_to_two_divisions(town: str) -> None:
    text = town.replace('slug = "water"', 'slug = "water"\nformer = ["old"]')
    assert problems_of(text.replace('slug = "office"', 'slug = "office"\nformer = ["old"]')) == (
        'divisions[2].former[0]: "old" belongs to "office" already (in "water")',
    )


def test_successors_in_a_circle_are_refused_once(town: str) -> None:
    text = town.replace('slug = "water"', 'slug = "water"\nretired = 2026-01-01\nsuccessor = "office"')
    text = text.replace('slug = "office"', 'slug = "office"\nretired = 2026-01-01\nsuccessor = "water"')
    circles = [line for line in problems_of(text) if "follow itself" in line]
    assert circles == ['divisions[0].successor: a division cannot follow itself: office > water > office (in "office")']


def test_what_still_issues_releases_cannot_stand_below_a_retired_bureau(town: str) -> None:
    assert problems_of(town.replace('slug = "office"', 'slug = "office"\nretired = 2026-01-01')) == (
        'divisions[1].parent: "office" is retired: nothing that still issues releases can stand below it (in "press")',
        'divisions[2].parent: "office" is retired: nothing that still issues releases can stand below it (in "water")',
    )


@pytest.mark.parametrize("key", ["parent", "successor"])
def test_who_names_an_old_slug_is_told_the_present_one(town: str, key: str) -> None:
    text = town.replace('slug = "press"', 'slug = "press"\nformer = ["spokesman"]')
    text = text.replace('ko = "물산업과" }\nparent = "office"\n', 'ko = "물산업과" }\n')
    text += f'{key} = "spokesman"\nretired = 2026-01-01\n'
    assert problems_of(text) == (
        f'divisions[2].{key}: there is no division "spokesman"; it is now "press" (in "water")',
    )


def test_problems_of_a_divisions_life_are_all_reported_at_once(town: str) -> None:
    life = 'former = ["office", "All"]\nsince = "x"\nretired = 7\nsuccessor = "nobody"'
    problems = problems_of(town.replace('slug = "water"', f'slug = "water"\n{life}'))
    assert [line.partition(": ")[0].partition("].")[2] for line in problems] == [
        "former[1]",
        "since",
        "retired",
        "former[0]",
        "successor",
    ]


def test_an_old_slug_names_the_division_that_has_another_now() -> None:
    for slug in ("air", "climate", "weather"):
        found = RENAMED.division(slug)
        assert found is not None
        assert found.slug == "air"
        assert RENAMED.current(slug) is found
    assert RENAMED.division("nobody") is RENAMED.current("nobody") is None


def test_who_followed_an_old_slug_follows_the_present_one_and_the_bureau_above() -> None:
    for slug in ("air", "climate"):
        assert set(RENAMED.lineage(slug)) == {"air", "climate", "weather", "bureau"}
    assert RENAMED.lineage("air")[0] == "air"
    assert RENAMED.lineage("air")[-1] == "bureau"


def test_a_renamed_division_finds_what_was_filed_under_its_old_slugs() -> None:
    assert set(RENAMED.within("air")) == {"air", "climate", "weather"}
    assert set(RENAMED.within("climate")) == {"air", "climate", "weather"}
    assert set(RENAMED.within("bureau")) == {"bureau", "air", "climate", "weather"}
    assert RENAMED.within("water") == ("water",)


def test_a_successor_goes_on_for_the_followers_of_every_division_that_was_merged_into_it() -> None:
    assert set(MERGED.lineage("air")) == {"air", "climate", "smoke", "bureau"}
    assert set(MERGED.within("air")) == {"air", "climate", "smoke"}
    assert [getattr(MERGED.current(slug), "slug", None) for slug in ("climate", "smoke", "air")] == ["air"] * 3


def test_a_late_release_of_a_merged_division_reaches_the_followers_of_the_successor() -> None:
    assert {"climate", "air", "bureau"} <= set(MERGED.lineage("climate"))


def test_a_chain_of_successors_leads_to_its_end() -> None:
    for slug in ("oldest", "a", "b", "c"):
        found = CHAIN.current(slug)
        assert found is not None
        assert found.slug == "c"
    assert CHAIN.lineage("c") == ("c", "b", "a", "oldest")
    assert set(CHAIN.within("c")) == {"c", "b", "a", "oldest"}


def test_a_bureau_that_was_replaced_goes_on_for_its_followers() -> None:
    assert set(BUREAU.lineage("air")) == {"air", "climate", "environment", "nature", "green"}
    assert set(BUREAU.within("green")) == {"green", "air", "climate", "environment", "nature", "parks"}
    assert "air" in BUREAU.within("environment")


def test_a_division_retired_with_its_bureau_and_without_a_successor_has_none() -> None:
    parks = BUREAU.current("parks")
    assert parks is not None
    assert (parks.slug, parks.retired) == ("parks", DAY)


def test_only_what_issues_releases_is_offered() -> None:
    assert [division.slug for division in BUREAU.divisions] == ["green", "air"]
    assert [division.slug for division in BUREAU.earlier_divisions] == ["environment", "climate", "parks"]


def test_a_slug_that_nobody_ever_had_follows_nothing_but_itself() -> None:
    assert BUREAU.lineage("nobody") == BUREAU.within("nobody") == ("nobody",)


def test_a_newsroom_made_by_hand_with_a_circle_still_ends() -> None:
    """The city file refuses it; nothing may hang where one comes another way."""
    circle = newsroom(one("a", retired=DAY, successor="b"), one("b", retired=DAY, successor="a", parent="a"))
    assert circle.current("a") is not None
    assert set(circle.lineage("a")) == {"a", "b"}
    assert set(circle.within("b")) == {"a", "b"}


def test_nobody_else_is_followed() -> None:
    """Two divisions of one bureau, and their pasts, stay apart."""
    apart = newsroom(one("bureau"), one("air", parent="bureau", former=("old-air",)), one("water", parent="bureau"))
    assert "water" not in apart.lineage("air")
    assert "old-air" not in apart.lineage("water")
    assert "bureau" not in apart.within("air")
