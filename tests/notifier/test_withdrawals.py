"""A notice of a withdrawal goes to those who got the release by mail, once, where the editor asked for it."""

import pytest
from sqlalchemy import update

from feeds.model import Change
from feeds.store import articles, reading
from notifier.audience import Audience
from notifier.ledger import deliveries
from notifier.ledger.tables import delivery
from notifier.model import Cadence, DeliveryState, Kind
from notifier.withdrawals import LOOKS_BACK, SETTLES, Withdrawals
from tests import claiming
from tests.notifier.conftest import Desk

NOW, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
JOURNALIST, READER, LATE = "journalist@example.org", "reader@example.org", "late@example.org"


@pytest.fixture
def notices(desk: Desk) -> Withdrawals:
    return Withdrawals(desk.database, desk.newsroom, desk.alerts.letters, desk.clock)


def settle(desk: Desk, address: str, state: DeliveryState = DeliveryState.ACCEPTED) -> None:
    """What became of everything that is planned for an address."""
    with desk.database.write() as session:
        its = update(delivery).where(delivery.c.address == address, delivery.c.state == DeliveryState.PENDING)
        session.execute(its.values(state=state, settled_at=desk.clock()))


def withdraw(desk: Desk, change: Change, *, mail: bool = True) -> None:
    """Take the release back now."""
    with desk.database.write() as session:
        articles.withdraw(session, change.article_id, reason="It was wrong.", now=desk.clock(), mail=mail)


def notes(desk: Desk, address: str) -> list[str]:
    """The subjects of the notices planned for an address."""
    return [mail.subject for mail in desk.mails(address, Kind.WITHDRAWAL)]


def test_who_got_it_by_alert_or_digest_is_told_and_nobody_else(desk: Desk, notices: Withdrawals) -> None:
    desk.follow(JOURNALIST, NOW)
    desk.follow(READER, DAILY, language="ko")
    change = desk.publish()
    desk.alerts.run()
    settle(desk, JOURNALIST)
    desk.morning()
    settle(desk, READER)
    desk.follow(LATE, NOW)
    withdraw(desk, change)
    assert notices.run() == 2
    assert notes(desk, JOURNALIST) == ["Withdrawn: Night buses run later"]
    assert notes(desk, READER) == ["[철회] Night buses run later"]
    assert notes(desk, LATE) == []


def test_nobody_is_told_unless_the_editor_asks(desk: Desk, notices: Withdrawals) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish()
    desk.alerts.run()
    settle(desk, JOURNALIST)
    withdraw(desk, change, mail=False)
    assert notices.run() == 0
    assert notes(desk, JOURNALIST) == []


def test_nobody_is_told_twice_however_often_it_runs(desk: Desk, notices: Withdrawals) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish()
    desk.alerts.run()
    settle(desk, JOURNALIST)
    withdraw(desk, change)
    assert [notices.run(), notices.run()] == [1, 0]
    desk.clock.forward(hours=1)
    assert notices.run() == 0


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (DeliveryState.ACCEPTED, 1),
        (DeliveryState.UNKNOWN, 1),
        (DeliveryState.REJECTED, 0),
        (DeliveryState.EXPIRED, 0),
        (DeliveryState.SKIPPED_LEFT, 0),
        (DeliveryState.PENDING, 0),
    ],
)
def test_only_a_mail_that_may_have_arrived_counts(
    desk: Desk, notices: Withdrawals, state: DeliveryState, told: int
) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish()
    desk.alerts.run()
    settle(desk, JOURNALIST, state)
    withdraw(desk, change)
    assert notices.run() == told


def test_what_was_on_the_wire_when_it_was_withdrawn_is_told_of_it_too(desk: Desk, notices: Withdrawals) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish()
    desk.alerts.run()
    withdraw(desk, change)
    assert notices.run() == 0
    desk.clock.forward(seconds=30)
    settle(desk, JOURNALIST)
    assert notices.run() == 1
    assert desk.clock.at - change.at < SETTLES


def test_a_digest_made_again_without_it_told_nobody_of_it(desk: Desk, notices: Withdrawals) -> None:
    desk.follow(READER, DAILY)
    gone = desk.publish("Wrong")
    desk.publish("Right")
    desk.morning()
    desk.clock.forward(minutes=1)
    withdraw(desk, gone)
    desk.digests.run()
    desk.clock.forward(minutes=1)
    settle(desk, READER)
    assert notices.run() == 0


def test_who_has_left_or_moved_since_is_not_written_to(desk: Desk, notices: Withdrawals) -> None:
    gone = desk.follow(JOURNALIST, NOW)
    change = desk.publish()
    desk.alerts.run()
    settle(desk, JOURNALIST)
    desk.following.stop(gone.id, reason="page")
    withdraw(desk, change)
    assert notices.run() == 0


def test_after_a_long_outage_an_old_withdrawal_is_told_within_a_week_and_then_no_more(
    desk: Desk, notices: Withdrawals
) -> None:
    desk.follow(JOURNALIST, NOW)
    first, second = desk.publish("One"), desk.publish("Two")
    desk.alerts.run()
    settle(desk, JOURNALIST)
    withdraw(desk, first)
    desk.clock.at += LOOKS_BACK / 2
    withdraw(desk, second)
    desk.clock.at += LOOKS_BACK / 2 + SETTLES
    assert notices.run() == 1
    assert notes(desk, JOURNALIST) == ["Withdrawn: Two"]


def test_the_newsroom_counts_the_same_people_before_it_decides(desk: Desk) -> None:
    desk.follow(JOURNALIST, NOW)
    desk.follow(READER, NOW)
    left = desk.follow(LATE, NOW)
    change = desk.publish()
    desk.alerts.run()
    for address in (JOURNALIST, LATE):
        settle(desk, address)
    desk.following.stop(left.id, reason="page")
    with desk.database.read() as session:
        assert Audience(desk.newsroom, desk.clock).bound(session, reading.get(session, change.article_id)).holders == 1


def test_a_notice_goes_over_the_wire_although_its_article_is_withdrawn(desk: Desk, notices: Withdrawals) -> None:
    desk.follow(JOURNALIST, NOW)
    change = desk.publish()
    desk.alerts.run()
    settle(desk, JOURNALIST)
    withdraw(desk, change)
    notices.run()
    with desk.database.write() as session:
        (claimed,) = deliveries.claim(session, owner="a test", now=desk.clock(), limit=9)
        assert claimed.kind is Kind.WITHDRAWAL
        assert claiming.objection(session, claimed, owner="a test", hashes=()) is None
