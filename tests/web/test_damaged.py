"""One damaged row, whatever its column, breaks no list, feed or page. On SQLite, which keeps what it is given."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Column, String
from structlog.testing import capture_logs

from feeds.store import twins
from feeds.store.schema import Instant
from feeds.store.tables import article, change, revision
from tests.api.program import program, read
from tests.builders import NOW, publish
from tests.web.conftest import Site
from tests.web.newsroom import Staff, signed_in

PLACES = (
    "/",
    "/divisions/climate",
    "/search?q=night",
    "/search?division=climate&order=newest",
    "/feeds/all.rss",
    "/feeds/all.atom",
    "/feeds/all.json",
    "/feeds/select.json?q=night",
    "/feeds/all",
    "/feeds/climate",
    "/feeds/all/2026-05.atom",
    "/feeds.opml",
    "/api/v1/articles",
    "/api/v1/search?q=night",
)
SOUND = ("Night buses run later", "Night trams run later")
KEYS = {"article.id", "revision.article_id", "revision.number", "change.number"}
"""SQLite itself keeps these whole, or the row would be another's."""
SILENT = {"article.state", "article.revision", "article.urgent", "article.mail", "article.embargoed", "change.quiet"}
"""Of an unknown state or without a text nothing is found that could be told of; a truth is whatever is not zero."""


def damages() -> Iterator[tuple[str, object]]:
    """Every column that a reader touches, with what is nothing that it may hold."""
    for table in (article, revision, change):
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if name not in KEYS:
                yield name, wrong(column)
            if isinstance(column.type, Instant):
                yield name, "0001-01-01 00:00:00.000000"
    yield "revision.footnotes", '[{"mark": "*", "term": 7, "note": []}]'


def wrong(column: Column[object]) -> object:
    """Bytes for what is text; a word for everything else."""
    return b"\xff\x00" if isinstance(column.type, String) else "garbage"


def damage(site: Site, name: str, value: object, number: int) -> None:
    """Write it past every check, as a hand in the file would."""
    table, column = name.split(".")
    key = "id" if table == "article" else "article_id"
    with sqlite3.connect(site.parts.database.url.database or "") as file:
        file.execute("PRAGMA ignore_check_constraints=ON")
        file.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, number))
    file.close()


@pytest.fixture
def damaged(site: Site) -> tuple[Site, Staff, int]:
    """A site with three releases, followed by two people, of which the second is to be damaged."""
    site.follow("now@example.org", cadence="immediate")
    site.follow("daily@example.org")
    publish(site.database, SOUND[0])
    number = publish(site.database, "Night boats sink", now=NOW + timedelta(minutes=1)).article_id
    publish(site.database, SOUND[1], now=NOW + timedelta(minutes=2))
    site.clock.forward(hours=1)
    return site, signed_in(site), number


@pytest.mark.parametrize(("name", "value"), list(damages()))
def test_f61_a_damaged_column_breaks_nothing_for_anybody_and_the_log_says_it(
    damaged: tuple[Site, Staff, int], name: str, value: object
) -> None:
    site, staff, number = damaged
    cms = program(site)
    damage(site, name, value, number)
    with capture_logs() as lines:
        answers = {place: site.browser.get(place) for place in PLACES}
        answers["newsroom"] = staff.get("/newsroom")
        answers["health"] = staff.get("/newsroom/feeds")
        answers["token"] = cms.get("/articles?limit=1")
        site.parts.alerts.run()
        site.clock.forward(days=1)
        site.parts.digests.run()
    assert {place: answer.status for place, answer in answers.items() if answer.status != 200} == {}
    for place in PLACES:
        if not place.endswith(".opml"):
            assert [title for title in SOUND if title.removeprefix("Night") not in answers[place].text] == [], place
    assert SOUND[1] in answers["token"].text
    said = [line for line in lines if line["event"].endswith("left_out")]
    assert {line.get("article", number) for line in said} <= {number}
    assert said or name in SILENT


def test_f61_a_page_of_the_api_leads_past_damaged_instants_to_every_sound_article(site: Site) -> None:
    numbers = [publish(site.database, f"Number {one}", now=NOW + timedelta(minutes=one)).article_id for one in range(6)]
    for number, value in zip(numbers[1:5:2], ("garbage", "0001-01-01 00:00:00.000000"), strict=True):
        damage(site, "article.published_at", value, number)
    found, following = list[int](), ""
    while following is not None:
        page = read(site.browser.get(f"/api/v1/articles?limit=1{following and f'&cursor={following}'}"))
        found += [one["id"] for one in page["articles"]]
        following = page["next"]
    assert found == [numbers[5], numbers[4], numbers[2], numbers[0]]


@pytest.mark.parametrize("name", ["article.published_at", "article.version", "revision.language"])
def test_f61_a_damaged_twin_takes_no_list_with_it(site: Site, name: str) -> None:
    first = publish(site.database, SOUND[0]).article_id
    second = publish(site.database, "밤 버스", language="ko").article_id
    with site.database.write() as session:
        twins.link(session, first, second, now=NOW)
    damage(site, name, b"\xff" if "language" in name else "garbage", second)
    for place in PLACES:
        answer = site.browser.get(place)
        assert answer.status == 200, place
        assert place.endswith(".opml") or SOUND[0].removeprefix("Night") in answer.text, place
