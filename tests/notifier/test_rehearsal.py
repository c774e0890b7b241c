"""Any mail for any subscriber, written without sending."""

from dataclasses import replace

import pytest

from feeds import words
from feeds.errors import NotFound
from feeds.model import Advertising, Newsroom
from feeds.store import reading
from feeds.store.database import Database
from notifier import messages
from notifier.messages import Letters
from notifier.model import Cadence, Kind
from notifier.placeholders import MailContent
from notifier.rehearsal import Rehearsal
from tests.builders import correct
from tests.notifier.conftest import Desk, make_desk

READER = "reader@example.org"


@pytest.fixture
def rehearsal(desk: Desk) -> Rehearsal:
    return Rehearsal(desk.newsroom, desk.alerts.letters, desk.clock, 24)


def mail(desk: Desk, rehearsal: Rehearsal, kind: Kind, address: str = READER) -> MailContent:
    with desk.database.read() as session:
        (content,) = rehearsal.mails(session, kind, address)
    return content


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_written_for_a_subscriber_and_nothing_is_planned(
    desk: Desk, rehearsal: Rehearsal, kind: Kind
) -> None:
    desk.follow(READER, Cadence.DAILY, "climate", language="ko")
    desk.publish("Trees")
    before = desk.counted()
    content = mail(desk, rehearsal, kind)
    assert 'lang="ko"' in content.html
    assert "\ufdd0" not in content.subject + content.text + content.html
    assert "/manage/" not in content.text + content.html
    assert "/unsubscribe/" not in content.text + content.html
    assert desk.counted() == before


def test_what_waits_for_the_person_is_in_the_digest_and_what_they_do_not_follow_is_not(
    desk: Desk, rehearsal: Rehearsal
) -> None:
    desk.publish("Before")
    desk.follow(READER, Cadence.WEEKLY, "climate")
    desk.publish("Trees")
    desk.publish("Trams", division="transport")
    text = mail(desk, rehearsal, Kind.DIGEST).text
    assert "Trees" in text
    assert "Trams" not in text
    assert "Before" not in text
    assert "weekly digest" in text


@pytest.mark.parametrize(("months", "day"), [(24, "Saturday 20 May 2028"), (12, "Thursday 20 May 2027")])
def test_a_renewal_names_the_day_that_the_setting_makes(
    desk: Desk, rehearsal: Rehearsal, months: int, day: str
) -> None:
    desk.follow(READER, Cadence.DAILY, "climate")
    assert f"ends on {day}" in mail(desk, replace(rehearsal, months=months), Kind.RENEWAL).text


@pytest.mark.parametrize("waits", [True, False], ids=["what waits", "what stands in"])
def test_a_digest_is_parted_as_it_is_sent(database: Database, newsroom: Newsroom, *, waits: bool) -> None:
    marked = Advertising(divisions=("transport",), addresses={"en": "1 River Street, Riverton"})
    newsroom = Newsroom(replace(newsroom.city, advertising=marked), newsroom.base_url)
    letters = Letters(newsroom, words.load("feeds", "notifier"), messages.environment())
    desk = make_desk(database, newsroom, letters)
    desk.follow(READER, Cadence.DAILY)
    desk.publish("Trees")
    desk.publish("Trams for less", division="transport")
    rehearsal = Rehearsal(newsroom, letters, desk.clock, 24)
    if not waits:
        desk.morning()
    with database.read() as session:
        shown = [(one.subject, "Trams" in one.text) for one in rehearsal.mails(session, Kind.DIGEST, READER)]
    if waits:
        desk.morning()
    sent = [(one.subject, "Trams" in one.text) for one in desk.mails(READER, Kind.DIGEST)]
    for mails in (shown, sent):
        assert [(subject.startswith("(광고)"), tells) for subject, tells in mails] == [(False, False), (True, True)]


def test_where_nothing_waits_the_newest_stand_in(desk: Desk, rehearsal: Rehearsal) -> None:
    desk.publish("Before")
    desk.follow(READER, Cadence.DAILY)
    assert "Before" in mail(desk, rehearsal, Kind.DIGEST).text


def test_an_alert_is_of_the_release_named_or_of_the_newest_that_the_person_would_get(
    desk: Desk, rehearsal: Rehearsal
) -> None:
    desk.follow(READER, Cadence.IMMEDIATE, "climate")
    named = desk.publish("Buses", division="transport").article_id
    desk.publish("Trees")
    desk.publish("Trams", division="transport")
    assert mail(desk, rehearsal, Kind.ALERT).subject == "Trees"
    correct(desk.database, named, "Night buses", note="At night.", now=desk.clock())
    with desk.database.read() as session:
        (content,) = rehearsal.mails(session, Kind.CORRECTION, READER, reading.get(session, named))
    assert content.subject == "Corrected: Night buses"
    assert "At night." in content.text


def test_who_follows_nothing_has_no_mail_and_the_refusal_does_not_spell_the_address(
    desk: Desk, rehearsal: Rehearsal
) -> None:
    with pytest.raises(NotFound, match=r"there is no subscriber r…@example\.org"):
        mail(desk, rehearsal, Kind.WELCOME)
    desk.follow(READER, Cadence.IMMEDIATE, "climate")
    for kind in (Kind.ALERT, Kind.DIGEST):
        with pytest.raises(NotFound, match="that this person would get"):
            mail(desk, rehearsal, kind)
