"""Days and instants as other systems write them. What has no zone is meant in the city's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(
    r"(\d{4})[-./]?\s?(\d{2})[-./]?\s?(\d{2})\.?"
    r"(?:[T\s]*(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.I,
)
_CLOCK = (
    r"(?:(?P<half>오전|오후|[AP]M)\s*)?(?P<hour>\d{1,2})(?::|시\s?)(?P<minute>\d{2})(?:분|:(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?:\s*(?P<after>[AP]M))?"
)
_WEEKDAY = r"(?:\s?\([월화수목금토일](?:요일)?\)|\s[월화수목금토일]요일)"


def _form(day: str) -> re.Pattern[str]:
    return re.compile(rf"{day}{_WEEKDAY}?(?:\s+{_CLOCK})?", re.ASCII | re.I)


# As people, databases and spreadsheets that are set to Korean write them, and as those that are set to English do.
_LOCAL = tuple(
    _form(day)
    for day in (
        r"(?P<year>\d{4})(?P<sign>[-./])\s?(?P<month>\d{1,2})(?P=sign)\s?(?P<day>\d{1,2})\.?",
        r"(?P<year>\d{4})년\s?(?P<month>\d{1,2})월\s?(?P<day>\d{1,2})일",
        # Only where it can be nothing else: a second number of 12 or less may be the month.
        r"(?P<month>0?[1-9]|1[0-2])/(?P<day>1[3-9]|2\d|3[01])/(?P<year>\d{4})",
    )
)
_SHORT_YEAR = _form(r"(?P<year>\d{2})/(?P<month>\d{2})/(?P<day>\d{2})")
_AFTERNOON = {"오후", "pm"}
_MAIL = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{4}\s")
EARLIEST, LATEST = 1970, 2100
"""Years in which a release may have been registered; outside of them a date is a slip."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day in the city's zone, and the instant (aware, UTC) where the hour is given too."""

    day: date
    at: datetime | None = None


def moment(text: str, zone: ZoneInfo, *, short_year: bool = False) -> Moment | None:
    """What `2019-07-17`, `20190717102030`, `2019/07/17 10:20`, ISO 8601 or RFC 5322 (section 3.3) dates say.

    Also `2019. 7. 17.(수) 오후 2:05`, `2019년 7월 17일 14시 05분`, and `7/17/2019` where no month can be second; with
    `short_year` also `19/07/17`, as Oracle writes a day (RR/MM/DD): elsewhere any of the three may be the year.
    None for anything else, also for a day that no calendar has.
    """
    text = text.strip()
    if not text or len(text) > 60:
        return None
    found = _WRITTEN.fullmatch(text)
    try:
        if found is None:
            forms = (*_LOCAL, _SHORT_YEAR) if short_year else _LOCAL
            local = next((match for form in forms if (match := form.fullmatch(text))), None)
            if local is not None:
                return _of_local(local.groupdict(), zone)
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


def _of_local(given: Mapping[str, str | None], zone: ZoneInfo) -> Moment | None:
    """A day as people of one country write it, with the hour of a clock of 12 or 24 where it is given."""
    year = int(given["year"] or 0)
    if year < 100:  # Oracle's RR: what is below 50 is of this century
        year += 2000 if year < 50 else 1900
    day = date(year, int(given["month"] or 0), int(given["day"] or 0))
    if given["hour"] is None:
        return Moment(day)
    hour, half = int(given["hour"]), (given["half"] or given["after"] or "").casefold()
    if half:
        if hour > 12 or (given["half"] and given["after"]):
            return None
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    minute, second = int(given["minute"] or 0), int(given["second"] or 0)
    return _local(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone), zone)


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


def registered(text: str, zone: ZoneInfo, *, short_year: bool = False) -> Moment | None:
    """The moment of a registration: None also where its year is none in which a release may have been registered."""
    found = moment(text, zone, short_year=short_year)
    return found if found is not None and EARLIEST <= found.day.year <= LATEST else None


def printable(written: str) -> str:
    """A date that could not be read as a sentence can hold it."""
    return "".join(sign if sign.isprintable() else " " for sign in written.strip()[:40])
