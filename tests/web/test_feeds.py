"""Feeds over HTTP: types, validators, one address each, and what is never in them."""

import json
from datetime import timedelta

import feedparser
import pytest

from feeds.store import articles, reading
from feeds.store.articles import Filing
from tests.builders import NOW, content, correct, draft, publish, withdraw
from tests.web.conftest import Site

TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
FEEDS = [f"/feeds/{slug}.{form}" for slug in ("all", "environment", "climate") for form in TYPES]


def titles(site: Site, path: str) -> list[str]:
    body = site.browser.get(path).body
    if path.endswith(".json"):
        return [item["title"] for item in json.loads(body)["items"]]
    feed = feedparser.parse(body)
    assert not feed.bozo, feed.get("bozo_exception")
    return [entry.title for entry in feed.entries]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_has_its_media_type_with_charset_and_validators(site: Site, path: str) -> None:
    publish(site.database)
    answer = site.browser.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"] == TYPES[path.rpartition(".")[2]]
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["last-modified"] == "Wed, 20 May 2026 03:00:00 GMT"
    assert "max-age" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_without_releases_is_a_valid_feed(site: Site, path: str) -> None:
    assert titles(site, path) == []


@pytest.mark.parametrize(
    "form",
    [
        "{etag}",
        "W/{etag}",
        '"other", {etag}',
        '"a,b",{etag},"c"',
        'W/"x", W/{etag}',
        "*",
        " * ",
        '"x"' * 300 + ", {etag}",
    ],
)
def test_an_unchanged_feed_answers_304_without_a_body(site: Site, form: str) -> None:
    publish(site.database)
    etag = site.browser.get("/feeds/all.rss").headers["etag"]
    answer = site.browser.get("/feeds/all.rss", if_none_match=form.format(etag=etag))
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag
    assert "cache-control" in answer.headers


@pytest.mark.parametrize(
    "form", ['"other"', "", "{bare}", '"{bare}', '{bare}"', "'{bare}'", '""', "W/", "\xff", "," * 2000, '"*"']
)
def test_b62_any_other_entity_tag_gets_the_feed(site: Site, form: str) -> None:
    publish(site.database)
    etag = site.browser.get("/feeds/all.rss").headers["etag"]
    answer = site.browser.get("/feeds/all.rss", if_none_match=form.format(bare=etag.strip('"')))
    assert answer.status == 200
    assert answer.body


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Wed, 20 May 2026 03:00:00 GMT", 304),
        ("Wed, 20 May 2026 03:00:01 GMT", 200),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 200),
        ("Wed, 20 May 2026 02:59:59 GMT", 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("20 May 2026", 200),
        ("tomorrow", 200),
        ("", 200),
        ("Wed, 20 May 99999 03:00:00 GMT", 200),
        ("Wed, 99 Foo 2026 99:99:99 GMT", 200),
        ("x" * 2000, 200),
    ],
)
def test_b62_an_instant_decides_where_no_tag_is_given(site: Site, since: str, status: int) -> None:
    publish(site.database, now=NOW)
    assert site.browser.get("/feeds/all.rss", if_modified_since=since).status == status


def test_a_tag_decides_alone_where_both_are_given(site: Site) -> None:
    publish(site.database)
    late = "Fri, 31 Dec 9999 23:59:59 GMT"
    assert site.browser.get("/feeds/all.rss", if_none_match='"other"', if_modified_since=late).status == 200


@pytest.mark.parametrize("ranges", ["bytes=0-1", "bytes=" + ",".join("0-1" for _ in range(2000)), "bytes=5-1", "x"])
def test_b62_ranges_get_the_whole_feed_or_a_part_but_no_fault(site: Site, ranges: str) -> None:
    publish(site.database)
    assert site.browser.get("/feeds/all.rss", range=ranges).status in (200, 206, 416)


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/climate.atom", "/", "/feeds", "/healthz"])
def test_head_says_what_get_says(site: Site, path: str) -> None:
    publish(site.database)
    got, head = site.browser.get(path), site.browser.head(path)
    assert head.status == got.status == 200
    for name in ("content-type", "content-length", "etag", "last-modified", "cache-control"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/nowhere.rss",
        "/feeds/climate.json5",
        "/feeds/climate.xml",
        "/feeds/NOWHERE.atom",
        "/feeds/all.",
        "/feeds/.rss",
    ],
)
def test_b60_an_unknown_feed_is_a_page_that_says_so(site: Site, path: str) -> None:
    answer = site.browser.get(path)
    assert answer.status == 404
    assert answer.between("<h1>", "</h1>") in ("There is no such feed", "There is no such page")


@pytest.mark.parametrize("path", ["/feeds/Climate.rss", "/feeds/climate.RSS", "/feeds/CLIMATE.Rss"])
def test_another_spelling_redirects_for_ever(site: Site, path: str) -> None:
    answer = site.browser.get(path)
    assert (answer.status, answer.headers["location"]) == (301, "/feeds/climate.rss")


def test_two_processes_serve_the_same_bytes(site: Site) -> None:
    number = publish(site.database, "First & foremost <b>").article_id
    publish(site.database, "심야버스 증편", language="ko", now=NOW + timedelta(hours=1))
    correct(site.database, number, "First, corrected", now=NOW + timedelta(hours=2))
    other = site.sibling()
    other.clock.forward(days=3)
    for path in FEEDS:
        one, two = site.browser.get(path), other.browser.get(path)
        assert one.body == two.body
        assert {**one.headers} == {**two.headers}
    other.database.close()


@pytest.mark.parametrize("path", FEEDS)
def test_a_new_release_changes_the_tag_and_the_feed_of_every_process(site: Site, path: str) -> None:
    publish(site.database, "Before")
    other = site.sibling()
    before = site.browser.get(path).headers["etag"]
    assert other.browser.get(path).headers["etag"] == before
    publish(site.database, "After", now=NOW + timedelta(minutes=1))
    for one in (site, other):
        assert one.browser.get(path, if_none_match=before).status == 200
        assert titles(one, path) == ["After", "Before"]
    other.database.close()


def test_a_release_of_another_division_leaves_a_feed_as_it_was(site: Site) -> None:
    publish(site.database, division="climate")
    before = site.browser.get("/feeds/climate.rss")
    publish(site.database, "Of the buses", division="transport")
    assert site.browser.get("/feeds/climate.rss", if_none_match=before.headers["etag"]).status == 304


def test_a_withdrawn_release_is_told_of_for_thirty_days_and_leaves_every_feed(site: Site) -> None:
    publish(site.database, "Kept")
    gone = publish(site.database, "Taken back").article_id
    assert all(sorted(titles(site, path)) == ["Kept", "Taken back"] for path in FEEDS)
    before = site.browser.get("/feeds/all.atom")
    withdraw(site.database, gone, now=NOW + timedelta(hours=1))
    site.clock.at = NOW + timedelta(days=30)
    assert all(titles(site, path) == ["Withdrawn: Taken back", "Kept"] for path in FEEDS)
    assert all(b"Taken back from Monday on" not in site.browser.get(path).body for path in FEEDS)
    atom = site.browser.get("/feeds/all.atom")
    with site.database.read() as session:
        guid = reading.get(session, gone).guid
    assert f'<at:deleted-entry ref="{guid}" when="2026-05-20T04:00:00' in atom.text  # RFC 6721, section 3
    assert atom.text.count("<at:deleted-entry") == 1
    newer = site.browser.get("/feeds/all.atom", a_im="feed", if_none_match=before.headers["etag"])
    assert (newer.status, newer.text.count("<at:deleted-entry")) == (226, 1)
    told = atom.headers
    site.clock.at = NOW + timedelta(days=30, hours=1)
    assert all(titles(site, path) == ["Kept"] for path in FEEDS)
    assert all(b"Taken back" not in site.browser.get(path).body for path in FEEDS)
    assert "deleted-entry" not in site.browser.get("/feeds/all.atom").text
    for condition in ({"if_none_match": told["etag"]}, {"if_modified_since": told["last-modified"]}):
        assert site.browser.get("/feeds/all.atom", **condition).status == 200


def test_a_draft_is_nowhere(site: Site) -> None:
    one = draft(site.database, "Only for editors")
    for path in [*FEEDS, "/feeds/water.rss", "/", "/divisions/water", "/feeds", f"/articles/{one.id}"]:
        assert b"Only for editors" not in site.browser.get(path).body
    for path in (f"/articles/{one.id}", f"/articles/{one.id}/only-for-editors", f"/articles/{one.id}/x"):
        answer = site.browser.get(path)
        assert answer.status == 404
        assert "only-for-editors" not in answer.headers.get("location", "")


def test_a_draft_and_a_release_that_never_was_are_answered_alike(site: Site) -> None:
    one = draft(site.database)
    hidden, unknown = site.browser.get(f"/articles/{one.id}"), site.browser.get("/articles/9999")
    assert hidden.status == unknown.status == 404
    assert hidden.text.replace(f"/articles/{one.id}", "/articles/9999") == unknown.text


def test_b69_markup_in_a_title_stays_text(site: Site) -> None:
    title = '<script>alert("1")</script> =cmd() & ]]> --'
    publish(site.database, title)
    for path in ("/feeds/all.rss", "/feeds/all.atom"):
        body = site.browser.get(path).body
        assert b"<script" not in body
        assert not feedparser.parse(body).bozo
    assert "<script" not in site.browser.get("/").text
    assert "&lt;script&gt;alert(&#34;1&#34;)" in site.browser.get("/").text


def test_b64_feeds_and_pages_keep_the_configured_host(site: Site) -> None:
    publish(site.database)
    for path in ("/feeds/all.rss", "/feeds/all.atom", "/", "/feeds", "/subscribe"):
        headers = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"}
        answer = site.browser.get(path, **headers)
        assert answer.status in (200, 400, 421)
        assert b"evil.example" not in answer.body
        assert "evil.example" not in repr(answer.pairs)


def test_b65_a_query_makes_no_other_feed(site: Site) -> None:
    publish(site.database)
    plain = site.browser.get("/feeds/all.rss")
    for number in range(30):
        answer = site.browser.get(f"/feeds/all.rss?x={number}")
        assert (answer.status, answer.headers["location"]) == (301, "/feeds/all.rss")
    assert site.browser.get("/feeds/all.rss").headers["etag"] == plain.headers["etag"]


def test_a_withdrawal_moves_the_feeds_date_though_no_entry_shows_it(site: Site) -> None:
    change = publish(site.database)
    publish(site.database, "Another", now=NOW + timedelta(hours=1))
    before = site.browser.get("/feeds/climate.rss").headers["last-modified"]
    withdraw(site.database, change.article_id, now=NOW + timedelta(hours=2))
    answer = site.browser.get("/feeds/climate.rss", if_modified_since=before)
    assert answer.status == 200
    assert answer.headers["last-modified"] == "Wed, 20 May 2026 05:00:00 GMT"


def test_f56_a_feed_whose_date_goes_back_is_not_taken_for_the_one_before(site: Site) -> None:
    """A release that is filed elsewhere takes its date along."""
    publish(site.database)
    one = publish(site.database, "Elsewhere", now=NOW + timedelta(hours=1)).article_id
    before = site.browser.get("/feeds/climate.rss").headers["last-modified"]
    with site.database.write() as session:
        filing, at = Filing(division="transport"), NOW + timedelta(hours=2)
        articles.revise(session, one, content("Elsewhere"), note="A word.", now=at, filing=filing)
    answer = site.browser.get("/feeds/climate.rss", if_modified_since=before)
    assert answer.status == 200
    assert "Elsewhere" not in answer.text


def test_an_old_release_that_comes_in_late_moves_the_feeds_date(site: Site) -> None:
    publish(site.database, now=NOW)
    before = site.browser.get("/feeds/all.atom").headers["last-modified"]
    with site.database.write() as session:
        one = articles.add(
            session, content("From the archive"), filing=Filing(division="water"), authority="a.test,2026", now=NOW
        )
        articles.publish(
            session,
            one.id,
            fallback_division="press",
            now=NOW + timedelta(hours=3),
            dated=NOW - timedelta(days=900),
            quiet=True,
        )
    assert site.browser.get("/feeds/all.atom", if_modified_since=before).status == 200
    assert site.browser.get("/feeds/transport.atom").headers["last-modified"] == "Thu, 01 Jan 2026 00:00:00 GMT"
