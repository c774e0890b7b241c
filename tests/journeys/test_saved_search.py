"""A journalist's saved search, from the form to the inbox: words with AND, OR and NOT, in Korean and English."""

import re
from html import unescape

from feeds.store import articles
from feeds.store.articles import Filing
from tests.builders import content
from tests.journeys.conftest import Site

WISH = '수출 AND ("city council" OR 지방정부) NOT 축제'


def _release(site: Site, title: str, body: str) -> None:
    city = site.parts.newsroom.city
    with site.parts.database.write() as session:
        filing = Filing(division=city.divisions[0].slug)
        made = content(title, "ko", summary="", body_text=body)
        stored = articles.add(session, made, filing=filing, authority=city.authority, now=site.clock())
        articles.publish(session, stored.id, fallback_division=city.fallback_division, now=site.clock())


def test_a_journalist_gets_exactly_what_a_saved_search_says(site: Site) -> None:
    site.sign_up("journalist@example.org", cadence="immediate", words=WISH, language="ko")
    site.confirm("journalist@example.org")
    site.clock.forward(minutes=5)
    _release(site, "대구수출기업 지원", "지방정부 세 곳이 함께한다")
    _release(site, "수출 상담", "The city council decides")
    _release(site, "수출 상담회", "The council of the city decides")
    _release(site, "수출 축제", "지방정부 축제")
    _release(site, "지방정부 회의", "도로를 고친다")
    site.tick()
    mails = [one.message["Subject"] for one in site.mailbox.to("journalist@example.org")]
    assert {"대구수출기업 지원", "수출 상담"} <= set(mails)
    assert {"수출 상담회", "수출 축제", "지방정부 회의"}.isdisjoint(mails)


def test_each_mail_names_the_saved_search_and_the_words_found_and_nobody_elses(site: Site) -> None:
    for address, words in {"journalist@example.org": WISH, "other@example.org": "상담 OR <b>"}.items():
        site.sign_up(address, cadence="immediate", words=words, language="ko")
        site.confirm(address)
        site.clock.forward(minutes=5)
    _release(site, "수출 상담", "The City Council decides")
    site.tick()
    parts = {}
    for address in ("journalist@example.org", "other@example.org"):
        (mail,) = [one.message for one in site.mailbox.to(address) if one.message["Subject"] == "수출 상담"]
        for kind in ("plain", "html"):
            body = mail.get_body((kind,))
            assert body is not None
            parts[address, kind] = unescape(" ".join(body.get_content().split()))
    told = {
        "journalist@example.org": '‘("city council" | 지방정부) -축제 수출’ (찾은 단어: City Council, 수출)',
        "other@example.org": "‘b | 상담’ (찾은 단어: 상담)",
    }
    for (address, _), text in parts.items():
        assert [whose for whose, words in told.items() if words in text] == [address]


def test_what_was_looked_for_is_followed_from_the_page_of_results_to_the_mail_that_names_it(site: Site) -> None:
    for title in ("대구수출기업 지원", "수출 축제"):
        _release(site, title, "지방정부 세 곳이 함께한다")
        site.clock.forward(hours=3)
    results = site.browser.get("/search", params={"q": WISH, "lang": "ko"}).text
    by_mail = next(
        unescape(link) for link in re.findall(r'href="([^"]+)"', results) if link.startswith("/subscribe?q=")
    )
    form = site.browser.get(by_mail).text
    shown = form[form.index('id="expected"') :]
    assert "대구수출기업 지원" in shown
    assert "수출 축제" not in shown
    assert "일주일에" in shown
    (words,) = re.findall(r'name="q" value="([^"]*)"', form)
    site.sign_up("journalist@example.org", cadence="daily", words=unescape(words), language="ko")
    site.confirm("journalist@example.org")
    _release(site, "수출 상담회", "지방정부가 함께한다")
    _release(site, "봄 축제", "지방정부 수출 행사")
    site.clock.forward(days=1)
    site.tick()
    mail = site.mailbox.to("journalist@example.org")[-1].message.get_body(("plain",))
    assert mail is not None
    text = mail.get_content()
    assert "수출 상담회" in text
    assert "찾은 단어: 지방정부, 수출" in text
    assert "축제\n" not in text


def test_the_feed_of_a_saved_search_shows_the_same_releases(site: Site) -> None:
    _release(site, "대구수출기업 지원", "지방정부 세 곳이 함께한다")
    _release(site, "수출 축제", "지방정부 축제")
    answer = site.browser.get("/feeds/select.rss", params={"q": WISH}, follow_redirects=True)
    assert answer.status_code == 200
    assert "대구수출기업 지원" in answer.text
    assert "수출 축제" not in answer.text
    again = site.browser.get(
        "/feeds/select.rss", params={"q": "(지방정부 | “city council”) -축제 수출"}, follow_redirects=True
    )
    assert again.url == answer.url
