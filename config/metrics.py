"""What a monitor reads at `/metrics`, in Prometheus' text form.

How sending stands is asked of the tables, a few seconds apart at most, and is the same from every process; the shelf,
the ticks and the memory are this process's own. No label holds an address; mail domains are the few with the most.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from config.patient import Patient
from config.rhythm import Rhythm
from feeds.clock import Clock
from feeds.errors import CivicwireError
from feeds.shelf import Shelf
from feeds.store.database import Database
from notifier.balance import Balance
from notifier.ledger.gauges import Gauges, gauges

MEDIA_TYPE = CONTENT_TYPE_LATEST
SECONDS = 5.0
"""How long the tables are waited for; then the figures of this process alone are answered."""
KEEPS = 10.0
REST = 20.0
"""So much longer than it took to read them, the tables are left alone."""


@dataclass(frozen=True, slots=True)
class About:
    """What is running here."""

    version: str
    engine: str
    tables: str


class Metrics:
    """Collects the figures and writes them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        rhythm: Rhythm,
        shelf: Shelf | None,
        about: About,
        last_backup: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """Take the parts; `shelf` is None where this process serves no feeds. `last_backup` answers when the newest was
        made, as far as this process can know."""
        self._last_backup = last_backup
        self._database = database
        self._clock = clock
        self._rhythm = rhythm
        self._shelf = shelf
        self._about = about
        self._tables = Patient(self._ask, name="metrics", seconds=SECONDS, keeps=KEEPS, rest=REST)
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)

    async def text(self) -> bytes:
        """Everything, in Prometheus' text form; never an error because the database is away."""
        try:
            found, backup = await self._tables.answer()
        except (TimeoutError, CivicwireError):
            found, backup = None, None
        registry = CollectorRegistry()
        registry.register(_Collected([*self._own(), *self._sending(found), *self._backups(backup)]))
        return generate_latest(self._process) + generate_latest(registry)

    def _ask(self) -> tuple[Gauges | None, datetime | None]:
        backup = None
        with suppress(OSError):  # no journal, or not to be read here: then nothing is known of backups
            backup = self._last_backup()
        with self._database.read() as session:
            return gauges(session, now=self._clock()), backup

    def _backups(self, at: datetime | None) -> Iterator[Metric]:
        yield _gauge("backup_last_timestamp_seconds", "As of when the newest whole backup is.", _when(at))

    def _own(self) -> Iterator[Metric]:
        about = {"version": self._about.version, "engine": self._about.engine, "tables": self._about.tables}
        yield _gauge("build_info", "What is running here.", [(about, 1)])
        rings = self._rhythm.rings()
        yield _gauge("schedule_held", "Whether this process keeps the schedule.", [({}, rings)])
        last = [({"tick": tick}, at.timestamp()) for tick, at in sorted(self._rhythm.last.items())]
        yield _gauge("tick_last_success_timestamp_seconds", "When a tick of this process last went well.", last)
        failed = CounterMetricFamily("civicwire_tick_failures", "Ticks of this process that failed.", labels=["tick"])
        for tick, number in sorted(self._rhythm.failed.items()):
            failed.add_metric([tick], number)
        yield failed
        if self._shelf is None:
            return
        hits, misses = self._shelf.hits, self._shelf.misses
        yield CounterMetricFamily("civicwire_shelf_hits", "Feeds that this process had ready.", value=hits)
        yield CounterMetricFamily("civicwire_shelf_misses", "Feeds that this process had to render.", value=misses)
        documents, size = self._shelf.kept()
        yield _gauge("shelf_documents", "Feeds that this process keeps.", [({}, documents)])
        yield _gauge("shelf_bytes", "How much memory they take, about.", [({}, size)])

    def _sending(self, found: Gauges | None) -> Iterator[Metric]:
        yield _gauge("database_up", "Whether the database answered in time.", [({}, found is not None)])
        if found is None:
            return
        yield _gauge("read_timestamp_seconds", "When the tables were read.", [({}, found.at.timestamp())])
        yield _gauge("change_head", "The newest number of the change log.", [({}, found.change)])
        unalerted = "Changes of which no alert was planned yet for those who follow at once."
        yield _gauge("changes_unalerted", unalerted, [({}, found.unalerted)])
        yield _gauge("sending_held", "Whether all sending is held.", [({}, found.held is not None)])
        since = found.held.at if found.held else None
        yield _gauge("sending_held_since_timestamp_seconds", "Since when, while it is.", _when(since))
        undecided = "Whether a restored backup waits for its release."
        yield _gauge("restore_undecided", undecided, [({}, found.undecided)])
        queue = [({"kind": str(one.kind), "state": str(one.state)}, one.number) for one in found.waiting]
        yield _gauge("queue_deliveries", "Deliveries still to be sent.", queue)
        oldest: dict[str, datetime] = {}
        for one in found.waiting:
            oldest[str(one.kind)] = min(one.oldest, oldest.get(str(one.kind), one.oldest))
        ages = [({"kind": kind}, max(0.0, (found.at - at).total_seconds())) for kind, at in sorted(oldest.items())]
        yield _gauge("queue_oldest_age_seconds", "How long the oldest of them has waited.", ages)
        recent = [({"state": str(state)}, number) for state, number in sorted(found.recent.items())]
        yield _gauge("recent_deliveries", "Deliveries planned within a day, at most the newest 20,000.", recent)
        by_domain = "The same by the mail domains with the most, and outcome."
        yield _gauge("recent_domain_deliveries", by_domain, _of(found.domains))
        yield _gauge("last_accepted_timestamp_seconds", "When a server last took a mail.", _when(found.accepted_at))
        spans = sorted(found.spans.items())
        first = [({"kind": str(kind)}, span.first.total_seconds()) for kind, span in spans]
        last = [({"kind": str(kind)}, span.last.total_seconds()) for kind, span in spans]
        yield _gauge("publication_to_first_mail_seconds", "Of the last finished mailing of a kind.", first)
        yield _gauge("publication_to_last_mail_seconds", "Of the last finished mailing of a kind.", last)
        digests = [({"cadence": str(cadence)}, at.timestamp()) for cadence, at in sorted(found.digests.items())]
        yield _gauge("digest_last_run_timestamp_seconds", "When a digest last had its run.", digests)


def is_allowed(header: str, token: str) -> bool:
    """Whether an Authorization header shows this token; what is compared takes as long whatever it is."""
    scheme, _, shown = header.partition(" ")
    return hmac.compare_digest(shown.strip().encode(), token.encode()) and scheme.lower() == "bearer"


def _when(at: datetime | None) -> list[tuple[dict[str, str], float]]:
    return [({}, at.timestamp())] if at else []


def _of(domains: Iterable[tuple[str, Balance]]) -> Iterator[tuple[dict[str, str], float]]:
    for domain, one in domains:
        outcomes = {"accepted": one.accepted, "rejected": one.rejected, "skipped": one.skipped_in_all}
        outcomes |= {"expired": one.expired, "pending": one.pending, "unknown": one.unknown, "bounced": one.bounced}
        for outcome, number in outcomes.items():
            yield {"domain": domain, "outcome": outcome}, number


def _gauge(name: str, text: str, values: Iterable[tuple[dict[str, str], float]]) -> GaugeMetricFamily:
    rows = list(values)
    labels = list(rows[0][0]) if rows else []
    family = GaugeMetricFamily(f"civicwire_{name}", text, labels=labels)
    for marked, value in rows:
        family.add_metric([marked[label] for label in labels], float(value))
    return family


class _Collected(Collector):
    """Figures that are collected already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics
