"""When a release is to become public, as a form says it: now, in a moment, or at a local day and time. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from feeds.localtime import instant_of
from feeds.web.newsroom.forms import Form
from feeds.writing import FARTHEST

A_MOMENT = timedelta(minutes=5)
"""How long what is published "in a moment" can still be stopped."""


class When(StrEnum):
    """When it is to be public."""

    NOW = "now"
    SOON = "soon"
    """In a moment, until when it can be stopped."""
    AT = "at"
    """At a local day and time."""
    EMBARGO = "embargo"
    """The same, and accredited journalists have it at once."""


class HourRefused(ValueError):
    """A day and time that cannot be; `word` is the key of the sentence that says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked: when, and what stood in the fields of day and time."""

    when: When
    day: str = ""
    time: str = ""
    strays: bool = False
    """Whether a time is filled in beside another choice than the one that was made."""

    @classmethod
    def of(cls, form: Form, otherwise: When) -> "Asked":
        """What a form asks; a choice that is none of ours is the default one."""
        when = form.get("when")
        chosen = When(when) if when in list(When) else otherwise
        own, other = ("until_", "") if chosen is When.EMBARGO else ("", "until_")
        return cls(
            when=chosen,
            day=form.get(f"{own}day").strip()[:20],
            time=form.get(f"{own}time").strip()[:20],
            strays=bool(form.get(f"{other}time").strip()),
        )

    def instant(self, zone: ZoneInfo, now: datetime) -> datetime | None:
        """The instant that was asked for; None for now. HourRefused for one that cannot be, has passed or is far off.

        A local time that the clocks skip is the next valid one; one that comes twice is the first.
        """
        if self.strays or (self.when not in (When.AT, When.EMBARGO) and self.time):
            # Somebody filled in a time and meant it: nothing leaves before that is clear.
            raise HourRefused("decision.hour.unchosen")
        if self.when is When.NOW:
            return None
        if self.when is When.SOON:
            return now + A_MOMENT
        try:
            day, at = date.fromisoformat(self.day), time.fromisoformat(self.time)
        except ValueError as error:
            raise HourRefused("decision.hour.unreadable") from error
        if at.tzinfo is not None:
            raise HourRefused("decision.hour.unreadable")
        if day > now.astimezone(zone).date() + FARTHEST:
            raise HourRefused("decision.hour.far")
        if day < now.astimezone(zone).date():
            raise HourRefused("decision.hour.passed")
        instant = instant_of(day, at.replace(second=0, microsecond=0), zone)
        if instant <= now:
            raise HourRefused("decision.hour.passed")
        return instant


def asked_at(at: datetime, zone: ZoneInfo, when: When = When.AT) -> Asked:
    """The fields of a form that say this instant."""
    local = at.astimezone(zone)
    return Asked(when=when, day=local.date().isoformat(), time=f"{local:%H:%M}")
