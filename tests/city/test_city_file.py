"""The city files we hand out: Daegu's own, and the example of the documentation."""

import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.city import RESERVED_SLUGS, CityFileError, default_city_text, read_city
from feeds.model import Advertising, Article, City, Newsroom, State
from tests.builders import NOW, content, small_city

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adopt" / "city-file.md"


def article(division: str) -> Article:
    return Article(
        id=1,
        guid="tag:a.test,2026:1",
        state=State.PUBLISHED,
        revision=1,
        content=content(),
        division=division,
        created_at=NOW,
    )


@pytest.fixture(scope="module")
def daegu() -> City:
    return read_city(default_city_text(), name="daegu.toml")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_file_of_daegu_says_who_it_is_in_both_languages(daegu: City) -> None:
    assert daegu.zone == ZoneInfo("Asia/Seoul")
    assert daegu.languages == ("en", "ko")
    assert daegu.name("ko") == "대구광역시"
    assert [daegu.newsroom_name(language) for language in daegu.languages] == ["Daegu Newsroom", "대구 뉴스룸"]
    assert daegu.sender_address == "newsroom@daegu.example.org"


def test_daegu_has_at_least_thirty_divisions_below_its_bureaus(daegu: City) -> None:
    assert len([division for division in daegu.divisions if division.parent]) >= 30


def test_every_division_of_daegu_has_both_names_and_a_telephone(daegu: City) -> None:
    for division in daegu.divisions:
        assert set(division.names) == {"en", "ko"}
        assert division.telephone is not None
        assert re.search("[가-힣]", division.names["ko"])
        assert division.names["en"].isprintable()


def test_every_bureau_of_daegu_has_a_division_below_it(daegu: City) -> None:
    parents = {division.parent for division in daegu.divisions}
    assert {division.slug for division in daegu.divisions if division.parent is None} == parents - {None}


def test_no_two_divisions_of_daegu_share_a_telephone(daegu: City) -> None:
    telephones = [division.telephone for division in daegu.divisions]
    assert len(telephones) == len(set(telephones))


def test_no_slug_of_daegu_is_reserved(daegu: City) -> None:
    assert not {division.slug for division in daegu.divisions} & set(RESERVED_SLUGS)


def test_the_board_that_the_sample_pages_come_from_is_known_by_its_id_and_path(daegu: City) -> None:
    (board,) = [board for board in daegu.boards if board.source_id == "BBS_00131"]
    assert board.slug == "city-administration-news"
    assert board.path["en"] == ("Community", "Media News", "City Administration News")


@pytest.mark.parametrize("address", ["news@town.example", "news@mail.town.test", "news@town.example.org"])
def test_a_sender_may_stand_on_a_domain_reserved_for_tests(town: str, address: str) -> None:
    text = town.replace("newsroom@town.example.org", address)
    assert read_city(text, name="town.toml").sender_address == address


@pytest.mark.parametrize(
    "authority", ["example.org,2026", "town.example.org,2026-05", "a.example.org,2026-05-31", "me@example.org,2001"]
)
def test_an_authority_is_a_domain_or_address_and_a_date(town: str, authority: str) -> None:
    text = town.replace("town.example.org,2026", authority)
    assert read_city(text, name="town.toml").authority == authority


@pytest.mark.parametrize("telephone", ["120", "053-803-2114", "+82-53-803-2114", "053 803 2114"])
def test_a_telephone_is_digits_in_groups(town: str, telephone: str) -> None:
    assert read_city(town.replace("02-555-0100", telephone), name="x").divisions[1].telephone == telephone


def test_a_division_may_repeat_its_own_name_as_an_alias(town: str) -> None:
    text = town.replace('aliases = ["Town"', 'aliases = ["press office", "Town"')
    assert read_city(text, name="town.toml").divisions[1].aliases[0] == "press office"


def test_a_byte_order_mark_before_the_file_does_no_harm(town: str) -> None:
    assert read_city("\ufeff" + town, name="town.toml") == read_city(town, name="town.toml")


def test_the_example_of_the_documentation_is_a_city() -> None:
    (example,) = blocks("toml")
    city = read_city(example, name="riverton.toml")
    assert city.name("en") == "Riverton City Council"


def test_the_problems_that_the_documentation_shows_are_those_that_are_reported() -> None:
    (example,) = blocks("toml")
    spoilt = (
        example.replace("Europe/Dublin", "Europe/Dubln")
        .replace('languages = ["en"]', 'languages = ["en", "ga"]')
        .replace('parent = "chief-executive"\ntelephone = "01-555-0120"', 'parent = "cheif-executive"\nphone = "1"')
    )
    with pytest.raises(CityFileError) as caught:
        read_city(spoilt, name="riverton.toml")
    assert set(blocks("text")[0].splitlines()) <= set(caught.value.problems)


def test_the_broken_toml_that_the_documentation_shows_is_what_is_reported() -> None:
    with pytest.raises(CityFileError) as caught:
        read_city('a = "1"\nb = "2"\nc = "3"\ntelephone : "1"', name="riverton.toml")
    assert str(caught.value) == blocks("text")[1].strip()


def test_what_is_marked_as_advertising_is_read_and_quiet_from_21_to_8_unless_said_otherwise(town: str) -> None:
    marked = '[advertising]\ndivisions = ["water"]\ntopics = ["festival"]\naddresses = { en = "1 Road", ko = "길 1" }\n'
    read = read_city(town.replace("[[boards]]", marked + "[[boards]]", 1), name="town.toml").advertising
    assert (read.divisions, read.boards, read.topics) == (("water",), (), ("festival",))
    assert (read.quiet_from, read.quiet_until) == (21, 8)
    other = read_city(town.replace("[[boards]]", marked + "quiet_from = 22\n[[boards]]", 1), name="town.toml")
    assert other.advertising.quiet_from == 22
    assert read_city(town, name="town.toml").advertising == Advertising()


def test_a_release_is_advertising_by_its_division_or_what_is_above_by_its_board_or_by_a_topic() -> None:
    marked = Advertising(divisions=("environment",), boards=("ads",), topics=("festival",))
    newsroom = Newsroom(replace(small_city(), advertising=marked), "http://newsroom.test")
    plain = article("press")
    assert not newsroom.is_advertising(plain)
    for one in (article("climate"), replace(plain, board="ads"), replace(plain, topics=("festival",))):
        assert newsroom.is_advertising(one)
        assert not newsroom.is_advertising(replace(one, urgent=True))
