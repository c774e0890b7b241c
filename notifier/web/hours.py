"""The choice of an hour and a zone as forms show it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.model import Newsroom
from feeds.words import Words
from notifier import timing
from notifier.model import EVENING, MORNING, Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What a form shows to choose an hour and a zone from; `other` says that the hour is none of the offered ones."""

    said: str
    hour: int
    other: bool
    offered: Sequence[tuple[int, str]]
    hours: Sequence[tuple[int, str]]
    zone: str
    zones: Sequence[tuple[str, str]]


def timed(chosen: Timing, newsroom: Newsroom, words: Words) -> Timed:
    """The choice of hours and zones, where this one is chosen."""
    return Timed(
        said=timing.said(chosen, words),
        hour=chosen.hour,
        other=chosen.hour not in (MORNING, EVENING),
        offered=[(hour, timing.clock(hour, words)) for hour in (MORNING, EVENING)],
        hours=[(hour, timing.clock(hour, words)) for hour in range(24)],
        zone=chosen.zone or "",
        zones=timing.zones(newsroom, words.language, chosen.zone),
    )
