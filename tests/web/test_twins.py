"""The same release in two languages, and the topics of a release, as readers find them."""

import re
from datetime import timedelta

from feeds.store import articles, topics
from feeds.store.articles import Filing
from feeds.store.twins import link
from tests.builders import BASE_URL, NOW, content, draft, publish, withdraw
from tests.web.conftest import Site


def twins(site: Site) -> tuple[int, int]:
    """A release in English and its twin in Korean, both published."""
    one = publish(site.database).article_id
    other = publish(site.database, "Simya beoseu", language="ko").article_id
    with site.database.write() as session:
        link(session, one, other, now=NOW)
    return one, other


def with_hidden_twin(site: Site, title: str = "Hidden twin") -> tuple[int, int]:
    """A published release whose twin is a draft."""
    one = publish(site.database).article_id
    with site.database.write() as session:
        other = articles.add(
            session, content(title, "ko"), filing=Filing(division="water"), authority="a.test,2026", now=NOW
        )
        link(session, one, other.id, now=NOW)
    return one, other.id


def test_a_release_leads_to_its_twin_and_back(site: Site) -> None:
    one, other = twins(site)
    english = site.browser.get(f"/articles/{one}/night-buses-run-later").text
    korean = site.browser.get(f"/articles/{other}/simya-beoseu").text
    assert f'<a href="/articles/{other}/simya-beoseu?lang=ko" hreflang="ko">Also in Korean</a>' in english
    assert f'<a href="/articles/{one}/night-buses-run-later?lang=en" hreflang="en">Also in English</a>' in korean


def test_the_link_is_in_the_readers_language(site: Site) -> None:
    one, _ = twins(site)
    assert "한국어로도 보기" in site.browser.get(f"/articles/{one}/night-buses-run-later?lang=ko").text


def test_search_machines_are_told_of_both_on_both(site: Site) -> None:
    one, other = twins(site)
    wanted = {
        ("en", f"{BASE_URL}/articles/{one}/night-buses-run-later"),
        ("ko", f"{BASE_URL}/articles/{other}/simya-beoseu"),
    }
    for path in (f"/articles/{one}/night-buses-run-later", f"/articles/{other}/simya-beoseu"):
        for query in ("", "?lang=ko", "?lang=en"):
            head = site.browser.get(path + query).text.partition("</head>")[0]
            assert set(re.findall(r'rel="alternate" hreflang="(\w+)" href="([^"]*)"', head)) == wanted


def test_the_masthead_switches_to_the_twin(site: Site) -> None:
    one, other = twins(site)
    switch = site.browser.get(f"/articles/{one}/night-buses-run-later?lang=en").between(
        '<nav class="tongues"', "</nav>"
    )
    assert f'href="/articles/{other}/simya-beoseu?lang=ko"' in switch


def test_without_a_twin_the_masthead_keeps_the_release_and_nothing_is_said_of_another(site: Site) -> None:
    one = publish(site.database).article_id
    path = f"/articles/{one}/night-buses-run-later"
    page = site.browser.get(f"{path}?lang=en")
    assert f'href="{path}?lang=ko"' in page.between('<nav class="tongues"', "</nav>")
    assert "Also in" not in page.text
    assert "hreflang" not in page.text.partition("</head>")[0]


def test_lists_say_that_there_is_a_twin(site: Site) -> None:
    twins(site)
    page = site.browser.get("/?lang=en").text
    assert page.count('<span class="tag tag-twin">Also in Korean</span>') == 1
    assert page.count('<span class="tag tag-twin">Also in English</span>') == 1


def test_an_unpublished_twin_is_told_to_nobody(site: Site) -> None:
    one, other = with_hidden_twin(site)
    path = f"/articles/{one}/night-buses-run-later"
    for at in ("draft", "scheduled"):
        for address in ("/", "/divisions/climate", path, f"{path}/changes", "/feeds/all.rss", "/feeds/all.atom"):
            body = site.browser.get(address).text
            assert "Hidden" not in body, (at, address)
            assert f"/articles/{other}" not in body, (at, address)
            assert "Also in" not in body, (at, address)
        with site.database.write() as session:
            articles.schedule(session, other, at=NOW + timedelta(hours=1))


def test_no_tag_or_date_of_a_feed_tells_that_a_release_has_a_twin_to_come(site: Site) -> None:
    one = publish(site.database).article_id
    paths = ("/feeds/all.rss", "/feeds/climate.atom", "/feeds/all/2026-05.json")

    def seen() -> list[tuple[str | None, str | None, bytes]]:
        answers = [site.browser.get(path) for path in paths]
        return [(one.headers.get("etag"), one.headers.get("last-modified"), one.body) for one in answers]

    before = seen()
    site.clock.forward(hours=1)
    with site.database.write() as session:
        filing = Filing(division="water")
        hidden = articles.add(
            session, content("Hidden twin", "ko"), filing=filing, authority="a.test,2026", now=site.clock()
        )
        link(session, one, hidden.id, now=site.clock())
    assert seen() == before
    with site.database.write() as session:
        articles.discard(session, hidden.id, now=site.clock())
    assert seen() == before


def test_a_withdrawn_twin_is_offered_no_more(site: Site) -> None:
    one, other = twins(site)
    withdraw(site.database, other)
    page = site.browser.get(f"/articles/{one}/night-buses-run-later").text
    assert "Also in" not in page
    assert f"/articles/{other}" not in page
    assert "Also in" not in site.browser.get("/").text


def test_a_twin_is_offered_from_the_moment_it_is_published(site: Site) -> None:
    one, other = with_hidden_twin(site)
    with site.database.write() as session:
        articles.publish(session, other, fallback_division="press", now=NOW)
    assert "Also in Korean" in site.browser.get(f"/articles/{one}/night-buses-run-later").text


def test_topics_lead_to_the_search_by_them_in_the_readers_language(site: Site) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
        topics.add(session, "carbon", {"en": "Carbon <neutrality>", "ko": "탄소중립"})
        topics.change(session, "carbon", names={"en": "Carbon <neutrality>", "ko": "탄소중립"}, retired=True)
        one = articles.add(
            session,
            content(),
            filing=Filing(division="climate", topics=("summit", "carbon")),
            authority="a.test,2026",
            now=NOW,
        )
        articles.publish(session, one.id, fallback_division="press", now=NOW)
    page = site.browser.get(f"/articles/{one.id}/night-buses-run-later?lang=ko").text
    assert '<dt>주제</dt><dd><a href="/search?topic=carbon&amp;lang=ko">탄소중립</a> ' in page
    assert '<a href="/search?topic=summit&amp;lang=ko">정상회의</a>' in page
    assert "Carbon &lt;neutrality&gt;" in site.browser.get(f"/articles/{one.id}/night-buses-run-later?lang=en").text


def test_a_release_without_topics_names_none(site: Site) -> None:
    one = publish(site.database).article_id
    assert "Topics" not in site.browser.get(f"/articles/{one}/night-buses-run-later").text


def test_a_draft_with_a_published_twin_is_not_there(site: Site) -> None:
    one = draft(site.database, "Hidden twin")
    other = publish(site.database, "Simya beoseu", language="ko").article_id
    with site.database.write() as session:
        link(session, one.id, other, now=NOW)
    assert site.browser.get(f"/articles/{one.id}/hidden-twin").status == 404
