"""The main job, end to end, on a real page: intake, article page, feeds, sign-up, mail, and the way out."""

import re

import feedparser
import pytest

from feeds.intake.board_page import read
from feeds.intake.draft import Draft
from feeds.model import State
from feeds.store import articles, desk_list
from tests.builders import content
from tests.conftest import PAGES, missing
from tests.journeys.conftest import Site

ADDRESS = (
    "https://www.daegu.go.kr/english/index.do?menu_id=00000844&menu_link=/icms/bbs/selectBoardArticle.do"
    "&bbsId=BBS_00131&nttId=513821&bbsTyCode=BBST03&bbsAttrbCode=BBSA03"
)
TITLE = "Leading Carbon Neutral City, Daegu! Working for the World to See"
DIVISION = "climate-environment-policy"


@pytest.fixture
def page() -> Draft:
    """The page this product was asked for."""
    path = PAGES / "0001.txt"
    if not path.is_file():
        missing("pages", "the folder of real board pages is not beside this checkout")
    draft = read(path.read_bytes(), address=ADDRESS)
    assert isinstance(draft, Draft)
    return draft


def _publish(site: Site, article_id: int) -> None:
    with site.parts.database.write() as session:
        fallback = site.parts.newsroom.city.fallback_division
        articles.publish(session, article_id, fallback_division=fallback, now=site.clock())


def _new_release(site: Site, title: str) -> None:
    with site.parts.database.write() as session:
        one = articles.add(
            session,
            content(title),
            filing=articles.Filing(division=DIVISION),
            authority=site.parts.newsroom.city.authority,
            now=site.clock(),
        )
    _publish(site, one.id)


def test_a_board_page_reaches_readers_and_a_subscriber_until_one_click_ends_it(site: Site, page: Draft) -> None:
    arrival = site.parts.arrivals.take(page, division=DIVISION)
    assert arrival.state is State.DRAFT
    assert site.browser.get(f"/articles/{arrival.article_id}").status_code == 404

    _publish(site, arrival.article_id)
    shown = site.browser.get(f"/articles/{arrival.article_id}", follow_redirects=True)
    assert shown.status_code == 200
    for text in (TITLE, "Special Session of the P4G Seoul Summit", "the net carbon emission amount of zero"):
        assert text in shown.text

    for path in (f"/feeds/{DIVISION}.rss", f"/feeds/{DIVISION}.atom", "/feeds/all.rss", "/feeds/all.atom"):
        feed = feedparser.parse(site.browser.get(path).content)
        assert not feed.bozo
        assert [entry.title for entry in feed.entries] == [TITLE]
        assert feed.entries[0].link == str(shown.url)

    site.sign_up("reader@example.org", cadence="immediate", divisions=(DIVISION,))
    site.confirm("reader@example.org")
    site.clock.forward(minutes=5)
    _new_release(site, "The forest grows by ten thousand trees")
    site.tick()

    confirmation, *others = site.mailbox.to("reader@example.org")
    assert confirmation.message["List-Unsubscribe"] is None
    # The welcome and the alert leave together, by two connections.
    alert, _welcome = sorted(others, key=lambda one: one.message["Subject"] != "The forest grows by ten thousand trees")
    assert alert.message["Subject"] == "The forest grows by ten thousand trees"
    assert alert.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert alert.message["Auto-Submitted"] == "auto-generated"
    assert alert.message["List-Id"]
    assert alert.message["Message-ID"]
    assert "The forest grows by ten thousand trees" in alert.part("plain")
    assert "The forest grows by ten thousand trees" in alert.part("html")

    one_click = re.fullmatch(r"<(http[^>]+)>", alert.message["List-Unsubscribe"])
    assert one_click is not None
    left = site.browser.post(one_click[1], data={"List-Unsubscribe": "One-Click"})
    assert left.status_code == 200

    site.clock.forward(minutes=5)
    _new_release(site, "And another ten thousand")
    site.tick()
    assert len(site.mailbox.to("reader@example.org")) == 3


def test_reading_the_same_page_twice_changes_nothing(site: Site, page: Draft) -> None:
    first = site.parts.arrivals.take(page, division=DIVISION)
    again = site.parts.arrivals.take(page, division=DIVISION)
    assert (again.article_id, str(again.outcome)) == (first.article_id, "unchanged")
    with site.parts.database.read() as session:
        assert len(desk_list.listing(session)) == 1


def test_a_page_without_a_date_is_published_without_mail(site: Site, page: Draft) -> None:
    site.sign_up("reader@example.org", cadence="immediate")
    site.confirm("reader@example.org")
    arrival = site.parts.arrivals.take(page, publish=True)
    assert (arrival.state, arrival.quiet) == (State.PUBLISHED, True)
    site.tick()
    assert len(site.mailbox.to("reader@example.org")) == 2


def test_a_second_run_sends_nothing_twice(site: Site) -> None:
    for email, cadence in (("now@example.org", "immediate"), ("morning@example.org", "daily")):
        site.sign_up(email, cadence=cadence)
        site.confirm(email)
    _new_release(site, "One of its kind")
    site.clock.forward(days=1)
    for _ in range(3):
        site.tick()
    for email in ("now@example.org", "morning@example.org"):
        subjects = [caught.message["Subject"] for caught in site.mailbox.to(email)]
        assert len(subjects) == 3, subjects


def test_a_digest_missed_over_its_hour_goes_out_once_when_the_service_is_back(site: Site) -> None:
    """f14: down from before 08:00 to 11:00 in the city."""
    site.sign_up("morning@example.org", cadence="daily")
    site.confirm("morning@example.org")
    _new_release(site, "While everybody slept")
    site.clock.forward(hours=23)  # from noon in Seoul to eleven the next day
    site.tick()
    site.tick()
    assert len(site.mailbox.to("morning@example.org")) == 3


def test_everything_can_be_managed_by_the_mailed_link(site: Site) -> None:
    site.sign_up("reader@example.org", cadence="weekly", divisions=(DIVISION,))
    site.confirm("reader@example.org")
    token = re.search(r'name="form_token" value="([^"]+)"', site.browser.get("/manage").text)
    assert token is not None
    site.clock.forward(seconds=5)
    asked = site.browser.post("/manage", data={"email": "reader@example.org", "form_token": token[1]})
    assert asked.status_code == 303
    link = site.link("reader@example.org", "manage")
    page = site.browser.get(link)
    number = re.search(r'name="subscription" value="(\d+)"', page.text)
    assert number is not None
    changed = site.browser.post(link, data={"action": "change", "subscription": number[1], "cadence": "immediate"})
    assert changed.status_code == 200
    _new_release(site, "Told at once now")
    site.tick()
    assert site.mailbox.to("reader@example.org")[-1].message["Subject"] == "Told at once now"


def test_a_korean_reader_gets_korean_mails(site: Site) -> None:
    site.sign_up("reader@example.org", cadence="immediate", language="ko")
    site.confirm("reader@example.org")
    _new_release(site, "Trees")
    site.tick()
    confirmation, _welcome, alert = site.mailbox.to("reader@example.org")
    assert confirmation.message["Content-Language"] == "ko"
    assert alert.message["Content-Language"] == "ko"
    assert "수신" in alert.part("plain") or "메일" in alert.part("plain")
