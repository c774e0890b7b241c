"""The one place that reads the time. Everything else is passed a clock, or an instant."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""A clock answers the present instant, aware and in UTC."""


def system_clock() -> datetime:
    """The machine's present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one home of the clock


def fixed_clock(instant: datetime) -> Clock:
    """A clock that stands still at `instant` (aware), for `--now` and for tests."""
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware of its zone")
    return lambda: instant.astimezone(UTC)
