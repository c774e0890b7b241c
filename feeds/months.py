"""Calendar months of a city: by which archives are cut. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from feeds.localtime import instant_of

_WRITTEN = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    def __str__(self) -> str:
        """As addresses write it: `2026-05`."""
        return f"{self.year:04}-{self.month:02}"

    @classmethod
    def parse(cls, text: str) -> "Month | None":
        """The month written `2026-05`; None for anything else."""
        found = _WRITTEN.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> "Month":
        """The month of an instant in a zone."""
        local = at.astimezone(zone)
        return cls(local.year, local.month)

    @property
    def after(self) -> "Month":
        """The next one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def start(self, zone: ZoneInfo) -> datetime:
        """The first instant of the month in a zone."""
        return instant_of(date(self.year, self.month, 1), time(), zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """The first instant after it."""
        return self.after.start(zone)
