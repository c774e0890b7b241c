"""A person's own mail on a real database: a pause, another address, no pictures, a copy, an end and its taking back."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from feeds.model import Picture
from feeds.scope import Scope
from feeds.store import articles, reading
from feeds.store.articles import Filing
from notifier.ledger import own_mail, revocations, subscribers, suppressions
from notifier.ledger import press as ledger_press
from notifier.ledger.tables import delivery, move, signup
from notifier.model import Cadence, DeliveryState, Kind, Subscriber
from notifier.personal import MOVES_A_DAY
from tests.builders import content, correct
from tests.notifier.conftest import Desk

NOW, DAILY, WEEKLY = Cadence.IMMEDIATE, Cadence.DAILY, Cadence.WEEKLY
READER, ELSEWHERE = "reader@example.org", "elsewhere@example.org"
BACK = date(2026, 5, 24)


def at(desk: Desk, text: str) -> None:
    desk.clock.at = datetime.fromisoformat(text).replace(tzinfo=desk.newsroom.city.zone)
    desk.alerts.run()
    desk.digests.run()


def away(desk: Desk, *cadences: Cadence, catch_up: bool = True) -> Subscriber:
    """Somebody who follows climate at the first cadence and water at the second, and pauses until the 24th."""
    person = [
        desk.follow(READER, cadence, slug) for cadence, slug in zip(cadences, ("climate", "water"), strict=False)
    ][-1]
    desk.personal.pause(person.id, BACK, catch_up=catch_up)
    return person


def test_who_pauses_gets_nothing_until_the_day_and_then_one_digest_of_it_all(desk: Desk) -> None:
    away(desk, NOW, DAILY)
    one = desk.publish(division="climate").article_id
    at(desk, "2026-05-21T08:00:00")
    two = desk.publish(division="water").article_id
    at(desk, "2026-05-24T07:59:00")
    assert desk.told(READER) == []
    at(desk, "2026-05-24T08:00:00")
    (mail,) = desk.mails(READER)
    assert (mail.kind, sorted(mail.articles)) == (Kind.DIGEST, [one, two])
    assert "20 to 24 May" in mail.text
    assert "your pause is over" in " ".join(mail.text.split())
    at(desk, "2026-05-25T08:00:00")
    assert len(desk.mails(READER)) == 1


def test_who_wants_nothing_afterwards_goes_on_with_what_is_new(desk: Desk) -> None:
    away(desk, NOW, DAILY, catch_up=False)
    for division in ("climate", "water"):
        desk.publish(division=division)
    at(desk, "2026-05-24T08:00:00")
    assert desk.mails(READER) == []
    alerted = desk.publish(division="climate").article_id
    digested = desk.publish(division="water").article_id
    at(desk, "2026-05-25T08:00:00")
    assert desk.told(READER) == [alerted, digested]


def test_a_digest_skipped_in_a_pause_does_not_lose_what_came_before_it(desk: Desk) -> None:
    """The last digest was yesterday at eight; the pause began at noon."""
    desk.follow(READER, DAILY)
    before = desk.publish().article_id
    person = desk.follow(READER, DAILY)
    desk.personal.pause(person.id, BACK, catch_up=True)
    at(desk, "2026-05-24T08:00:00")
    assert desk.told(READER) == [before]


def test_what_came_out_before_a_pause_is_in_the_next_digest_where_nothing_of_the_pause_is_wanted(
    desk: Desk,
) -> None:
    """Two pauses between one weekly digest and the next; what came between them is told too."""
    person = desk.follow(READER, WEEKLY)
    before = desk.publish("Before the first").article_id
    desk.personal.pause(person.id, BACK, catch_up=False)
    desk.publish("In the first")
    at(desk, "2026-05-24T08:00:00")
    between = desk.publish("Between them").article_id
    desk.personal.pause(person.id, date(2026, 5, 26), catch_up=False)
    at(desk, "2026-05-25T08:00:00")
    desk.publish("In the second")
    at(desk, "2026-05-26T08:00:00")
    after = desk.publish("After both").article_id
    assert desk.told(READER) == []
    at(desk, "2026-06-01T08:00:00")
    assert desk.told(READER) == [before, between, after]
    with desk.database.read() as session:
        assert own_mail.rests(session) == {}, "nothing is kept that everything has gone past"


def test_nothing_of_a_pause_is_alerted_by_a_change_of_cadence_after_it(desk: Desk) -> None:
    person = desk.follow(READER, WEEKLY)
    before = desk.publish("Before").article_id
    desk.personal.pause(person.id, BACK, catch_up=False)
    desk.publish("In it")
    at(desk, "2026-05-24T08:00:00")
    desk.change(person, NOW)
    desk.alerts.run()
    assert desk.told(READER) == [before]


def test_who_pauses_before_an_alert_is_planned_gets_what_came_out_before(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    before = desk.publish("Before").article_id
    desk.personal.pause(person.id, BACK, catch_up=False)
    desk.publish("In it")
    desk.alerts.run()
    assert desk.told(READER) == [before]


def test_a_pause_that_is_ended_early_catches_up_at_once(desk: Desk) -> None:
    person = away(desk, NOW)
    one = desk.publish(division="climate").article_id
    at(desk, "2026-05-21T12:00:00")
    desk.personal.resume(person.id)
    desk.digests.run()
    two = desk.publish(division="climate").article_id
    desk.alerts.run()
    assert desk.told(READER) == [one, two]


def test_a_pause_made_longer_still_holds_all_of_it(desk: Desk) -> None:
    person = away(desk, NOW)
    one = desk.publish(division="climate").article_id
    at(desk, "2026-05-22T12:00:00")
    desk.personal.pause(person.id, date(2026, 5, 30), catch_up=True)
    at(desk, "2026-05-24T08:00:00")
    assert desk.told(READER) == []
    at(desk, "2026-05-30T08:00:00")
    assert desk.told(READER) == [one]


def test_what_was_told_before_a_pause_is_not_told_after_it_but_its_correction_is(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    one = desk.publish().article_id
    two = desk.publish().article_id
    desk.alerts.run()
    desk.personal.pause(person.id, BACK, catch_up=True)
    correct(desk.database, two, "Night buses run earlier", note="The hour.", now=desk.clock())
    at(desk, "2026-05-24T08:00:00")
    assert desk.told(READER) == [one, two, two]
    assert "The hour." in desk.mails(READER)[-1].text


@pytest.mark.parametrize("until", [date(2026, 5, 20), date(2026, 5, 1), date(2027, 6, 1), date(1, 1, 1)])
def test_a_pause_ends_within_a_year_from_now(desk: Desk, until: date) -> None:
    person = desk.follow(READER, DAILY)
    with pytest.raises((ValueError, OverflowError)):
        desk.personal.pause(person.id, until, catch_up=True)


def test_mail_without_pictures_links_to_them_and_others_still_see_them(desk: Desk) -> None:
    plain = desk.follow(READER, NOW)
    desk.follow(ELSEWHERE, NOW)
    desk.personal.set_look(plain.id, language="en", pictures=False)
    bus = Picture(caption="A bus", credit="City", alt="Bus 609", media=f"{'ab' * 32}.jpg", width=2000, height=1000)
    with desk.database.write() as session:
        one = articles.add(
            session,
            content(pictures=(bus,)),
            filing=Filing(division="climate"),
            authority="a.test,2026",
            now=desk.clock(),
        )
        articles.publish(session, one.id, fallback_division="press", now=desk.clock())
        assert reading.get(session, one.id).content.pictures
    desk.alerts.run()
    shown, hidden = desk.mails(ELSEWHERE)[-1].mailing, desk.mails(READER)[-1].mailing
    assert shown != hidden


def asked(desk: Desk, person: Subscriber, address: str = ELSEWHERE) -> int:
    """Ask to be written to at another address; answers the request's id."""
    desk.personal.ask_to_move(person.id, address)
    with desk.database.read() as session:
        return session.execute(select(signup.c.id).order_by(signup.c.id.desc()).limit(1)).scalar_one()


def undo_id(desk: Desk) -> int:
    with desk.database.read() as session:
        return session.execute(select(move.c.delivery_id).order_by(move.c.delivery_id.desc()).limit(1)).scalar_one()


def test_a_new_address_confirms_and_the_old_one_is_told(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    request = asked(desk, person)
    assert [mail.kind for mail in desk.mails(ELSEWHERE)] == [Kind.ADDRESS_CONFIRM]
    one = desk.publish().article_id
    desk.alerts.run()
    moved = desk.personal.move(request)
    assert moved is not None
    assert (moved.id, moved.address) == (person.id, ELSEWHERE)
    two = desk.publish().article_id
    desk.alerts.run()
    assert desk.told(ELSEWHERE) == [one, two], "what was on its way goes to the new address"
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.ADDRESS_CHANGED]
    assert ELSEWHERE not in desk.mails(READER)[0].text
    assert desk.personal.move(request) == moved


def test_until_the_new_address_confirms_nothing_changes_and_after_48_hours_nothing_is_kept(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    request = asked(desk, person)
    assert desk.following.confirm(request) is None
    desk.clock.forward(hours=48)
    assert desk.following.destroy_expired() == 1
    assert desk.personal.move(request) is None
    assert desk.mails(ELSEWHERE) == []


def test_the_old_address_takes_a_change_back_within_seven_days_and_once(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    desk.personal.move(asked(desk, person))
    told = undo_id(desk)
    desk.clock.forward(days=7, seconds=-1)
    assert desk.personal.undo_move(told)
    desk.publish()
    desk.alerts.run()
    assert len(desk.told(READER)) == 1
    assert not desk.personal.undo_move(told)


def test_a_change_is_kept_for_seven_days_and_then_forgotten(desk: Desk) -> None:
    desk.personal.move(asked(desk, desk.follow(READER, NOW)))
    told = undo_id(desk)
    desk.clock.forward(days=7)
    assert not desk.personal.undo_move(told)
    assert desk.personal.forget_moves() == 1


def test_moving_to_an_address_that_follows_something_makes_one_person_of_two(desk: Desk) -> None:
    other = desk.follow(ELSEWHERE, DAILY, "water")
    desk.follow(READER, NOW, "water")
    person = desk.follow(READER, WEEKLY, "climate")
    moved = desk.personal.move(asked(desk, person))
    assert moved is not None
    assert moved.id == other.id
    assert {(str(one.scope), one.cadence) for one in desk.live(other)} == {
        ("division=water", DAILY),
        ("division=climate", WEEKLY),
    }
    assert desk.live(person) == []


def test_b12_nobody_uses_a_change_of_address_to_write_to_strangers(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    for number in range(MOVES_A_DAY + 3):
        desk.personal.ask_to_move(person.id, f"stranger{number}@example.org")
    assert desk.counted()["signup"] == MOVES_A_DAY


def test_a_copy_holds_everything_and_is_json(desk: Desk) -> None:
    desk.following.ask(READER, Scope(("climate",)), NOW, language="ko")
    person = desk.following.confirm(1)
    assert person is not None
    desk.publish()
    desk.alerts.run()
    desk.following.stop(person.id, reason="page")
    kept = json.loads(json.dumps(desk.personal.copy(person.id)))
    assert (kept["address"], kept["language"], kept["hour"], kept["zone"]) == (READER, "ko", 8, "Asia/Seoul")
    assert [(one["scope"], one["end_reason"]) for one in kept["follows"]] == [("division=climate", "page")]
    assert [one["source"] for one in kept["consents"]] == ["page"]
    assert {one["kind"] for one in kept["mails"]} == {"confirmation", "welcome", "alert"}


def test_a_copy_holds_the_mails_to_an_address_before_and_none_to_a_stranger(desk: Desk) -> None:
    person = desk.follow(READER, NOW, "climate")
    desk.publish("While at the first", division="climate")
    desk.alerts.run()
    desk.personal.move(asked(desk, person))
    asked(desk, person, "third@example.org")
    kept = json.loads(json.dumps(desk.personal.copy(person.id)))
    kinds = [one["kind"] for one in kept["mails"]]
    assert sorted(kinds) == ["address_changed", "address_confirm", "alert"]


def test_who_has_followed_nothing_for_so_long_is_erased_and_nobody_else(desk: Desk) -> None:
    gone, goes_on = desk.follow(READER, NOW, "climate"), desk.follow("b@example.org", DAILY)
    back, press = desk.follow("c@example.org", DAILY), desk.follow("d@example.org", DAILY)
    with desk.database.write() as session:
        until = desk.clock() + timedelta(days=365)
        ledger_press.accredit(session, press.id, until=until, divisions=None, by="test", now=desk.clock())
    for one in (gone, back, press):
        desk.following.stop(one.id, reason="one click")
    desk.clock.at += timedelta(days=80)
    desk.follow("c@example.org", DAILY)
    desk.clock.at += timedelta(days=9, hours=23)
    assert desk.forgetting.run() == 0
    desk.clock.at += timedelta(hours=1)
    assert desk.forgetting.run() == 1
    assert desk.forgetting.run() == 0
    with desk.database.read() as session:
        assert subscribers.get(session, gone.id) is None
        assert all(subscribers.get(session, one.id) for one in (goes_on, back, press))


def test_what_is_kept_of_the_erased_is_kept_no_longer_than_a_list_may_be_old(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    desk.personal.erase(person.id)
    hashes = desk.personal.tokens.address_hashes(READER)
    for days, known in ((729, 1), (1, 0)):
        desk.clock.at += timedelta(days=days)
        desk.forgetting.run()
        with desk.database.read() as session:
            assert len(revocations.among(session, hashes)) == known


def test_erasing_leaves_no_address_anywhere_but_a_hash_that_must_stay(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    desk.personal.move(asked(desk, person))
    asked(desk, person, "third@example.org")
    hashes = desk.personal.tokens.address_hashes(ELSEWHERE)
    with desk.database.write() as session:
        suppressions.add(session, hashes[0], reason="complaint", source="test", now=desk.clock())
    desk.personal.erase(person.id)
    desk.personal.erase(person.id)
    assert desk.personal.copy(person.id) is None
    with desk.database.read() as session:
        addresses = session.execute(select(delivery.c.address, delivery.c.state)).all()
        assert suppressions.find(session, hashes) is not None
        assert session.execute(select(move)).all() == session.execute(select(signup)).all() == []
    assert all("@" not in address for address, _ in addresses)
    assert DeliveryState.PENDING not in {state for _, state in addresses}


def test_an_end_is_taken_back_within_the_hour_and_nothing_is_missed(desk: Desk) -> None:
    desk.follow(READER, NOW, "climate")
    person = desk.follow(READER, DAILY, "water")
    desk.clock.forward(minutes=5)
    desk.following.stop(person.id, reason="page")
    missed = desk.publish(division="climate").article_id
    desk.alerts.run()
    desk.clock.forward(minutes=59)
    assert desk.personal.take_back_end(person.id) == 2
    assert desk.personal.take_back_end(person.id) == 0
    desk.alerts.run()
    assert desk.told(READER) == [missed]


def test_an_end_is_not_taken_back_later_nor_one_that_a_complaint_made(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    desk.following.stop(person.id, reason="complaint")
    assert desk.personal.take_back_end(person.id) == 0
    desk.follow(READER, NOW)
    desk.following.stop(person.id, reason="page")
    desk.clock.at += timedelta(hours=1, seconds=1)
    assert desk.personal.take_back_end(person.id) == 0


def test_who_follows_for_the_first_time_is_welcomed_once(desk: Desk) -> None:
    for number, slug in enumerate(("climate", "water"), start=1):
        desk.following.ask(READER, Scope((slug,)), DAILY, language="en")
        desk.following.confirm(number)
    (mail,) = desk.mails(READER, Kind.WELCOME)
    assert "Climate" in mail.text
    assert "at 08:00" in mail.text
