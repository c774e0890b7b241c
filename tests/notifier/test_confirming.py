"""Acceptances that PostgreSQL may not have on its disk yet: whoever forgets them is told again."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import select, text, update

from feeds.errors import StoreError
from feeds.store.kept import UNFLUSHED
from notifier.claims import Claims
from notifier.confirming import Confirming
from notifier.ledger.deliveries import Outcome
from notifier.ledger.tables import delivery
from notifier.model import Cadence, Delivery, DeliveryState
from tests.notifier.conftest import Desk

on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def accepted(claimed: Sequence[Delivery]) -> list[Outcome]:
    return [Outcome(id=one.id, state=DeliveryState.ACCEPTED, reply="250 2.0.0 ok") for one in claimed]


def states(desk: Desk) -> list[str]:
    with desk.database.read() as session:
        return list(session.execute(select(delivery.c.state).order_by(delivery.c.id)).scalars())


@pytest.fixture
def claims(desk: Desk) -> Iterator[Claims]:
    """Of a sender on PostgreSQL, where an alert for three people is due."""
    for number in range(3):
        desk.follow(f"reader{number}@example.org", Cadence.IMMEDIATE)
    desk.publish()
    desk.alerts.run()
    with desk.database.line(UNFLUSHED) as answers:
        yield Claims(desk.database, desk.newsroom, desk.following.tokens, desk.clock, "one", answers=answers)


@on_postgresql
def test_f48_what_a_server_forgot_that_was_begun_anew_is_written_again(desk: Desk, claims: Claims) -> None:
    outcomes = accepted(claims.take(3))
    assert claims.settle(outcomes) == {one.id for one in outcomes}
    with desk.database.write() as session:  # as its disk has it
        session.execute(update(delivery).where(delivery.c.id < 3).values(state="sending", owner="one"))
    claims.confirm(outcomes)
    assert states(desk) == ["accepted"] * 3


@on_postgresql
def test_f09_what_became_anothers_meanwhile_is_not_written_again(desk: Desk, claims: Claims) -> None:
    outcomes = accepted(claims.take(3))
    claims.settle(outcomes)
    with desk.database.write() as session:
        session.execute(update(delivery).where(delivery.c.id == 1).values(state="sending", owner="two"))
        session.execute(update(delivery).where(delivery.c.id == 2).values(state="bounced"))
    claims.confirm(outcomes)
    assert states(desk) == ["sending", "bounced", "accepted"]


@on_postgresql
def test_what_is_confirmed_is_on_the_disk_although_nothing_had_to_be_written_again(desk: Desk, claims: Claims) -> None:
    outcomes = accepted(claims.take(3))
    with desk.database.write() as session:  # a database of the tests waits for no disk
        name = session.execute(text("SELECT current_database()")).scalar_one()
        session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = on'))
    desk.database.close()
    try:
        claims.settle(outcomes)
        with desk.database.read() as session:
            told = session.execute(text("SELECT pg_current_wal_insert_lsn()")).scalar_one()
        claims.confirm(outcomes)
        flushed = text("SELECT pg_current_wal_flush_lsn() >= CAST(:told AS pg_lsn)")
        with desk.database.read() as session:
            assert session.execute(flushed, {"told": told}).scalar_one() is True
    finally:
        with desk.database.write() as session:
            session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        desk.database.close()


def some(number: int) -> list[Outcome]:
    return [Outcome(id=n, state=DeliveryState.ACCEPTED) for n in range(number)]


def test_everything_that_was_added_is_confirmed_in_order_and_nothing_twice() -> None:
    confirmed: list[Outcome] = []

    async def run() -> None:
        confirming = Confirming(confirmed.extend)
        for one in some(2500):
            await confirming.add(one)
        assert len(confirmed) >= 1500, "no more than a thousand are in doubt"
        await confirming.close()

    asyncio.run(run())
    assert [one.id for one in confirmed] == list(range(2500))


def test_what_cannot_be_confirmed_ends_the_sending_and_is_not_forgotten() -> None:
    failing, confirmed = [True], list[Outcome]()

    def confirm(outcomes: Sequence[Outcome]) -> None:
        if failing[0]:
            raise StoreError("the disk is full")
        confirmed.extend(outcomes)

    async def run() -> None:
        confirming = Confirming(confirm)
        with pytest.raises(StoreError, match="full"):
            for one in some(2500):
                await confirming.add(one)
        with pytest.raises(StoreError, match="full"):
            await confirming.close()
        failing[0] = False
        await confirming.close()

    asyncio.run(run())
    assert [one.id for one in confirmed] == list(range(1000))
