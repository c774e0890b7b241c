"""The alarm clock: it wakes the ticks and decides nothing."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feeds.errors import StoreError
from notifier.schedule import PLANNING_SECONDS, SENDING_SECONDS, schedule

SEOUL = ZoneInfo("Asia/Seoul")


@dataclass
class Bells:
    """Ticks that only note that they rang."""

    rang: list[str] = field(default_factory=list)
    once: threading.Event = field(default_factory=threading.Event)
    twice: threading.Event = field(default_factory=threading.Event)

    def publish(self) -> None:
        self.rang.append("publishing")

    def plan_alerts(self) -> None:
        self.rang.append("alerts")
        (self.twice if self.once.is_set() else self.once).set()
        raise StoreError("the database is away")

    def send(self) -> None:
        self.rang.append("sending")

    def plan_digests(self) -> None:
        self.rang.append("digests")

    def renew_consents(self) -> None:
        self.rang.append("renewals")

    def tell_hubs(self) -> None:
        self.rang.append("hubs")

    def tidy(self) -> None:
        self.rang.append("tidy")


def test_alarms_ring_late_rather_than_never_and_once_rather_than_twice() -> None:
    scheduler = schedule(Bells(), SEOUL)  # type: ignore[arg-type]
    scheduler.start(paused=True)
    jobs = {job.id: job for job in scheduler.get_jobs()}
    assert set(jobs) == {"publishing", "alerts", "sending", "digests", "renewals", "hubs", "tidy"}
    for job in jobs.values():
        assert job.misfire_grace_time is None
        assert job.coalesce is True
        assert job.max_instances == 1
        assert job.trigger.timezone == SEOUL
    scheduler.shutdown()
    assert PLANNING_SECONDS + SENDING_SECONDS < 5


def test_a_digest_is_looked_for_on_the_minute_its_hour_comes() -> None:
    scheduler = schedule(Bells(), SEOUL)  # type: ignore[arg-type]
    scheduler.start(paused=True)
    trigger = scheduler.get_job("digests").trigger
    before = datetime(2026, 5, 20, 22, 59, 30, tzinfo=UTC)
    assert trigger.get_next_fire_time(None, before) == datetime(2026, 5, 21, 8, 0, tzinfo=SEOUL)
    scheduler.shutdown()


def test_a_tick_that_fails_rings_again() -> None:
    bells = Bells()
    scheduler = schedule(bells, SEOUL)  # type: ignore[arg-type]
    scheduler.start(paused=True)
    scheduler.get_job("alerts").reschedule("interval", seconds=0.05)
    scheduler.resume()
    assert bells.twice.wait(10)
    scheduler.shutdown()


def test_f64_hubs_that_never_answer_keep_no_mail_waiting() -> None:
    """A thousand of them are no more than one that takes for ever: they have a thread of their own."""
    bells, end = Bells(), threading.Event()
    bells.tell_hubs = end.wait  # type: ignore[method-assign, assignment]
    scheduler = schedule(bells, SEOUL)  # type: ignore[arg-type]
    scheduler.start(paused=True)
    for name in ("hubs", "alerts"):
        scheduler.get_job(name).reschedule("interval", seconds=0.05)
    scheduler.resume()
    assert bells.twice.wait(10)
    end.set()
    scheduler.shutdown()
