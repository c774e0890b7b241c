"""Which addresses are taken, and in which one spelling: B01 to B10 of the sign-up form."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.errors import AddressRefused
from notifier.addresses import masked, normalise

EMPTY, LONG, FORM, ASCII = (f"subscribe.error.email_{word}" for word in ("empty", "long", "form", "ascii"))


def refusal(text: str) -> str:
    """The word that a refused address is answered with."""
    with pytest.raises(AddressRefused) as caught:
        normalise(text)
    return caught.value.word


@pytest.mark.parametrize("text", ["", " ", "\t \r\n"])
def test_b01_nothing_at_all_is_asked_for_again(text: str) -> None:
    assert refusal(text) == EMPTY


@pytest.mark.parametrize("text", ["alice", "alice.example.org", "a@b@example.org", "@", "@example.org", "alice@"])
def test_b01_an_address_has_one_at_sign_with_something_on_each_side(text: str) -> None:
    assert refusal(text) == FORM


@pytest.mark.parametrize("mark", ["\r", "\n", "\r\n", "\x00", "\t", "\x0b", "\x85", "\u2028", "%0d%0a", "%00"])
@pytest.mark.parametrize(
    "form", ["al{}ice@example.org", "alice{}@example.org", "alice@exam{}ple.org", "a@b.test{}Bcc:c"]
)
def test_b02_a_control_within_an_address_is_refused_written_out_or_not(form: str, mark: str) -> None:
    assert refusal(form.format(mark)) == FORM


@pytest.mark.parametrize(
    "text",
    [
        "a@example.org,c@example.org",
        "a@example.org;c@example.org",
        "a@example.org c@example.org",
        "x <a@example.org>",
        "<a@example.org>",
        "a@example.org> RCPT TO:<c@example.org",
        "mailto:a@example.org",
    ],
)
def test_b03_several_addresses_or_a_display_name_are_refused(text: str) -> None:
    assert refusal(text) == FORM


@pytest.mark.parametrize(
    "text",
    ["alice@evil.example)bob@city.example", "alice@evil.example(x)", "(x)alice@example.org", "alice@evil.example)bob"],
)
def test_b04_comments_are_refused(text: str) -> None:
    assert refusal(text) == FORM


def test_b05_a_local_part_holds_64_characters_and_no_more() -> None:
    assert normalise("a" * 64 + "@example.org") == "a" * 64 + "@example.org"
    assert refusal("a" * 65 + "@example.org") == FORM


def test_b05_an_address_holds_254_characters_and_no_more() -> None:
    domain = ".".join(["d" * 60] * 3) + ".example.org"
    fits = "a" * (254 - 1 - len(domain)) + "@" + domain
    assert normalise(fits) == fits
    assert refusal("a" + fits) == LONG


def test_b05_a_domain_that_grows_beyond_its_limit_as_a_labels_is_refused() -> None:
    assert refusal("a@" + ".".join(["ü" * 20] * 10) + ".org") == FORM
    assert refusal("a@" + "ü" * 63 + ".org") == FORM


def test_b05_a_text_without_end_is_refused() -> None:
    assert refusal("a" * 300_000 + "@example.org") == LONG
    assert refusal(" " * 300_000) == LONG


@pytest.mark.parametrize(
    "text",
    [
        ".alice@example.org",
        "alice.@example.org",
        "al..ice@example.org",
        '"alice"@example.org',
        '"a b"@example.org',
        "alice@[127.0.0.1]",
        "alice@[IPv6:::1]",
        "alice@127.0.0.1",
        "alice@localhost",
        "alice@b.1",
        "alice@-example.org",
        "alice@example-.org",
        "alice@example..org",
        "alice@.example.org",
        "alice@example.org.",
        "alice@exam_ple.org",
        "alice@xn--.org",
        "alice@xn--a.org",
        "alice=?utf-8?q?x?=@example.org",
    ],
)
def test_b06_the_grammar_is_a_dot_atom_at_a_name_of_two_labels(text: str) -> None:
    assert refusal(text) == FORM


@pytest.mark.parametrize(
    "text",
    [
        "alice@example.org",
        "Alice@Example.ORG",
        "  alice@example.org\n",
        "alice＠example.org",
        "alice﹫example.org",
        "ａｌｉｃｅ@example.org",
        "alice@example。org",
        "alice@ＥＸＡＭＰＬＥ.org",
    ],
)
def test_b07_one_person_has_one_spelling(text: str) -> None:
    assert normalise(text) == "alice@example.org"


@pytest.mark.parametrize("text", ["a@münchen.test", "A@MÜNCHEN.test", "a@xn--mnchen-3ya.test", "a@mu\u0308nchen.test"])
def test_b07_an_international_domain_is_kept_as_a_labels(text: str) -> None:
    assert normalise(text) == "a@xn--mnchen-3ya.test"


@pytest.mark.parametrize("text", ["a@b﹫example.org", "a＠b@example.org", "a﹫b＠example.org", "a@example.org﹫"])
def test_b07_a_sign_that_only_becomes_an_at_sign_makes_no_second_address(text: str) -> None:
    assert refusal(text) == FORM


def test_a_local_part_that_only_new_mail_servers_could_read_is_refused_in_its_own_words() -> None:
    assert refusal("박지원@example.org") == ASCII


@pytest.mark.parametrize("mark", ["\u200f", "\u202e", "\u200b", "\u2060", "\ufeff", "\xad", "\ud800", "\ue000"])
def test_b08_invisible_and_impossible_characters_are_refused(mark: str) -> None:
    assert refusal(f"al{mark}ice@example.org") == FORM
    assert refusal(f"alice@exam{mark}ple.org") == FORM


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{7*7}}@example.org)", "' OR 1=1;--@example.org", "a@${jndi}.org"]
)
def test_b09_code_of_any_kind_is_no_address(text: str) -> None:
    assert refusal(text) == FORM


@pytest.mark.parametrize(
    "text",
    [
        "a" * 50_000 + "!",
        "a@" + "a" * 50_000 + "!",
        "a@" + "a." * 60_000,
        "a@" + "a-" * 120 + "!",
        "a." * 120 + "!@example.org",
        "(" * 100_000,
        "<" * 100_000,
        "@" * 100_000,
        "a@" + "xn--" * 60,
        "a@" + "-" * 240 + ".org",
    ],
)
def test_b10_shapes_made_to_keep_a_parser_busy_are_refused(text: str) -> None:
    assert refusal(text) in (FORM, LONG)


def test_b17_role_addresses_are_addresses() -> None:
    for name in ("abuse", "postmaster", "webmaster"):
        assert normalise(f"{name}@example.org") == f"{name}@example.org"


SIGNS = st.one_of(st.characters(), st.sampled_from("aZ09.@＠﹫-_+!%<>()[]\"' \r\n\x00。．"))
LOCALS = st.text("abcXYZ019.!#$&'*+/=?^_`{|}~-", min_size=1, max_size=66)
DOMAINS = st.lists(st.text("abcXYZ019-üß한中", min_size=1, max_size=10), min_size=1, max_size=4).map(".".join)
ANY = st.one_of(
    st.text(SIGNS, max_size=80),
    st.builds("{}@{}".format, LOCALS, DOMAINS),
    st.builds("{}@{}.org".format, st.text(SIGNS, max_size=20), st.text(SIGNS, max_size=20)),
)


@given(ANY)
@example("a@b﹫c.org")
def test_whatever_is_entered_is_accepted_in_its_one_spelling_or_refused_with_a_word(text: str) -> None:
    accepted, word = answer(text)
    assert (accepted is None) == (word in (EMPTY, LONG, FORM, ASCII))
    if accepted is not None:
        assert answer(accepted) == answer(accepted.upper()) == (accepted, None)
        assert accepted.isascii()
        assert re.fullmatch(r"[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f]+@[a-z0-9-]+(\.[a-z0-9-]+)+", accepted)
        assert len(accepted) <= 254


def answer(text: str) -> tuple[str | None, str | None]:
    """The address as it is kept, or the word of its refusal."""
    try:
        return normalise(text), None
    except AddressRefused as refused:
        return None, refused.word


def test_what_logs_show_of_an_address_names_nobody() -> None:
    assert masked("river.reader@example.org") == "r…@example.org"
