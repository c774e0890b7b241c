"""Days and instants as other systems write them. What has no zone is meant in the city's."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(
    r"(\d{4})[-./]?\s?(\d{2})[-./]?\s?(\d{2})\.?"
    r"(?:[T\s]*(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.I,
)
_MAIL = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{4}\s")
EARLIEST, LATEST = 1970, 2100
"""Years in which a release may have been registered; outside of them a date is a slip."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day in the city's zone, and the instant (aware, UTC) where the hour is given too."""

    day: date
    at: datetime | None = None


def moment(text: str, zone: ZoneInfo) -> Moment | None:
    """What `2019-07-17`, `20190717102030`, `2019/07/17 10:20`, ISO 8601 or RFC 5322 (section 3.3) dates say.

    None for anything else, also for a day that no calendar has.
    """
    text = text.strip()
    if not text or len(text) > 60:
        return None
    found = _WRITTEN.fullmatch(text)
    try:
        if found is None:
            return _of_mail(text, zone) if _MAIL.match(text) else None
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return Moment(day)
        clock = datetime(day.year, day.month, day.day, int(found[4]), int(found[5]), int(found[6] or 0), tzinfo=zone)
        if found[7]:
            offset = "+00:00" if found[7] in "Zz" else found[7].replace(":", "").ljust(5, "0")
            clock = datetime.strptime(f"{clock:%Y-%m-%d %H:%M:%S} {offset}", "%Y-%m-%d %H:%M:%S %z")
        return _local(clock, zone)
    except (ValueError, OverflowError):
        return None


def _of_mail(text: str, zone: ZoneInfo) -> Moment | None:
    parts = parsedate_tz(text)
    if parts is None:
        return None
    clock = datetime(*parts[:6], tzinfo=UTC)
    if parts[9] is None:  # no zone, or a name that only the writer knows
        return _local(clock.replace(tzinfo=zone), zone)
    return _local(datetime.fromtimestamp(clock.timestamp() - parts[9], UTC), zone)


def _local(clock: datetime, zone: ZoneInfo) -> Moment:
    return Moment(clock.astimezone(zone).date(), clock.astimezone(UTC))


def registered(text: str, zone: ZoneInfo) -> Moment | None:
    """The moment of a registration: None also where its year is none in which a release may have been registered."""
    found = moment(text, zone)
    return found if found is not None and EARLIEST <= found.day.year <= LATEST else None
