"""What a topic must be like."""

import pytest

from feeds.vocabulary import LONGEST, topic_wish

LANGUAGES = ("en", "ko")
NAMES = {"en": "Carbon neutrality", "ko": "탄소중립"}


def test_a_sound_topic_has_no_faults() -> None:
    wish = topic_wish(" Carbon-Neutrality ", NAMES, LANGUAGES)
    assert (wish.slug, dict(wish.names), wish.faults) == ("carbon-neutrality", NAMES, ())


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "a b", "a/b", "탄소", "a" * (LONGEST + 1), "..", "a\0"])
def test_a_slug_that_cannot_stand_in_an_address_is_a_fault(slug: str) -> None:
    assert topic_wish(slug, NAMES, LANGUAGES).faults == ("vocabulary.fault.slug",)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\0"])
def test_a_topic_needs_a_name_in_every_language(name: str) -> None:
    assert topic_wish("a", NAMES | {"ko": name}, LANGUAGES).faults == ("vocabulary.fault.name",)
    assert topic_wish("a", {"en": "A"}, LANGUAGES).faults == ("vocabulary.fault.name",)


def test_a_name_is_bounded() -> None:
    assert topic_wish("a", NAMES | {"en": "a" * LONGEST}, LANGUAGES).faults == ()
    assert topic_wish("a", NAMES | {"en": "a" * (LONGEST + 1)}, LANGUAGES).faults == ("vocabulary.fault.long",)


def test_a_name_is_one_clean_line() -> None:
    wish = topic_wish("a", {"en": " Two\r\n lines\u202e ", "ko": "가"}, LANGUAGES)
    assert dict(wish.names) == {"en": "Two lines", "ko": "가"}


def test_a_language_that_the_city_does_not_have_is_left_out() -> None:
    assert set(topic_wish("a", NAMES | {"fr": "A"}, LANGUAGES).names) == set(LANGUAGES)
