"""Deliveries: who may send what and when, and who may write down what became of it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from feeds.scope import Scope
from feeds.store import articles
from notifier.ledger import deliveries, holds, suppressions
from notifier.ledger.deliveries import LEASE, Outcome
from notifier.ledger.tables import delivery, subscriber
from notifier.model import Cadence, Delivery, DeliveryState, Kind
from tests import claiming
from tests.builders import content, correct, withdraw
from tests.notifier.conftest import Desk

NOW, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
READER = "reader@example.org"


def claim(desk: Desk, owner: str = "one", limit: int = 100) -> Sequence[Delivery]:
    with desk.database.write() as session:
        return deliveries.claim(session, owner=owner, now=desk.clock(), limit=limit)


def settle(desk: Desk, one: Delivery, owner: str = "one", **values: object) -> bool:
    given: dict[str, object] = {"state": DeliveryState.ACCEPTED, "reply": "250 2.0.0 ok"}
    with desk.database.write() as session:
        return claiming.settle(session, one.id, owner=owner, now=desk.clock(), **(given | values))  # type: ignore[arg-type]


def objection(desk: Desk, one: Delivery, owner: str = "one") -> DeliveryState | None:
    hashes = desk.following.tokens.address_hashes(one.address)
    with desk.database.read() as session:
        return claiming.objection(session, one, owner=owner, hashes=hashes)


def row(desk: Desk, one: Delivery) -> dict[str, object]:
    with desk.database.read() as session:
        return dict(session.execute(select(delivery).where(delivery.c.id == one.id)).one()._mapping)


@pytest.fixture
def alerted(desk: Desk) -> Desk:
    """A desk with one planned alert."""
    desk.follow(READER, NOW)
    desk.publish()
    desk.alerts.run()
    return desk


def test_a_claim_carries_all_that_its_message_needs(alerted: Desk) -> None:
    (one,) = claim(alerted)
    assert (one.kind, one.address, one.language, one.attempts, one.repeats) == (Kind.ALERT, READER, "en", 1, 0)
    assert one.subscriber_id is not None
    assert one.signup_id is None
    assert "Night buses run later" in one.subject
    assert "\ufdd0unsubscribe\ufdd1" in one.text


def test_what_is_claimed_is_nobody_elses_within_its_lease(alerted: Desk) -> None:
    assert len(claim(alerted, "one")) == 1
    alerted.clock.forward(seconds=LEASE.total_seconds() - 1)
    assert claim(alerted, "two") == []


def test_f01_f15_what_a_dead_sender_held_is_claimed_again_after_its_lease(alerted: Desk) -> None:
    """By anybody's next claim: there is no duty of rescuing that could die with its holder."""
    assert timedelta(seconds=60) >= LEASE
    (before,) = claim(alerted, "one")
    alerted.clock.forward(seconds=LEASE.total_seconds())
    (after,) = claim(alerted, "two")
    assert (after.id, after.attempts, after.repeats) == (before.id, 2, 1)


def test_f09_a_stale_owner_writes_nothing(alerted: Desk) -> None:
    (stale,) = claim(alerted, "one")
    alerted.clock.forward(seconds=LEASE.total_seconds())
    claim(alerted, "two")
    before = row(alerted, stale)
    assert settle(alerted, stale, "one", state=DeliveryState.REJECTED, reply="550 no") is False
    with alerted.database.write() as session:
        deliveries.give_back(session, [stale.id], owner="one", at=alerted.clock(), reply="gone")
    assert row(alerted, stale) == before
    assert settle(alerted, stale, "two") is True


def test_what_is_settled_is_final(alerted: Desk) -> None:
    (one,) = claim(alerted)
    assert settle(alerted, one) is True
    assert settle(alerted, one, state=DeliveryState.REJECTED) is False
    alerted.clock.forward(days=9)
    assert claim(alerted) == []
    kept = row(alerted, one)
    assert (kept["state"], kept["reply"]) == (DeliveryState.ACCEPTED, "250 2.0.0 ok")
    assert kept["settled_at"] == alerted.clock() - timedelta(days=9)


def test_a_deferred_delivery_is_due_again_at_its_instant(alerted: Desk) -> None:
    (one,) = claim(alerted)
    at = alerted.clock() + timedelta(minutes=4)
    settle(alerted, one, state=DeliveryState.DEFERRED, reply="451 later", next_attempt_at=at)
    alerted.clock.at = at - timedelta(seconds=1)
    assert claim(alerted, "two") == []
    alerted.clock.at = at
    (again,) = claim(alerted, "two")
    assert (again.id, again.attempts, again.repeats) == (one.id, 2, 0)


def test_f17_a_lost_answer_is_counted(alerted: Desk) -> None:
    (one,) = claim(alerted)
    settle(alerted, one, state=DeliveryState.DEFERRED, next_attempt_at=alerted.clock(), repeated=True)
    (again,) = claim(alerted, "two")
    assert again.repeats == 1


def test_f28_what_is_given_back_has_used_up_no_attempt(alerted: Desk) -> None:
    for _ in range(20):
        (one,) = claim(alerted)
        assert one.attempts == 1
        with alerted.database.write() as session:
            deliveries.give_back(session, [one.id], owner="one", at=alerted.clock(), reply="no route")
    assert row(alerted, one)["reply"] == "no route"


def test_f69_a_hold_stops_every_claim_until_it_is_released(alerted: Desk) -> None:
    with alerted.database.write() as session:
        holds.put(session, "a wrong release", now=alerted.clock())
    assert claim(alerted) == []
    with alerted.database.write() as session:
        assert holds.reason(session) == "a wrong release"
        assert holds.release(session) is True
        assert holds.release(session) is False
    assert len(claim(alerted)) == 1


def test_f69_a_hold_gives_back_what_was_claimed_before_it(alerted: Desk) -> None:
    (one,) = claim(alerted)
    with alerted.database.write() as session:
        holds.put(session, "a wrong release", now=alerted.clock())
    assert objection(alerted, one) is DeliveryState.PENDING


def test_f09_a_claim_that_is_another_senders_by_now_is_not_sent(alerted: Desk) -> None:
    (stale,) = claim(alerted, "one")
    alerted.clock.forward(seconds=LEASE.total_seconds())
    (fresh,) = claim(alerted, "two")
    assert objection(alerted, stale, "one") is DeliveryState.SENDING
    assert objection(alerted, fresh, "two") is None


def test_a_sound_delivery_meets_no_objection(alerted: Desk) -> None:
    (one,) = claim(alerted)
    assert objection(alerted, one) is None


def test_f68_nothing_goes_to_who_left_after_the_claim(alerted: Desk) -> None:
    (one,) = claim(alerted)
    assert one.subscriber_id is not None
    alerted.following.stop(one.subscriber_id, reason="one click")
    assert objection(alerted, one) is DeliveryState.SKIPPED_LEFT


def test_nothing_goes_to_an_address_that_is_not_the_persons_any_more(alerted: Desk) -> None:
    (one,) = claim(alerted)
    with alerted.database.write() as session:
        session.execute(update(subscriber).values(address="new@example.org"))
    assert objection(alerted, one) is DeliveryState.SKIPPED_LEFT


def test_f67_nothing_tells_of_a_release_withdrawn_after_the_claim(alerted: Desk) -> None:
    (one,) = claim(alerted)
    withdraw(alerted.database, 1, now=alerted.clock())
    assert objection(alerted, one) is DeliveryState.SKIPPED_WITHDRAWN


def test_f67_the_old_text_of_a_corrected_release_is_not_sent_and_its_correction_is(alerted: Desk) -> None:
    (one,) = claim(alerted)
    with alerted.database.write() as session:
        articles.revise(session, 1, content("A minor edit"), note=None, now=alerted.clock())
    assert objection(alerted, one) is None
    correct(alerted.database, 1, "The right number", now=alerted.clock())
    assert objection(alerted, one) is DeliveryState.SKIPPED_CORRECTED
    assert alerted.alerts.run().planned == 1


def test_nothing_goes_to_a_suppressed_address(alerted: Desk) -> None:
    (one,) = claim(alerted)
    (newest,) = alerted.following.tokens.address_hashes(READER)
    with alerted.database.write() as session:
        suppressions.add(session, newest, reason="bounced", source="test", now=alerted.clock())
        suppressions.add(session, newest, reason="complained", source="test", now=alerted.clock())
        assert getattr(suppressions.find(session, [newest]), "reason", None) == "bounced"
    assert objection(alerted, one) is DeliveryState.SKIPPED_SUPPRESSED


def test_a_confirmation_needs_no_subscription(desk: Desk) -> None:
    desk.following.ask(READER, Scope(), DAILY, language="en")
    (one,) = claim(desk)
    assert (one.kind, one.signup_id is not None) == (Kind.CONFIRMATION, True)
    assert objection(desk, one) is None


def test_f66_urgent_goes_first_then_confirmations_then_alerts_and_digests_can_wait(desk: Desk) -> None:
    desk.follow(READER, NOW, "climate")
    desk.follow("morning@example.org", DAILY)
    change = desk.publish("First", division="climate")
    desk.alerts.run()
    desk.morning()
    desk.following.ask("new@example.org", Scope(), DAILY, language="en")
    desk.publish("Leave the river bank", division="climate", urgent=True)
    correct(desk.database, change.article_id, "First, corrected", now=desk.clock())
    desk.alerts.run()
    order = [(one.kind, one.address) for one in claim(desk)]
    assert order == [
        (Kind.ALERT, READER),
        (Kind.CONFIRMATION, "new@example.org"),
        (Kind.ALERT, READER),
        (Kind.CORRECTION, READER),
        (Kind.DIGEST, "morning@example.org"),
    ]


def test_a_claim_takes_no_more_than_its_limit_and_two_owners_share_nothing(desk: Desk) -> None:
    for number in range(5):
        desk.follow(f"reader-{number}@example.org", NOW)
    desk.publish()
    desk.alerts.run()
    first, second, third = claim(desk, "one", 2), claim(desk, "two", 2), claim(desk, "three", 2)
    assert [len(batch) for batch in (first, second, third)] == [2, 2, 1]
    assert len({one.id for batch in (first, second, third) for one in batch}) == 5


def test_the_balance_of_a_mailing_accounts_for_everybody(desk: Desk) -> None:
    for number in range(5):
        desk.follow(f"reader-{number}@example.org", NOW)
    desk.publish()
    desk.alerts.run()
    accepted, rejected, *_ = claim(desk, limit=3)
    settle(desk, accepted)
    settle(desk, rejected, state=DeliveryState.REJECTED)
    with desk.database.read() as session:
        (states,) = deliveries.balance(session).values()
    assert states == {
        DeliveryState.ACCEPTED: 1,
        DeliveryState.REJECTED: 1,
        DeliveryState.SENDING: 1,
        DeliveryState.PENDING: 2,
    }


def test_a_long_answer_of_a_server_is_kept_in_part(alerted: Desk) -> None:
    (one,) = claim(alerted)
    assert settle(alerted, one, reply="550 " + "x" * 10_000, state=DeliveryState.REJECTED)
    assert len(str(row(alerted, one)["reply"])) == 1000


def test_what_a_server_took_is_written_down_of_ones_own_claims_alone(desk: Desk) -> None:
    for number in range(3):
        desk.follow(f"reader-{number}@example.org", NOW)
    desk.publish()
    desk.alerts.run()
    (lost,) = claim(desk, "one", 1)
    desk.clock.forward(seconds=LEASE.total_seconds())
    (taken_over,) = claim(desk, "two", 1)
    assert taken_over.id != lost.id
    desk.clock.forward(seconds=1)
    mine = claim(desk, "one", 2)
    outcomes = [Outcome(id=one.id, state=DeliveryState.ACCEPTED, reply="250 ok") for one in (*mine, taken_over)]
    with desk.database.write() as session:
        kept = deliveries.accept(session, outcomes, owner="one", now=desk.clock())
    assert kept == {one.id for one in mine}
    assert row(desk, taken_over)["state"] == DeliveryState.SENDING
