"""How sending stands: the balance of every mailing, what waits, and how it went by hour and by domain."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from feeds.errors import Conflict
from feeds.store import audit
from notifier import holding
from notifier.balance import Balance
from notifier.bounces import Finding
from notifier.ledger import bounces, history, holds, standing, suppressions
from notifier.ledger.standing import Mailed
from notifier.ledger.tables import delivery
from notifier.model import Cadence, DeliveryState, Kind
from notifier.tokens import Tokens
from notifier.web import plot
from tests.builders import SECRET
from tests.notifier.conftest import Desk


@given(st.dictionaries(st.sampled_from(list(DeliveryState)), st.integers(1, 10**6)))
def test_whoever_a_mailing_was_planned_for_is_accounted_for_once(states: Mapping[DeliveryState, int]) -> None:
    balance = Balance.of(states)
    assert balance.audience == sum(states.values())
    assert balance.adds_up


def end(desk: Desk, address: str, state: DeliveryState) -> None:
    """What became of the latest mail to an address, now."""
    with desk.database.write() as session:
        ids = select(delivery.c.id).where(delivery.c.address == address).order_by(delivery.c.id.desc()).limit(1)
        number = session.execute(ids).scalar_one()
        values = {"state": state, "settled_at": desk.clock(), "attempts": 1}
        session.execute(update(delivery).where(delivery.c.id == number).values(**values))


def mailings(desk: Desk) -> list[Mailed]:
    with desk.database.read() as session:
        return list(standing.mailings(session, limit=10))


def test_an_alert_says_where_each_of_its_people_stands_and_how_long_it_took_from_publication(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.follow(f"{name}@example.org", Cadence.IMMEDIATE)
    desk.publish("Night buses")
    desk.clock.forward(minutes=2)
    desk.alerts.run()
    desk.clock.forward(minutes=3)
    end(desk, "a@example.org", DeliveryState.ACCEPTED)
    end(desk, "b@example.org", DeliveryState.ACCEPTED)
    end(desk, "c@example.org", DeliveryState.SKIPPED_LEFT)
    with desk.database.write() as session:
        (sent,) = session.execute(select(delivery).where(delivery.c.address == "b@example.org")).all()
        report = bounces.Sent(sent.id, sent.address, sent.subscriber_id, sent.created_at, sent.mailing_id)
        assert bounces.note(session, report, Finding.HARD, status="5.1.1", said="nobody", now=desk.clock())
    (alert,) = mailings(desk)
    assert (alert.kind, alert.subject, alert.took) == (Kind.ALERT, "Night buses", timedelta(minutes=5))
    assert alert.balance.to_document() == {
        "accepted": 2,
        "rejected": 0,
        "skipped": {"left": 1},
        "expired": 0,
        "pending": 0,
        "unknown": 0,
        "bounced": 1,
        "complained": 0,
    }
    with desk.database.read() as session:
        (back,) = bounces.newest(session, limit=5)
    assert (back.finding, back.status, back.address) == (Finding.HARD, "5.1.1", "b@example.org")


def test_the_contents_of_one_digest_are_one_line_and_confirmations_are_counted_by_kind(desk: Desk) -> None:
    desk.follow("a@example.org", Cadence.DAILY, "climate")
    desk.follow("b@example.org", Cadence.DAILY, "water")
    desk.publish("One", division="climate")
    desk.publish("Two", division="water")
    desk.morning()
    desk.following.ask(
        "c@example.org", desk.live(desk.follow("d@example.org", Cadence.DAILY))[0].scope, Cadence.DAILY, language="en"
    )
    (digest,) = mailings(desk)
    assert (digest.kind, digest.editions, digest.balance.audience, digest.took) == (Kind.DIGEST, 2, 2, None)
    with desk.database.read() as session:
        personal = standing.personal(session, desk.clock() - timedelta(days=7))
        waiting = standing.waiting(session)
        assert len(standing.mailings(session, limit=10, of_people=True)) == 2
    assert [(kind, balance.pending) for kind, balance in personal] == [(Kind.CONFIRMATION, 1)]
    assert {(one.kind, one.number, one.oldest) for one in waiting} == {
        (Kind.DIGEST, 2, desk.clock()),
        (Kind.CONFIRMATION, 1, desk.clock()),
    }


def test_however_much_was_sent_only_mailings_among_the_newest_deliveries_are_counted_and_never_fewer_than_three(
    desk: Desk,
) -> None:
    desk.follow("a@example.org", Cadence.IMMEDIATE)
    for title in ("One", "Two", "Three", "Four", "Five"):
        desk.publish(title)
        desk.alerts.run()
        desk.clock.forward(hours=1)
    with desk.database.read() as session:
        shown = {
            number: [one.subject for one in standing.mailings(session, limit=10, counted=number)]
            for number in (1, 4, 9)
        }
    assert shown[1] == ["Five", "Four", "Three"]
    assert shown[4] == ["Five", "Four", "Three", "Two"]
    assert len(shown[9]) == 5


def test_deliveries_are_counted_by_the_hour_in_which_they_ended_and_by_domain(desk: Desk) -> None:
    people = ("a@one.test", "b@one.test", "c@two.test")
    for address in people:
        desk.follow(address, Cadence.IMMEDIATE)
    desk.publish()
    desk.alerts.run()
    desk.clock.at = datetime(2026, 5, 20, 4, 59, 59, 999_000, tzinfo=UTC)
    end(desk, people[0], DeliveryState.ACCEPTED)
    desk.clock.at = datetime(2026, 5, 20, 5, 0, tzinfo=UTC)
    end(desk, people[2], DeliveryState.REJECTED)
    with desk.database.read() as session:
        hours = standing.by_hour(session, datetime(2026, 5, 20, 4, 0, tzinfo=UTC))
        domains = dict(standing.by_domain(session, desk.clock() - timedelta(days=7), limit=9))
        assert len(standing.by_domain(session, desk.clock() - timedelta(days=7), limit=1)) == 1
    assert {(hour.hour, one.accepted, one.rejected) for hour, one in hours.items()} == {(4, 1, 0), (5, 0, 1)}
    assert (domains["one.test"].accepted, domains["one.test"].pending, domains["two.test"].rejected) == (1, 1, 1)


def test_a_hold_says_who_and_is_released_by_whoever_has_read_its_reason(desk: Desk) -> None:
    with desk.database.write() as session:
        holding.hold(session, "kim", "wrong text", now=desk.clock())
    first = desk.clock()
    desk.clock.forward(minutes=1)
    with desk.database.write() as session:
        holds.put(session, "servers refuse us", now=desk.clock())
        with pytest.raises(Conflict):
            holding.release(session, "kim", newsroom=desk.newsroom, now=desk.clock(), seen=first)
        held = holds.current(session)
        assert held is not None
        assert (held.reason, held.by, held.at) == ("servers refuse us", None, desk.clock())
        assert holding.release(session, "kim", newsroom=desk.newsroom, now=desk.clock(), seen=held.at) == 0
        assert holding.release(session, "kim", newsroom=desk.newsroom, now=desk.clock()) is None
        deeds = [(one.actor, one.action, one.details["reason"]) for one in audit.entries(session)]
    assert deeds == [("kim", "release", "servers refuse us"), ("kim", "hold", "wrong text")]


def test_an_account_tells_what_an_address_follows_followed_and_asked_for(desk: Desk) -> None:
    person = desk.follow("a@example.org", Cadence.DAILY, "climate")
    desk.change(person, Cadence.WEEKLY)
    desk.following.ask("a@example.org", desk.live(person)[0].scope, Cadence.DAILY, language="en")
    hashes = Tokens([SECRET]).address_hashes("a@example.org")
    with desk.database.write() as session:
        suppressions.add(session, hashes[0], reason="operator", source="shell", now=desk.clock())
    with desk.database.read() as session:
        about = history.account(session, "a@example.org", hashes, now=desk.clock())
    assert [str(one.cadence) for one in about.follows] == ["weekly"]
    assert [(scope, why) for scope, _, why in about.ended] == [("division=climate", "changed")]
    assert about.suppressed is not None
    assert len(about.sent) == 1


def test_a_plot_shows_whatever_is_there_and_fills_its_height_with_the_most() -> None:
    bars = plot.columns([(1000, 1), (0, 0), (500, 0)], width=30, height=100, gap=2)
    assert [(one.part, one.x, one.height) for one in bars] == [(0, 1, 99.9), (1, 1, 1.0), (0, 21, 49.95)]
    assert plot.columns([(0, 0)], width=30, height=100) == []
    assert [(one.part, one.x, one.width) for one in plot.row((3, 0, 1), most=8, width=80, height=9)] == [
        (0, 0, 30.0),
        (2, 30.0, 10.0),
    ]
