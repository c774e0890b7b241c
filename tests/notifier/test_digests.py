"""Digests on a real database: at eight in the city, once, nothing lost and nothing repeated."""

from datetime import datetime

import pytest

from feeds.scope import Scope
from notifier.ledger.runs import EMPTY, SENT, TOO_LATE
from notifier.model import Cadence, Kind
from tests.builders import correct, withdraw
from tests.notifier.conftest import Desk

NOW, DAILY, WEEKLY = Cadence.IMMEDIATE, Cadence.DAILY, Cadence.WEEKLY
READER, OTHER = "reader@example.org", "other@example.org"


def at(desk: Desk, text: str) -> None:
    """Set the clock to a local time of the city."""
    desk.clock.at = datetime.fromisoformat(text).replace(tzinfo=desk.newsroom.city.zone)


def daily(desk: Desk) -> list[tuple[str, str]]:
    return [(day, outcome) for cadence, day, outcome in desk.runs() if cadence == DAILY]


def test_a_daily_digest_goes_out_at_eight_and_not_before(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    change = desk.publish()
    at(desk, "2026-05-21T07:59:59")
    desk.digests.run()
    assert desk.mails(READER) == []
    at(desk, "2026-05-21T08:00:00")
    desk.digests.run()
    (mail,) = desk.mails(READER)
    assert (mail.kind, mail.articles) == (Kind.DIGEST, (change.article_id,))


def test_waking_again_sends_nothing_again(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    desk.publish()
    desk.morning()
    before = desk.counted()
    for _ in range(3):
        desk.clock.forward(minutes=1)
        assert desk.digests.run() == []
    assert desk.counted() == before


def test_a_release_after_the_cut_off_is_in_the_next_digest(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    early = desk.publish("Before eight")
    desk.morning()
    late = desk.publish("After eight")
    desk.morning()
    assert [mail.articles for mail in desk.mails(READER)] == [(early.article_id,), (late.article_id,)]


def test_an_empty_digest_is_recorded_and_not_sent(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    desk.publish()
    desk.morning()
    desk.morning()
    assert daily(desk) == [("2026-05-21", SENT), ("2026-05-22", EMPTY)]
    assert len(desk.mails(READER)) == 1


def test_a_digest_that_holds_nothing_for_a_person_is_not_sent_to_them(desk: Desk) -> None:
    desk.follow(READER, DAILY, "transport")
    desk.follow(OTHER, DAILY, "climate")
    desk.publish(division="climate")
    desk.morning()
    assert (len(desk.mails(READER)), len(desk.mails(OTHER))) == (0, 1)


def test_a_weekly_digest_goes_out_on_monday_with_the_whole_week(desk: Desk) -> None:
    desk.follow(READER, WEEKLY)
    told = []
    for _ in range(4):
        told.append(desk.publish(f"On {desk.clock():%A}").article_id)
        desk.morning()
    assert desk.mails(READER) == []
    desk.morning()
    assert [mail.articles for mail in desk.mails(READER)] == [tuple(told)]


def test_f14_down_over_the_hour_catches_up_once(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    desk.publish()
    at(desk, "2026-05-21T11:00:00")
    desk.digests.run()
    desk.digests.run()
    desk.morning()
    assert len(desk.mails(READER)) == 1
    assert daily(desk) == [("2026-05-21", SENT), ("2026-05-22", EMPTY)]


def test_several_missed_days_become_one_digest_that_states_its_span(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    desk.publish("Seen")
    desk.morning()
    missed = []
    for _ in range(4):
        desk.clock.forward(days=1)
        missed.append(desk.publish(f"Missed on {desk.clock():%A}").article_id)
    at(desk, "2026-05-26T09:00:00")
    desk.digests.run()
    desk.digests.run()
    _, catching_up = desk.mails(READER)
    assert catching_up.articles == tuple(missed)
    assert daily(desk) == [("2026-05-21", SENT), ("2026-05-26", SENT)]
    assert "21" in catching_up.subject + catching_up.text.partition("\n\n")[0]
    assert "26" in catching_up.subject + catching_up.text.partition("\n\n")[0]


def test_what_comes_too_late_is_recorded_and_flows_into_the_next(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    first = desk.publish("Of yesterday")
    at(desk, "2026-05-21T20:00:01")
    assert [run.outcome for run in desk.digests.run() if run.slot.cadence is DAILY] == [TOO_LATE]
    assert desk.mails(READER) == []
    second = desk.publish("Of this evening")
    desk.morning()
    assert [mail.articles for mail in desk.mails(READER)] == [(first.article_id, second.article_id)]


def test_an_alerted_release_is_not_repeated_in_a_digest(desk: Desk) -> None:
    desk.follow(READER, NOW, "climate")
    desk.follow(READER, DAILY)
    alerted = desk.publish("Alerted", division="climate")
    desk.alerts.run()
    other = desk.publish("Not alerted", division="transport")
    desk.alerts.run()
    desk.morning()
    assert [(mail.kind, mail.articles) for mail in desk.mails(READER)] == [
        (Kind.ALERT, (alerted.article_id,)),
        (Kind.DIGEST, (other.article_id,)),
    ]


def test_a_release_digested_before_its_alert_was_planned_is_told_once(desk: Desk) -> None:
    desk.follow(READER, NOW)
    desk.follow(READER, DAILY, "climate")
    change = desk.publish()
    desk.morning()
    desk.alerts.run()
    assert desk.told(READER) == [change.article_id]


def test_a_correction_comes_marked_in_the_next_digest_of_those_who_were_digested(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    change = desk.publish("Night buses run later")
    desk.morning()
    desk.follow(OTHER, DAILY)
    correct(desk.database, change.article_id, "Night buses run earlier", note="The hour.", now=desk.clock())
    desk.alerts.run()
    desk.morning()
    _, marked = desk.mails(READER)
    assert marked.articles == (change.article_id,)
    assert "corrected" in marked.text.lower()
    assert "The hour." in marked.text
    assert desk.mails(OTHER) == []


def test_a_correction_marked_in_a_digest_is_not_repeated(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    change = desk.publish()
    desk.morning()
    correct(desk.database, change.article_id, "Night buses run earlier", now=desk.clock())
    desk.morning()
    desk.morning()
    assert len(desk.mails(READER)) == 2


def test_a_correction_of_an_alerted_release_reaches_by_digest_who_left_the_alerts(desk: Desk) -> None:
    person = desk.follow(READER, NOW, "climate")
    desk.follow(READER, DAILY)
    change = desk.publish(division="climate")
    desk.alerts.run()
    immediate = next(one for one in desk.live(person) if one.cadence is NOW)
    desk.following.stop(person.id, only=immediate.id, reason="page")
    correct(desk.database, change.article_id, "Night buses run earlier", now=desk.clock())
    desk.alerts.run()
    desk.morning()
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.ALERT, Kind.DIGEST]


def test_a_release_corrected_within_the_window_is_told_once_as_it_stands(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    change = desk.publish("First wording")
    correct(desk.database, change.article_id, "Second wording", now=desk.clock())
    desk.morning()
    (mail,) = desk.mails(READER)
    assert mail.articles == (change.article_id,)
    assert "Second wording" in mail.text
    assert "First wording" not in mail.text


def test_a_withdrawn_release_is_in_no_digest(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    gone, kept = desk.publish("Gone"), desk.publish("Kept")
    withdraw(desk.database, gone.article_id, now=desk.clock())
    desk.morning()
    (mail,) = desk.mails(READER)
    assert mail.articles == (kept.article_id,)
    assert "Gone" not in mail.text


def test_a_quiet_publication_is_in_no_digest(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    desk.publish("Ten years old", quiet=True)
    desk.morning()
    assert desk.mails(READER) == []


def test_people_with_the_same_releases_share_one_mailing(desk: Desk) -> None:
    same = ["a@example.org", "b@example.org", "c@example.org"]
    for address in same:
        desk.follow(address, DAILY)
    desk.follow("ko@example.org", DAILY, language="ko")
    desk.follow("climate@example.org", DAILY, "climate")
    desk.publish(division="climate")
    desk.publish(division="transport")
    desk.morning()
    assert len({desk.mails(address)[0].mailing for address in same}) == 1
    every = {desk.mails(address)[0].mailing for address in [*same, "ko@example.org", "climate@example.org"]}
    assert len(every) == 3


def test_the_mail_is_in_the_language_of_the_person(desk: Desk) -> None:
    desk.follow(READER, DAILY, "climate", language="ko")
    desk.publish(division="climate")
    desk.morning()
    (mail,) = desk.mails(READER)
    assert mail.language == "ko"
    assert "기후과" in mail.text


def test_a_release_that_several_wishes_match_is_told_once_with_the_other_headings(desk: Desk) -> None:
    desk.follow(READER, DAILY, "environment")
    desk.follow(READER, DAILY, "climate")
    change = desk.publish("Only once", division="climate")
    desk.morning()
    (mail,) = desk.mails(READER)
    assert mail.articles == (change.article_id,)
    assert mail.text.count(f"/articles/{change.article_id}\n") == 1
    assert "Environment Bureau" in mail.text
    assert "Climate" in mail.text


def test_who_left_gets_no_digest(desk: Desk) -> None:
    person = desk.follow(READER, DAILY)
    desk.publish()
    desk.following.stop(person.id, reason="page")
    desk.morning()
    assert desk.mails(READER) == []


def test_who_follows_after_the_hour_waits_for_the_next_digest(desk: Desk) -> None:
    desk.follow(OTHER, DAILY)
    desk.publish("Before")
    at(desk, "2026-05-21T08:30:00")
    desk.follow(READER, DAILY)
    at(desk, "2026-05-21T09:00:00")
    desk.digests.run()
    change = desk.publish("After")
    desk.morning()
    assert desk.told(READER) == [change.article_id]
    assert len(desk.told(OTHER)) == 2


def test_f56_a_clock_that_jumps_ahead_and_back_repeats_nothing(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    first = desk.publish("Before the jump")
    desk.morning()
    second = desk.publish("During the jump")
    desk.clock.forward(days=1)
    desk.digests.run()
    desk.clock.forward(days=-1)
    desk.digests.run()
    third = desk.publish("After the jump")
    for _ in range(3):
        desk.morning()
    assert desk.told(READER) == [first.article_id, second.article_id, third.article_id]


@pytest.mark.parametrize("count", [41, 60])
def test_a_long_digest_shows_the_newest_and_says_how_many_more_there_are(desk: Desk, count: int) -> None:
    desk.follow(READER, DAILY)
    told = [desk.publish(f"Release number {number:03}").article_id for number in range(count)]
    desk.morning()
    (mail,) = desk.mails(READER)
    assert mail.articles == tuple(told)
    assert f"Release number {count - 1:03}" in mail.text
    assert "Release number 000" not in mail.text
    desk.morning()
    assert len(desk.mails(READER)) == 1


def test_f67_a_digest_on_its_way_is_made_again_without_what_was_withdrawn(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    wrong, right = desk.publish("Wrong from the start"), desk.publish("Right all along")
    desk.morning()
    withdraw(desk.database, wrong.article_id)
    desk.clock.forward(minutes=1)
    desk.digests.run()
    (mail,) = desk.mails(READER)
    assert mail.articles == (right.article_id,)
    assert "Right all along" in mail.text
    assert "Wrong from the start" not in mail.text + mail.subject


def test_a_digest_of_which_all_was_withdrawn_stays_as_it_is_to_be_skipped(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    wrong = desk.publish("Wrong from the start")
    desk.morning()
    withdraw(desk.database, wrong.article_id)
    desk.digests.run()
    (mail,) = desk.mails(READER)
    assert mail.articles == (wrong.article_id,)


@pytest.mark.parametrize("titles", [("The summit", "The meeting"), ("The meeting", "The summit")])
def test_words_are_looked_for_in_a_release_as_it_was_published_and_as_it_stands(
    desk: Desk, titles: tuple[str, str]
) -> None:
    for address, cadence in ((READER, DAILY), (OTHER, NOW)):
        desk.wish(address, cadence, Scope(words="summit"))
    before, after = titles
    number = desk.publish(before).article_id
    correct(desk.database, number, after, now=desk.clock())
    desk.alerts.run()
    desk.morning()
    assert desk.told(READER) == desk.told(OTHER) == [number]
    (mail,) = desk.mails(READER)
    assert ("Words found: summit" in mail.text) is (after == "The summit"), "no word is named that is not there"


def test_a_correction_that_takes_the_word_out_reaches_who_was_told_of_it(desk: Desk) -> None:
    desk.wish(READER, DAILY, Scope(words="summit"))
    number = desk.publish("The summit").article_id
    desk.morning()
    correct(desk.database, number, "The meeting", now=desk.clock())
    desk.morning()
    assert desk.told(READER) == [number, number]
