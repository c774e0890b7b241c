"""The hours and zones in which digests come: which are offered, how they are read and how they are said. Pure."""

from collections.abc import Sequence
from datetime import time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_time, get_timezone_location

from feeds.model import Newsroom
from feeds.words import Words
from notifier.model import Timing

_OFFERED = """
Africa/Cairo Africa/Johannesburg Africa/Lagos Africa/Nairobi
America/Anchorage America/Bogota America/Chicago America/Denver America/Halifax America/Los_Angeles
America/Mexico_City America/New_York America/Santiago America/Sao_Paulo America/Toronto America/Vancouver
Asia/Almaty Asia/Baghdad Asia/Bangkok Asia/Dhaka Asia/Dubai Asia/Hong_Kong Asia/Jakarta Asia/Karachi Asia/Manila
Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tashkent Asia/Tehran Asia/Tokyo
Asia/Ulaanbaatar Asia/Vladivostok Australia/Adelaide Australia/Brisbane Australia/Perth Australia/Sydney
Europe/Athens Europe/Berlin Europe/Istanbul Europe/Lisbon Europe/London Europe/Madrid Europe/Moscow Europe/Paris
Europe/Rome Pacific/Auckland Pacific/Honolulu UTC
"""
OFFERED_ZONES = tuple(_OFFERED.split())
"""Where people who read a city's news from elsewhere mostly live. Any other zone of the database may be chosen too."""


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def read(hour: str, other: str, zone: str, newsroom: Newsroom) -> Timing:
    """The timing of a form: an hour, or `other` and then that one; a zone's name, or nothing for the city's own.

    ValueError for an hour or a zone that there is not.
    """
    number = other if hour == "other" else hour
    if not (number.isascii() and number.isdigit() and len(number) <= 2):
        raise ValueError("not an hour")
    if zone and zone not in _known():
        raise ValueError("not a zone")
    return Timing(hour=int(number), zone=zone if zone and zone != newsroom.city.zone.key else None)


def zone_of(timing: Timing, newsroom: Newsroom) -> ZoneInfo:
    """Its zone. ZoneInfoNotFoundError (F60) for one that the database of zones does not know any more."""
    return ZoneInfo(timing.zone) if timing.zone else newsroom.city.zone


def clock(hour: int, words: Words) -> str:
    """An hour as a clock of the language shows it: `08:00`, `오전 8시`."""
    return format_time(time(hour), words("timing.pattern"), locale=words.language)


def said(timing: Timing, words: Words) -> str:
    """The hour, and whose it is where that is not the city's: `08:00, New York time`."""
    hour = clock(timing.hour, words)
    return words("timing.elsewhere", hour=hour, place=place(timing.zone, words.language)) if timing.zone else hour


@cache
def place(zone: str, language: str) -> str:
    """The place that a zone is named after, in a language."""
    return get_timezone_location(zone, locale=language, return_city=True)


def zones(newsroom: Newsroom, language: str, chosen: str | None) -> Sequence[tuple[str, str]]:
    """The zones to choose from, with their places: the city's own first and nameless, then the others by place."""
    own = newsroom.city.zone.key
    others = {key: place(key, language) for key in (*OFFERED_ZONES, *filter(None, [chosen])) if key != own}
    return [("", place(own, language)), *sorted(others.items(), key=lambda one: one[1])]
