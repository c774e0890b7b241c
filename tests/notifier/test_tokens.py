"""Tokens: what a changed one opens (nothing), which door each opens (one), and for how long."""

import hmac
import string
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifier.macs import Mac
from notifier.tokens import LIFETIMES, Purpose, TokenExpired, TokenInvalid, Tokens
from tests.builders import NOW, SECRET

OLDER = "the-key-before-that-one-0123456789-abcdef"
TOKENS = Tokens([SECRET])
TOKEN = TOKENS.issue(Purpose.UNSUBSCRIBE, 41, now=NOW)
SIGNS = string.ascii_letters + string.digits + "-_.=+/ \n\u212a"


def is_refused(token: str, tokens: Tokens = TOKENS) -> bool:
    try:
        tokens.read(Purpose.UNSUBSCRIBE, token, now=NOW)
    except TokenInvalid:
        return True
    return False


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("subject", [0, 1, 7, 2**53])
def test_a_token_gives_back_its_subject(purpose: Purpose, subject: int) -> None:
    assert TOKENS.read(purpose, TOKENS.issue(purpose, subject, now=NOW), now=NOW) == subject


def test_a_token_is_made_of_signs_that_an_address_carries_as_they_are() -> None:
    assert set(TOKEN) <= set(string.ascii_letters + string.digits + "-_.")


def test_b18_any_other_character_at_any_place_is_refused() -> None:
    accepted = [
        (place, sign)
        for place in range(len(TOKEN))
        for sign in SIGNS
        if sign != TOKEN[place] and not is_refused(TOKEN[:place] + sign + TOKEN[place + 1 :])
    ]
    assert accepted == []


def test_b18_a_cut_token_is_refused_wherever_it_was_cut() -> None:
    assert all(is_refused(TOKEN[:place]) and is_refused(TOKEN[place:]) for place in range(1, len(TOKEN)))
    assert all(is_refused(TOKEN[:place] + TOKEN[place + 1 :]) for place in range(len(TOKEN)))


def test_b18_a_longer_token_is_refused_wherever_it_grew() -> None:
    grown = [TOKEN[:place] + sign + TOKEN[place:] for place in range(len(TOKEN) + 1) for sign in SIGNS]
    assert all(is_refused(token) for token in grown)


def test_b18_a_token_in_other_case_is_refused() -> None:
    assert is_refused(TOKEN.upper())
    assert is_refused(TOKEN.lower())
    assert is_refused(TOKEN.swapcase())
    swapped = [TOKEN[:i] + TOKEN[i].swapcase() + TOKEN[i + 1 :] for i in range(len(TOKEN)) if TOKEN[i].isalpha()]
    assert all(is_refused(token) for token in swapped)


@given(st.text(max_size=400))
@example("")
@example(".")
@example("..")
@example(".eJw.x")
@example("\ud800.x")
@example("[" * 200_000)
@example(TOKEN + "\x00")
def test_b27_any_other_text_is_refused_as_a_token(text: str) -> None:
    assert text == TOKEN or is_refused(text)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("other", Purpose)
def test_b19_a_token_opens_no_door_but_its_own(purpose: Purpose, other: Purpose) -> None:
    token = TOKENS.issue(purpose, 5, now=NOW)
    if purpose is other:
        assert TOKENS.read(other, token, now=NOW) == 5
    else:
        with pytest.raises(TokenInvalid):
            TOKENS.read(other, token, now=NOW)


@pytest.mark.parametrize("purpose", [purpose for purpose, lifetime in LIFETIMES.items() if lifetime])
def test_b20_a_token_expires_at_its_instant_and_not_before(purpose: Purpose) -> None:
    token = TOKENS.issue(purpose, 3, now=NOW)
    end = NOW + (LIFETIMES[purpose] or timedelta())
    assert TOKENS.read(purpose, token, now=end - timedelta(microseconds=1)) == 3
    with pytest.raises(TokenExpired):
        TOKENS.read(purpose, token, now=end)


def test_b20_the_promised_lifetimes_are_kept() -> None:
    assert LIFETIMES[Purpose.CONFIRM] == timedelta(hours=48)
    assert LIFETIMES[Purpose.MANAGE] == timedelta(days=7)


def test_b20_an_unsubscribe_link_never_expires() -> None:
    assert TOKENS.read(Purpose.UNSUBSCRIBE, TOKEN, now=NOW + timedelta(days=365 * 40)) == 41


def test_a_token_of_before_the_rotation_is_still_read_and_the_newest_key_signs() -> None:
    rotated = Tokens([SECRET, OLDER])
    old = Tokens([OLDER]).issue(Purpose.UNSUBSCRIBE, 9, now=NOW)
    assert rotated.read(Purpose.UNSUBSCRIBE, old, now=NOW) == 9
    new = rotated.issue(Purpose.UNSUBSCRIBE, 9, now=NOW)
    assert Tokens([SECRET]).read(Purpose.UNSUBSCRIBE, new, now=NOW) == 9
    assert is_refused(new, Tokens([OLDER]))


def test_a_key_that_was_taken_out_of_use_opens_nothing() -> None:
    assert is_refused(Tokens([OLDER]).issue(Purpose.UNSUBSCRIBE, 9, now=NOW))


def test_tokens_need_a_key() -> None:
    with pytest.raises(ValueError, match="at least one secret key"):
        Tokens([])


def test_what_is_kept_of_an_address_is_a_hash_that_needs_the_key() -> None:
    (kept,) = TOKENS.address_hashes("a@example.org")
    assert len(kept) == 64
    assert "example" not in kept
    assert TOKENS.address_hashes("a@example.org") == (kept,)
    assert TOKENS.address_hashes("b@example.org") != (kept,)
    assert Tokens([OLDER]).address_hashes("a@example.org") != (kept,)


def test_an_address_suppressed_before_a_rotation_is_recognised_after_it() -> None:
    newest, before = Tokens([SECRET, OLDER]).address_hashes("a@example.org")
    assert (newest,) == TOKENS.address_hashes("a@example.org")
    assert (before,) == Tokens([OLDER]).address_hashes("a@example.org")


def test_a_mark_is_stable_over_a_rotation_and_needs_the_key() -> None:
    mark = Tokens([OLDER]).mark_of("17:3:a@example.org")
    assert Tokens([SECRET, OLDER]).mark_of("17:3:a@example.org") == mark
    assert Tokens([SECRET]).mark_of("17:3:a@example.org") != mark
    assert Tokens([OLDER]).mark_of("18:3:a@example.org") != mark


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_keyed_hash_is_the_standard_one(key: bytes, message: bytes) -> None:
    assert Mac(key).of(message) == hmac.digest(key, message, "sha256")
