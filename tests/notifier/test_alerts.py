"""Alerts and corrections, planned from the change log on a real database."""

import pytest
from sqlalchemy import Engine, event, insert, literal, select, true

from feeds.scope import Scope
from feeds.store import articles, changes
from feeds.store.schema import Instant
from notifier.ledger.tables import mailing, subscriber, subscription
from notifier.model import Cadence, Kind
from tests.builders import content, correct, publish, withdraw
from tests.notifier.conftest import Desk

NOW, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
JOURNALIST, READER = "journalist@example.org", "reader@example.org"


def test_one_alert_per_person_however_many_subscriptions_match(desk: Desk) -> None:
    for divisions in ((), ("climate",), ("environment",), ("water", "climate")):
        desk.follow(JOURNALIST, NOW, *divisions)
    change = desk.publish()
    assert desk.alerts.run().planned == 1
    (mail,) = desk.mails(JOURNALIST)
    assert (mail.kind, mail.articles) == (Kind.ALERT, (change.article_id,))


def test_running_again_plans_nothing_again(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    desk.publish()
    desk.alerts.run()
    before = desk.counted()
    again = desk.alerts.run()
    assert (again.changes, again.planned, desk.counted()) == (0, 0, before)


def test_only_those_who_follow_the_division_or_its_bureau_are_alerted(desk: Desk) -> None:
    for name, divisions in {"bureau": ["environment"], "own": ["climate"], "beside": ["water"], "all": []}.items():
        desk.follow(f"{name}@example.org", NOW, *divisions)
    desk.publish(division="climate")
    desk.alerts.run()
    told = {name for name in ("bureau", "own", "beside", "all") if desk.told(f"{name}@example.org")}
    assert told == {"bureau", "own", "all"}


def test_a_wish_in_one_language_hears_only_of_releases_in_it(desk: Desk) -> None:
    desk.following.add(READER, Scope((), "ko"), NOW, language="ko")
    desk.publish("Night buses", language="en")
    korean = desk.publish("심야버스 증편", language="ko")
    desk.alerts.run()
    assert desk.told(READER) == [korean.article_id]


def test_the_mail_is_in_the_language_of_the_person(desk: Desk) -> None:
    desk.follow("en@example.org", NOW, language="en")
    desk.follow("ko@example.org", NOW, language="ko")
    desk.publish()
    desk.alerts.run()
    (english,), (korean,) = desk.mails("en@example.org"), desk.mails("ko@example.org")
    assert (english.language, korean.language) == ("en", "ko")
    assert english.mailing != korean.mailing
    assert "기후과" in korean.text
    assert "기후과" not in english.text


def test_people_of_one_language_share_one_mailing(desk: Desk) -> None:
    people = [f"reader-{number}@example.org" for number in range(5)]
    for address in people:
        desk.follow(address, NOW)
    desk.publish()
    assert desk.alerts.run().planned == 5
    assert len({desk.mails(address)[0].mailing for address in people}) == 1


def test_who_confirms_after_the_publication_is_not_alerted(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    desk.publish()
    desk.follow(READER, NOW)
    desk.alerts.run()
    assert desk.mails(READER) == []
    assert len(desk.mails(JOURNALIST)) == 1


def test_who_left_is_not_alerted(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    desk.publish()
    desk.following.stop(person.id, reason="page")
    desk.alerts.run()
    assert desk.mails(READER) == []


def test_a_quiet_publication_mails_nobody_nor_does_its_correction(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    desk.follow(READER, DAILY)
    change = desk.publish(quiet=True)
    desk.alerts.run()
    correct(desk.database, change.article_id, "Night buses run earlier", now=desk.clock())
    desk.alerts.run()
    desk.morning()
    assert desk.mails(JOURNALIST) == desk.mails(READER) == []


def test_a_release_withdrawn_before_its_turn_is_told_to_nobody(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish()
    withdraw(desk.database, change.article_id, now=desk.clock())
    assert desk.alerts.run().planned == 0
    assert desk.mails(JOURNALIST) == []


def test_f67_a_release_corrected_before_its_turn_is_told_once_as_it_stands(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish("First wording")
    correct(desk.database, change.article_id, "Second wording", now=desk.clock())
    desk.alerts.run()
    (mail,) = desk.mails(JOURNALIST)
    assert (mail.kind, mail.subject) == (Kind.ALERT, "Second wording")


def test_a_correction_goes_to_those_who_were_alerted_and_to_nobody_else(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW, "climate")
    desk.follow("other@example.org", NOW, "transport")
    change = desk.publish()
    desk.alerts.run()
    desk.follow("late@example.org", NOW)
    correct(desk.database, change.article_id, "Night buses run earlier", now=desk.clock())
    desk.alerts.run()
    assert [mail.kind for mail in desk.mails(JOURNALIST)] == [Kind.ALERT, Kind.CORRECTION]
    assert desk.mails("late@example.org") == desk.mails("other@example.org") == []


def test_a_journalist_hears_of_every_correction_each_once(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish("One")
    desk.alerts.run()
    for title in ("Two", "Three", "Four"):
        correct(desk.database, change.article_id, title, now=desk.clock())
        desk.alerts.run()
        desk.alerts.run()
    subjects = [mail.subject for mail in desk.mails(JOURNALIST)]
    assert len(subjects) == 4
    told = zip(["One", "Two", "Three", "Four"], subjects, strict=True)
    assert all(title in subject for title, subject in told), subjects


def test_two_corrections_before_their_turn_are_told_in_one_mail(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish("One")
    desk.alerts.run()
    correct(desk.database, change.article_id, "Two", now=desk.clock())
    correct(desk.database, change.article_id, "Three", now=desk.clock())
    desk.alerts.run()
    _, correction = desk.mails(JOURNALIST)
    assert "Three" in correction.subject


def test_a_correction_finds_a_journalist_who_follows_something_else_by_now(desk: Desk) -> None:
    person = desk.follow(JOURNALIST, NOW, "climate")
    change = desk.publish(division="climate")
    desk.alerts.run()
    (first,) = desk.live(person)
    desk.follow(JOURNALIST, NOW, "transport")
    desk.following.stop(person.id, only=first.id, reason="page")
    correct(desk.database, change.article_id, "Night buses run earlier", now=desk.clock())
    desk.alerts.run()
    assert [mail.kind for mail in desk.mails(JOURNALIST)] == [Kind.ALERT, Kind.CORRECTION]


def test_who_was_told_by_digest_gets_no_correction_at_once(desk: Desk) -> None:
    desk.follow(READER, DAILY)
    change = desk.publish()
    desk.morning()
    correct(desk.database, change.article_id, "Night buses run earlier", now=desk.clock())
    assert desk.alerts.run().planned == 0


def test_every_change_has_its_turn_in_order_after_a_long_silence(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    published = [desk.publish(f"Release {number}").article_id for number in range(7)]
    desk.clock.forward(days=30)
    assert desk.alerts.run().planned == 7
    assert desk.told(JOURNALIST) == published


def test_from_daily_to_at_once_and_back_loses_nothing_and_repeats_nothing(desk: Desk) -> None:
    person = desk.follow(READER, DAILY)
    told = [desk.publish("Digested").article_id]
    desk.morning()
    told.append(desk.publish("Waiting for the digest").article_id)
    desk.change(person, NOW)
    desk.alerts.run()
    told.append(desk.publish("Alerted").article_id)
    desk.alerts.run()
    told.append(desk.publish("Waiting for the alert").article_id)
    desk.change(person, DAILY)
    desk.alerts.run()
    told.append(desk.publish("Digested again").article_id)
    desk.morning()
    desk.morning()
    assert sorted(desk.told(READER)) == told
    assert len(desk.mails(READER, Kind.DIGEST)) == 2


def test_a_change_of_cadence_at_any_moment_loses_and_repeats_nothing(desk: Desk) -> None:
    person = desk.follow(READER, DAILY)
    told = []
    cadences = [NOW, DAILY, Cadence.WEEKLY, NOW, Cadence.WEEKLY, DAILY, DAILY, NOW, DAILY]
    for number, cadence in enumerate(cadences):
        told.append(desk.publish(f"Release {number}").article_id)
        if number % 2:
            desk.alerts.run()
        desk.change(person, cadence)
        if number % 3:
            desk.alerts.run()
            desk.clock.forward(hours=14)
            desk.digests.run()
    desk.alerts.run()
    for _ in range(2):
        desk.morning()
    assert sorted(desk.told(READER)) == told


def test_an_urgent_release_makes_an_urgent_mailing(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    desk.publish("Leave the river bank at once", urgent=True)
    desk.publish("Night buses run later")
    desk.alerts.run()
    with desk.database.read() as session:
        urgent = session.execute(select(mailing.c.urgent).order_by(mailing.c.id)).scalars().all()
    assert urgent == [True, False]


def test_a_correction_of_what_was_only_digested_alerts_nobody(desk: Desk) -> None:
    """Who holds another wish at once is told of the correction where the article was told: in the next digest."""
    desk.follow(READER, DAILY, "water")
    desk.follow(READER, NOW, "transport")
    change = desk.publish(division="water")
    desk.morning()
    correct(desk.database, change.article_id, "Corrected", now=desk.clock())
    desk.alerts.run()
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.DIGEST]
    desk.morning()
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.DIGEST, Kind.DIGEST]


def test_b56_an_archive_taken_in_has_one_turn_and_no_news_between_its_parts_is_passed_over(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    for quiet in (True, True, True, False, True, True, False, True):
        desk.publish(quiet=quiet)
        if quiet is False:
            desk.follow(READER, NOW)
    done = desk.alerts.run()
    assert (done.changes, done.planned) == (8, 3)
    assert (len(desk.told(JOURNALIST)), len(desk.told(READER))) == (2, 1)
    assert desk.alerts.run().changes == 0


def test_quiet_changes_end_where_the_next_is_told_of(desk: Desk) -> None:
    for quiet in (True, True, False, True):
        desk.publish(quiet=quiet)
    with desk.database.read() as session:
        assert [changes.end_of_quiet(session, number) for number in (1, 2, 4)] == [2, 2, 4]


def test_what_is_mailed_as_urgent_is_the_text_that_was_published(desk: Desk) -> None:
    """Two people have seen that one; a minor edit of one of them is not what the other approved."""
    desk.follow(JOURNALIST, NOW)
    change = publish(desk.database, "The river rises", urgent=True, now=desk.clock())
    with desk.database.write() as session:
        articles.revise(session, change.article_id, content("Something else"), note=None, now=desk.clock())
    desk.alerts.run()
    with desk.database.read() as session:
        (frozen,) = session.execute(select(mailing.c.subject)).scalars()
    assert "The river rises" in frozen


class Killed(BaseException):
    """What no code catches, as nothing does when a process is killed."""


def test_f05_a_fan_out_that_is_cut_short_leaves_nobody_half_planned(desk: Desk) -> None:
    """Deliveries and what they tell are planned in one transaction: cut between them, it is as if there were none."""
    people = [{"address": f"r{n}@example.org", "language": "en", "created_at": desk.clock()} for n in range(2500)]
    with desk.database.write() as session:
        session.execute(insert(subscriber), people)
        each = select(
            subscriber.c.id, literal("{}"), true(), literal("immediate"), literal(0), literal(desk.clock(), Instant())
        )
        columns = ["subscriber_id", "scope", "everything", "cadence", "cursor", "created_at"]
        session.execute(insert(subscription).from_select(columns, each))
    desk.publish()

    def cut_short(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO notice"):
            raise Killed

    event.listen(Engine, "before_cursor_execute", cut_short)
    try:
        with pytest.raises(Killed):
            desk.alerts.run()
    finally:
        event.remove(Engine, "before_cursor_execute", cut_short)
    assert desk.counted()["delivery"] == 0
    assert desk.alerts.run().planned == 2500
    assert desk.counted()["delivery"] == 2500
