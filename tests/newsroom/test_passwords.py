"""Passwords of staff: which may be chosen, how they are compared and kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.access.passwords import LONGEST, SHORTEST, Cost, PasswordRefused, Passwords, made_up, prepared
from tests.builders import QUICK

GOOD = "correct horse battery"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(QUICK)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "account.password_short"),
        ("a" * (SHORTEST - 1), "account.password_short"),
        ("e\u0301" * (SHORTEST - 1), "account.password_short"),
        ("a" * (LONGEST + 1), "account.password_long"),
        ("a" * 1_000_000, "account.password_long"),
        ("a" * 12 + "\0", "account.password_control"),
        ("a" * 12 + "\n", "account.password_control"),
        ("a" * 12 + "\ud800", "account.password_control"),
    ],
)
def test_b90_a_password_out_of_bounds_is_refused_by_name(text: str, word: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        prepared(text)
    assert refused.value.word == word


@pytest.mark.parametrize("text", ["a" * SHORTEST, "a" * LONGEST, "비밀번호는열두글자이상으로", "    spaces    "])
def test_nothing_else_is_asked_of_a_password(text: str) -> None:
    assert prepared(text) == text


def test_b90_two_unicode_forms_of_one_password_are_the_same(passwords: Passwords) -> None:
    composed = unicodedata.normalize("NFC", "café au lait, 여름")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert passwords.verify(passwords.hash(prepared(composed)), decomposed)


def test_every_kind_of_space_is_a_space_and_the_case_counts(passwords: Passwords) -> None:
    kept = passwords.hash(prepared(GOOD))
    assert passwords.verify(kept, "correct\u3000horse\u00a0battery")
    assert not passwords.verify(kept, GOOD.upper())


@given(st.text(min_size=SHORTEST, max_size=60))
def test_b90_preparing_twice_is_preparing_once(text: str) -> None:
    try:
        once = prepared(text)
    except PasswordRefused:
        return
    assert prepared(once) == once


@pytest.mark.parametrize("text", ["", "short", "a" * 1_000_000, "a" * 20 + "\0", "wrong horse battery"])
def test_a_wrong_password_of_any_shape_is_only_wrong(passwords: Passwords, text: str) -> None:
    assert passwords.verify(passwords.hash(prepared(GOOD)), text) is False


def test_b89_nobodys_password_is_never_right(passwords: Passwords) -> None:
    assert passwords.verify(None, GOOD) is False


def test_what_is_kept_names_argon2id_and_has_a_salt_of_its_own(passwords: Passwords) -> None:
    first, second = passwords.hash(GOOD), passwords.hash(GOOD)
    assert first.startswith("$argon2id$v=19$")
    assert first != second
    assert GOOD not in first


def test_a_broken_hash_lets_nobody_in(passwords: Passwords) -> None:
    assert passwords.verify("", GOOD) is False
    assert passwords.verify("$argon2id$broken", GOOD) is False


def test_a_hash_of_another_cost_is_dated(passwords: Passwords) -> None:
    dearer = Passwords(Cost(passes=2, kibibytes=16, lanes=1))
    kept = passwords.hash(GOOD)
    assert not passwords.is_dated(kept)
    assert dearer.is_dated(kept)
    assert dearer.verify(kept, GOOD)


def test_the_default_cost_is_what_rfc_9106_recommends() -> None:
    assert "$m=65536,t=3,p=4$" in Passwords().hash(GOOD)


def test_a_made_up_password_may_be_chosen_and_never_repeats() -> None:
    many = {made_up() for _ in range(200)}
    assert len(many) == 200
    assert all(prepared(one) == one and not set(one) & set("0o1il") for one in many)
