"""The one place that reads the time. Everything else is passed a clock, or an instant."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""A clock answers the present instant, aware and in UTC."""

EARLIEST, LATEST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
"""Between which a clock can be right: machines without one of their own begin at 1970, broken ones far ahead."""


def absurd(now: datetime) -> str | None:
    """Why an instant cannot be the present one, in a sentence; None where it can."""
    if EARLIEST <= now < LATEST:
        return None
    return f"the clock of this machine says {now:%Y-%m-%d %H:%M} UTC, which cannot be: set it"


def system_clock() -> datetime:
    """The machine's present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one home of the clock


def fixed_clock(instant: datetime) -> Clock:
    """A clock that stands still at `instant` (aware), for `--now` and for tests."""
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware of its zone")
    return lambda: instant.astimezone(UTC)
