"""The sample releases are well made, fit the city of Daegu, and survive the cleaning that every release gets."""

import csv
import re
import tomllib
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from config.city import default_city_text, read_city
from config.demo.releases import SampleRelease, load_releases
from config.demo.story import TOPICS
from feeds.intake.clean import clean_html
from feeds.model import City

RELEASES = load_releases()
SEOUL = ZoneInfo("Asia/Seoul")

each = pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)


@pytest.fixture(scope="module")
def daegu() -> City:
    return read_city(default_city_text(), name="daegu.toml")


def written(name: str) -> dict[str, object]:
    text = files("config").joinpath("demo", "releases", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def test_there_are_at_least_twelve_of_which_four_are_korean() -> None:
    languages = [release.content.language for release in RELEASES]
    assert len(languages) >= 12
    assert languages.count("ko") >= 4
    assert languages.count("en") >= 4


def test_exactly_one_is_the_hero_and_it_is_of_today() -> None:
    (hero,) = [release for release in RELEASES if release.hero]
    assert hero.days_ago == 0
    assert hero.division == "climate-environment-policy"


def test_exactly_one_is_urgent() -> None:
    assert len([release for release in RELEASES if release.urgent]) == 1


def test_they_come_from_new_to_old() -> None:
    days = [release.days_ago for release in RELEASES]
    assert days == sorted(days)


def test_the_night_buses_are_told_in_both_languages_at_the_same_time() -> None:
    pair = [release for release in RELEASES if "night-buses" in release.name]
    assert {release.content.language for release in pair} == {"en", "ko"}
    assert len({(release.division, release.days_ago, release.time) for release in pair}) == 1


@each
def test_its_division_and_board_exist(release: SampleRelease, daegu: City) -> None:
    assert release.division in {division.slug for division in daegu.divisions}
    assert release.board in {board.slug for board in daegu.boards}
    assert release.content.language in daegu.languages


@each
def test_it_gives_the_telephone_of_its_division(release: SampleRelease, daegu: City) -> None:
    (division,) = [division for division in daegu.divisions if division.slug == release.division]
    assert division.telephone is not None
    assert division.telephone in release.content.body_text


@each
def test_its_file_states_every_key_and_no_other(release: SampleRelease) -> None:
    texts = {"language", "division", "board", "title", "subtitle", "summary", "body_html", "time"}
    needed = texts | {"days_ago", "hero", "urgent"}
    assert needed <= set(written(release.name)) <= needed | {"topics", "twin", "picture", "file", "slip", "embargo"}


def test_one_has_a_picture_with_all_that_is_said_of_it_one_a_file_and_one_a_twin() -> None:
    (drawn,) = [release.picture for release in RELEASES if release.picture]
    assert all((drawn.caption, drawn.credit, drawn.alt))
    ((name, text),) = [release.file for release in RELEASES if release.file]
    assert len(list(csv.DictReader(text.splitlines()))) == 6
    assert name.endswith(".csv")
    (twin,) = [release for release in RELEASES if release.twin]
    (other,) = [release for release in RELEASES if release.name == twin.twin]
    assert (twin.division, twin.days_ago, twin.time) == (other.division, other.days_ago, other.time)
    assert twin.content.language != other.content.language


def test_one_is_under_embargo_until_tomorrow_and_one_had_a_slip() -> None:
    (later,) = [release for release in RELEASES if release.embargo]
    assert later.days_ago == -1
    (corrected,) = [release for release in RELEASES if release.slip]
    assert corrected.slip
    assert corrected.slip.now in corrected.content.body_html
    assert corrected.slip.was not in corrected.content.body_html


@each
def test_its_topics_are_those_of_the_story(release: SampleRelease) -> None:
    assert set(release.topics) <= set(TOPICS)


@each
def test_it_is_between_120_and_300_words_long(release: SampleRelease) -> None:
    content = release.content
    assert 120 <= len(f"{content.subtitle} {content.summary} {content.body_text}".split()) <= 300


@each
def test_its_summary_is_one_sentence(release: SampleRelease) -> None:
    assert re.fullmatch(r"[^.!?]+\.", release.content.summary)


@each
def test_its_body_is_unchanged_by_cleaning(release: SampleRelease) -> None:
    body = release.content.body_html
    assert clean_html(body, base=None) == body
    tags = re.compile(r"<(/?[a-z0-9]+)")
    assert tags.findall(body) == tags.findall(str(written(release.name)["body_html"]))


@each
def test_its_text_has_no_markup(release: SampleRelease) -> None:
    assert not re.search(r"</?[a-z]|&[a-z]+;|&#", release.content.body_text)


@each
def test_a_mark_in_the_text_has_its_note(release: SampleRelease) -> None:
    body = release.content.body_html
    assert body.count("<sup>*</sup>") == len(re.findall(r'<aside role="note">\s*<p>\* ', body))


@each
def test_it_is_never_published_later_than_now(release: SampleRelease) -> None:
    now = datetime(2026, 5, 24, 23, 0, tzinfo=UTC)
    published_at = release.published_at(now, SEOUL)
    assert published_at <= now
    assert published_at.utcoffset() == timedelta(0)


def test_days_ago_and_time_are_in_the_zone_of_the_city() -> None:
    release = next(release for release in RELEASES if release.days_ago == 1)
    now = datetime(2026, 5, 24, 23, 0, tzinfo=UTC)  # the 25th in Seoul
    at = release.published_at(now, SEOUL).astimezone(SEOUL)
    assert (at.day, at.time()) == (24, time(10, 0))
