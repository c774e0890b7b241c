"""Articles over HTTP: one address each, the state they are in, and what a guessed address shows."""

import re
from urllib.parse import quote

import pytest

from feeds.model import Footnote
from feeds.store import articles
from feeds.store.articles import Filing
from tests.builders import NOW, content, correct, publish, withdraw
from tests.web.conftest import Site


def test_an_article_has_one_address_and_every_other_leads_to_it(site: Site) -> None:
    number = publish(site.database).article_id
    path = f"/articles/{number}/night-buses-run-later"
    assert site.browser.get(path).status == 200
    for other in (str(number), f"{number}/", f"{number}/old-title", f"{number}/NIGHT-BUSES-RUN-LATER", f"0{number}/x"):
        answer = site.browser.get(f"/articles/{other}")
        assert answer.status == 301
        if other.endswith("/"):
            answer = site.browser.get(answer.headers["location"])
        assert (answer.status, answer.headers["location"]) == (301, path), other


def test_a_hangul_title_makes_a_hangul_address(site: Site) -> None:
    number = publish(site.database, "심야버스 증편", language="ko").article_id
    answer = site.browser.get(f"/articles/{number}")
    assert answer.headers["location"] == f"/articles/{number}/{quote('심야버스-증편')}"
    assert site.browser.get(answer.headers["location"]).status == 200


def test_a_corrected_title_moves_the_address_and_the_old_one_leads_on(site: Site) -> None:
    number = publish(site.database).article_id
    correct(site.database, number, "Night buses run earlier")
    old = site.browser.get(f"/articles/{number}/night-buses-run-later")
    assert (old.status, old.headers["location"]) == (301, f"/articles/{number}/night-buses-run-earlier")


@pytest.mark.parametrize(
    "title",
    [
        "../../etc/passwd",
        "CON",
        "x" * 5000,
        "🎉🎉",
        "???",
        "%2e%2e%2f",
        "a/b\\c",
        "?lang=ko#x",
        "//evil.example",
        "\u202eabc",
    ],
)
def test_b43_any_title_makes_a_safe_address_that_answers(site: Site, title: str) -> None:
    number = publish(site.database, title).article_id
    location = site.browser.get(f"/articles/{number}").headers["location"]
    assert location.startswith(f"/articles/{number}/")
    assert location.count("/") == 3
    assert len(location) < 700
    assert site.browser.get(location).status == 200


def test_a_withdrawn_release_names_whom_the_release_named_for_questions(site: Site) -> None:
    """The division that issued it knows why; the city's number is for releases of divisions that have none."""
    number = publish(site.database, division="water").article_id
    path = site.browser.get(f"/articles/{number}").headers["location"]
    asked = re.findall(r'href="tel:([^"]+)"', site.browser.get(path).between("<main", "</main>"))
    withdraw(site.database, number)
    notice = site.browser.get(path).between("<main", "</main>")
    assert re.findall(r'href="tel:([^"]+)"', notice) == asked == ["053-102"]
    assert "Water <a" in notice


@pytest.mark.parametrize("path", ["withdrawn", "x", ""])
def test_a_withdrawn_article_answers_410_with_its_reason_and_without_its_text(site: Site, path: str) -> None:
    number = publish(site.database, "Secret plans").article_id
    withdraw(site.database, number)
    answer = site.browser.get(f"/articles/{number}/{path}".rstrip("/"))
    assert answer.status == 410
    assert "It was wrong." in answer.text
    assert "Secret plans" not in answer.text


@pytest.mark.parametrize(
    "number", ["9999", "0", "-1", "x", "1e3", "9" * 15, "9" * 40, "%D9%A3", "1.0", "%EF%BC%91", " 1", "1%20"]
)
def test_b59_an_article_that_is_not_there_is_a_page_that_says_so(site: Site, number: str) -> None:
    publish(site.database)
    for path in (f"/articles/{number}", f"/articles/{number}/x"):
        answer = site.browser.get(path)
        assert answer.status == 404
        assert answer.between("<h1>", "</h1>") == "There is no such release"


def test_b37_text_fields_are_escaped_on_the_page(site: Site) -> None:
    evil = '"><script>alert(1)</script>{{7*7}}'
    with site.database.write() as session:
        one = articles.add(
            session,
            content(evil, subtitle=evil, summary=evil, body_html="<p>Harmless</p>", body_text=evil),
            filing=articles.Filing(division="climate", telephone=evil),
            authority="riverton.example.org,2026",
            now=NOW,
        )
        articles.publish(session, one.id, fallback_division="press", now=NOW)
    location = site.browser.get(f"/articles/{one.id}").headers["location"]
    for path in ("/", location, "/divisions/climate"):
        page = site.browser.get(path).text
        assert "<script" not in page
        assert "&gt;&lt;script&gt;" in page
        assert "{{7*7}}" in page


@pytest.mark.parametrize(("language", "heading"), [("en", "Notes"), ("ko", "주석")])
def test_b37_footnotes_are_a_list_below_the_text_escaped(site: Site, language: str, heading: str) -> None:
    note = Footnote(mark="*", term="Net <i>Zero</i>", note="balance & <script>x()</script>")
    with site.database.write() as session:
        one = articles.add(
            session,
            content(footnotes=(note,)),
            filing=Filing(division="water"),
            authority="riverton.example.org,2026",
            now=NOW,
        )
        articles.publish(session, one.id, fallback_division="press", now=NOW)
    page = site.browser.get(f"/articles/{one.id}/night-buses-run-later?lang={language}").body.decode()
    section = page.partition('aria-labelledby="notes">')[2].partition("</section>")[0]
    foreign = ' lang="en"' if language == "ko" else ""
    assert f'<h2 id="notes">{heading}</h2>\n<ul class="notes"{foreign}>' in section
    escaped = "* <b>Net &lt;i&gt;Zero&lt;/i&gt;</b>: balance &amp; &lt;script&gt;x()&lt;/script&gt;"
    assert f"<li>{escaped}</li>" in section


def test_b40_a_picture_of_another_host_is_a_link_and_not_loaded(site: Site) -> None:
    body = '<h4>Below</h4><p><img src="https://elsewhere.test/a.jpg?x=1&amp;y=2" alt="The stage > the hall"></p>'
    with site.database.write() as session:
        one = articles.add(
            session, content(body_html=body), filing=Filing(division="water"), authority="a.test,2026", now=NOW
        )
        articles.publish(session, one.id, fallback_division="press", now=NOW)
    page = site.browser.get(f"/articles/{one.id}/night-buses-run-later").text
    assert "<img" not in page
    assert 'href="https://elsewhere.test/a.jpg?x=1&amp;y=2" rel="external noopener">The stage > the hall</a>' in page
    assert "<h2>Below</h2>" in page
