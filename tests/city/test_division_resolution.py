"""Which division a page means is known only where its words are exactly a name or an alias."""

import unicodedata

import pytest

from config.city import default_city_text, read_city
from feeds.intake.division import resolve_division
from feeds.model import City


@pytest.fixture(scope="module")
def daegu() -> City:
    return read_city(default_city_text(), name="daegu.toml")


@pytest.mark.parametrize("stated", ["대구시", "대구광역시", "Daegu", "Daegu Metropolitan City"])
def test_b54_the_city_in_place_of_a_division_is_the_fallback_division(daegu: City, stated: str) -> None:
    assert resolve_division(daegu, stated) == daegu.fallback_division


def test_every_name_and_alias_leads_to_its_own_division(daegu: City) -> None:
    for division in daegu.divisions:
        for stated in (*division.names.values(), *division.aliases):
            assert resolve_division(daegu, stated) == division.slug


@pytest.mark.parametrize(
    "stated",
    [
        "WATER INDUSTRY division",
        "  Water \t Industry\n Division ",
        "Ｗａｔｅｒ Industry Division",
        "Water\u00a0Industry Division",
        "물산업과",
        unicodedata.normalize("NFD", "물산업과"),
    ],
)
def test_case_width_composition_and_spaces_make_no_difference(daegu: City, stated: str) -> None:
    assert resolve_division(daegu, stated) == "water-industry"


@pytest.mark.parametrize(
    "stated", ["", "  ", "Water", "Water Industry", "Water Industry Divisions", "물산업", "water-industry", "120", "%"]
)
def test_b54_anything_else_is_unknown_and_never_guessed(daegu: City, stated: str) -> None:
    assert resolve_division(daegu, stated) is None
