"""Local times as instants, where clocks jump. Pure calendar arithmetic."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a local time: a time the clocks skip takes the next valid one, a repeated one the first."""
    wall = datetime.combine(day, at, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # In a gap, fold=0 reads the clock as before the jump: the first minute after it is the jump itself.
    step = timedelta(minutes=1)
    while instant.astimezone(zone).utcoffset() == (instant - step).astimezone(zone).utcoffset():
        instant -= step
    return instant
