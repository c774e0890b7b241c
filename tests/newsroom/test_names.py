"""What staff sign in with: one form for every spelling, so that no two people look the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.staff import LONGEST_NAME, login_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Press-Editor", "press-editor"),
        (" press-editor ", "press-editor"),
        ("ＰＲＥＳＳ", "press"),
        ("ﬁre.office", "fire.office"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("기후편집자", "기후편집자"),
        ("editor@example.org", "editor@example.org"),
    ],
)
def test_every_spelling_of_a_name_is_one_name(text: str, name: str) -> None:
    assert login_name(text) == name


def test_a_decomposed_name_is_the_composed_one() -> None:
    apart = unicodedata.normalize("NFD", "기후과")
    assert apart != "기후과"
    assert login_name(apart) == "기후과"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "a" * (LONGEST_NAME + 1),
        "a" * 1_000_000,
        "two words",
        "<b>bold</b>",
        "a\0b",
        "a\nb",
        "a\u202eb",
        "a\u200bb",
        "a/b",
        "a'b",
        "shell",
        "Clock",
        "INTAKE",
        "stranger",
        "token",
    ],
)
def test_what_can_be_nobodys_name_is_refused(text: str) -> None:
    assert login_name(text) is None


@given(st.text(max_size=60))
def test_a_name_is_its_own_name(text: str) -> None:
    name = login_name(text)
    if name is not None:
        assert login_name(name) == name
        assert name.isprintable()


@pytest.mark.parametrize("name", ["ed\ufe0f-a", "ed-a\u3164", "ed\u034f-a", "\u0435d-a", "\u3164\u3164", "e\u0301d"])
def test_no_name_looks_like_another(name: str) -> None:
    assert login_name(name) is None
