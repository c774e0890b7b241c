"""Feeds of any combination: one address each, a way there from every other, and what is not known is named."""

import gzip
import json
import re
from datetime import timedelta

import pytest
import zstandard
from lxml import etree

from feeds.scope import MAX_VALUES
from feeds.store import articles, topics
from feeds.store.articles import Filing
from tests.builders import NOW, content, correct, publish
from tests.web.conftest import Site


def titles(site: Site, path: str) -> list[str]:
    answer = site.browser.get(path)
    assert answer.status == 200, (answer.status, answer.headers.get("location"))
    return [item["title"] for item in json.loads(answer.body)["items"]]


def publish_under(site: Site, title: str, *, language: str = "en", **filing: object) -> None:
    with site.database.write() as session:
        given = Filing(**({"division": "climate"} | filing))  # type: ignore[arg-type]
        one = articles.add(session, content(title, language), filing=given, authority="a.test,2026", now=NOW)
        articles.publish(session, one.id, fallback_division="press", now=NOW)


@pytest.fixture
def filled(site: Site) -> Site:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "정상회의"})
    publish_under(site, "Climate summit", topics=("summit",))
    publish_under(site, "물 관리 계획", language="ko", division="water", board="news")
    publish_under(site, "Buses to the summit", division="transport", board="news", topics=("summit",))
    return site


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("division=climate&division=transport", {"Climate summit", "Buses to the summit"}),
        ("division=environment&topic=summit", {"Climate summit"}),
        ("topic=summit", {"Climate summit", "Buses to the summit"}),
        ("board=news", {"물 관리 계획", "Buses to the summit"}),
        ("lang=ko", {"물 관리 계획"}),
        ("q=%EA%B4%80%EB%A6%AC", {"물 관리 계획"}),
        ("topic=summit&q=buses", {"Buses to the summit"}),
        ("division=press", None),
    ],
)
def test_any_combination_is_a_feed(filled: Site, query: str, found: set[str] | None) -> None:
    if found is None:
        assert filled.browser.get(f"/feeds/select.json?{query}").headers["location"] == "/feeds/press.json"
        return
    assert set(titles(filled, f"/feeds/select.json?{query}")) == found


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/feeds/select.rss", "/feeds/all.rss"),
        ("/feeds/select.rss?", "/feeds/all.rss"),
        ("/feeds/SELECT.Atom?division=climate", "/feeds/climate.atom"),
        ("/feeds/select.rss?division=water&division=climate", "/feeds/select.rss?division=climate&division=water"),
        ("/feeds/select.rss?division=Water&division=climate", "/feeds/select.rss?division=climate&division=water"),
        ("/feeds/select.rss?lang=ko&division=water", "/feeds/select.rss?division=water&lang=ko"),
        ("/feeds/select.rss?division=water&division=water", "/feeds/water.rss"),
        ("/feeds/select.rss?topic=summit&utm_source=x&division=", "/feeds/select.rss?topic=summit"),
        ("/feeds/water.rss?lang=ko", "/feeds/select.rss?division=water&lang=ko"),
        ("/feeds/select.rss?q=bus&language=ko", "/feeds/select.rss?q=bus&lang=ko"),
        ("/feeds/select.rss?Topic=summit&Q=bus", "/feeds/select.rss?topic=summit&q=bus"),
        ("/feeds/select.rss?q=Night%20Bus", "/feeds/select.rss?q=bus+night"),
        ("/feeds/select.rss?q=%20&topic=summit", "/feeds/select.rss?topic=summit"),
        ("/feeds/select.rss?q=bus&q=night", "/feeds/select.rss?q=bus+night"),
        ("/feeds/all.rss?x=%20", "/feeds/all.rss"),
    ],
)
def test_another_spelling_of_a_wish_leads_to_its_one_address(filled: Site, asked: str, canonical: str) -> None:
    answer = filled.browser.get(asked)
    assert (answer.status, answer.headers["location"]) == (301, canonical)
    assert filled.browser.get(canonical).status == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("division=watr", ["watr", "Water (water)"]),
        ("division=tran", ["tran", "Transport Bureau (transport)"]),
        ("division=office", ["Press Office (press)"]),
        ("division=climate&division=nowhere-at-all", ["nowhere-at-all"]),
        ("topic=sumit", ["sumit", "Summits (summit)"]),
        ("board=news&topic=gone", ["gone"]),
        ("lang=tlh", ["tlh", "English (en)", "Korean (ko)"]),
        ("division=%EB%AC%BC%EA%B3%BC", ["Water (water)"]),
        ("divison=water", ["divison", "division"]),
        ("topics=summit&board=news", ["topics", "topic"]),
        ("division[]=water", ["division[]", "division"]),
        ("division=%3Cscript%3E", ["&lt;script&gt;"]),
    ],
)
def test_b60_what_is_not_known_is_named_with_what_is_near(filled: Site, query: str, named: list[str]) -> None:
    answer = filled.browser.get(f"/feeds/select.atom?{query}")
    assert answer.status == 404
    assert all(name in answer.text for name in named)


def test_b60_what_was_meant_is_one_step_away(filled: Site) -> None:
    page = filled.browser.get("/feeds/select?division=watr&topic=sumit&lang=ko").text
    assert '<a href="/feeds/water?lang=ko">물과 (water)</a>' in page
    assert '<a href="/feeds/select?topic=summit&amp;lang=ko">정상회의 (summit)</a>' in page
    assert '<a class="button" href="/feeds?lang=ko">부서와 피드</a>' in page


def test_more_values_than_a_feed_holds_are_refused_with_the_number(site: Site) -> None:
    city = site.parts.newsroom.city
    many = "&".join(f"division=x{n}" for n in range(MAX_VALUES + 1))
    assert site.browser.get(f"/feeds/select.rss?{many}").status == 404
    assert len(city.divisions) < MAX_VALUES
    repeated = "&".join("division=water" for _ in range(100))
    assert site.browser.get(f"/feeds/select.rss?{repeated}").headers["location"] == "/feeds/water.rss"


@pytest.mark.parametrize("query", ["division=%ff", "x=" + "&x=" * 400, "q=%ed%a0%80", "\xff"])
def test_b61_a_query_that_is_none_is_refused(site: Site, query: str) -> None:
    assert site.browser.get(f"/feeds/select.rss?{query}").status in (301, 400, 414)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=!!", "no letter and no digit"),
        ("q=!!&division=water", "no letter and no digit"),
        ("q=bus&q=%F0%9F%9A%8C", "no letter and no digit"),
        ("q=" + "+".join(f"w{n}" for n in range(17)), "at most 16 different words"),
        ("&".join(f"q=w{n}" for n in range(17)), "at most 16 different words"),
        ("q=" + "word+" * 300, "200 characters"),
        ("q=" + "(a+OR+" * 9 + "b" + ")" * 9, "at most 8 deep"),
    ],
)
def test_b59_b61_words_that_would_be_read_as_others_never_lead_to_a_wider_feed(
    site: Site, query: str, said: str
) -> None:
    for path in ("select.rss", "select.atom", "select.json", "select.opml", "select", "all.rss", "water.rss"):
        answer = site.browser.get(f"/feeds/{path}?{query}")
        assert (answer.status, said in answer.text) == (400, True), path
        assert "location" not in answer.headers
    month = site.browser.get(f"/feeds/select/2026-05.rss?{query}")
    assert (month.status, said in month.text) == (400, True)
    assert "글자" in site.browser.get(f"/feeds/select.rss?{query}", accept_language="ko").text


@pytest.mark.parametrize("query", ["keyword=flood", "tag=x&utm_source=y", "bureau=environment"])
def test_fields_that_are_none_lead_to_no_feed_of_everything(site: Site, query: str) -> None:
    answer = site.browser.get(f"/feeds/select.rss?{query}")
    assert answer.status == 404
    assert "An address may say: division, topic, board, q, lang." in answer.text
    assert site.browser.get("/feeds/select.rss?utm_source=y&fbclid=z&_=1").headers["location"] == "/feeds/all.rss"


def test_the_page_of_a_scope_and_its_feed_lead_to_each_other(filled: Site) -> None:
    document = json.loads(filled.browser.get("/feeds/select.json?topic=summit").body)
    page = document["home_page_url"].removeprefix("http://newsroom.test")
    assert page == "/search?topic=summit"
    shown = filled.browser.get(page)
    assert "Climate summit" in shown.text
    assert 'href="/feeds/select.rss?topic=summit"' in shown.text


def test_a_reader_that_says_what_it_has_gets_only_what_is_newer(site: Site) -> None:
    """RFC 3229, with the instance manipulation `feed`"""
    first = publish(site.database, "First").article_id
    publish(site.database, "Second", now=NOW + timedelta(minutes=1))
    path = "/feeds/all.json"
    etag = site.browser.get(path).headers["etag"]
    assert site.browser.get(path, if_none_match=etag, a_im="feed").status == 304
    publish(site.database, "Third", now=NOW + timedelta(minutes=2))
    correct(site.database, first, "First, corrected", now=NOW + timedelta(minutes=3))
    answer = site.browser.get(path, if_none_match=etag, a_im="vcdiff, feed;q=0.5")
    assert (answer.status, answer.headers["im"]) == (226, "feed")
    assert [item["title"] for item in json.loads(answer.body)["items"]] == ["First, corrected", "Third"]
    assert "if-none-match" in answer.headers["vary"].lower()
    assert "no-store" in answer.headers["cache-control"]
    whole = site.browser.get(path)
    assert answer.headers["etag"] != whole.headers["etag"]
    assert site.browser.get(path, if_none_match=answer.headers["etag"], a_im="feed").status == 304
    assert site.browser.get(path, if_none_match=etag).status == 200
    assert site.browser.get(path, if_none_match=etag, a_im="feed; q=0.0").status == 200
    never = re.sub(r"[.]\d+-", ".3-", etag)  # of a document that there never was
    assert site.browser.get(path, if_none_match=never, a_im="feed").status == 200
    publish(site.database, "Fourth", now=NOW + timedelta(minutes=4))
    latest = site.browser.get(path, if_none_match=f"{etag}, {answer.headers['etag']}", a_im="feed")
    assert (latest.status, [item["title"] for item in json.loads(latest.body)["items"]]) == (226, ["Fourth"])
    assert site.browser.get(path, if_none_match='"other"', a_im="feed").status == 200


def test_a_reader_of_what_has_other_names_now_gets_the_whole(site: Site) -> None:
    """RFC 3229, section 5.3: what a reader has and what it gets make the instance that the tag names."""
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "회의"})
    publish_under(site, "First", topics=("summit",))
    path = "/feeds/all.json"
    etag = site.browser.get(path).headers["etag"]
    with site.database.write() as session:
        topics.change(session, "summit", names={"en": "Great meetings", "ko": "회의"}, retired=False)
    publish(site.database, "Second", now=NOW + timedelta(minutes=1))
    answer = site.browser.get(path, if_none_match=etag, a_im="feed")
    assert (answer.status, "Great meetings" in answer.text, "Summits" in answer.text) == (200, True, False)
    publish(site.database, "Third", now=NOW + timedelta(minutes=2))
    other = site.sibling()
    assert other.browser.get(path, if_none_match=answer.headers["etag"], a_im="feed").status == 200
    assert site.browser.get(path, if_none_match=answer.headers["etag"], a_im="feed").status == 226
    other.database.close()


def test_the_tag_of_another_feed_or_of_nobody_gets_the_whole(site: Site) -> None:
    publish(site.database)
    others = [site.browser.get(path).headers["etag"] for path in ("/feeds/climate.json", "/feeds/all.rss")]
    publish(site.database, "Second", now=NOW + timedelta(minutes=1))
    for tag in (*others, '"deadbeef.1-gzip"', f'"{"0" * 28}.1-gzip"', '"0.1"'):
        assert site.browser.get("/feeds/all.json", if_none_match=tag, a_im="feed").status == 200


@pytest.mark.parametrize("path", ["/feeds.opml", "/feeds/select.opml?division=water&division=climate"])
def test_a_list_of_feeds_is_made_once_and_not_sent_to_who_has_it(site: Site, path: str) -> None:
    tags = set()
    for language in ("en", "ko"):
        for encoding in ("identity", "gzip", "zstd"):
            asked = {"accept_language": language, "accept_encoding": encoding}
            whole = site.browser.get(path, **asked)
            assert (whole.status, whole.headers.get("content-encoding", "identity")) == (200, encoding)
            assert "link" not in whole.headers
            tag = whole.headers["etag"]
            again = site.browser.get(path, **asked, if_none_match=tag)
            assert (again.status, again.body) == (304, b"")
            for name in ("vary", "etag", "cache-control", "content-language"):
                assert again.headers[name] == whole.headers[name]
            assert site.browser.get(path, **asked).body == whole.body
            tags.add(tag)
    assert len(tags) == 6
    assert len(site.parts.feed_routes.lists) == 2
    asked = {"accept_encoding": "gzip"}
    before = site.browser.get("/feeds.opml", **asked).headers["etag"]
    with site.database.write() as session:
        topics.add(session, "parade", {"en": "Parades", "ko": "행진"})
    answer = site.browser.get("/feeds.opml", **asked, if_none_match=before)
    assert (answer.status, "Parades" in gzip.decompress(answer.body).decode()) == (200, True)


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_each_encoding_has_a_tag_of_its_own_that_keeps_no_other_and_the_same_content(site: Site, form: str) -> None:
    publish(site.database)
    path = f"/feeds/all.{form}"
    wishes = ("identity", "gzip, deflate", "gzip, br, zstd")
    plain, zipped, zstd = (site.browser.get(path, accept_encoding=wish) for wish in wishes)
    assert [answer.headers.get("content-encoding") for answer in (plain, zipped, zstd)] == [None, "gzip", "zstd"]
    assert gzip.decompress(zipped.body) == zstandard.ZstdDecompressor().decompress(zstd.body) == plain.body
    assert len({answer.headers["etag"] for answer in (plain, zipped, zstd)}) == 3
    for answer in (plain, zipped, zstd):
        assert "accept-encoding" in answer.headers["vary"].lower()
        assert answer.headers["content-length"] == str(len(answer.body))
        tag = answer.headers["etag"]
        again = [site.browser.get(path, if_none_match=tag, accept_encoding=wish) for wish in wishes]
        assert [one.headers["etag"] for one in again if one.status == 304] == [tag]


@pytest.mark.parametrize(
    ("wish", "given"),
    [
        ("", None),
        ("gzip;q=0", None),
        ("gzip;q=0.5, zstd;q=0", "gzip"),
        ("gzip;q=1, zstd;q=0.1", "gzip"),
        ("zstd;q=0.3, *;q=0.2", "zstd"),
        ("identity;q=1, gzip;q=0.2", None),
        ("identity;q=0.5, gzip;q=0.7", "gzip"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("br", None),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=x", None),
        ("\xff,,;;q=", None),
        ("gzip," * 2000, "gzip"),
    ],
)
def test_b63_an_encoding_is_sent_only_to_who_asks_for_it(site: Site, wish: str, given: str | None) -> None:
    publish(site.database)
    assert site.browser.get("/feeds/all.rss", accept_encoding=wish).headers.get("content-encoding") == given


@pytest.mark.parametrize(
    ("title", "urgent", "hours", "seconds"),
    [
        ("Road closed", True, 1, 60),
        ("Road closed", True, 7, 300),
        ("Notes", False, 1, 300),
        ("Notes", False, 200, 3600),
    ],
)
def test_a_feed_says_how_long_it_stays_fresh_by_what_is_in_it(
    site: Site, title: str, urgent: bool, hours: int, seconds: int
) -> None:
    publish(site.database, title, urgent=urgent)
    site.browser.get("/feeds/all.rss")
    site.clock.at = NOW + timedelta(hours=hours)
    answer = site.browser.get("/feeds/all.rss")
    assert f"public, max-age={seconds}, stale-while-revalidate=" in answer.headers["cache-control"]
    assert f"<ttl>{seconds // 60}</ttl>" in answer.text


def test_links_say_where_the_feed_and_its_page_are(site: Site) -> None:
    said = site.browser.get("/feeds/climate.atom").headers["link"]
    assert '<http://newsroom.test/feeds/climate.atom>; rel="self"' in said
    assert '<http://newsroom.test/divisions/climate>; rel="alternate"; type="text/html"' in said


def test_the_raw_feeds_stylesheet_is_there_for_ever(site: Site) -> None:
    answer = site.browser.get("/feeds.css")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_no_document_is_larger_than_a_reader_is_asked_to_fetch(site: Site) -> None:
    for n in range(12):
        with site.database.write() as session:
            text = f"<p>{'가나다라마바사 ' * 1200}</p>"
            made = content(f"Long {n}", body_html=text, body_text=text)
            one = articles.add(session, made, filing=Filing(division="water"), authority="a.test,2026", now=NOW)
            articles.publish(session, one.id, fallback_division="press", now=NOW + timedelta(minutes=n))
    for form in ("rss", "atom", "json"):
        body = site.browser.get(f"/feeds/all.{form}").body
        assert 100_000 < len(body) <= 250_000
    shown = titles(site, "/feeds/all.json")
    assert shown == [f"Long {n}" for n in range(11, 11 - len(shown), -1)]


def test_every_feed_in_the_list_answers_and_every_division_is_in_it(filled: Site) -> None:
    answer = filled.browser.get("/feeds.opml")
    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    found = etree.fromstring(answer.body).iter("outline")
    feeds = [one.get("xmlUrl").removeprefix("http://newsroom.test") for one in found if one.get("xmlUrl")]
    slugs = {division.slug for division in filled.parts.newsroom.divisions}
    others = {"all.rss", "select.rss?topic=summit", "select.rss?lang=en", "select.rss?lang=ko"}
    assert {f"/feeds/{one}" for one in others | {f"{slug}.rss" for slug in slugs}} == set(feeds)
    assert all(filled.browser.get(path).status == 200 for path in feeds)
    assert "정상회의" in filled.browser.get("/feeds.opml", accept_language="ko").text


def test_a_selection_is_a_list_of_its_feeds_one_by_one(filled: Site) -> None:
    answer = filled.browser.get("/feeds/select.opml?division=water&topic=summit&lang=ko&division=climate")
    feeds = [one.get("xmlUrl").partition("newsroom.test")[2] for one in etree.fromstring(answer.body).iter("outline")]
    assert feeds == [
        "/feeds/select.rss?division=climate&lang=ko",
        "/feeds/select.rss?division=water&lang=ko",
        "/feeds/select.rss?topic=summit&lang=ko",
    ]
    assert filled.browser.get("/feeds/select.opml?division=nowhere").status == 404


@pytest.mark.parametrize("follows", [False, True])
def test_a_browser_that_opens_a_feed_gets_xml_that_it_shows_with_its_stylesheet(site: Site, follows: bool) -> None:
    publish(site.database)
    site.browser.get("/feeds/all.rss")
    site.parts.shelf.following = follows
    opened = site.browser.get("/feeds/all.rss", sec_fetch_dest="document")
    fetched = site.browser.get("/feeds/all.rss", sec_fetch_dest="empty")
    assert opened.headers["content-type"] == "application/xml; charset=utf-8"
    assert fetched.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert opened.body == fetched.body
    assert "Sec-Fetch-Dest" in fetched.headers["vary"]
    json_feed = site.browser.get("/feeds/all.json", sec_fetch_dest="document")
    assert json_feed.headers["content-type"] == "application/feed+json; charset=utf-8"
