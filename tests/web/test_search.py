"""The search page: what it shows, that it works by its address alone, and that no address breaks it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import escape
from urllib.parse import quote, urlencode

import pytest

from feeds.addresses import scope_feed_path, scope_path
from feeds.model import Division
from feeds.scope import MAX_VALUES, Scope
from feeds.store import articles, topics
from feeds.store.articles import Filing
from tests.builders import NOW, content, correct, draft, publish, small_city, withdraw
from tests.web.browser import Answer
from tests.web.conftest import Site, is_page, make_site


def look(site: Site, words: str = "", **fields: str) -> Answer:
    answer = site.browser.get(f"/search?{urlencode({'q': words} | fields)}")
    assert answer.status == 200
    assert is_page(answer)
    return answer


def found(answer: Answer) -> list[str]:
    """The titles of the results, in order."""
    return [re.sub("<[^>]+>", "", title) for title in re.findall(r"<h3[^>]*>(.*?)</h3>", answer.text)]


@pytest.mark.parametrize(("language", "title"), [("en", "Search"), ("ko", "검색")])
def test_the_page_speaks_both_languages_and_asks_no_search_engine_to_list_it(
    site: Site, language: str, title: str
) -> None:
    answer = look(site, lang=language)
    assert f'<html lang="{language}">' in answer.text
    assert answer.between("<h1>", "</h1>") == title
    assert '<meta name="robots" content="noindex">' in answer.text
    assert 'rel="canonical"' not in answer.text


def test_results_show_who_when_and_the_words_marked(site: Site) -> None:
    publish(site.database, "대구수출기업 지원", language="ko", division="water")
    page = look(site, "수출").text
    assert '<h3 lang="ko"><a href="/articles/1/' in page
    assert "대구<mark>수출</mark>기업 지원</a></h3>" in page
    assert '<a href="/divisions/water">Water</a>' in page
    assert '<time class="on" datetime="2026-05-20T03:00:00+00:00">20 May 2026</time>' in page
    assert "One release found" in page


def test_b09_nothing_of_a_text_or_a_question_becomes_markup(site: Site) -> None:
    publish(site.database, "<script>alert(1)</script> night")
    page = look(site, '"><script>alert(1)</script> night').text
    assert "&lt;<mark>script" in page
    assert "<script" not in page
    assert found(look(site, "{{7*7}}")) == []


def test_nothing_before_its_time_or_after_its_withdrawal_is_found(site: Site) -> None:
    publish(site.database, "Festival open")
    withdraw(site.database, publish(site.database, "Festival withdrawn").article_id)
    draft(site.database, "Festival in draft")
    waiting = draft(site.database, "Festival to come").id
    with site.database.write() as session:
        articles.schedule(session, waiting, at=NOW + timedelta(hours=1))
    assert found(look(site, "festival")) == ["Festival open"]
    assert found(look(site, "", division="water")) == []
    site.clock.forward(hours=1)
    site.parts.publications.run()
    assert found(look(site, "festival")) == ["Festival to come", "Festival open"]


def test_a_corrected_release_is_found_by_its_new_title_with_its_mark(site: Site) -> None:
    correct(site.database, publish(site.database, "Night busses").article_id, "Night buses")
    assert found(look(site, "busses")) == []
    page = look(site, "buses")
    assert found(page) == ["Night buses"]
    assert "Corrected" in page.text


def test_filters_narrow_and_stay_in_the_form(site: Site) -> None:
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit", "ko": "정상회의"})
        filing = Filing(division="climate", topics=("summit",), board="news")
        made = articles.add(
            session, content("Festival A"), filing=filing, authority="riverton.example.org,2026", now=NOW
        )
        articles.publish(session, made.id, fallback_division="press", now=NOW)
    publish(site.database, "Festival B", division="transport", now=NOW - timedelta(days=5))
    publish(site.database, "축제 festival", language="ko", division="press", now=NOW - timedelta(days=9))
    assert found(look(site, "festival", division="environment")) == ["Festival A"]
    assert found(look(site, "festival", topic="summit", board="news")) == ["Festival A"]
    assert found(look(site, "festival", language="ko")) == ["축제 festival"]
    span = {"from": "2026-05-11", "to": "2026-05-15"}
    assert found(look(site, "festival", **span)) == ["Festival B", "축제 festival"]
    assert found(look(site, "", **{"from": "2026-05-15", "to": "2026-05-12"})) == ["Festival B"]
    page = look(site, "festival", division="environment", topic="summit", **{"from": "2026-05-01"}).text
    assert '<option value="environment" selected>All of Environment Bureau</option>' in page
    assert '<option value="summit" selected>Summit</option>' in page
    assert '<input type="date" id="from" name="from" value="2026-05-01">' in page
    assert '<details class="narrow" open><summary>Narrow it down: 3 filters are on</summary>' in page
    assert '<details class="narrow"><summary>' in look(site, "festival").text


def test_the_language_of_a_release_is_not_the_language_of_the_page(site: Site) -> None:
    publish(site.database, "축제", language="ko")
    answer = look(site, "축제", language="ko", lang="en")
    assert answer.headers["content-language"] == "en"
    assert found(answer) == ["축제"]
    assert '<input type="hidden" name="lang" value="en">' in answer.text


def test_what_was_looked_for_can_be_followed_whether_or_not_something_was_found(site: Site) -> None:
    for _ in range(2):
        page = look(site, "festival", division="climate").text
        assert '<a class="button" href="/subscribe?division=climate&amp;q=festival">' in page
        assert (
            '<a class="button quiet" href="/feeds/select?division=climate&amp;q=festival">Follow by reader</a>' in page
        )
        publish(site.database, "Festival")


def test_days_narrow_the_list_and_the_page_says_that_they_narrow_no_feed(site: Site) -> None:
    page = look(site, "festival", division="climate", **{"from": "2026-05-01"}).text
    assert '<a class="button quiet" href="/feeds/select?division=climate&amp;q=festival">Follow by reader</a>' in page
    assert "the days you chose do not narrow them" in page
    assert 'href="/feeds/select.rss?division=climate&amp;q=festival"' in page
    assert "the days you chose" not in look(site, "festival").text


def test_every_value_of_a_scope_stands_in_its_page_and_more_than_it_holds_are_refused(site: Site) -> None:
    many = tuple(Division(slug=f"d{number:02}", names={"en": f"Office {number}"}) for number in range(MAX_VALUES + 1))
    city = replace(small_city(), divisions=(*small_city().divisions, *many))
    made = make_site(site.parts.settings, city, site.clock)
    scope = Scope(tuple(one.slug for one in many[:-1]))
    page = made.browser.get(scope_path(scope)).text
    assert all(f'value="{one.slug}" checked' in page for one in many[:-1])
    assert escape(scope_feed_path(scope, "rss")) in page
    refused = made.browser.get("/search?" + "&".join(f"division={one.slug}" for one in many))
    assert refused.status == 400
    assert "at most 50" in refused.text
    made.database.close()


def test_only_divisions_that_issue_releases_today_are_offered(site: Site) -> None:
    old = Division(slug="weather", names={"en": "Weather"}, retired=date(2020, 1, 1))
    city = replace(small_city(), divisions=(*small_city().divisions, old))
    newer = make_site(site.parts.settings, city, site.clock)
    assert 'value="weather"' not in look(newer).text
    assert 'value="climate"' in look(newer).text
    assert '<option value="weather" selected>' in look(newer, division="weather").text
    newer.database.close()


def test_a_division_is_found_by_its_former_slug(site: Site) -> None:
    city = small_city()
    divisions = tuple(
        replace(one, slug="weather", former=("climate",)) if one.slug == "climate" else one for one in city.divisions
    )
    publish(site.database, "Festival", division="climate")
    newer = make_site(site.parts.settings, replace(city, divisions=divisions), site.clock)
    for slug in ("weather", "climate", "environment"):
        assert found(look(newer, "festival", division=slug)) == ["Festival"], slug
    newer.database.close()


def test_pages_lead_to_one_another_and_keep_what_was_asked(site: Site) -> None:
    for n in range(25):
        publish(site.database, f"Festival {n}", now=NOW + timedelta(minutes=n))
    first = look(site, "festival", division="environment", lang="ko")
    address = first.between('<a rel="next" href="', '"')
    assert address == "/search?q=festival&division=environment&page=2&lang=ko"
    second = site.browser.get(address)
    assert found(first) + found(second) == [f"Festival {n}" for n in reversed(range(25))]
    assert '<ol start="21">' in second.text
    assert 'rel="next"' not in second.text
    assert second.between('<a rel="prev" href="', '"') == "/search?q=festival&division=environment&lang=ko"


def test_more_than_can_be_listed_is_said(site: Site) -> None:
    for n in range(3):
        publish(site.database, f"Festival {n}")
    assert "3 releases found" in look(site, "festival").text


def test_where_nothing_is_found_the_page_says_what_to_do_next(site: Site) -> None:
    page = look(site, "zeppelin <b>", division="water")
    assert "No release found for “zeppelin &lt;b&gt;”" in page.text
    assert page.between('<a class="button" href="', '"') == "/search?q=zeppelin+%3Cb%3E"
    assert "Search without filters" not in look(site, "zeppelin").text
    assert "No release found" in look(site, division="water").text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("!!!", "no letter and no digit"),
        (" ".join(f"w{n}" for n in range(17)), "at most 16 different words"),
        ("가" * 201, "200 characters"),
    ],
)
def test_b59_words_that_would_be_read_as_others_stay_in_the_form_with_a_sentence(
    site: Site, asked: str, said: str
) -> None:
    publish(site.database, asked)
    answer = site.browser.get(f"/search?{urlencode({'q': asked, 'division': 'climate'})}")
    assert (answer.status, is_page(answer)) == (400, True)
    assert said in answer.between('id="q-fault">', "<")
    assert answer.between('name="q" value="', '"') == asked
    assert 'value="climate" selected' in answer.text
    assert found(answer) == []
    assert "/subscribe?" not in answer.text  # nothing wider is offered


def test_before_anything_is_asked_there_is_only_the_form(site: Site) -> None:
    publish(site.database, "Festival")
    page = look(site).text
    assert 'name="q" value=""' in page
    assert "<h3" not in page
    assert "release found" not in page


_REFUSED = ("%", "\ufffd")


@pytest.mark.parametrize(
    "value", ["", "-1", "0", "9" * 40, "1e309", "²", "٢", "1.5", "x", "\x0b", "' OR 1=1 --", "%", "\ufffd", "é" * 200]
)
@pytest.mark.parametrize("name", ["q", "page", "division", "board", "topic", "language", "from", "to", "order", "lang"])
def test_b59_a_bad_value_is_as_if_it_were_not_there(site: Site, name: str, value: str) -> None:
    publish(site.database, "Festival")
    fields = {"q": "festival"} | {name: value}
    answer = site.browser.get(f"/search?{urlencode(fields)}")
    assert answer.status == (400 if name == "q" and value in _REFUSED else 200)
    if name != "q":
        assert found(answer) == ["Festival"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=%00", 400),
        ("q=" + "x" * 6000, 414),
        ("&".join(f"q{n}=1" for n in range(3000)), 414),
        ("q=" + "%25" * 500, 400),
        ("q=%ff%fe&from=%ff", 400),
        ("q=%zz&%zz=%", 200),
        ("q=a&q=b&page=2&page=3", 200),
        ("q=" + quote("가" * 300), 400),
        ("q=" + quote("“" * 190), 400),
        ("q=x&from=0001-01-01&to=9999-12-31", 200),
        ("q=x&from=2026-02-30", 200),
        ("q=x&page=10", 200),
    ],
)
def test_b61_no_address_breaks_the_page(site: Site, query: str, status: int) -> None:
    answer = site.browser.get(f"/search?{query}")
    assert answer.status == status
    assert is_page(answer)


def test_every_page_leads_to_the_search(site: Site) -> None:
    page = site.browser.get("/?lang=ko").text
    assert '<form class="look" role="search" action="/search"' in page
    assert '<input type="hidden" name="lang" value="ko">' in page
    assert 'href="/search?lang=ko"' in page
    assert 'class="look"' not in look(site).text
