"""Before its hour nothing shows a scheduled release, at its hour everything does; a damaged one hides alone."""

import re
from datetime import datetime, timedelta

import feedparser
import pytest

from feeds.documents.entry import told_apart
from feeds.store import articles, topics
from feeds.store.articles import Filing
from notifier.model import Cadence
from tests.builders import NOW, content, correct, publish
from tests.store.test_scheduled import damage
from tests.web.conftest import Site

HOUR = timedelta(hours=1)
TITLE = "Zeppelin lands at noon"
LISTS = (
    "/",
    "/?page=2",
    "/divisions/climate",
    "/divisions/environment",
    "/feeds",
    "/feeds/all.rss",
    "/feeds/all.atom",
    "/feeds/climate.rss",
    "/feeds/environment.atom",
    "/search?q=noon",
    "/search?topic=airships",
    "/api/v1/articles",
    "/api/v1/articles?division=climate",
    "/api/v1/search?q=noon",
)
SHOWN_IN = (
    "/",
    "/divisions/climate",
    "/divisions/environment",
    "/feeds/all.rss",
    "/feeds/all.atom",
    "/feeds/climate.rss",
    "/search?q=noon",
    "/search?topic=airships",
)


def scheduled(site: Site) -> int:
    """A release that becomes public in an hour."""
    with site.database.write() as session:
        topics.add(session, "airships", {"en": "Airships", "ko": "비행선"})
        one = articles.add(
            session,
            content(TITLE),
            filing=Filing(division="climate", topics=("airships",)),
            authority="a.test,2026",
            now=NOW,
        )
        articles.schedule(session, one.id, at=NOW + HOUR, mail=True)
    return one.id


def guesses(number: int) -> tuple[str, ...]:
    """Every address at which somebody might look for it."""
    slug = "zeppelin-lands-at-noon"
    return (
        f"/articles/{number}",
        f"/articles/{number}/{slug}",
        f"/articles/{number}/x",
        f"/articles/{number}/{slug}/changes",
        f"/articles/0{number}/{slug}",
        f"/api/v1/articles/{number}",
        f"/api/v1/articles/{number}/revisions",
    )


def shows(site: Site, path: str) -> bool:
    """Whether an answer names it: in its text, or in an address beyond the one that was asked for."""
    answer = site.browser.get(path)
    told = answer.text.replace(path.partition("?")[0], "") + answer.headers.get("location", "")
    return "zeppelin" in told.lower()


def test_before_its_hour_no_list_and_no_guessed_address_shows_it(site: Site) -> None:
    number = scheduled(site)
    site.clock.at = NOW + HOUR - timedelta(seconds=1)
    assert site.parts.publications.run() == 0
    for path in LISTS:
        assert not shows(site, path), path
    for path in guesses(number):
        assert site.browser.get(path).status == 404, path
        assert not shows(site, path), path


def test_before_its_hour_it_is_in_no_count(site: Site) -> None:
    scheduled(site)
    publish(site.database, "Another", division="climate")
    for path in ("/", "/divisions/climate"):
        assert "About one release a month" in site.browser.get(path).text


def test_before_its_hour_a_feed_is_the_same_bytes_as_without_it(site: Site) -> None:
    publish(site.database, "Another", division="climate")
    before = [site.browser.get(path).body for path in ("/feeds/climate.rss", "/feeds/all.atom")]
    scheduled(site)
    assert [site.browser.get(path).body for path in ("/feeds/climate.rss", "/feeds/all.atom")] == before


@pytest.mark.parametrize("restarted", [False, True])
def test_at_its_hour_it_is_everywhere_at_once_and_its_alert_is_planned(site: Site, restarted: bool) -> None:
    number = scheduled(site)
    site.follow("journalist@example.org", "environment", cadence=Cadence.IMMEDIATE)
    for path in SHOWN_IN:
        assert not shows(site, path)  # every feed is on the shelf without it
    site.clock.at = NOW + HOUR
    now = site.sibling() if restarted else site
    assert now.parts.publications.run() == 1
    for path in SHOWN_IN:
        assert shows(site, path), path
        assert shows(now, path), path
    answer = site.browser.get(f"/articles/{number}/zeppelin-lands-at-noon")
    assert answer.status == 200
    assert "12:00" not in answer.text
    assert "13:00" in answer.text
    assert now.parts.alerts.run().planned == 1
    assert now.parts.alerts.run().planned == 0
    if restarted:
        now.database.close()


def entry(site: Site, path: str) -> tuple[str, str, str]:
    """The id of the first entry of a feed, and the dates on which it says it was published and updated."""
    (first, *_) = feedparser.parse(site.browser.get(path).body).entries
    return first.id, first.published, dict(first).get("updated", "")


def test_a_minor_edit_changes_the_bytes_of_a_feed_and_moves_no_date_of_its_entry(site: Site) -> None:
    number = publish(site.database).article_id
    paths = ("/feeds/climate.rss", "/feeds/climate.atom")
    before = {path: (entry(site, path), site.browser.get(path).headers["etag"]) for path in paths}
    with site.database.write() as session:
        articles.revise(session, number, content("Night busses"), note=None, now=NOW + HOUR)
    for path in paths:
        answer = site.browser.get(path)
        assert "Night busses" in answer.text
        assert answer.headers["etag"] != before[path][1]
        assert entry(site, path) == before[path][0]


def test_a_correction_moves_the_date_of_its_entry_and_keeps_its_id(site: Site) -> None:
    number = publish(site.database).article_id
    before = entry(site, "/feeds/climate.atom")
    correct(site.database, number, "Night buses run earlier", now=NOW + HOUR)
    after = entry(site, "/feeds/climate.atom")
    assert after[:2] == before[:2]
    moments = [datetime.fromisoformat(one[2]) for one in (before, after)]
    assert moments == [told_apart(NOW, number), told_apart(NOW + HOUR, number)]


def test_f61_a_damaged_release_is_left_out_of_every_page_and_feed_and_takes_no_other_with_it(site: Site) -> None:
    publish(site.database, "Sound and older")
    broken = publish(site.database, TITLE).article_id
    publish(site.database, "Sound and newer")
    damage(site.database, broken)
    for path in (*SHOWN_IN[:6], "/search?q=monday"):
        answer = site.browser.get(path)
        assert answer.status == 200, path
        assert "Sound and older" in answer.text, path
        assert "Sound and newer" in answer.text, path
        assert TITLE not in answer.text, path


def test_f61_a_damaged_release_among_many_hides_no_older_page(site: Site) -> None:
    numbers = [publish(site.database, f"Release number {number:02}").article_id for number in range(35)]
    damage(site.database, numbers[10])
    pages = [site.browser.get(f"/?page={page}").text for page in (1, 2)]
    assert 'rel="next"' in pages[0]
    shown = re.findall(r">Release number (\d\d)</a>", "".join(pages))
    assert shown == [f"{number:02}" for number in range(34, -1, -1) if number != 10]


def test_f61_the_page_of_a_damaged_release_is_an_error_page_without_a_trace(site: Site) -> None:
    broken = publish(site.database, TITLE).article_id
    damage(site.database, broken)
    answer = site.browser.get(f"/articles/{broken}/zeppelin-lands-at-noon")
    assert answer.status == 500
    assert "Traceback" not in answer.text
    assert "JSONDecodeError" not in answer.text
