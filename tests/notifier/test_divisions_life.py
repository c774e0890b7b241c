"""Who followed a division goes on following it when it is renamed, merged or retired. On both engines."""

from dataclasses import replace
from datetime import date

import pytest

from feeds import words
from feeds.model import City, Newsroom
from feeds.scope import Scope
from feeds.store import divisions
from notifier import messages
from notifier.ledger import subscribers
from notifier.messages import Letters
from notifier.model import Cadence, Kind
from tests.builders import BASE_URL
from tests.notifier.conftest import Desk, make_desk

READER = "reader@example.org"
IMMEDIATE, DAILY = Cadence.IMMEDIATE, Cadence.DAILY


def _after(city: City, **life: dict[str, object]) -> City:
    """The city file after somebody changed what it says of these divisions."""
    return replace(
        city,
        divisions=tuple(replace(one, **life.get(one.slug, {})) for one in city.divisions),  # type: ignore[arg-type]
    )


def restarted(desk: Desk, city: City) -> Desk:
    """The service over the same database with another city file."""
    with desk.database.write() as session:
        divisions.sync(session, city)
    newsroom = Newsroom(city, BASE_URL)
    letters = Letters(newsroom, words.load("feeds", "notifier"), messages.environment())
    made = make_desk(desk.database, newsroom, letters)
    made.clock.at = desk.clock.at
    return made


@pytest.fixture
def renamed(city: City) -> City:
    """Climate is called Air now."""
    return _after(city, climate={"slug": "air", "names": {"en": "Air", "ko": "대기과"}, "former": ("climate",)})


@pytest.fixture
def merged(city: City) -> City:
    """Climate was taken over by Water."""
    return _after(city, climate={"retired": date(2026, 5, 20), "successor": "water"})


def test_who_followed_an_old_slug_is_alerted_of_the_new_one_once(desk: Desk, renamed: City) -> None:
    desk.follow(READER, IMMEDIATE, "climate")
    later = restarted(desk, renamed)
    later.publish("A new hour for air", division="air")
    assert later.alerts.run().planned == 1
    assert later.alerts.run().planned == 0
    (mail,) = later.mails(READER)
    assert mail.kind is Kind.ALERT
    assert "Air" in mail.text


def test_who_followed_an_old_slug_gets_the_digest_once_under_the_present_name(desk: Desk, renamed: City) -> None:
    desk.follow(READER, DAILY, "climate")
    before = desk.publish("Before the change", division="climate")
    later = restarted(desk, renamed)
    after = later.publish("After the change", division="air")
    later.morning()
    (mail,) = later.mails(READER)
    assert mail.articles == (before.article_id, after.article_id)
    assert "Air" in mail.text
    assert "Climate" not in mail.text
    later.morning()
    assert len(later.mails(READER)) == 1


def test_who_followed_a_division_follows_its_successor(desk: Desk, merged: City) -> None:
    desk.follow(READER, IMMEDIATE, "climate")
    desk.follow("digest@example.org", DAILY, "climate")
    later = restarted(desk, merged)
    later.publish("By the successor", division="water")
    assert later.alerts.run().planned == 1
    later.morning()
    (mail,) = later.mails("digest@example.org")
    assert "By the successor" in mail.text
    assert "Climate" not in mail.text


def test_two_wishes_that_became_one_tell_of_a_release_once_and_name_it_once(desk: Desk, merged: City) -> None:
    desk.follow(READER, DAILY, "climate")
    desk.follow(READER, DAILY, "water")
    desk.follow(READER, IMMEDIATE, "environment")
    later = restarted(desk, merged)
    change = later.publish("By the successor", division="water")
    assert later.alerts.run().planned == 1
    later.morning()
    assert later.told(READER) == [change.article_id]


def test_a_digest_of_two_wishes_that_became_one_does_not_name_the_heading_twice(desk: Desk, merged: City) -> None:
    desk.follow(READER, DAILY, "climate")
    desk.follow(READER, DAILY, "water")
    later = restarted(desk, merged)
    later.publish("By the successor", division="water")
    later.morning()
    (mail,) = later.mails(READER)
    assert "Also in" not in mail.text


def test_what_is_followed_is_named_as_it_is_called_today(desk: Desk, renamed: City) -> None:
    person = desk.follow(READER, DAILY, "climate")
    later = restarted(desk, renamed)
    (one,) = later.live(person)
    assert later.following.labels(one.scope, "en") == ["Air"]
    assert later.following.labels(one.scope, "ko") == ["대기과"]


def test_two_divisions_that_became_one_are_named_once(desk: Desk, merged: City) -> None:
    later = restarted(desk, merged)
    assert later.following.labels(Scope(("climate", "water")), "en") == ["Water"]


def test_asking_again_under_the_present_name_makes_no_second_subscription(desk: Desk, renamed: City) -> None:
    person = desk.follow(READER, DAILY, "climate")
    waiting = desk.publish("Not told yet", division="climate")
    later = restarted(desk, renamed)
    later.follow(READER, DAILY, "air")
    (one,) = later.live(person)
    assert one.scope == Scope(("air",))
    later.morning()
    assert later.told(READER) == [waiting.article_id]


def test_asking_under_the_old_name_is_asking_under_the_present_one(desk: Desk, renamed: City) -> None:
    later = restarted(desk, renamed)
    person = later.follow(READER, DAILY, "climate")
    later.follow(READER, DAILY, "air")
    assert [one.scope for one in later.live(person)] == [Scope(("air",))]


def test_a_wish_from_before_the_change_is_confirmed_after_it(desk: Desk, renamed: City) -> None:
    desk.following.ask(READER, Scope(("climate",)), DAILY, language="en")
    later = restarted(desk, renamed)
    person = later.following.confirm(1)
    wish = later.following.waiting(1)
    assert person is not None
    assert wish is not None
    assert later.following.is_followed(wish)
    assert [one.scope for one in later.live(person)] == [Scope(("air",))]
    later.following.stop(person.id, reason="page")
    assert not later.following.is_followed(wish)


def test_one_who_follows_both_an_old_and_a_present_wish_loses_neither(desk: Desk, renamed: City) -> None:
    """Where both are there already, nothing is merged: a cursor that moved would lose a release."""
    person = desk.follow(READER, DAILY, "climate")
    with desk.database.write() as session:
        subscribers.follow(session, person.id, Scope(("air",)), IMMEDIATE, now=desk.clock())
    waiting = desk.publish("Not told yet", division="climate")
    later = restarted(desk, renamed)
    later.follow(READER, DAILY, "air")
    later.morning()
    assert later.told(READER) == [waiting.article_id]


def test_a_retired_division_that_issues_nothing_mails_nobody_and_ends_no_subscription(desk: Desk, city: City) -> None:
    person = desk.follow(READER, DAILY, "transport")
    later = restarted(desk, _after(city, transport={"retired": date(2026, 5, 20)}))
    later.publish("Of another division", division="water")
    later.morning()
    assert later.mails(READER) == []
    assert len(later.live(person)) == 1


def test_a_bureau_that_was_replaced_goes_on_for_who_followed_it(desk: Desk, city: City) -> None:
    desk.follow(READER, IMMEDIATE, "environment")
    gone: dict[str, object] = {"retired": date(2026, 5, 20), "successor": "transport"}
    below: dict[str, object] = {"parent": "transport"}
    later = restarted(desk, _after(city, environment=gone, climate=below, water=below))
    later.publish("Of a division that moved", division="climate")
    assert later.alerts.run().planned == 1
