"""What a monitor reads is what the tables say, is for whoever shows the token, and comes though the database hangs."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from config import asgi, metrics
from feeds.model import City
from notifier import restored
from notifier.ledger import holds
from notifier.schedule import schedule
from tests.builders import Hands, publish
from tests.claiming import accepted
from tests.conftest import postgres_database, prepare
from tests.house.sources import ROOT
from tests.web.browser import Answer
from tests.web.conftest import Site, make_site

TOKEN = "a-token-for-the-monitor"
REFERENCE = (ROOT / "docs" / "operate" / "monitoring.md").read_text(encoding="utf-8")


@pytest.fixture
def watched(site: Site, city: City) -> Iterator[Site]:
    """A site with a token for its monitor."""
    made = make_site(replace(site.parts.settings, metrics_token=TOKEN), city, site.clock)
    yield made
    made.database.close()


def shown(site: Site, said: str = f"Bearer {TOKEN}") -> Answer:
    return site.browser.get("/metrics", Authorization=said)


def figures(site: Site) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every figure by its name and labels, as Prometheus itself reads them."""
    answer = shown(site)
    assert answer.status == 200
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.documentation for family in families)
    named = {sample.name for family in families for sample in family.samples}
    assert not [one for one in named if not one.startswith("process_") and f"`{one}`" not in REFERENCE]
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_figures_are_for_whoever_shows_the_token_and_there_only_where_one_is_set(site: Site, watched: Site) -> None:
    assert shown(site).status == 404
    assert watched.browser.get("/metrics").status == 401
    for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer", TOKEN, "Bearer \xe9"):
        assert shown(watched, wrong).status == 401
    answer = shown(watched)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"


def test_the_figures_are_what_the_tables_say_and_hold_nobodys_address(watched: Site) -> None:
    clock, parts = watched.clock, watched.parts
    for one in ("a@one.test", "b@one.test", "c@two.test"):
        watched.follow(one, cadence="immediate")
    publish(watched.database, now=clock())
    clock.forward(seconds=10)
    parts.alerts.run()
    clock.forward(seconds=20)
    assert accepted(watched.database, 2, now=clock()) == 2
    clock.forward(minutes=5)
    with watched.database.write() as session:
        holds.put(session, "relay moves", now=clock())
    found = figures(watched)
    assert found["civicwire_queue_deliveries", (("kind", "alert"), ("state", "pending"))] == 1
    assert found["civicwire_queue_oldest_age_seconds", (("kind", "alert"),)] == 320
    assert found["civicwire_recent_deliveries", (("state", "accepted"),)] == 2
    assert found["civicwire_recent_domain_deliveries", (("domain", "one.test"), ("outcome", "accepted"))] == 2
    assert (found["civicwire_sending_held", ()], found["civicwire_changes_unalerted", ()]) == (1, 0)
    assert found["civicwire_change_head", ()] == found["civicwire_database_up", ()] == 1
    assert not [name for name, _ in found if "publication_to" in name]  # it is not finished
    text = shown(watched).text
    assert "@" not in text
    assert TOKEN not in text
    assert "relay moves" not in text


def test_a_finished_mailing_says_how_long_it_took_from_publication(watched: Site) -> None:
    clock = watched.clock
    watched.follow("a@one.test", cadence="immediate")
    watched.follow("b@one.test", cadence="immediate")
    publish(watched.database, now=clock())
    clock.forward(seconds=10)
    watched.parts.alerts.run()
    for seconds in (20, 30):
        clock.forward(seconds=seconds)
        accepted(watched.database, 1, now=clock())
    found = figures(watched)
    assert found["civicwire_publication_to_first_mail_seconds", (("kind", "alert"),)] == 30
    assert found["civicwire_publication_to_last_mail_seconds", (("kind", "alert"),)] == 60


def test_a_process_counts_its_own_shelf_and_its_own_ticks(watched: Site) -> None:
    for _ in range(3):
        watched.browser.get("/feeds/all.rss")
    parts = watched.parts
    clock = schedule(parts.ticks, parts.newsroom.city.zone, told=parts.rhythm.tell)
    publishing = next(job.func for job in clock.get_jobs() if job.id == "publishing")
    publishing()
    parts.database.close()
    path = Path(parts.database.url.database or "")
    path.write_bytes(b"no database any more" * 300)
    publishing()
    parts.rhythm.rings = lambda: True
    found = figures(watched)
    assert (found["civicwire_shelf_misses_total", ()], found["civicwire_shelf_hits_total", ()]) == (1, 2)
    assert found["civicwire_shelf_documents", ()] == 1
    assert found["civicwire_tick_last_success_timestamp_seconds", (("tick", "publish"),)] == watched.clock().timestamp()
    assert found["civicwire_tick_failures_total", (("tick", "publish"),)] == 1
    assert found["civicwire_schedule_held", ()] == 1
    assert found["civicwire_database_up", ()] == 0


def test_f52_a_restore_that_nobody_has_decided_on_is_seen(watched: Site) -> None:
    with watched.database.write() as session:
        restored.begin(session, taken_at=watched.clock(), accepted=(), now=watched.clock())
    assert figures(watched)["civicwire_restore_undecided", ()] == 1


@contextmanager
def way_to(host: str, port: int) -> Iterator[tuple[int, threading.Event]]:
    """A port of loopback that leads to a server; while its event is set, it carries nothing and refuses nothing."""
    frozen, over = threading.Event(), threading.Event()

    def carry(source: socket.socket, target: socket.socket) -> None:
        with source, target:
            try:
                while piece := source.recv(65536):
                    while frozen.is_set() and not over.wait(0.01):
                        pass
                    target.sendall(piece)
            except OSError:
                return

    def take() -> None:
        while not over.is_set():
            try:
                near, _ = door.accept()
            except OSError:
                return
            far = socket.create_connection((host, port))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=carry, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=take, daemon=True).start()
        try:
            yield door.getsockname()[1], frozen
        finally:
            over.set()
            door.shutdown(socket.SHUT_RDWR)


@pytest.mark.postgres
def test_f49_a_frozen_database_is_said_within_a_bound_and_feeds_on_the_shelf_go_on(
    postgres_server: str, city: City, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before PostgreSQL stands a way that carries nothing any more, and refuses nothing. It is waited for less here."""
    monkeypatch.setattr(asgi, "READY_SECONDS", 0.3)
    monkeypatch.setattr(metrics, "SECONDS", 0.3)
    with postgres_database(postgres_server) as url:
        prepare(url, city)
        place, name = url.removeprefix("postgresql://").rsplit("/", 1)
        who, _, where = place.rpartition("@")
        host, _, number = where.partition(":")
        with way_to(host, int(number or 5432)) as (port, frozen):
            over = f"postgresql://{who}@127.0.0.1:{port}/{name}"
            settings = replace(site.parts.settings, database_url=over, metrics_token=TOKEN)
            there = make_site(settings, city, Hands())
            assert there.browser.get("/readyz").status == 200
            feed = there.browser.get("/feeds/all.atom")
            there.parts.shelf.following = True  # somebody calls catch_up, and hangs from now on
            frozen.set()
            began = time.monotonic()
            assert there.browser.get("/readyz").status == 503
            assert there.browser.get("/healthz").status == 200
            assert there.browser.get("/feeds/all.atom").body == feed.body
            assert there.browser.get("/readyz").status == 503
            assert figures(there)["civicwire_database_up", ()] == 0
            assert time.monotonic() - began < 10
            frozen.clear()
            until = time.monotonic() + 10
            while figures(there)["civicwire_database_up", ()] != 1 and time.monotonic() < until:
                time.sleep(0.05)
            while there.browser.get("/readyz").status != 200 and time.monotonic() < until:
                time.sleep(0.05)
            assert there.browser.get("/readyz").status == 200
            there.database.close()
