"""Hubs are told of what changed, each at its own pace, whatever they answer. On both engines, over real HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from structlog.testing import capture_logs

from feeds import announced
from feeds.hubs import RULES, Hubs
from feeds.model import Newsroom
from feeds.outgoing import Rules
from feeds.scope import Scope
from feeds.store import articles, changes, topics, twins
from feeds.store.articles import Filing
from feeds.store.database import Database
from tests.builders import BASE_URL, Hands, content, correct, publish, withdraw

LOOPBACK = replace(RULES, permits=lambda address: address.is_loopback, most_seconds=5.0)


@dataclass
class Hub:
    """A hub that writes down what it is told, and answers as it is bid."""

    port: int = 0
    behaviour: str = "ok"
    heard: list[str] = field(default_factory=list)
    patience: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hub"


@contextmanager
def listening() -> Iterator[Hub]:
    hub = Hub()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            assert fields["hub.mode"] == ["publish"]
            if hub.behaviour == "hangs":
                hub.patience.wait(20)
            hub.heard += fields["hub.url"]
            status = {"refuses": 500, "leads on": 307}.get(hub.behaviour, 204)
            self.send_response(200 if hub.behaviour == "talks" else status)
            self.send_header("Location", f"{hub.address}/elsewhere")
            self.end_headers()
            if hub.behaviour == "talks":
                for _ in range(40):
                    self.wfile.write(b"x" * 4096)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.patience.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with listening() as one:
        yield one


@pytest.fixture
def clock() -> Hands:
    return Hands()


def hubs(database: Database, newsroom: Newsroom, clock: Hands, *those: Hub, rules: Rules = LOOPBACK) -> Hubs:
    made = Hubs(database, newsroom, [one.address for one in those], clock, rules=rules)
    made.run()
    return made


def told(made: Hubs) -> int:
    """A tick sees a change, the next tells of it."""
    return made.run() + made.run()


def paths(hub: Hub) -> set[str]:
    return {one.removeprefix(f"{BASE_URL}/feeds/") for one in hub.heard}


WATER = {f"{feed}.{form}" for feed in ("all", "water", "environment") for form in ("rss", "atom", "json")}
ENGLISH = {f"select.{form}?lang=en" for form in ("rss", "atom", "json")}


def test_a_hub_is_told_of_every_feed_that_a_release_touches_once(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    made = hubs(database, newsroom, clock, hub)
    change = publish(database, division="water", now=clock())
    assert made.run() == 0
    assert hub.heard == []  # every process makes its documents anew before a hub fetches them
    assert made.run() == 1
    assert paths(hub) == WATER | ENGLISH
    assert len(hub.heard) == len(WATER | ENGLISH)
    assert told(made) == 0
    correct(database, change.article_id, "Corrected", now=clock())
    withdraw(database, change.article_id, now=clock())
    assert told(made) == 1
    assert len(hub.heard) == 2 * len(WATER | ENGLISH)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_hub_is_told_of_the_feeds_that_a_release_has_left(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub, quiet: bool
) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "정상회의"})
        filing = Filing(division="water", board="news", topics=("summit",))
        one = articles.add(session, content("Buses"), filing=filing, authority="a.test,2026", now=clock())
        articles.publish(session, one.id, fallback_division="press", now=clock())
    made = hubs(database, newsroom, clock, hub)
    with database.write() as session:
        moved = Filing(division="transport", board=None, topics=())
        note = None if quiet else "It is another division's."
        change = articles.revise(session, one.id, content("버스", "ko"), note=note, now=clock(), filing=moved)
    assert change is not None
    assert told(made) == 1
    left = {"water.rss", "environment.rss", "select.rss?board=news", "select.rss?topic=summit", "select.rss?lang=en"}
    assert left | {"all.rss", "transport.rss", "select.rss?lang=ko"} <= paths(hub)
    hub.heard = []
    correct(database, one.id, "Corrected", now=clock())
    assert told(made) == 1
    assert not {"water.rss", "select.rss?topic=summit"} & paths(hub)


def test_what_was_published_before_there_was_a_hub_is_not_told_and_a_restart_forgets_nothing(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    publish(database, division="press", now=clock())
    assert told(hubs(database, newsroom, clock, hub)) == 0
    publish(database, division="water", now=clock())
    assert told(hubs(database, newsroom, clock, hub)) == 1
    assert "press.rss" not in paths(hub)
    assert "water.rss" in paths(hub)


def test_a_hub_is_told_of_the_feeds_that_show_the_twin_of_what_changed(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    """An entry names its twins with their addresses, and a title is part of the address."""
    korean = publish(database, "버스", division="transport", language="ko", now=clock()).article_id
    english = publish(database, "Buses", division="water", now=clock()).article_id
    with database.write() as session:
        twins.link(session, korean, english, now=clock())
    made = hubs(database, newsroom, clock, hub)
    correct(database, english, "Later buses", now=clock())
    assert told(made) == 1
    assert {"water.rss", "transport.atom", "select.json?lang=ko"} <= paths(hub)
    hub.heard = []
    withdraw(database, english, now=clock())
    assert told(made) == 1
    assert "transport.rss" in paths(hub)


def test_a_hub_is_told_of_every_feed_after_a_topic_or_a_division_has_another_name(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    """Entries and titles say the names, and the log does not; each name is told once, also after a restart."""
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "정상회의"})
    made = hubs(database, newsroom, clock, hub)
    with database.write() as session:
        topics.change(session, "summit", names={"en": "Meetings", "ko": "회의"}, retired=False)
    assert made.run() == 0
    assert made.run() == 1
    assert {"all.rss", "water.atom", "select.json?topic=summit", "select.rss?lang=en"} <= paths(hub)
    assert told(made) == 0
    assert told(hubs(database, newsroom, clock, hub)) == 0
    first, *rest = newsroom.city.divisions
    renamed = replace(newsroom.city, divisions=(replace(first, names={"en": "Nature", "ko": "자연국"}), *rest))
    after = hubs(database, replace(newsroom, city=renamed), clock, hub)
    hub.heard = []
    assert after.run() == 1
    assert "environment.rss" in paths(hub)
    assert told(after) == 0


@pytest.mark.parametrize("behaviour", ["refuses", "leads on", "talks", "hangs"])
def test_f63_a_hub_that_fails_is_left_in_time_asked_again_later_and_keeps_no_other_waiting(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub, behaviour: str
) -> None:
    hub.behaviour = behaviour
    with listening() as well, capture_logs() as logs:
        made = hubs(database, newsroom, clock, hub, well, rules=replace(LOOPBACK, most_seconds=1.5))
        publish(database, division="water", now=clock())
        assert told(made) == 1
        assert paths(well) == WATER | ENGLISH
        assert told(made) == 0
    (line,) = [one for one in logs if one["event"] == "hub.failed"]
    assert (line["hub"], line["failures"]) == (hub.address, 1)
    hub.behaviour, hub.heard = "ok", []
    hub.patience.set()
    clock.forward(seconds=11)
    publish(database, "Another", division="press", now=clock())
    assert told(made) == 2  # what it missed, and then what is new
    assert {"water.rss", "press.rss", "all.atom"} <= paths(hub)


def test_a_hub_that_stays_away_is_asked_ever_more_seldom(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    hub.behaviour = "refuses"
    made = hubs(database, newsroom, clock, hub)
    publish(database, now=clock())
    made.run()
    asked = []
    for second in range(0, 4000, 10):
        before = len(hub.heard)
        made.run()
        asked += [second] if len(hub.heard) > before else []
        clock.forward(seconds=10)
    assert asked == [0, 10, 30, 70, 150, 310, 630, 1270, 2550]


def test_f56_a_clock_that_was_wrong_silences_no_hub(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    hub.behaviour = "refuses"
    made = hubs(database, newsroom, clock, hub)
    publish(database, now=clock())
    clock.forward(days=1)
    told(made)
    clock.forward(days=-1)
    hub.behaviour = "ok"
    assert made.run() == 1


def test_b70_a_hub_inside_the_network_is_never_connected_to(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    made = hubs(database, newsroom, clock, hub, rules=RULES)
    publish(database, now=clock())
    with capture_logs() as logs:
        assert told(made) == 0
    assert hub.heard == []
    assert "not in the public internet" in logs[0]["cause"]


def test_f13_of_two_that_run_at_once_one_tells(database: Database, newsroom: Newsroom, clock: Hands, hub: Hub) -> None:
    one, other = hubs(database, newsroom, clock, hub), hubs(database, newsroom, clock, hub)
    publish(database, now=clock())
    one.run(), other.run()
    threads = [threading.Thread(target=each.run) for each in (one, other)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(hub.heard) == len(set(hub.heard)) > 0


def test_an_archive_that_comes_in_is_told_in_one_bounded_round(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    made = hubs(database, newsroom, clock, hub)
    one = publish(database, now=clock())
    with database.write() as session:
        changes.record_published(session, [(one.article_id, True)] * 300, at=clock())
    assert told(made) == 1
    assert {f"{one.slug}.rss" for one in newsroom.divisions} | {"all.rss"} <= paths(hub)
    assert len(hub.heard) == len(set(hub.heard)) <= announced.MOST


def test_told_to_stop_it_stops_within_a_question(
    database: Database, newsroom: Newsroom, clock: Hands, hub: Hub
) -> None:
    made = hubs(database, newsroom, clock, hub)
    publish(database, now=clock())
    made.run()
    made.stop()
    assert made.run() == 0
    assert hub.heard == []


@pytest.mark.parametrize(
    ("scope", "is_told"),
    [
        (Scope(), True),
        (Scope(("water",)), True),
        (Scope(topics=("summit",)), True),
        (Scope(boards=("news",)), True),
        (Scope(language="ko"), True),
        (Scope(("water",), "ko"), False),
        (Scope(("water", "climate")), False),
        (Scope(words="bus"), False),
    ],
)
def test_a_feed_names_hubs_exactly_if_they_are_told_of_it(scope: Scope, is_told: bool) -> None:
    assert announced.is_announced(scope) is is_told
