"""After a publication its page says until when the mails can be undone, and has the button that does it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.model import City
from feeds.publication import Publications
from feeds.store import articles, undoing
from feeds.store.reading import get
from tests.builders import content
from tests.web.conftest import Site, site_in
from tests.web.desk import (
    CHIEF,
    ENVIRONMENT,
    TRANSPORT,
    asked,
    crowd,
    deeds,
    enters,
    opened,
    published,
    stored,
    told,
    written,
)

BUTTON = re.compile(r'action="/newsroom/articles/\d+/stop-mail')


@pytest.fixture
def site(tmp_path: Path, prepared_file: Path, city: City) -> Iterator[Site]:
    """A newsroom with a window of a minute."""
    made = site_in(tmp_path, prepared_file, city, timedelta(seconds=60))
    yield made
    made.database.close()


def waits(site: Site) -> bool:
    with site.database.read() as session:
        return bool(undoing.waiting(session))


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ("The mails go out at 12:01:00.", "In 40 seconds.", "Do not mail this")),
        ("ko", ("메일은 12:01:00에 나갑니다.", "40초 남았습니다.", "메일 보내지 않기")),
    ],
)
def test_the_page_says_when_the_mails_go_out(site: Site, language: str, sentences: tuple[str, ...]) -> None:
    one = published(site)
    site.clock.forward(seconds=20)
    page = enters(site, ENVIRONMENT, language=language).get(f"/newsroom/articles/{one.id}?lang={language}").text
    for sentence in sentences:
        assert sentence in page


def test_b96_pressing_twice_stops_the_mails_once_and_says_the_same(site: Site) -> None:
    crowd(site, 2)
    one = published(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id)
    assert BUTTON.search(sheet.answer.text)
    for _ in range(2):
        answer = sheet.member.post(f"{sheet.path}/stop-mail", {})
        assert (answer.status, "done=mail_stopped" in answer.headers["location"]) == (303, True)
    assert told(site) == [("published", True)]
    assert [action for _, action in deeds(site, one.id)] == ["create", "publish", "stop_mail"]
    page = sheet.member.get(f"{sheet.path}?done=mail_stopped").text
    assert "Nobody is mailed about it." in page
    assert not BUTTON.search(page)
    site.clock.forward(minutes=5)
    assert site.parts.alerts.run().planned == 0
    assert site.browser.get(f"/articles/{one.id}/night-buses-run-later").status == 200


def test_b96_who_presses_too_late_is_told_so(site: Site) -> None:
    crowd(site, 2)
    one = published(site)
    sheet = opened(enters(site, ENVIRONMENT), one.id)
    site.clock.forward(seconds=60)
    assert not BUTTON.search(sheet.member.get(sheet.path).text), "there is nothing to press any more"
    assert site.parts.alerts.run().planned == 2
    answer = sheet.member.post(f"{sheet.path}/stop-mail", {})
    assert "problem=mailed" in answer.headers["location"]
    assert "It is too late" in sheet.member.get(f"{sheet.path}?problem=mailed").text
    assert told(site) == [("published", False)]


def test_nobody_stops_the_mails_of_another_division(site: Site) -> None:
    one = published(site)
    other = enters(site, TRANSPORT)
    assert not BUTTON.search(other.get(f"/newsroom/articles/{one.id}").text)
    assert other.post(f"/newsroom/articles/{one.id}/stop-mail", {}).status == 403
    assert told(site) == [("published", False)]


def test_what_is_urgent_waits_for_nothing(site: Site) -> None:
    one = asked(site)
    with site.database.write() as session:
        site.parts.desk.approve(session, CHIEF, one.id, expected=stored(site, one.id).version)
    assert not waits(site)
    assert not BUTTON.search(enters(site, CHIEF).get(f"/newsroom/articles/{one.id}").text)


def test_what_becomes_public_at_its_hour_waits_for_nothing(site: Site) -> None:
    one = written(site)
    with site.database.write() as session:
        at = site.clock() + timedelta(hours=1)
        site.parts.desk.schedule(session, CHIEF, one.id, at=at, mail=True, expected=one.version)
    site.clock.forward(hours=1)
    assert Publications(site.database, site.parts.newsroom, site.clock).run() == 1
    assert not waits(site)


def test_what_journalists_have_already_waits_for_nothing(site: Site) -> None:
    one = written(site)
    with site.database.write() as session:
        desk, at = site.parts.desk, site.clock() + timedelta(hours=1)
        held = desk.schedule(session, CHIEF, one.id, at=at, mail=True, expected=one.version, embargo=True)
        desk.publish(session, CHIEF, one.id, expected=held.version, mail=True)
    assert not waits(site)


def test_a_scheduled_release_that_is_published_by_hand_before_its_hour_waits(site: Site) -> None:
    one = written(site)
    with site.database.write() as session:
        desk, at = site.parts.desk, site.clock() + timedelta(hours=1)
        desk.schedule(session, CHIEF, one.id, at=at, mail=True, expected=one.version)
        desk.publish(session, CHIEF, one.id, expected=get(session, one.id).version, mail=True)
    assert waits(site)


def test_a_correction_waits_and_its_page_says_so(site: Site) -> None:
    crowd(site, 1)
    one = published(site)
    site.clock.forward(seconds=60)
    site.parts.alerts.run()
    with site.database.write() as session:
        before = get(session, one.id)
        filing = articles.filing_of(before)
        text = content("Night buses run earlier")
        site.parts.desk.correct(session, CHIEF, one.id, text, filing, note="The hour.", expected=before.version)
    sheet = opened(enters(site, ENVIRONMENT), one.id)
    assert "Nobody has been mailed about the correction yet" in sheet.answer.text
    sheet.member.post(f"{sheet.path}/stop-mail", {})
    site.clock.forward(seconds=60)
    assert site.parts.alerts.run().planned == 0


def test_the_page_before_publication_says_how_long_mails_can_be_undone(site: Site) -> None:
    one, urgent = written(site), written(site, "Boil the water", urgent=True)
    member = enters(site, ENVIRONMENT)
    assert "For 60 seconds after publication" in opened(member, one.id, "publish").answer.text
    assert "after publication the mails" not in opened(member, urgent.id, "publish").answer.text
