"""Days and times as pages and mails say them, in the city's zone. Pure; the patterns are ours, see below."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

# Babel's own full Korean patterns mix scripts, so every language has its pattern written here.
_MONTH_WEEKDAY = {"en": "MMMM, EEEE", "ko": "M월 EEEE"}
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_FULL = {"en": "d MMMM y", "ko": "y년 M월 d일"}


@dataclass(frozen=True, slots=True)
class Day:
    """A local day in words: `number` and `month_weekday` stand apart in lists, `full` in a sentence."""

    number: str
    month_weekday: str
    full: str
    iso: str


def local_day(when: datetime | date, zone: ZoneInfo) -> date:
    """The day of an instant in the zone; a day stays itself."""
    return when.astimezone(zone).date() if isinstance(when, datetime) else when


def asked_days(since: str, until: str) -> tuple[date | None, date | None]:
    """The first and the last day that an address asks for, turned where they are the wrong way round; None for one that
    is none, or of no century near ours."""
    first, last = _asked(since), _asked(until)
    return (last, first) if first and last and last < first else (first, last)


def _asked(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def day(when: datetime | date, zone: ZoneInfo, language: str) -> Day:
    """The local day of an instant, or a day itself, in words of the language (English where there are none)."""
    local = local_day(when, zone)
    locale = language if language in _FULL else "en"
    return Day(
        number=str(local.day),
        month_weekday=format_date(local, _MONTH_WEEKDAY[locale], locale=locale),
        full=format_date(local, _FULL[locale], locale=locale),
        iso=local.isoformat(),
    )


def clock_time(when: datetime, zone: ZoneInfo) -> str:
    """The local time of an instant on a 24-hour clock: `20:40`."""
    return f"{when.astimezone(zone):%H:%M}"


def stamp(when: datetime, zone: ZoneInfo) -> str:
    """The local day and time of an instant, as a dense table says it: `2026-05-20 12:00`."""
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}"
