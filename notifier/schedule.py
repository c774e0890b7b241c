"""The alarm clock: wakes the ticks in memory, and decides nothing. What is due is written in the tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feeds.errors import CivicwireError
from notifier.alerts import Alerts
from notifier.delivery import Sender
from notifier.digests import Digests
from notifier.embargoes import Embargoes
from notifier.following import Following
from notifier.renewals import Renewals
from notifier.withdrawals import Withdrawals

log = structlog.get_logger()
PUBLISHING_SECONDS = 1
"""How often the clock asks what is scheduled: a release is out within the second it was promised for."""
PLANNING_SECONDS = 2
HUBS_SECONDS = 2
SENDING_SECONDS = 1
"""How often alerts are planned, and how often mail is sent: what is urgent is on its way within five seconds (F66)."""


class Bell(Protocol):
    """What the other package has to do again and again, and can be told to end."""

    def run(self) -> int:
        """Do it; answers how much was done."""
        ...

    def stop(self) -> None:
        """End what is under way soon."""
        ...


@dataclass(frozen=True, slots=True)
class Ticks:
    """The runs that the alarm clock wakes; each may be woken at any time, and also by hand."""

    publications: Callable[[], int]
    alerts: Alerts
    withdrawals: Withdrawals
    embargoes: Embargoes
    digests: Digests
    sender: Sender
    following: Following
    renewals: Renewals
    hubs: Bell | None = None
    """Who else is told of changes to feeds, apart from all mail."""
    tidying: Sequence[Callable[[], int]] = ()
    """What else destroys what has had its time, in the other package; each answers how many rows."""

    def publish(self) -> None:
        """Publish what is scheduled and due."""
        self.publications()

    def plan_alerts(self) -> None:
        """Plan what journalists are told under embargo, alerts for what the change log holds, and the notices of
        withdrawals."""
        told = self.embargoes.run()
        if told:
            log.info("embargoes.planned", deliveries=told)
        alerts = self.alerts.run()
        if alerts.changes:
            log.info("alerts.planned", changes=alerts.changes, deliveries=alerts.planned)
        told = self.withdrawals.run()
        if told:
            log.info("withdrawals.planned", deliveries=told)

    def send(self) -> None:
        """Send what is due."""
        self.sender.run()

    def plan_digests(self) -> None:
        """Plan the digests that are due, after the alerts: who asked to be told at once is told at once."""
        self.plan_alerts()
        for one in self.digests.run():
            log.info(
                "digest.run",
                cadence=one.slot.cadence,
                slot=one.slot.name,
                day=str(one.slot.local_on),
                outcome=one.outcome,
                n=one.planned,
            )

    def renew_consents(self) -> None:
        """Ask whose consent is nearly over, remind them, and let go who did not answer."""
        done = self.renewals.run()
        if done is not None:
            log.info("renewals.run", asked=done.asked, reminded=done.reminded, lapsed=done.lapsed)

    def tell_hubs(self) -> None:
        """Tell hubs which feeds have changed."""
        if self.hubs is not None:
            self.hubs.run()

    def stop(self) -> None:
        """End what is under way soon: called before the alarm clock is shut down."""
        self.sender.stop()
        if self.hubs is not None:
            self.hubs.stop()

    def tidy(self) -> None:
        """Destroy what has had its time."""
        gone = self.following.destroy_expired()
        if gone:
            log.info("signups.destroyed", n=gone)
        gone = sum(destroy() for destroy in self.tidying)
        if gone:
            log.info("newsroom.tidied", n=gone)


Told = Callable[[str, bool], None]
"""Hears of every tick by its name, and whether it went well."""


def schedule(
    ticks: Ticks,
    zone: ZoneInfo,
    *,
    is_believed: Callable[[], bool] = lambda: True,
    told: Told = lambda _tick, _well: None,
) -> BackgroundScheduler:
    """A scheduler in the city's zone, not yet started. Missed alarms ring once, however late; none over itself, and
    none while the clock is not believed."""
    scheduler = BackgroundScheduler(
        timezone=zone,
        # A hub that hangs keeps its own thread and no other waiting (F63, F64).
        executors={"default": ThreadPoolExecutor(4), "hubs": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    guarded = partial(guarded_by, is_believed, told)
    scheduler.add_job(guarded(ticks.publish), _every(PUBLISHING_SECONDS, zone), id="publishing")
    scheduler.add_job(guarded(ticks.plan_alerts), _every(PLANNING_SECONDS, zone), id="alerts")
    scheduler.add_job(guarded(ticks.send), _every(SENDING_SECONDS, zone), id="sending")
    scheduler.add_job(guarded(ticks.plan_digests), CronTrigger(minute="*", timezone=zone), id="digests")
    scheduler.add_job(guarded(ticks.renew_consents), CronTrigger(minute="*/10", timezone=zone), id="renewals")
    scheduler.add_job(guarded(ticks.tidy), CronTrigger(minute=17, timezone=zone), id="tidy")
    scheduler.add_job(guarded(ticks.tell_hubs), _every(HUBS_SECONDS, zone), id="hubs", executor="hubs")
    return scheduler


def _every(seconds: int, zone: ZoneInfo) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, timezone=zone)


def guarded_by(is_believed: Callable[[], bool], told: Told, tick: Callable[[], None]) -> Callable[[], None]:
    """A tick whose failure is one line in the log; the next alarm tries again. Nothing where no clock is believed."""

    def guarded() -> None:
        well = False
        try:
            if is_believed():
                tick()
                well = True
        except CivicwireError as error:
            log.error("tick.failed", tick=tick.__name__, cause=str(error))
        except Exception as error:  # the loop must go on: record it and wake again
            log.error("tick.broken", tick=tick.__name__, cause=f"{type(error).__name__}: {error}", exc_info=True)
        told(tick.__name__, well)

    return guarded
