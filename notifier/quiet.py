"""Quiet hours: when advertising may be mailed to somebody, and which news of a person is advertising. Pure."""

from collections.abc import Container
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from feeds.localtime import instant_of
from feeds.model import Advertising
from notifier.matching import Plan

HELD = "quiet hours: not before"
"""How the note begins with which a delivery waits."""
_DAYS = 3


def is_quiet(at: datetime, zone: ZoneInfo, marked: Advertising) -> bool:
    """Whether an instant is within the quiet hours of a zone; over midnight where they begin later than they end."""
    first, last, hour = marked.quiet_from, marked.quiet_until, at.astimezone(zone).hour
    return first <= hour < last if first <= last else hour >= first or hour < last


def held_until(now: datetime, zone: ZoneInfo, marked: Advertising) -> datetime | None:
    """The first instant from `now` on that is not quiet in a zone; None where `now` is not.

    Where clocks jump over the hour at which quiet hours end, they end with the jump.
    """
    if not is_quiet(now, zone, marked):
        return None
    day, until = now.astimezone(zone).date(), time(marked.quiet_until)
    ends = (instant_of(day + timedelta(days=later), until, zone) for later in range(_DAYS))
    # One of a repeated hour, or one that the clocks skip into a quiet one, may be no end: then the next day's is.
    return next(end for end in ends if end > now and not is_quiet(end, zone, marked))


def note(until: datetime, zone: ZoneInfo) -> str:
    """What stands with a delivery that waits, for staff and for the person themselves."""
    return f"{HELD} {until.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def parted(plan: Plan, advertising: Container[int]) -> list[Plan]:
    """One person's news as the digests that tell it: what is advertising, by article id, shares none with the rest."""
    answer = []
    for marked in (False, True):
        items = tuple(item for item in plan.items if (item.article_id in advertising) is marked)
        changes = tuple(one for one in plan.changes if (one[1] in advertising) is marked)
        if items:
            answer.append(Plan(items, changes))
    return answer
