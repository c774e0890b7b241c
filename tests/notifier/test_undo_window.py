"""Between publication and mail lies a window in which the newsroom can undo. On both engines."""

from datetime import timedelta

import pytest

from feeds.desk import Desk as NewsDesk
from feeds.errors import Conflict
from feeds.model import State
from feeds.staff import SHELL
from feeds.store import reading, undoing
from feeds.store.database import Database
from notifier.alerts import Alerts
from notifier.model import Cadence, Kind
from tests.builders import correct, withdraw
from tests.notifier.conftest import Desk

NOW, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
ONE, TWO = "one@example.org", "two@example.org"
MINUTE = timedelta(seconds=60)


def stop(desk: Desk, article_id: int) -> None:
    with desk.database.write() as session:
        NewsDesk(desk.newsroom, desk.clock).stop_mail(session, SHELL, article_id)


def waiting(desk: Desk) -> int:
    with desk.database.read() as session:
        return len(undoing.waiting(session))


def test_nobody_is_mailed_before_the_window_ends_and_everybody_then(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    desk.publish(undo=MINUTE)
    desk.clock.forward(seconds=59)
    assert desk.alerts.run().planned == 0
    desk.clock.forward(seconds=1)
    assert desk.alerts.run().planned == 1
    assert desk.alerts.run().planned == 0
    assert waiting(desk) == 0


def test_a_restart_keeps_the_window(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    desk.publish(undo=MINUTE)
    again = Database(str(desk.database.url.render_as_string(hide_password=False)))
    alerts = Alerts(again, desk.newsroom, desk.alerts.letters, desk.clock)
    assert alerts.run().planned == 0
    desk.clock.forward(seconds=60)
    assert alerts.run().planned == 1
    again.close()


def test_b96_what_is_stopped_within_the_window_is_mailed_to_nobody_and_stays_public(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    desk.follow(TWO, DAILY)
    change = desk.publish(undo=MINUTE)
    stop(desk, change.article_id)
    desk.clock.forward(minutes=5)
    desk.alerts.run()
    correct(desk.database, change.article_id, "Another wording", now=desk.clock(), undo=MINUTE)
    desk.clock.forward(minutes=5)
    desk.alerts.run()
    desk.morning()
    assert desk.mails(ONE) == desk.mails(TWO) == []
    with desk.database.read() as session:
        article = reading.get(session, change.article_id)
    assert (article.state, article.mail) == (State.PUBLISHED, False)


def test_b96_once_the_mails_are_planned_it_is_too_late_to_stop_them(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    change = desk.publish(undo=MINUTE)
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    with pytest.raises(Conflict):
        stop(desk, change.article_id)
    assert len(desk.mails(ONE)) == 1


def test_what_is_withdrawn_within_the_window_is_mailed_to_nobody(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    change = desk.publish(undo=MINUTE)
    desk.clock.forward(seconds=30)
    withdraw(desk.database, change.article_id, now=desk.clock())
    assert waiting(desk) == 0
    desk.clock.forward(minutes=5)
    desk.alerts.run()
    assert desk.mails(ONE) == []


def test_what_is_corrected_within_the_window_is_told_once_as_it_stands_then(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    change = desk.publish("First wording", undo=MINUTE)
    desk.clock.forward(seconds=50)
    correct(desk.database, change.article_id, "Second wording", now=desk.clock(), undo=MINUTE)
    desk.clock.forward(seconds=59)
    assert desk.alerts.run().planned == 0, "the corrected text has a whole window of its own"
    desk.clock.forward(seconds=1)
    desk.alerts.run()
    (mail,) = desk.mails(ONE)
    assert (mail.kind, mail.subject) == (Kind.ALERT, "Second wording")


def test_two_corrections_within_one_window_are_one_mail(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    change = desk.publish("First wording")
    desk.alerts.run()
    for wording in ("Second wording", "Third wording"):
        desk.clock.forward(seconds=20)
        correct(desk.database, change.article_id, wording, now=desk.clock(), undo=MINUTE)
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert [(mail.kind, mail.subject) for mail in desk.mails(ONE)] == [
        (Kind.ALERT, "First wording"),
        (Kind.CORRECTION, "Corrected: Third wording"),
    ]


def test_a_correction_that_is_stopped_is_told_to_nobody(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    change = desk.publish("First wording")
    desk.alerts.run()
    correct(desk.database, change.article_id, "Second wording", now=desk.clock(), undo=MINUTE)
    stop(desk, change.article_id)
    desk.clock.forward(minutes=5)
    desk.alerts.run()
    assert [mail.kind for mail in desk.mails(ONE)] == [Kind.ALERT]


def test_what_is_urgent_passes_what_waits_and_each_is_told_once(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    waits = desk.publish("A new bench", undo=MINUTE)
    urgent = desk.publish("Boil the water", urgent=True)
    assert desk.alerts.run().planned == 1
    assert desk.told(ONE) == [urgent.article_id]
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert desk.told(ONE) == [urgent.article_id, waits.article_id]
    assert waiting(desk) == 0


def test_who_asks_to_be_told_at_once_while_something_waits_misses_nothing_that_went_ahead(desk: Desk) -> None:
    person = desk.follow(ONE, DAILY)
    desk.follow(TWO, NOW)
    waits = desk.publish("A new bench", undo=MINUTE)
    urgent = desk.publish("Boil the water", urgent=True)
    desk.alerts.run()
    desk.change(person, NOW)
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert sorted(desk.told(ONE)) == sorted(desk.told(TWO)) == [waits.article_id, urgent.article_id]


def test_what_comes_in_an_open_window_leaves_with_it_after_a_whole_window_of_its_own(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    desk.publish("First", undo=MINUTE)
    desk.clock.forward(seconds=59)
    desk.publish("Second", undo=MINUTE)
    desk.clock.forward(seconds=59)
    assert desk.alerts.run().changes == 0
    desk.clock.forward(seconds=1)
    assert desk.alerts.run().changes == 2


def test_no_stream_of_releases_keeps_one_waiting_for_two_windows(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    first = desk.publish("Number 0", undo=MINUTE)
    for number in range(1, 12):
        desk.clock.forward(seconds=10)
        desk.publish(f"Number {number}", undo=MINUTE)
        desk.alerts.run()
    assert first.article_id in desk.told(ONE)


def test_a_digest_waits_for_what_came_out_before_its_hour_and_can_still_be_undone(desk: Desk) -> None:
    desk.follow(ONE, DAILY)
    zone = desk.newsroom.city.zone
    desk.clock.at = (desk.clock().astimezone(zone) + timedelta(days=1)).replace(hour=7, minute=59, second=30)
    change = desk.publish(undo=MINUTE)
    desk.clock.forward(seconds=30)
    desk.alerts.run()
    assert [one for one in desk.digests.run() if one.slot.cadence is DAILY] == []
    desk.clock.forward(seconds=30)
    desk.alerts.run()
    desk.digests.run()
    assert desk.told(ONE) == [change.article_id]


def test_a_digest_leaves_what_can_still_be_undone_to_the_next(desk: Desk) -> None:
    desk.follow(ONE, DAILY)
    before = desk.publish("Before")
    zone = desk.newsroom.city.zone
    desk.clock.at = (desk.clock().astimezone(zone) + timedelta(days=1)).replace(hour=8, minute=0, second=1)
    after = desk.publish("After", undo=MINUTE)
    desk.alerts.run()
    desk.digests.run()
    assert desk.told(ONE) == [before.article_id]
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    desk.morning()
    assert desk.told(ONE) == [before.article_id, after.article_id]


def test_where_nobody_is_told_at_once_windows_end_all_the_same(desk: Desk) -> None:
    desk.publish("A new bench", undo=MINUTE)
    desk.publish("Boil the water", urgent=True)
    desk.alerts.run()
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    desk.alerts.run()
    with desk.database.read() as session:
        assert undoing.turns(session) == []
