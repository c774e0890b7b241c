"""A minor edit is told to nobody, now or later; a damaged release keeps nobody's mail waiting. On both engines."""

from datetime import timedelta

from feeds.store import articles, audit
from notifier.model import Cadence, Kind
from tests.builders import content, correct
from tests.notifier.conftest import Desk
from tests.store.test_scheduled import damage

READER, OTHER = "reader@example.org", "other@example.org"
IMMEDIATE, DAILY = Cadence.IMMEDIATE, Cadence.DAILY


def edit(desk: Desk, article_id: int, title: str = "Night busses run later") -> None:
    """A minor edit, now."""
    with desk.database.write() as session:
        articles.revise(session, article_id, content(title), note=None, now=desk.clock())


def test_a_minor_edit_alerts_nobody_and_is_in_no_digest(desk: Desk) -> None:
    desk.follow(READER, IMMEDIATE)
    desk.follow(OTHER, DAILY)
    one = desk.publish()
    desk.alerts.run()
    desk.morning()
    told = desk.counted()
    edit(desk, one.article_id)
    assert desk.alerts.run().planned == 0
    desk.morning()
    assert {**desk.counted(), "run": 0} == {**told, "run": 0}


def test_a_minor_edit_within_the_window_is_told_as_it_stands_and_not_as_a_correction(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    one = desk.publish()
    edit(desk, one.article_id)
    desk.morning()
    (mail,) = desk.mails(READER)
    assert "Night busses run later" in mail.text
    assert "orrected" not in mail.text


def test_a_minor_edit_of_what_was_alerted_comes_in_no_digest_of_that_person(desk: Desk) -> None:
    desk.follow(READER, IMMEDIATE, "climate")
    desk.follow(READER, DAILY, "environment")
    one = desk.publish()
    desk.alerts.run()
    edit(desk, one.article_id)
    desk.morning()
    assert desk.told(READER) == [one.article_id]


def test_a_correction_after_a_minor_edit_is_told_once_and_marked(desk: Desk) -> None:
    desk.follow(READER, IMMEDIATE)
    desk.follow(OTHER, DAILY)
    one = desk.publish()
    desk.alerts.run()
    desk.morning()
    edit(desk, one.article_id)
    correct(desk.database, one.article_id, "Night buses run earlier", now=desk.clock() + timedelta(minutes=1))
    assert desk.alerts.run().planned == 1
    desk.morning()
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.ALERT, Kind.CORRECTION]
    assert len(desk.mails(OTHER)) == 2
    assert "orrected" in desk.mails(OTHER)[1].text


def test_a_minor_edit_after_a_correction_that_was_told_is_told_to_nobody(desk: Desk) -> None:
    desk.follow(READER, IMMEDIATE)
    desk.follow(OTHER, DAILY)
    one = desk.publish()
    correct(desk.database, one.article_id, "Night buses run earlier", now=desk.clock())
    desk.alerts.run()
    desk.morning()
    told = desk.told(READER), desk.told(OTHER)
    edit(desk, one.article_id)
    desk.alerts.run()
    desk.morning()
    assert (desk.told(READER), desk.told(OTHER)) == told


def test_f61_a_damaged_release_keeps_no_other_alert_waiting_and_an_editor_sees_why(desk: Desk) -> None:
    desk.follow(READER, IMMEDIATE)
    broken, sound = desk.publish("Broken"), desk.publish("Sound")
    damage(desk.database, broken.article_id)
    assert desk.alerts.run().planned == 1
    assert desk.told(READER) == [sound.article_id]
    assert desk.alerts.run().changes == 0
    with desk.database.read() as session:
        (entry,) = audit.entries(session, article_id=broken.article_id)
    assert (entry.actor, entry.action) == ("clock", "alert_failed")


def test_f61_a_damaged_release_is_left_out_of_a_digest_and_takes_no_other_with_it(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    broken, sound = desk.publish("Broken"), desk.publish("Sound")
    damage(desk.database, broken.article_id)
    desk.morning()
    (mail,) = desk.mails(READER)
    assert mail.articles == (sound.article_id,)


def test_f61_a_digest_on_its_way_with_a_release_that_is_damaged_since_is_made_again_without_it(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    broken, gone, sound = desk.publish("Broken"), desk.publish("Gone"), desk.publish("Sound")
    desk.morning()
    damage(desk.database, broken.article_id)
    with desk.database.write() as session:
        articles.withdraw(session, gone.article_id, reason="It was wrong.", now=desk.clock())
    desk.morning()
    (mail,) = desk.mails(READER)
    assert "Sound" in mail.text
    assert "Gone" not in mail.text
    assert sound.article_id in mail.articles
