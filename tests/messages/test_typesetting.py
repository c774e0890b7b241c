"""Plain text in columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.typesetting import columns, underline, wrap


def test_hangul_is_two_columns_wide_and_a_combining_sign_none() -> None:
    assert columns("a한") == 3
    assert columns("e\u0301") == 1


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n>-"), max_size=500))
def test_no_line_is_wider_than_78_columns_and_no_sign_is_lost(text: str) -> None:
    wrapped = wrap(text)
    assert all(columns(line) <= 78 for line in wrapped.splitlines() if "://" not in line)
    assert "".join(wrapped.replace(">", "").split()) == "".join(text.replace(">", "").split())


def test_a_long_hangul_line_is_broken_at_its_spaces() -> None:
    lines = wrap("대구시는 심야버스를 늘린다 " * 10).splitlines()
    assert all(66 < columns(line) <= 78 for line in lines[:-1])
    assert {word for line in lines for word in line.split()} == {"대구시는", "심야버스를", "늘린다"}


def test_a_hangul_word_wider_than_the_page_is_broken() -> None:
    assert [columns(line) for line in wrap("한" * 100).splitlines()] == [78, 78, 44]


def test_a_word_of_two_hundred_thousand_signs_is_looked_at_once() -> None:
    text = "한" * 200_000
    assert wrap(text).replace("\n", "") == text


def test_a_link_stays_whole_on_its_own_line() -> None:
    link = "https://news.daegu.example.org/" + "a" * 100
    assert wrap(f"Read this: {link} and more").splitlines() == ["Read this:", link, "and more"]


@pytest.mark.parametrize(("mark", "rest"), [("- ", "  "), ("12. ", "    "), ("> ", "> "), (">> ", ">> "), ("○ ", "  ")])
def test_a_mark_hangs_and_a_quotation_is_repeated(mark: str, rest: str) -> None:
    first, second, *_ = wrap(mark + "word " * 40).splitlines()
    assert first.startswith(f"{mark}word")
    assert second.startswith(f"{rest}word")


def test_blank_lines_are_kept() -> None:
    assert wrap("a\n\nb") == "a\n\nb"


def test_an_underline_is_as_long_as_its_title_looks() -> None:
    assert underline("한국 a", "=") == "한국 a\n======"
