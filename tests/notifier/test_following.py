"""A resident's way through the ledger: asking, confirming, changing, leaving, and what is destroyed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.scope import Scope
from notifier.budgets import FROM_EVERYBODY, BudgetSpent
from notifier.following import MAILS_A_DAY
from notifier.ledger import erasing, signups, suppressions
from notifier.ledger.tables import consent, delivery, subscriber, subscription
from notifier.model import Cadence, DeliveryState, Kind, Subscriber
from tests.notifier.conftest import Desk

NOW, DAILY, WEEKLY = Cadence.IMMEDIATE, Cadence.DAILY, Cadence.WEEKLY
READER = "reader@example.org"
CLIMATE = Scope(("climate",))


def ask(desk: Desk, address: str = READER, scope: Scope = CLIMATE, cadence: Cadence = DAILY) -> int:
    """Ask to follow; answers the newest sign-up's id, which its mail carries."""
    desk.following.ask(address, scope, cadence, language="en")
    number = 0
    while desk.following.waiting(number + 1) is not None:
        number += 1
    return number


def confirm(desk: Desk, signup_id: int) -> Subscriber:
    person = desk.following.confirm(signup_id)
    assert person is not None
    return person


def at_once(press: Callable[[], object], times: int = 4) -> None:
    """Press a button from several threads together; whatever one of them meets is raised here."""
    start = threading.Barrier(times)

    def pressed(_number: int) -> None:
        start.wait(timeout=30)
        press()

    with ThreadPoolExecutor(times) as threads:
        list(threads.map(pressed, range(times)))


def subscribed(desk: Desk) -> int:
    with desk.database.read() as session:
        return len(session.execute(select(subscription.c.id)).all())


def test_until_the_person_confirms_nothing_is_sent_but_the_confirmation(desk: Desk) -> None:
    ask(desk, cadence=NOW)
    desk.publish()
    desk.alerts.run()
    desk.morning()
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.CONFIRMATION]
    with desk.database.read() as session:
        assert session.execute(select(subscriber)).all() == []


def test_who_confirms_follows_what_was_asked_for_from_then_on(desk: Desk) -> None:
    signup_id = ask(desk, cadence=NOW)
    before = desk.publish("Before")
    confirm(desk, signup_id)
    after = desk.publish("After")
    desk.alerts.run()
    assert desk.told(READER) == [after.article_id]
    assert before.article_id not in desk.told(READER)


def test_b21_confirming_twice_makes_one_subscription(desk: Desk) -> None:
    signup_id = ask(desk)
    assert confirm(desk, signup_id) == confirm(desk, signup_id)
    assert subscribed(desk) == 1


def test_b21_confirming_two_mails_of_the_same_wish_makes_one_subscription(desk: Desk) -> None:
    first, second = ask(desk), ask(desk)
    assert confirm(desk, first) == confirm(desk, second)
    assert subscribed(desk) == 1


def test_b21_confirming_from_several_devices_at_once_makes_one_subscription(desk: Desk) -> None:
    signup_id = ask(desk)
    at_once(lambda: desk.following.confirm(signup_id))
    assert subscribed(desk) == 1


def test_b21_confirming_several_mails_at_once_makes_one_subscription(desk: Desk) -> None:
    signups = iter([ask(desk), ask(desk), ask(desk)])
    at_once(lambda: desk.following.confirm(next(signups)), times=3)
    assert subscribed(desk) == 1


def test_the_second_press_after_leaving_does_not_bring_the_person_back(desk: Desk) -> None:
    signup_id = ask(desk)
    person = confirm(desk, signup_id)
    desk.following.stop(person.id, reason="page")
    confirm(desk, signup_id)
    assert desk.live(person) == []


def test_asking_for_the_same_with_another_cadence_changes_the_cadence(desk: Desk) -> None:
    confirm(desk, ask(desk, cadence=DAILY))
    person = confirm(desk, ask(desk, cadence=WEEKLY))
    assert [one.cadence for one in desk.live(person)] == [WEEKLY]


def test_each_confirmation_is_a_record_of_consent(desk: Desk) -> None:
    confirm(desk, ask(desk))
    desk.clock.forward(hours=1)
    confirm(desk, ask(desk, scope=Scope()))
    with desk.database.read() as session:
        rows = session.execute(select(consent.c.at, consent.c.language, consent.c.source).order_by(consent.c.id)).all()
    assert [tuple(row) for row in rows] == [
        (desk.clock() - timedelta(hours=1), "en", "page"),
        (desk.clock(), "en", "page"),
    ]


def test_unconfirmed_sign_ups_are_destroyed_after_48_hours_with_their_mails(desk: Desk) -> None:
    empty = desk.counted()
    signup_id = ask(desk)
    desk.clock.forward(hours=48, seconds=-1)
    assert desk.following.destroy_expired() == 0
    assert desk.following.waiting(signup_id) is not None
    desk.clock.forward(seconds=1)
    assert desk.following.destroy_expired() == 1
    assert desk.following.waiting(signup_id) is None
    assert desk.following.confirm(signup_id) is None
    assert desk.counted() == empty
    assert desk.following.destroy_expired() == 0


def test_destroying_a_sign_up_leaves_what_was_confirmed_and_told(desk: Desk) -> None:
    person = confirm(desk, ask(desk, cadence=NOW))
    desk.publish()
    desk.alerts.run()
    ask(desk, scope=Scope())
    desk.clock.forward(days=3)
    desk.following.destroy_expired()
    assert len(desk.live(person)) == 1
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.WELCOME, Kind.ALERT]


def test_b12_an_address_gets_three_confirmations_a_day_and_is_asked_again_the_day_after(desk: Desk) -> None:
    for _ in range(60):
        desk.following.ask(READER, CLIMATE, DAILY, language="en")
    assert len(desk.mails(READER)) == MAILS_A_DAY == 3
    assert desk.counted()["signup"] == 3
    desk.following.ask("another@example.org", CLIMATE, DAILY, language="en")
    assert len(desk.mails("another@example.org")) == 1
    desk.clock.forward(days=1, seconds=1)
    desk.following.ask(READER, CLIMATE, DAILY, language="en")
    assert len(desk.mails(READER)) == 4


def test_b12_an_address_gets_three_links_to_manage_a_day(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    for _ in range(20):
        desk.clock.forward(minutes=1)
        desk.following.ask_for_link(READER, language="en")
    assert len(desk.mails(READER, Kind.MANAGE_LINK)) == 3
    desk.clock.forward(days=1)
    desk.following.ask_for_link(READER, language="ko")
    assert [mail.language for mail in desk.mails(READER, Kind.MANAGE_LINK)] == ["en", "en", "en", "ko"]


def test_a_link_asked_for_twice_in_the_same_instant_is_mailed_once(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    desk.following.ask_for_link(READER, language="en")
    desk.following.ask_for_link(READER, language="en")
    assert len(desk.mails(READER, Kind.MANAGE_LINK)) == 1


def test_an_unknown_address_gets_no_link_to_manage(desk: Desk) -> None:
    desk.following.ask_for_link(READER, language="en")
    assert desk.mails(READER) == []


def test_b11_somebody_known_is_asked_to_confirm_and_shown_the_way_to_manage(desk: Desk) -> None:
    desk.follow(READER, WEEKLY)
    ask(desk)
    ask(desk, "new@example.org")
    (known,), (new,) = desk.mails(READER), desk.mails("new@example.org")
    assert (known.kind, new.kind) == (Kind.CONFIRMATION, Kind.CONFIRMATION)
    assert "manage" in known.text
    assert "manage" not in new.text


def test_b24_leaving_twice_is_harmless(desk: Desk) -> None:
    person = desk.follow(READER, DAILY)
    desk.follow(READER, NOW, "climate")
    assert desk.following.stop(person.id, reason="one click") == 2
    assert desk.following.stop(person.id, reason="one click") == 0
    assert desk.following.stop(4242, reason="one click") == 0


def test_what_ended_stays_as_history_with_its_reason(desk: Desk) -> None:
    person = desk.follow(READER, DAILY)
    desk.change(person, WEEKLY)
    desk.following.stop(person.id, reason="one click")
    with desk.database.read() as session:
        rows = session.execute(
            select(subscription.c.cadence, subscription.c.end_reason, subscription.c.ended_at).order_by(
                subscription.c.id
            )
        ).all()
    assert [tuple(row) for row in rows] == [("daily", "changed", desk.clock()), ("weekly", "one click", desk.clock())]


def test_b26_nobody_changes_or_stops_what_another_follows(desk: Desk) -> None:
    mine, other = desk.follow(READER, DAILY), desk.follow("other@example.org", DAILY)
    (foreign,) = desk.live(other)
    assert desk.following.change(mine.id, foreign.id, WEEKLY) is False
    assert desk.following.stop(mine.id, only=foreign.id, reason="page") == 0
    assert desk.live(other) == [foreign]


def test_changing_the_cadence_from_several_devices_at_once_leaves_one_subscription(desk: Desk) -> None:
    person = desk.follow(READER, DAILY)
    (one,) = desk.live(person)
    at_once(lambda: desk.following.change(person.id, one.id, WEEKLY))
    assert [one.cadence for one in desk.live(person)] == [WEEKLY]


def test_who_confirms_again_is_written_to_again(desk: Desk) -> None:
    hashes = desk.following.tokens.address_hashes(READER)
    with desk.database.write() as session:
        suppressions.add(session, hashes[0], reason="bounced", source="test", now=desk.clock())
    confirm(desk, ask(desk))
    with desk.database.read() as session:
        assert suppressions.find(session, hashes) is None


@pytest.mark.parametrize(("language", "names"), [("en", ["Climate", "Water"]), ("ko", ["기후과", "물과"])])
def test_a_scope_is_named_in_the_language_of_the_reader(desk: Desk, language: str, names: list[str]) -> None:
    assert desk.following.labels(Scope(("water", "climate")), language) == names
    assert desk.following.labels(Scope(), language) == []


def test_a_wish_for_a_division_that_left_the_city_file_does_not_read_as_one_for_everything(desk: Desk) -> None:
    assert desk.following.labels(Scope(("gone",)), "en") == ["gone"]


def test_no_id_that_a_link_carries_is_given_twice(desk: Desk) -> None:
    desk.following.ask("first@example.org", Scope(), Cadence.DAILY, language="en")
    first = desk.follow("gone@example.org", Cadence.DAILY)
    desk.clock.forward(hours=49)
    desk.following.destroy_expired()
    with desk.database.write() as session:
        assert erasing.erase(session, ["gone@example.org"])
    assert desk.following.waiting(1) is None
    desk.following.ask("second@example.org", Scope(), Cadence.DAILY, language="en")
    assert desk.following.waiting(1) is None
    assert desk.follow("other@example.org", Cadence.DAILY).id != first.id


def test_erasing_a_person_keeps_the_balance_and_nothing_else(desk: Desk) -> None:
    desk.follow("gone@example.org", Cadence.IMMEDIATE)
    desk.publish()
    desk.alerts.run()
    with desk.database.write() as session:
        assert erasing.erase(session, ["gone@example.org"])
        assert not erasing.erase(session, ["gone@example.org"])
    assert desk.mails("gone@example.org") == []
    assert desk.counted()["delivery"] == 1
    assert desk.counted()["notice"] == 0


def test_a_flood_of_sign_ups_is_not_turned_into_mails_to_strangers(desk: Desk) -> None:
    with desk.database.write() as session:
        for n in range(FROM_EVERYBODY):
            address = f"stranger{n}@example.org"
            signups.add(session, address=address, scope=Scope(), cadence=Cadence.DAILY, language="en", now=desk.clock())
    with pytest.raises(BudgetSpent, match="everybody"):
        desk.following.ask("one.more@example.org", Scope(), Cadence.DAILY, language="en")
    assert desk.mails("one.more@example.org") == []
    desk.clock.forward(hours=1, seconds=1)
    desk.following.ask("one.more@example.org", Scope(), Cadence.DAILY, language="en")
    assert len(desk.mails("one.more@example.org")) == 1


@pytest.mark.parametrize(("language", "word"), [("en", "All releases"), ("ko", "모든 보도자료")])
def test_a_confirmation_says_what_it_is_for_even_where_that_is_everything(desk: Desk, language: str, word: str) -> None:
    desk.following.ask("reader@example.org", Scope(), Cadence.DAILY, language=language)
    (mail,) = desk.mails("reader@example.org")
    assert word in mail.text


def test_leaving_while_changing_leaves_nothing_followed_or_one_whole_change(desk: Desk) -> None:
    """In one order or the other: never both the end of the old wish and a new one that nobody asked to keep."""
    for round_ in range(12):
        person = desk.follow(f"reader{round_}@example.org", DAILY)
        (one,) = desk.live(person)
        with ThreadPoolExecutor(2) as both:
            left = both.submit(desk.following.stop, person.id, reason="page")
            changed = both.submit(desk.following.change, person.id, one.id, WEEKLY)
        assert (len(desk.live(person)), left.result()) in ((0, 1), (0, 2))
        assert changed.result() in (True, False)


def test_the_days_budget_of_an_address_holds_however_many_ask_at_once(desk: Desk) -> None:
    with ThreadPoolExecutor(6) as several:
        list(several.map(lambda _: desk.following.ask(READER, CLIMATE, DAILY, language="en"), range(6)))
    assert len(desk.mails(READER)) == MAILS_A_DAY


def test_mail_on_its_way_to_somebody_erased_is_skipped(desk: Desk) -> None:
    desk.follow("gone@example.org", NOW)
    desk.publish()
    desk.alerts.run()
    with desk.database.write() as session:
        erasing.erase(session, ["gone@example.org"])
        states = session.execute(select(delivery.c.state)).scalars().all()
    assert states == [DeliveryState.SKIPPED_LEFT]
