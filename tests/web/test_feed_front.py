"""The shelf at work: kept fresh by who follows the log, answering without a database, within bounds."""

import threading
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest

from config.asgi import application
from feeds.follower import following
from feeds.readers import Reader, Readers
from feeds.scope import Scope
from feeds.shelf import Shelf
from feeds.store import topics
from feeds.web.front import FeedFront, Impatient
from feeds.web.proxies import Proxies
from tests.builders import NOW, Hands, correct, publish, withdraw
from tests.web.browser import Browser
from tests.web.conftest import Site
from tests.web.test_feed_selection import publish_under


@pytest.fixture
def followed(site: Site) -> Site:
    """A shelf that somebody keeps fresh: the test, by `catch_up`."""
    site.parts.shelf.following = True
    return site


def test_what_is_on_the_shelf_is_answered_while_the_database_is_gone(followed: Site) -> None:
    publish(followed.database)
    before = followed.browser.get("/feeds/climate.rss", accept_encoding="gzip")
    followed.database.close()
    with followed.database.rebuild() as session:  # nobody else gets in meanwhile
        del session
        answer = followed.browser.get("/feeds/climate.rss", accept_encoding="gzip")
        etag = answer.headers["etag"]
        assert followed.browser.get("/feeds/climate.rss", if_none_match=etag, accept_encoding="gzip").status == 304
    assert (answer.status, answer.body) == (200, before.body)
    assert {**answer.headers} == {**before.headers}


def test_a_change_makes_again_what_it_touches_and_nothing_else(followed: Site) -> None:
    publish(followed.database, "Of the climate")
    paths = ["/feeds/all.rss", "/feeds/climate.rss", "/feeds/environment.atom", "/feeds/transport.json"]
    before = [followed.browser.get(path).headers["etag"] for path in paths]
    publish(followed.database, "More of the climate", now=NOW + timedelta(minutes=1))
    assert [followed.browser.get(path).headers["etag"] for path in paths] == before
    assert followed.parts.shelf.catch_up() == 3
    after = [followed.browser.get(path).headers["etag"] for path in paths]
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, True, True, False]
    assert followed.parts.shelf.catch_up() == 0


def test_after_a_change_gzip_is_made_before_anybody_asks_and_zstd_asks_for_none(followed: Site) -> None:
    publish(followed.database)
    shelf = followed.parts.shelf
    first = followed.browser.get("/feeds/all.rss", accept_encoding="zstd")
    before = shelf.get(Scope(), "rss")
    assert (first.status, before.packed.has_gzip) == (200, False)
    publish(followed.database, "More", now=NOW + timedelta(minutes=1))
    assert shelf.catch_up() == 1
    after = shelf.get(Scope(), "rss")
    shelf.packed_so_far()
    assert (before.packed.has_gzip, after.packed.has_gzip) == (False, True)


def test_a_release_that_left_a_scope_leaves_its_feed(followed: Site) -> None:
    one = publish(followed.database, "Night buses").article_id
    path = "/feeds/select.rss?q=buses"
    assert "Night buses" in followed.browser.get(path).text
    correct(followed.database, one, "Night trams", now=NOW + timedelta(minutes=1))
    followed.parts.shelf.catch_up()
    assert "Night" not in followed.browser.get(path).text


def test_a_topic_that_is_called_otherwise_is_called_so_in_every_feed(followed: Site) -> None:
    with followed.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "회의"})
    path = "/feeds/select.json?topic=summit"
    followed.parts.shelf.catch_up()
    assert "Summits" in followed.browser.get(path).text
    with followed.database.write() as session:
        topics.change(session, "summit", names={"en": "Great meetings", "ko": "회의"}, retired=False)
    followed.parts.shelf.catch_up()
    assert "Great meetings" in followed.browser.get(path).text


def test_every_process_makes_the_same_bytes_whatever_it_saw_on_the_way(followed: Site) -> None:
    paths = ["/feeds/all.rss", "/feeds/environment.atom", "/feeds/select.json?q=buses", "/feeds/select.rss?lang=en"]
    numbers = []
    for n in range(6):
        numbers.append(publish(followed.database, f"Buses {n}", now=NOW + timedelta(minutes=n)).article_id)
        followed.parts.shelf.catch_up()
        for path in paths:
            followed.browser.get(path)
    correct(followed.database, numbers[0], "Buses 0, corrected", now=NOW + timedelta(hours=1))
    withdraw(followed.database, numbers[2], now=NOW + timedelta(hours=2))
    followed.parts.shelf.catch_up()
    other = followed.sibling()
    for path in paths:
        one, two = followed.browser.get(path), other.browser.get(path)
        assert one.body == two.body
        assert {**one.headers} == {**two.headers}
    other.database.close()


def test_a_thread_follows_the_log_for_the_length_of_the_block(site: Site) -> None:
    shelf = site.parts.shelf
    with following(shelf, seconds=0.01):
        before = site.browser.get("/feeds/all.rss").headers["etag"]
        publish(site.database)
        waited = threading.Event()
        for _ in range(500):
            if site.browser.get("/feeds/all.rss", if_none_match=before).status == 200:
                break
            waited.wait(0.01)
        else:
            pytest.fail("the shelf did not hear of the publication")
    assert not shelf.following


def test_what_is_newer_is_made_once_for_all_who_ask_and_without_a_database(followed: Site) -> None:
    """RFC 3229: many readers come back after the same release."""
    shelf, scope = followed.parts.shelf, Scope(("climate",))
    for n in range(4):
        publish(followed.database, f"Release {n}", now=NOW + timedelta(minutes=n))
        shelf.catch_up()
        if n == 1:
            known = {shelf.get(scope, "rss").mark: 2}
    assert shelf.get(scope, "rss").number == 4
    first = shelf.newer(scope, "rss", known)
    assert first is not None
    followed.database.close()
    with followed.database.rebuild() as session:  # nobody else gets in meanwhile
        del session
        assert shelf.newer(scope, "rss", known) is first
        assert shelf.newer(scope, "rss", {shelf.get(scope, "rss").mark: 4}) is None
        assert shelf.newer(scope, "rss", {"0" * 28 + ".2": 2}) is None
    publish(followed.database, "Release 4", now=NOW + timedelta(minutes=4))
    shelf.catch_up()
    after = shelf.newer(scope, "rss", known)
    assert after is not None
    assert (first.number, after.number) == (4, 5)


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/select.atom?topic=summit", "/feeds/select.json?board=news"])
def test_who_asks_only_for_what_is_newer_touches_no_database_either(followed: Site, path: str) -> None:
    with followed.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "회의"})
    shelf = followed.parts.shelf
    tags = []
    for n in range(2):
        publish_under(followed, f"Release {n}", board="news", topics=("summit",))
        shelf.catch_up()
        tags.append(followed.browser.get(path).headers["etag"])
    followed.database.close()
    with followed.database.rebuild() as session:  # nobody else gets in meanwhile
        del session
        assert followed.browser.get(path, if_none_match=tags[1], a_im="feed").status == 304
        answer = followed.browser.get(path, if_none_match=tags[0], a_im="feed")
    assert (answer.status, "Release 1" in answer.text, "Release 0" in answer.text) == (226, True, False)


def test_a_withdrawal_is_told_of_for_thirty_days_whatever_comes_after(followed: Site) -> None:
    shelf, clock = followed.parts.shelf, followed.clock
    one = publish(followed.database, "Free buses").article_id
    shelf.get(Scope(), "atom")
    withdraw(followed.database, one, now=NOW + timedelta(minutes=1))
    for n in range(60):
        publish(followed.database, f"Release {n}", now=NOW + timedelta(minutes=2 + n))
        if n % 7 == 0:
            shelf.catch_up()
    shelf.catch_up()
    other = followed.sibling()
    for form in ("atom", "rss", "json"):
        shown = followed.browser.get(f"/feeds/all.{form}")
        assert "Free buses" in shown.text
        assert "Release 59" in shown.text
        assert other.browser.get(f"/feeds/all.{form}").body == shown.body
    assert followed.browser.get("/feeds/all.atom").text.count("<entry") == 50
    assert "<at:deleted-entry" in followed.browser.get("/feeds/all.atom").text
    other.database.close()
    clock.forward(days=30, minutes=2)
    shelf.catch_up()
    for form in ("atom", "rss", "json"):
        assert "Free buses" not in followed.browser.get(f"/feeds/all.{form}").text


def test_b65_who_asks_for_long_addresses_takes_no_more_memory_than_for_short_ones() -> None:
    impatient, readers = Impatient(now=lambda: 0.0), Readers(now=lambda: 0.0)
    tracemalloc.start()
    for n in range(2_000):
        address = f"/feeds/all.rss?x={n}{'y' * 7_000}"
        assert impatient.wait("192.0.2.1", b"Reader", address) == 0
        readers.saw(address, b"Reader", "192.0.2.1")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2_000_000


def test_a_condition_that_cannot_be_read_is_none(followed: Site) -> None:
    publish(followed.database)
    front = FeedFront(
        application(followed.parts),
        followed.parts.shelf,
        headers=[],
        readers=Readers(),
        impatient=Impatient(most=3, now=lambda: 0.0),
        proxies=Proxies(()),
    )
    browser = Browser(front, host="newsroom.test")
    asked = {"if_modified_since": "garbage", "accept_encoding": "gzip"}
    assert [browser.get("/feeds/all.rss", **asked).status for _ in range(4)] == [200, 200, 200, 429]


def test_b65_ten_thousand_scopes_take_no_more_memory_than_they_may(site: Site) -> None:
    publish(site.database)
    parts = site.parts
    shelf = Shelf(parts.database, parts.newsroom, parts.words, site.clock, bytes_kept=200_000)
    sizes = [shelf.get(Scope(words=f"word{n}"), "rss").packed.size for n in range(120)]
    assert sum(sizes) > 100_000
    shelf.following = True
    kept = [n for n in range(120) if shelf.at(f"/feeds/select.rss?q=word{n}")]
    assert kept == list(range(min(kept), 120))
    assert 0 < len(kept) < 60


def test_who_asks_again_and_again_without_saying_what_they_have_is_asked_to_wait(site: Site) -> None:
    publish(site.database)
    now = Hands()
    impatient = Impatient(most=5, now=lambda: now().timestamp())
    app = FeedFront(
        site.browser.app, site.parts.shelf, headers=[], readers=Readers(), impatient=impatient, proxies=Proxies()
    )
    browser = Browser(app)
    answers = [browser.get("/feeds/all.rss", user_agent="hasty/1.0") for _ in range(7)]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
    assert answers[-1].headers["access-control-allow-origin"] == "*"
    etag = answers[0].headers["etag"]
    assert browser.get("/feeds/all.rss", user_agent="hasty/1.0", if_none_match=etag).status == 304
    assert browser.get("/feeds/all.rss", user_agent="patient/1.0").status == 200
    assert browser.get("/feeds/climate.rss", user_agent="hasty/1.0").status == 200
    now.forward(minutes=1)
    assert browser.get("/feeds/all.rss", user_agent="hasty/1.0").status == 200


def test_the_front_knows_who_reads_what_it_answers(followed: Site) -> None:
    etag = followed.browser.get("/feeds/all.rss").headers["etag"]
    followed.browser.get("/feeds/all.rss", if_none_match=etag, user_agent="Feedly/1.0 (x; 42 subscribers)")
    followed.browser.get("/feeds/nowhere.rss", user_agent="Lost/1")
    assert followed.parts.readers.of("/feeds/all.rss") == (Reader("Feedly", 42, True),)
    assert followed.parts.readers.of("/feeds/nowhere.rss") == ()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "FOO"])
def test_b68_a_feed_is_only_read(followed: Site, method: str) -> None:
    publish(followed.database)
    assert followed.browser.get("/feeds/all.rss").status == 200
    answer = followed.browser.ask(method, "/feeds/all.rss")
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_impatience_is_counted_for_the_address_behind_a_trusted_proxy(site: Site) -> None:
    publish(site.database)
    site.parts.settings = replace(site.parts.settings, trusted_proxies=("192.0.2.7",), feed_requests_a_minute=2)
    browser = Browser(application(site.parts))
    statuses = [browser.get("/feeds/all.rss", x_forwarded_for="198.51.100.1").status for _ in range(5)]
    assert statuses[:2] == [200, 200]
    assert 429 in statuses  # a minute that ends among them lets two more through, and no third
    assert browser.get("/feeds/all.rss", x_forwarded_for="198.51.100.2").status == 200


def test_the_page_of_a_feed_may_be_looked_at_as_often_as_one_likes(site: Site) -> None:
    assert {site.browser.get("/feeds/all", user_agent="Office/1").status for _ in range(100)} == {200}
    assert site.parts.settings.feed_requests_a_minute < 100


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/select.json?q=a", "/feeds/all/2026-05.atom", "/feeds.opml"])
def test_a_page_of_another_site_may_say_which_version_of_a_feed_it_has(site: Site, path: str) -> None:
    asked = [("origin", "https://reader.example.org"), ("access-control-request-method", "GET")]
    answer = site.browser.ask("OPTIONS", path, headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]
    assert site.browser.ask("OPTIONS", "/subscribe", headers=asked).status == 405


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/ALL.rss", "/feeds/nowhere.rss", "/feeds.opml"])
def test_whatever_is_said_of_a_feed_may_be_read_by_the_pages_of_every_site(followed: Site, path: str) -> None:
    for _ in range(2):
        assert followed.browser.get(path).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in followed.browser.get("/subscribe").headers


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("if_match", "TAG", 200),
        ("if_match", '"x", TAG', 200),
        ("if_match", "*", 200),
        ("if_match", "W/TAG", 412),
        ("if_match", '"x"', 412),
        ("if_match", "", 412),
        ("if_unmodified_since", "Wed, 20 May 2026 03:00:00 GMT", 200),
        ("if_unmodified_since", "Wed, 20 May 2026 02:59:59 GMT", 412),
        ("if_unmodified_since", "9999", 200),
    ],
)
def test_who_wants_one_copy_or_none_gets_no_other(followed: Site, name: str, value: str, status: int) -> None:
    publish(followed.database)
    tag = followed.browser.get("/feeds/all.rss").headers["etag"]
    answer = followed.browser.get("/feeds/all.rss", **{name: value.replace("TAG", tag)})
    assert answer.status == status
    assert bool(answer.body) == (status == 200)
