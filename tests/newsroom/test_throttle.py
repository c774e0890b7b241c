"""How long somebody has to wait before the next try, and what counts as one place."""

from datetime import timedelta

import pytest

from feeds.access.throttle import WINDOW, network, wait
from tests.builders import NOW


def _before(*minutes: float) -> list[object]:
    return [NOW - timedelta(minutes=one) for one in minutes]


def test_fewer_tries_than_allowed_wait_for_nothing() -> None:
    assert wait(_before(0, 1), 3, NOW) is None  # type: ignore[arg-type]


def test_the_wait_ends_when_the_oldest_try_that_counts_has_left_the_window() -> None:
    assert wait(_before(1, 4, 10), 3, NOW) == timedelta(minutes=5)  # type: ignore[arg-type]
    assert wait(_before(1, 4, 10), 2, NOW) == WINDOW - timedelta(minutes=4)  # type: ignore[arg-type]


def test_a_wait_is_never_nothing_or_less() -> None:
    assert wait(_before(15, 16), 2, NOW) == timedelta(seconds=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"),
        ("2001:db8:0:0:1::", "2001:0db8::2%eth0"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, "testclient"),
        ("", "256.1.1.1"),
    ],
)
def test_b88_addresses_of_one_place_are_one(first: str | None, second: str | None) -> None:
    assert network(first) == network(second)


@pytest.mark.parametrize(
    ("first", "second"), [("2001:db8::1", "2001:db8:0:1::1"), ("192.0.2.7", "192.0.2.8"), ("192.0.2.7", None)]
)
def test_addresses_of_two_places_are_two(first: str, second: str | None) -> None:
    assert network(first) != network(second)
