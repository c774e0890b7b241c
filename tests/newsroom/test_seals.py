"""Keyed marks: ours under any key, bound to one purpose and one text."""

import pytest

from feeds.access.seals import Seals
from tests.builders import SECRET

OLD = "an-older-key-that-only-tests-know-0123456789"


def test_a_mark_holds_for_its_text_and_purpose_alone() -> None:
    seals = Seals((SECRET,))
    mark = seals.mark("browser", "chief")
    assert seals.holds("browser", "chief", mark)
    assert not seals.holds("browser", "chie", mark)
    assert not seals.holds("name", "chief", mark)
    assert not Seals((OLD,)).holds("browser", "chief", mark)


def test_a_mark_survives_a_new_key() -> None:
    mark = Seals((OLD,)).mark("browser", "chief")
    assert Seals((SECRET, OLD)).holds("browser", "chief", mark)


@pytest.mark.parametrize("mark", ["", "x", "\xff", "0" * 64, "\ud800"])
def test_whatever_a_browser_sends_is_no_mark(mark: str) -> None:
    assert not Seals((SECRET,)).holds("browser", "chief", mark)


def test_without_a_key_there_is_no_seal() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Seals(())
