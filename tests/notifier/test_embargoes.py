"""What accredited journalists are told of a release under embargo: who, when, once, and what comes of it."""

from datetime import date, timedelta

import pytest

from feeds.errors import Conflict
from feeds.model import State
from feeds.publication import Publications
from feeds.scope import Scope
from feeds.staff import SHELL
from feeds.store import articles, changes, embargoes
from feeds.store.articles import Filing
from notifier.ledger import embargo_mail, mailings, press
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState, Kind, Timing
from notifier.press import DayRefused
from tests.builders import NOW, content, correct
from tests.notifier.conftest import Desk
from tests.notifier.pressroom import HOUR, JOURNALIST, TITLE, UNTIL, Rooms, with_a_journalist
from tests.store.test_scheduled import damage


@pytest.fixture
def rooms(desk: Desk, letters: Letters) -> Rooms:
    return Rooms(desk, letters)


@pytest.fixture
def journalist(desk: Desk, letters: Letters) -> Rooms:
    """A journalist who is accredited and follows the bureau above the division, in a weekly digest."""
    return with_a_journalist(desk, letters)


def test_it_is_mailed_at_once_to_who_is_accredited_and_follows_it_at_any_cadence(journalist: Rooms) -> None:
    journalist.desk.follow("reader@example.org", Cadence.IMMEDIATE)
    one = journalist.release()
    (mail,) = journalist.desk.mails(JOURNALIST)
    assert (mail.kind, mail.articles) == (Kind.EMBARGO, (one.id,))
    assert mail.subject == f"[Embargoed until 20 May 2026, 13:00 KST] {TITLE}"
    assert "Do not publish" in mail.text
    assert "Wednesday 20 May 2026, 13:00 KST" in mail.text
    assert content(TITLE).body_text in mail.text
    assert "120" in mail.text
    assert not journalist.desk.mails("reader@example.org")


def test_nothing_goes_to_an_accredited_person_who_does_not_follow_it(rooms: Rooms) -> None:
    rooms.desk.follow(JOURNALIST, Cadence.IMMEDIATE, "transport")
    rooms.press.accredit("operator", JOURNALIST, UNTIL)
    rooms.release()
    assert not rooms.desk.mails(JOURNALIST)


def test_an_accreditation_for_a_bureau_holds_below_it_and_nowhere_else(rooms: Rooms) -> None:
    rooms.desk.follow(JOURNALIST, Cadence.IMMEDIATE)
    rooms.press.accredit("operator", JOURNALIST, UNTIL, ["environment"])
    inside = rooms.release(division="water")
    rooms.release(division="transport")
    assert rooms.desk.told(JOURNALIST) == [inside.id]


def test_planning_twice_mails_once(journalist: Rooms) -> None:
    journalist.release()
    assert journalist.embargoes.run() == 0
    assert len(journalist.desk.mails(JOURNALIST)) == 1


def test_the_change_log_says_nothing_of_it_before_the_lift_and_publication_once_then(journalist: Rooms) -> None:
    journalist.desk.publish()
    with journalist.database.read() as session:
        before = changes.head(session)
    one = journalist.release()
    journalist.edit(one.id, "Zeppelin lands at one")
    journalist.act(journalist.newsdesk.schedule, one.id, at=NOW + 2 * HOUR)
    with journalist.database.read() as session:
        assert changes.head(session) == before
    journalist.clock.at = NOW + 2 * HOUR
    assert journalist.publications.run() == 1
    with journalist.database.read() as session:
        (change,) = changes.window(session, before, changes.head(session))
    assert (change.number, change.article_id, str(change.kind)) == (before + 1, one.id, "published")


def test_it_is_lifted_by_itself_also_after_a_restart_and_only_once(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.clock.at = NOW + HOUR - timedelta(microseconds=1)
    assert journalist.publications.run() == 0
    journalist.clock.at = NOW + timedelta(days=2)
    again = Publications(journalist.database, journalist.desk.newsroom, journalist.clock)
    assert (again.run(), again.run()) == (1, 0)
    after = journalist.now(one.id)
    assert (after.state, after.embargoed, after.embargoed_at) == (State.PUBLISHED, False, NOW)


def test_who_had_it_is_mailed_no_second_time_at_the_lift_and_others_are(journalist: Rooms) -> None:
    journalist.desk.follow("reader@example.org", Cadence.IMMEDIATE)
    journalist.desk.wish(JOURNALIST, Cadence.IMMEDIATE, Scope())
    one = journalist.release()
    journalist.sent()
    journalist.lift()
    assert journalist.embargoes.run() == 0
    journalist.desk.alerts.run()
    journalist.desk.morning(days=5)
    assert journalist.desk.told("reader@example.org") == [one.id]
    assert journalist.desk.told(JOURNALIST) == [one.id]


def test_whom_it_did_not_reach_before_the_lift_is_told_as_everybody_is(journalist: Rooms) -> None:
    journalist.desk.wish(JOURNALIST, Cadence.IMMEDIATE, Scope())
    journalist.release()
    journalist.lift()
    assert journalist.objection() is DeliveryState.SKIPPED_LIFTED
    journalist.desk.alerts.run()
    assert [mail.kind for mail in journalist.desk.mails(JOURNALIST)] == [Kind.EMBARGO, Kind.ALERT]


def test_who_had_an_earlier_text_is_alerted_of_the_one_that_is_published(journalist: Rooms) -> None:
    journalist.desk.wish(JOURNALIST, Cadence.IMMEDIATE, Scope())
    one = journalist.release()
    journalist.sent()
    journalist.edit(one.id, "Zeppelin lands at one")
    journalist.embargoes.run()
    journalist.lift()
    journalist.desk.alerts.run()
    assert [mail.subject for mail in journalist.desk.mails(JOURNALIST, Kind.ALERT)] == ["Zeppelin lands at one"]


@pytest.mark.parametrize("mail", [True, False])
def test_a_correction_and_a_withdrawal_after_the_lift_reach_who_had_it(journalist: Rooms, mail: bool) -> None:
    one = journalist.release(mail=mail)
    journalist.sent()
    journalist.lift()
    journalist.desk.alerts.run()
    with journalist.database.write() as session:
        articles.revise(session, one.id, content("Zeppelin lands at two"), note="Two.", now=journalist.clock())
    for _ in range(2):
        journalist.embargoes.run()
        journalist.desk.alerts.run()
    assert [each.kind for each in journalist.desk.mails(JOURNALIST)] == [Kind.EMBARGO, Kind.CORRECTION]
    with journalist.database.read() as session:
        assert mailings.count_holders(session, one.id) == 1


def test_a_correction_that_can_still_be_undone_is_not_told_to_who_had_the_release_under_embargo(
    journalist: Rooms,
) -> None:
    one = journalist.release()
    journalist.sent()
    journalist.lift()
    journalist.desk.alerts.run()
    correct(journalist.database, one.id, "Zeppelin lands at two", now=journalist.clock(), undo=timedelta(minutes=1))
    journalist.embargoes.run()
    journalist.desk.alerts.run()
    assert [each.kind for each in journalist.desk.mails(JOURNALIST)] == [Kind.EMBARGO]
    journalist.clock.forward(minutes=1)
    for _ in range(2):
        journalist.embargoes.run()
        journalist.desk.alerts.run()
    assert [each.kind for each in journalist.desk.mails(JOURNALIST)] == [Kind.EMBARGO, Kind.CORRECTION]


def test_an_edit_under_embargo_reaches_who_has_it_once_for_several(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.sent()
    journalist.edit(one.id, "Zeppelin lands at one")
    journalist.edit(one.id, "Zeppelin lands at two")
    journalist.embargoes.run()
    first, second = journalist.desk.mails(JOURNALIST)
    assert (first.kind, second.kind) == (Kind.EMBARGO, Kind.EMBARGO)
    assert "Zeppelin lands at two" in second.subject
    assert "has been changed since we sent it" in second.text


def test_an_unsent_mail_of_an_earlier_text_is_not_sent(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.edit(one.id, "Zeppelin lands at one")
    assert journalist.objection() is DeliveryState.SKIPPED_CORRECTED


def test_another_hour_is_told_to_everybody_who_has_it_accredited_or_not_any_more(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.sent()
    assert journalist.press.revoke("operator", JOURNALIST)
    journalist.act(journalist.newsdesk.schedule, one.id, at=NOW + 3 * HOUR)
    (notice,) = journalist.desk.mails(JOURNALIST, Kind.EMBARGO_NOTICE)
    assert notice.subject == f"[Embargo moved to 20 May 2026, 15:00 KST] {TITLE}"
    assert "13:00 KST" in notice.text
    assert content(TITLE).body_text not in notice.text
    assert journalist.now(one.id).embargoed


def test_the_same_hour_again_is_no_news(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.act(journalist.newsdesk.schedule, one.id, at=NOW + HOUR)
    assert not journalist.desk.mails(JOURNALIST, Kind.EMBARGO_NOTICE)


def test_one_that_is_taken_off_the_schedule_is_told_not_to_be_published(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.sent()
    journalist.act(journalist.newsdesk.unschedule, one.id)
    (notice,) = journalist.desk.mails(JOURNALIST, Kind.EMBARGO_NOTICE)
    assert notice.subject == f"[Do not publish] {TITLE}"
    after = journalist.now(one.id)
    assert (after.state, after.embargoed, after.embargoed_at) == (State.DRAFT, False, NOW)


def test_f61_one_that_cannot_be_lifted_is_told_not_to_be_published(journalist: Rooms) -> None:
    one = journalist.release()
    with journalist.database.write() as session:
        assert articles.set_aside(session, one.id, now=NOW)
    journalist.embargoes.run()
    assert [mail.kind for mail in journalist.desk.mails(JOURNALIST)] == [Kind.EMBARGO, Kind.EMBARGO_NOTICE]


def test_one_that_is_made_urgent_leaves_the_schedule_and_is_told(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.act(
        journalist.newsdesk.edit, one.id, content=content(TITLE), filing=Filing(division="climate", urgent=True)
    )
    assert journalist.now(one.id).state is State.DRAFT
    assert len(journalist.desk.mails(JOURNALIST, Kind.EMBARGO_NOTICE)) == 1


def test_one_that_was_under_embargo_cannot_be_destroyed(journalist: Rooms) -> None:
    one = journalist.release()
    journalist.act(journalist.newsdesk.unschedule, one.id)
    with pytest.raises(Conflict, match="was released under embargo"):
        journalist.act(journalist.newsdesk.discard, one.id)


def test_publication_by_hand_before_the_hour_is_told_and_tells_nobody_twice(journalist: Rooms) -> None:
    journalist.desk.wish(JOURNALIST, Cadence.IMMEDIATE, Scope())
    one = journalist.release()
    journalist.sent()
    journalist.act(journalist.newsdesk.publish, one.id)
    journalist.desk.alerts.run()
    (first, notice) = journalist.desk.mails(JOURNALIST)
    assert (first.kind, notice.kind) == (Kind.EMBARGO, Kind.EMBARGO_NOTICE)
    assert notice.subject == f"[Embargo lifted] {TITLE}"
    assert f"/articles/{one.id}\n" in notice.text


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_an_accreditation_that_ends_between_planning_and_the_wire_gets_nothing(rooms: Rooms, how: str) -> None:
    rooms.desk.follow(JOURNALIST, Cadence.DAILY)
    rooms.press.accredit("operator", JOURNALIST, date(2026, 5, 20))
    one = rooms.draft()
    with rooms.database.write() as session:
        at = NOW + timedelta(days=2)
        rooms.newsdesk.schedule(session, SHELL, one.id, at=at, expected=one.version, embargo=True)
    assert rooms.embargoes.run() == 1
    assert rooms.objection() is None
    if how == "expired":
        rooms.clock.at = NOW + 12 * HOUR  # midnight in the city
    else:
        rooms.press.revoke("operator", JOURNALIST)
    assert rooms.objection() is DeliveryState.SKIPPED_ACCREDITATION


def test_an_accreditation_ends_with_its_last_day_where_the_city_is(rooms: Rooms) -> None:
    rooms.desk.follow(JOURNALIST, Cadence.DAILY)
    rooms.press.accredit("operator", JOURNALIST, date(2026, 5, 20))
    rooms.clock.at = NOW + 12 * HOUR
    rooms.release()
    assert not rooms.desk.mails(JOURNALIST)


@pytest.mark.parametrize("day", [date(2026, 5, 19), date(2031, 1, 1)])
def test_a_last_day_that_cannot_be_is_refused(rooms: Rooms, day: date) -> None:
    rooms.desk.follow(JOURNALIST, Cadence.DAILY)
    with pytest.raises(DayRefused):
        rooms.press.accredit("operator", JOURNALIST, day)


def test_the_hour_is_told_by_the_persons_own_clock_too(journalist: Rooms) -> None:
    person = journalist.desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    journalist.desk.personal.set_timing(person.id, Timing(hour=8, zone="Europe/Berlin"))
    journalist.release()
    (mail,) = journalist.desk.mails(JOURNALIST)
    assert "By your clock: Wednesday 20 May 2026, 06:00 CEST." in mail.text


def test_a_korean_reader_is_told_in_korean(rooms: Rooms) -> None:
    rooms.desk.follow(JOURNALIST, Cadence.DAILY, language="ko")
    rooms.press.accredit("operator", JOURNALIST, UNTIL)
    rooms.release()
    (mail,) = rooms.desk.mails(JOURNALIST)
    assert mail.subject == f"[엠바고: 2026. 5. 20. 13:00 KST까지] {TITLE}"
    assert "보도하거나 방송하거나" in mail.text


def test_erasure_destroys_accreditation_address_and_record(journalist: Rooms) -> None:
    one = journalist.release()
    person = journalist.desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    known = journalist.press.address(person.id)
    assert known is not None
    journalist.press.saw(person.id, [one], press.Way.PAGE, "a browser")
    journalist.desk.personal.erase(person.id)
    with journalist.database.read() as session:
        assert not press.everyone(session)
        assert not press.accesses(session, limit=10)
        assert press.live_key(session, person.id) is None
        assert not embargo_mail.mailed(session, one.id, limit=10)


def test_the_record_is_destroyed_after_a_year(journalist: Rooms) -> None:
    one = journalist.release()
    person = journalist.desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    known = journalist.press.address(person.id)
    assert known is not None
    journalist.press.saw(person.id, [one], press.Way.FEED, "a reader")
    journalist.clock.forward(days=364)
    assert journalist.press.forget() == 0
    journalist.clock.forward(days=2)
    assert journalist.press.forget() == 1


def test_a_program_that_asks_again_and_again_is_one_row_an_hour(journalist: Rooms) -> None:
    one = journalist.release()
    person = journalist.desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    known = journalist.press.address(person.id)
    assert known is not None
    for _ in range(3):
        journalist.press.saw(person.id, [one], press.Way.FEED, "a reader")
        journalist.clock.forward(minutes=1)
    journalist.clock.forward(hours=1)
    journalist.press.saw(person.id, [one], press.Way.FEED, "a reader")
    with journalist.database.read() as session:
        found = press.accesses(session, article_id=one.id, limit=10)
    assert [(each.number, each.last_at - each.first_at) for each in found] == [
        (1, timedelta()),
        (3, timedelta(minutes=2)),
    ]


def test_a_person_reads_in_their_own_copy_what_they_opened(journalist: Rooms) -> None:
    one = journalist.release()
    person = journalist.desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    known = journalist.press.address(person.id)
    assert known is not None
    journalist.press.saw(person.id, [one], press.Way.PAGE, "a browser")
    kept = journalist.desk.personal.copy(person.id)
    assert kept is not None
    assert kept["accredited"] == {"until": "2026-12-31T15:00:00+00:00", "divisions": None}
    (look,) = kept["embargo_accesses"]  # type: ignore[misc]
    assert (look["article"], look["way"], look["agent"]) == (one.id, "page", "a browser")


def test_a_step_that_cannot_be_told_keeps_no_other_waiting(journalist: Rooms) -> None:
    broken = journalist.draft("Broken")
    with journalist.database.write() as session:
        journalist.newsdesk.schedule(session, SHELL, broken.id, at=NOW + HOUR, expected=1, embargo=True)
    damage(journalist.database, broken.id)
    sound = journalist.release()
    assert journalist.desk.told(JOURNALIST) == [sound.id]
    with journalist.database.read() as session:
        assert not embargoes.waiting(session)
