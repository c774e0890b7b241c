"""When a digest is due: pure calendar arithmetic in a zone, `now` passed. Which runs exist is the ledger's matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feeds.localtime import instant_of
from notifier.model import Cadence

DIGEST_TIME = time(8, 0)
MONDAY = 0
GRACE = {Cadence.DAILY: timedelta(hours=12), Cadence.WEEKLY: timedelta(days=3)}
"""How late a missed run still goes out; later, its releases flow into the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A digest of a cadence at a local time of a zone, on one local day."""

    cadence: Cadence
    zone: ZoneInfo
    local_on: date
    at: time = DIGEST_TIME

    @classmethod
    def now(cls, cadence: Cadence, zone: ZoneInfo, now: datetime) -> "Slot":
        """One at an instant itself."""
        local = now.astimezone(zone)
        return cls(cadence=cadence, zone=zone, local_on=local.date(), at=local.time())

    @property
    def name(self) -> str:
        """The slot's name in the ledger: `08:00 Asia/Seoul`."""
        return f"{self.at:%H:%M} {self.zone.key}"

    @property
    def key(self) -> tuple[str, str, date]:
        """What it has once and no other slot has: cadence, name and day."""
        return self.cadence.value, self.name, self.local_on

    @property
    def due_at(self) -> datetime:
        """The instant at which it is due."""
        return instant_of(self.local_on, self.at, self.zone)

    def is_too_late(self, now: datetime) -> bool:
        """Whether its grace is over."""
        return now - self.due_at > GRACE[self.cadence]


WEEKS = 4
"""Over how many weeks is counted how many mails somebody would have had."""


def mails_a_week(published_at: Sequence[datetime], cadence: Cadence, zone: ZoneInfo) -> int:
    """About how many mails a week these releases of the last four weeks would have made; 0 is fewer than one."""
    local = [at.astimezone(zone).date() for at in published_at]
    days = local if cadence is Cadence.IMMEDIATE else {*local}
    mails = len({day.isocalendar()[:2] for day in days}) if cadence is Cadence.WEEKLY else len(days)
    most = {Cadence.DAILY: 7, Cadence.WEEKLY: 1}.get(cadence, mails)
    return min(most, round(mails / WEEKS))


def latest_due(cadence: Cadence, zone: ZoneInfo, now: datetime, at: time = DIGEST_TIME) -> Slot:
    """The slot of the latest local day whose time has come."""
    # Where clocks go back over midnight, the slot of the day after has had its (first) time already.
    day = now.astimezone(zone).date() + timedelta(days=1)
    while True:
        if cadence is not Cadence.WEEKLY or day.weekday() == MONDAY:
            slot = Slot(cadence=cadence, zone=zone, local_on=day, at=at)
            if slot.due_at <= now:
                return slot
        day -= timedelta(days=1)
