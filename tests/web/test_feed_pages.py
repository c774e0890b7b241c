"""Every feed has a page for people, every page says which feeds there are, and nothing that answered once is silent."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from feeds.store import topics
from tests.builders import NOW, publish
from tests.web.conftest import Site, is_page, make_site
from tests.web.test_feed_selection import publish_under

FORMS = ("rss", "atom", "json")


def _of(node: LexborNode, name: str) -> str:
    return node.attributes.get(name) or ""


@pytest.fixture
def filled(site: Site) -> Site:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "정상회의"})
    publish_under(site, "Climate summit", topics=("summit",), board="news")
    publish_under(site, "Buses to the summit", division="transport", topics=("summit",))
    return site


ONES = {
    "/feeds/all": "All releases",
    "/feeds/climate": "Climate",
    "/feeds/select?topic=summit": "Releases on the topic Summits",
    "/feeds/select?division=climate&division=transport&q=summit": "Climate, Transport Bureau, with “summit”",
    "/feeds/select?language=ko": "Releases in Korean",
}


@pytest.mark.parametrize("path", ONES)
def test_a_feeds_page_says_what_it_is_and_leads_to_its_documents_its_mail_and_its_releases(
    filled: Site, path: str
) -> None:
    answer = filled.browser.get(path)
    assert answer.status == 200
    page = LexborHTMLParser(answer.text)
    assert page.css("h1")[0].text() == ONES[path]
    stem, _, query = path.replace("language=", "lang=").partition("?")
    shown = [_of(one, "value") for one in page.css(".address input")]
    assert shown == [f"http://newsroom.test{stem}.{form}" + (f"?{query}" if query else "") for form in FORMS]
    copied = [_of(one, "data-copy") for one in page.css(".address button[data-copy]")]
    assert copied == shown
    linked = [_of(one, "href") for one in page.css("main a[href]")]
    for address in [*shown, *linked]:
        assert filled.browser.get(address.removeprefix("http://newsroom.test").partition("#")[0]).status == 200, address
    scope = [(_of(one, "name"), _of(one, "value")) for one in page.css(".follow input[type=hidden]")]
    assert ("division", "climate") in scope or "climate" not in path
    assert ("topic", "summit") in scope or "topic" not in path
    assert ("releases_in", "ko") in scope or "language" not in path
    assert len(answer.body) < 60_000


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/feeds/CLIMATE", "/feeds/climate"),
        ("/feeds/select", "/feeds/all"),
        ("/feeds/select?division=climate", "/feeds/climate"),
        ("/feeds/select?division=water&division=climate", "/feeds/select?division=climate&division=water"),
        ("/feeds/climate?utm_source=x", "/feeds/climate"),
        ("/feeds/climate?lang=ko&x=1", "/feeds/climate?lang=ko"),
        ("/feeds/select?language=ko&division=water&lang=en", "/feeds/select?division=water&language=ko&lang=en"),
        ("/feeds/select?lang=tlh", "/feeds/all"),
        ("/feeds/climate?before=yesterday", "/feeds/climate"),
        ("/feeds/climate.html", "/feeds/climate"),
        ("/feeds/select.HTML?topic=summit", "/feeds/select?topic=summit"),
    ],
)
def test_another_spelling_of_a_feeds_page_leads_to_its_one_address(filled: Site, asked: str, canonical: str) -> None:
    answer = filled.browser.get(asked)
    assert (answer.status, answer.headers["location"]) == (301, canonical)
    assert filled.browser.get(canonical).status == 200


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/feeds/climat", 404, "Climate (climate)"),
        ("/feeds/select?topic=sumit", 404, "Summits (summit)"),
        ("/feeds/select?language=tlh", 404, "tlh"),
        ("/feeds/select?" + "&".join(f"division=x{n}" for n in range(60)), 404, "x0"),
        ("/feeds/select?q=%ff", 400, ""),
        ("/feeds/%3Cscript%3E", 404, "&lt;script&gt;"),
    ],
)
def test_b60_b61_what_is_no_feed_is_said_on_a_page(filled: Site, path: str, status: int, said: str) -> None:
    answer = filled.browser.get(path)
    assert answer.status == status
    assert is_page(answer)
    assert said in answer.text


def test_the_page_counts_what_came_within_a_month_and_shows_the_latest(site: Site) -> None:
    for n in range(7):
        publish(site.database, f"Notice {n}", now=NOW + timedelta(hours=n))
    publish(site.database, "Long ago", now=NOW - timedelta(days=200))
    site.clock.at = NOW + timedelta(days=1)
    page = site.browser.get("/feeds/all").text
    assert "About 7 releases a month." in page
    assert re.findall(r">Notice (\d)<", page) == ["6", "5", "4", "3", "2"]


def test_months_lead_from_the_newest_to_the_first_twelve_at_a_time(site: Site) -> None:
    for n in range(15):
        publish(site.database, f"Notice {n}", now=NOW - timedelta(days=31 * n))
    months: list[str] = []
    path = "/feeds/all"
    while path:
        page = LexborHTMLParser(site.browser.get(path).text)
        months += [_of(one, "datetime") for one in page.css(".months time")]
        path = next((_of(one, "href") for one in page.css("a[rel=next]")), "")
        for one in page.css(".months a"):
            assert site.browser.get(_of(one, "href")).status == 200
    assert len(months) == 15
    assert months == sorted(months, reverse=True)
    assert len(set(months)) == 15


@pytest.mark.parametrize("path", ["/", "/divisions/climate", "/search?q=x", "/subscribe?division=climate", "/feeds"])
def test_every_page_names_the_feeds_of_its_own_scope_and_of_everything(site: Site, path: str) -> None:
    page = LexborHTMLParser(site.browser.get(path).text)
    found = {_of(one, "href"): _of(one, "title") for one in page.css("link[rel=alternate][type]")}
    own = {
        "/divisions/climate": "/feeds/climate.",
        "/search?q=x": "/feeds/select.",
        "/subscribe?division=climate": "/feeds/climate.",
    }
    for form in FORMS:
        assert found[f"/feeds/all.{form}"].startswith("Riverton Newsroom: all releases")
        assert any(one.startswith(own.get(path, "/feeds/all.") + form) for one in found)
    assert len(found) == (6 if path in own else 3)


def test_the_directory_leads_to_every_feed_and_says_how_often_each_moves(filled: Site) -> None:
    answer = filled.browser.get("/feeds")
    page = LexborHTMLParser(answer.text)
    feeds = {_of(one, "href") for one in page.css(".ways td a") if one.text() == "Feed"}
    divisions = {f"/feeds/{division.slug}" for division in filled.parts.newsroom.divisions}
    assert feeds == divisions | {"/feeds/select?topic=summit", "/feeds/select?language=en", "/feeds/select?language=ko"}
    for path in feeds:
        assert filled.browser.get(path).status == 200
    row = next(one for one in page.css(".ways tr") if "/divisions/environment" in (one.html or ""))
    assert "about one a month" in row.text()
    assert "What is a feed?" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_nothing_on_a_feeds_page_needs_its_script(filled: Site) -> None:
    page = LexborHTMLParser(filled.browser.get("/feeds/all").text)
    assert all("hidden" in one.attributes for one in page.css("button[data-copy]"))
    assert all("readonly" in one.attributes for one in page.css(".address input"))


def test_a_feed_that_hubs_are_told_of_names_them_in_itself_and_in_its_headers(site: Site) -> None:
    hub = "https://hub.example.org/"
    named = make_site(replace(site.parts.settings, hubs=(hub,)), site.parts.newsroom.city, site.clock)
    publish(named.database)
    for path in ("/feeds/all", "/feeds/climate", "/feeds/select"):
        query = "?division=climate&division=water" if path.endswith("select") else ""
        for form in FORMS:
            answer = named.browser.get(f"{path}.{form}{query}")
            assert (f'<{hub}>; rel="hub"' in answer.headers["link"]) is (not query)
            assert (hub in answer.text) is (not query)
    named.database.close()
