"""The difference of two texts: nothing is lost, words stay whole, and no pair of texts takes for ever."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.difference import EFFORT, Fate, Piece, difference, summarised

REPEATING = st.text(alphabet="ab \n.", max_size=60)
"""Texts with much in common, in which every way through is possible."""
ANYTHING = st.text(max_size=80)
PARAGRAPHS = st.lists(st.sampled_from(["one two", "three", "four five six", "", "seven."]), max_size=12).map("\n".join)
PAIRS = st.one_of(st.tuples(texts, texts) for texts in (REPEATING, ANYTHING, PARAGRAPHS))
EFFORTS = st.sampled_from([0, 1, 10, 60, 300, EFFORT])


def joined(pieces: tuple[Piece, ...], without: Fate) -> str:
    return "".join(piece.text for piece in pieces if piece.fate is not without)


def shown(before: str, after: str, *, effort: int = EFFORT) -> str:
    """A difference as one line: what was removed in [-…-], what was added in {+…+}."""
    marks = {Fate.KEPT: "{}", Fate.REMOVED: "[-{}-]", Fate.ADDED: "{{+{}+}}"}
    return "".join(marks[piece.fate].format(piece.text) for piece in difference(before, after, effort=effort))


@given(PAIRS, EFFORTS)
def test_the_pieces_give_both_texts_back_whatever_the_effort(pair: tuple[str, str], effort: int) -> None:
    before, after = pair
    pieces = difference(before, after, effort=effort)
    assert joined(pieces, Fate.ADDED) == before
    assert joined(pieces, Fate.REMOVED) == after


@given(PAIRS, EFFORTS)
def test_no_piece_is_empty_and_no_two_of_one_fate_stand_together(pair: tuple[str, str], effort: int) -> None:
    pieces = difference(*pair, effort=effort)
    assert all(piece.text for piece in pieces)
    assert all(one.fate is not other.fate for one, other in itertools.pairwise(pieces))


@given(PAIRS)
def test_what_was_added_stands_after_what_it_replaces(pair: tuple[str, str]) -> None:
    fates = [piece.fate for piece in difference(*pair)]
    assert (Fate.ADDED, Fate.REMOVED) not in set(itertools.pairwise(fates))


@given(ANYTHING)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert difference(text, text) == ((Piece(Fate.KEPT, text),) if text else ())


@given(PAIRS, st.integers(0, 20))
def test_a_summary_leaves_out_only_what_was_kept(pair: tuple[str, str], around: int) -> None:
    pieces = difference(*pair)
    short = [piece for piece in summarised(pieces, around=around) if piece]
    for fate in (Fate.REMOVED, Fate.ADDED):
        assert [one.text for one in short if one.fate is fate] == [one.text for one in pieces if one.fate is fate]
    assert all(any(one.text in whole.text for whole in pieces) for one in short)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("It opens on Monday.", "It opens on Tuesday.", "It opens on [-Monday-]{+Tuesday+}."),
        ("From 20:40 on.", "From 21:00 on.", "From [-20:40-]{+21:00+} on."),
        ("It costs 1,000 won.", "It costs 10,000 won.", "It costs [-1,000-]{+10,000+} won."),
        ("Call 053-803-2114.", "Call 053-803-2115.", "Call [-053-803-2114-]{+053-803-2115+}."),
        ("a b c", "a c", "a [-b -]c"),
        ("a c", "a b c", "a {+b +}c"),
        ("", "New", "{+New+}"),
        ("Old", "", "[-Old-]"),
        ("One.\nTwo.", "One.\nTwo.\nThree.", "One.\nTwo.{+\nThree.+}"),
        ("버스는 월요일부터 다닌다.", "버스는 화요일부터 다닌다.", "버스는 [-월요일부터-]{+화요일부터+} 다닌다."),
        ("cafe\u0301 au lait", "cafe au lait", "[-cafe\u0301-]{+cafe+} au lait"),
    ],
)
def test_words_numbers_and_times_change_as_wholes(before: str, after: str, line: str) -> None:
    assert shown(before, after) == line


def test_two_words_beside_each_other_that_changed_are_one_change() -> None:
    assert shown("on Monday morning it", "on Tuesday night it") == "on [-Monday morning-]{+Tuesday night+} it"


def test_paragraphs_that_changed_stay_apart() -> None:
    assert shown("red\nblue", "green\nwhite") == "[-red-]{+green+}\n[-blue-]{+white+}"


def test_without_effort_only_what_lies_between_common_paragraphs_was_replaced() -> None:
    before = "First paragraph.\nThe hour is nine.\nLast paragraph."
    after = "First paragraph.\nThe day is over now.\nLast paragraph."
    line = shown(before, after, effort=0)
    assert line.startswith("First paragraph.\n")
    assert line.endswith("\nLast paragraph.")
    assert "nine" in line


def test_a_summary_cuts_at_white_space_and_marks_the_gap() -> None:
    words = [f"word{number}" for number in range(200)]
    before, after = " ".join(words), " ".join([*words[:100], "other", *words[101:]])
    first, head, removed, added, tail, last = summarised(difference(before, after), around=20)
    assert first is last is None
    assert head is not None
    assert tail is not None
    assert head.text.split() == ["word97", "word98", "word99"]
    assert tail.text.split() == ["word101", "word102", "word103"]
    assert (removed, added) == (Piece(Fate.REMOVED, "word100"), Piece(Fate.ADDED, "other"))


def _random_words(count: int, seed: int) -> str:
    chosen = random.Random(seed)
    return "".join(f"w{chosen.randrange(3000)}{chosen.choice(' ' * 12 + chr(10))}" for _ in range(count))


LARGE = {
    "nothing in common": (_random_words(35_000, 1), _random_words(35_000, 2)),
    "two words in turn": ("a b " * 50_000, "b b a " * 33_000),
    "lines in turn": ("a\nb\n" * 50_000, "b\na\n" * 50_000),
    "line ends": ("\n" * 200_000, "\n" * 100_000),
    "full stops": ("." * 200_000, "!" * 200_000),
    "one long word": ("a" * 200_000, "b" * 200_000),
}


@pytest.mark.parametrize("pair", LARGE.values(), ids=LARGE)
def test_texts_of_two_hundred_thousand_characters_are_compared_within_the_effort(pair: tuple[str, str]) -> None:
    """Each of these takes hours if every way through is searched: that this ends is the test."""
    before, after = pair
    pieces = difference(before, after)
    assert joined(pieces, Fate.ADDED) == before
    assert joined(pieces, Fate.REMOVED) == after


def test_one_word_in_a_long_text_is_found_exactly() -> None:
    before = _random_words(35_000, 3)
    after = before[:100_000] + "CHANGED " + before[100_000:]
    changed = [piece for piece in difference(before, after) if piece.fate is not Fate.KEPT]
    assert sum(len(piece.text) for piece in changed) < 40


def test_many_changes_in_a_long_text_are_found_word_by_word() -> None:
    lines = _random_words(35_000, 4).split("\n")
    edited = [f"{line} changed" if place % 5 == 0 else line for place, line in enumerate(lines)]
    pieces = difference("\n".join(lines), "\n".join(edited))
    removed = [piece.text for piece in pieces if piece.fate is Fate.REMOVED]
    added = [piece.text for piece in pieces if piece.fate is Fate.ADDED]
    assert not "".join(removed).split()
    assert " ".join(added).split().count("changed") == len(lines[::5])
    assert len(" ".join(added).split()) == len(lines[::5])
