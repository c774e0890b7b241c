"""One article is followed for its corrections: told once, of that article only, and over when it is withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from feeds.model import Change
from feeds.scope import Scope
from feeds.store import articles, reading
from feeds.store.twins import link
from notifier.audience import Audience
from notifier.ledger import deliveries
from notifier.ledger.tables import delivery
from notifier.model import Cadence, DeliveryState, Kind, Subscriber
from notifier.withdrawals import Withdrawals
from tests import claiming
from tests.builders import content, correct
from tests.notifier.conftest import Desk

NOW, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
READER, OTHER = "reader@example.org", "other@example.org"
TOLD = (Kind.CORRECTION, Kind.WITHDRAWAL)


@pytest.fixture
def notices(desk: Desk) -> Withdrawals:
    return Withdrawals(desk.database, desk.newsroom, desk.alerts.letters, desk.clock)


def follows(desk: Desk, change: Change, address: str = READER, language: str = "en") -> Subscriber:
    """Somebody who follows the article of this change from now on."""
    return desk.wish(address, NOW, Scope(article=change.article_id), language=language)


def corrected(desk: Desk, change: Change, title: str = "Night buses run even later") -> Change:
    """Its article is corrected now, and whoever is to be told at once has a mail planned."""
    desk.clock.forward(minutes=1)
    later = correct(desk.database, change.article_id, title, now=desk.clock())
    desk.alerts.run()
    return later


def withdraw(desk: Desk, change: Change, *, mail: bool = True) -> None:
    desk.clock.forward(minutes=1)
    with desk.database.write() as session:
        articles.withdraw(session, change.article_id, reason="It was wrong.", now=desk.clock(), mail=mail)


def settle(desk: Desk, state: DeliveryState = DeliveryState.ACCEPTED) -> None:
    """What became of everything that is planned."""
    with desk.database.write() as session:
        its = update(delivery).where(delivery.c.state == DeliveryState.PENDING)
        session.execute(its.values(state=state, settled_at=desk.clock()))


def ends(desk: Desk, person: Subscriber) -> list[str | None]:
    copy = desk.personal.copy(person.id)
    assert copy is not None
    return [one["end_reason"] for one in copy["follows"]]  # type: ignore[attr-defined]


def test_a_follower_is_told_of_each_correction_once_and_of_nothing_else(desk: Desk) -> None:
    change = desk.publish()
    follows(desk, change)
    other = desk.publish("Something else")
    corrected(desk, other)
    assert desk.mails(READER) == []
    corrected(desk, change)
    desk.alerts.run()
    corrected(desk, change, "Night buses run latest")
    assert [mail.subject for mail in desk.mails(READER)] == [
        "Corrected: Night buses run even later",
        "Corrected: Night buses run latest",
    ]


def test_what_was_corrected_before_somebody_follows_is_not_told(desk: Desk) -> None:
    desk.follow(OTHER, NOW)
    change = desk.publish()
    corrected(desk, change)
    follows(desk, change)
    desk.alerts.run()
    assert desk.mails(READER) == []


def test_a_minor_edit_mails_nobody(desk: Desk) -> None:
    change = desk.publish()
    follows(desk, change)
    with desk.database.write() as session:
        articles.revise(session, change.article_id, content("Night buses run later!"), note=None, now=desk.clock())
    desk.alerts.run()
    assert desk.mails(READER) == []


@pytest.mark.parametrize("cadence", list(Cadence))
def test_who_follows_the_division_too_gets_a_correction_once(desk: Desk, cadence: Cadence) -> None:
    desk.follow(READER, cadence, "climate")
    change = desk.publish()
    desk.alerts.run()
    follows(desk, change)
    corrected(desk, change)
    desk.morning()
    desk.morning(days=7)
    told = [mail for mail in desk.mails(READER) if "later" in mail.text and mail.kind is not Kind.ALERT]
    assert [mail.kind for mail in told] == [Kind.CORRECTION]


def test_who_follows_one_article_at_once_and_had_another_by_alert_is_not_told_of_the_other(desk: Desk) -> None:
    person = desk.follow(READER, NOW)
    had = desk.publish("One that was alerted")
    desk.alerts.run()
    desk.change(person, DAILY)
    follows(desk, desk.publish())
    corrected(desk, had)
    assert desk.mails(READER, Kind.CORRECTION) == []


def test_the_release_in_another_language_is_not_followed_with_it(desk: Desk) -> None:
    english, korean = desk.publish(), desk.publish("심야버스 연장", language="ko")
    with desk.database.write() as session:
        link(session, english.article_id, korean.article_id, now=desk.clock())
    follows(desk, english)
    corrected(desk, korean)
    assert desk.mails(READER) == []


@pytest.mark.parametrize("mail", [True, False])
def test_a_withdrawal_is_told_and_ends_the_wish_by_itself(desk: Desk, notices: Withdrawals, mail: bool) -> None:
    change = desk.publish()
    person = follows(desk, change)
    withdraw(desk, change, mail=mail)
    assert [notices.run(), notices.run()] == [1, 0]
    assert len(desk.live(person)) == 1  # the notice has still to go out, and only followers get list mail
    with desk.database.write() as session:
        (claimed,) = deliveries.claim(session, owner="a test", now=desk.clock(), limit=9)
        assert claiming.objection(session, claimed, owner="a test", hashes=()) is None
        claiming.settle(
            session, claimed.id, owner="a test", state=DeliveryState.ACCEPTED, now=desk.clock(), reply="250 ok"
        )
    assert notices.run() == 0
    assert ends(desk, person) == ["withdrawn"]
    assert [one.subject for one in desk.mails(READER)] == ["Withdrawn: Night buses run later"]


def test_who_got_the_release_and_follows_it_has_one_notice(desk: Desk, notices: Withdrawals) -> None:
    desk.follow(READER, NOW)
    change = desk.publish()
    desk.alerts.run()
    settle(desk)
    person = follows(desk, change)
    withdraw(desk, change)
    notices.run()
    settle(desk)
    desk.clock.forward(hours=1)
    notices.run()
    assert len(desk.mails(READER, Kind.WITHDRAWAL)) == 1
    assert ends(desk, person) == [None, "withdrawn"]


def test_who_pauses_is_told_of_corrections_and_the_withdrawal_afterwards(desk: Desk, notices: Withdrawals) -> None:
    kept, gone = desk.publish("Kept"), desk.publish("Gone")
    person = follows(desk, kept)
    follows(desk, gone)
    until = (desk.clock.at.astimezone(desk.newsroom.city.zone)).date().replace(day=28)
    desk.personal.pause(person.id, until, catch_up=True)
    corrected(desk, kept, "Kept, and right")
    withdraw(desk, gone)
    assert notices.run() == 0
    assert desk.mails(READER) == []
    desk.morning(days=9)
    notices.run()
    digest, notice = desk.mails(READER)
    assert (digest.kind, digest.articles) == (Kind.DIGEST, (kept.article_id,))
    assert "A release you follow" in digest.text
    assert (notice.kind, notice.articles) == (Kind.WITHDRAWAL, (gone.article_id,))


def test_it_is_named_copied_ended_taken_back_and_erased_like_any_wish(desk: Desk) -> None:
    change = desk.publish()
    person = follows(desk, change)
    assert desk.following.labels(Scope(article=change.article_id), "en") == ["Corrections of “Night buses run later”"]
    (one,) = desk.live(person)
    assert not desk.following.change(person.id, one.id, DAILY)
    copy = desk.personal.copy(person.id)
    assert copy is not None
    assert copy["follows"][0]["scope"] == f"article={change.article_id}"  # type: ignore[index]
    desk.following.stop(person.id, reason="one click")
    later = corrected(desk, change)
    assert desk.mails(READER) == []
    assert desk.personal.take_back_end(person.id) == 1
    desk.alerts.run()
    assert desk.told(READER) == [later.article_id]
    desk.personal.erase(person.id)
    assert desk.mails(READER) == []
    assert desk.counted()["notice"] == 0


def test_it_brings_no_new_release_and_counts_in_no_audience_of_one(desk: Desk) -> None:
    follows(desk, desk.publish())
    second = desk.publish("A new one")
    desk.alerts.run()
    desk.morning()
    assert desk.mails(READER) == []
    with desk.database.read() as session:
        reach = Audience(desk.newsroom, desk.clock).reach(session, reading.get(session, second.article_id))
    assert (sum(reach.at_once.values()), reach.in_digests) == (0, 0)


def test_nobody_has_a_second_turn_at_a_correction_because_somebody_else_has_theirs_late(desk: Desk) -> None:
    """Who paused meanwhile and wanted nothing afterwards still gets nothing."""
    away, behind = desk.follow(OTHER, NOW), desk.follow(READER, DAILY)
    change = desk.publish()
    desk.alerts.run()
    desk.personal.pause(away.id, desk.clock().date() + timedelta(days=1), catch_up=False)
    corrected(desk, change)
    desk.personal.resume(away.id)
    desk.digests.run()
    desk.change(behind, NOW)
    desk.alerts.run()
    assert desk.told(READER) == [change.article_id]
    assert desk.mails(OTHER, *TOLD) == []


def test_who_follows_it_counts_among_those_whom_a_correction_and_its_withdrawal_are_mailed(
    desk: Desk, notices: Withdrawals
) -> None:
    """What the page says before the button is what happens after it."""
    desk.follow("alerted@example.org", NOW)
    desk.follow("digested@example.org", DAILY)
    both = desk.follow(OTHER, NOW)
    change = desk.publish()
    desk.alerts.run()
    desk.morning()
    settle(desk)
    follows(desk, change)
    follows(desk, change, both.address)
    with desk.database.read() as session:
        article = reading.get(session, change.article_id)
        bound = Audience(desk.newsroom, desk.clock).bound(session, article)
    assert (bound.of_corrections, bound.followers, bound.holders) == (3, 2, 2)
    before = desk.counted()["delivery"]
    corrected(desk, change)
    assert desk.counted()["delivery"] - before == bound.of_corrections
    settle(desk)
    withdraw(desk, change)
    assert notices.run() == bound.followers + bound.holders


def test_a_wish_whose_article_is_withdrawn_before_it_is_confirmed_becomes_nothing(desk: Desk) -> None:
    change = desk.publish()
    desk.following.ask(READER, Scope(article=change.article_id), NOW, language="en")
    withdraw(desk, change)
    assert desk.following.confirm(1) is None
    assert desk.following.is_over(Scope(article=change.article_id))
