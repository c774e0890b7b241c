"""The last look before the wire: whatever anybody writes is seen by it, and nobody's writing keeps it from its end."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event, update

from feeds.store.database import Database
from notifier.addressing import Addressing
from notifier.claims import Claims
from notifier.domains import Domains
from notifier.doubts import Doubts
from notifier.ledger import deliveries, holds, suppressions
from notifier.ledger.deliveries import LEASE
from notifier.ledger.tables import delivery, mailing, subscriber
from notifier.load import Load
from notifier.model import Cadence, Delivery, DeliveryState
from notifier.refusals import Refusals
from notifier.retry import Reply
from notifier.tally import DeliveryRun
from tests.builders import correct, withdraw
from tests.notifier.conftest import Desk

Event = Callable[[Desk, Delivery], object]


@contextmanager
def claims_of(desk: Desk) -> Iterator[Claims]:
    """As a sender has them."""
    with desk.database.pulse() as pulse, desk.database.line() as questions, desk.database.line() as answers:
        claims = Claims(desk.database, desk.newsroom, desk.following.tokens, desk.clock, "one")
        yield replace(claims, pulse=pulse, questions=questions, answers=answers)


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """The same store, as another process has it."""
    with closing(Database(database.url.render_as_string(hide_password=False))) as store:
        yield store


@pytest.fixture
def alerted(desk: Desk) -> Desk:
    """A desk with an alert for twenty people."""
    for number in range(20):
        desk.follow(f"reader{number:02}@example.org", Cadence.IMMEDIATE)
    desk.publish()
    desk.alerts.run()
    return desk


@contextmanager
def at_each_question(happens: Callable[[], object]) -> Iterator[list[str]]:
    """The statements that ask what stands against deliveries, and what happens while each is under way."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM hold UNION ALL" in " ".join(statement.split()):
            asked.append(statement)
            happens()

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "after_cursor_execute", note)


def leaves(desk: Desk, one: Delivery) -> None:
    assert one.subscriber_id is not None
    desk.following.stop(one.subscriber_id, reason="one click")


def moves(desk: Desk, one: Delivery) -> None:
    with desk.database.write() as session:
        moved = update(subscriber).where(subscriber.c.id == one.subscriber_id)
        session.execute(moved.values(address="elsewhere@example.org"))


def is_suppressed(desk: Desk, one: Delivery) -> None:
    (newest,) = desk.following.tokens.address_hashes(one.address)
    with desk.database.write() as session:
        suppressions.add(session, newest, reason="bounced", source="test", now=desk.clock())


def is_held(desk: Desk, _one: Delivery) -> None:
    with desk.database.write() as session:
        holds.put(session, "stop the presses", now=desk.clock())


def is_withdrawn(desk: Desk, _one: Delivery) -> None:
    withdraw(desk.database, 1, now=desk.clock())


def is_corrected(desk: Desk, _one: Delivery) -> None:
    correct(desk.database, 1, "The right number", now=desk.clock())


def is_made_again(desk: Desk, one: Delivery) -> None:
    with desk.database.write() as session:
        session.execute(update(mailing).where(mailing.c.id == one.mailing_id).values(edition=one.edition + 1))


def is_another_senders(desk: Desk, _one: Delivery) -> None:
    with desk.database.write() as session:
        assert deliveries.claim(session, owner="two", now=desk.clock() + LEASE, limit=100)


def is_settled(desk: Desk, one: Delivery) -> None:
    with desk.database.write() as session:
        session.execute(update(delivery).where(delivery.c.id == one.id).values(state="accepted", owner=None))


@pytest.mark.parametrize(
    ("happens", "stands"),
    [
        pytest.param(leaves, DeliveryState.SKIPPED_LEFT, id="f68"),
        (moves, DeliveryState.SKIPPED_LEFT),
        (is_suppressed, DeliveryState.SKIPPED_SUPPRESSED),
        pytest.param(is_held, DeliveryState.PENDING, id="f69"),
        pytest.param(is_withdrawn, DeliveryState.SKIPPED_WITHDRAWN, id="f67-withdrawn"),
        pytest.param(is_corrected, DeliveryState.SKIPPED_CORRECTED, id="f67-corrected"),
        (is_made_again, DeliveryState.DEFERRED),
        pytest.param(is_another_senders, DeliveryState.SENDING, id="f09"),
        (is_settled, DeliveryState.SENDING),
    ],
)
def test_what_another_process_writes_after_a_message_was_begun_is_seen_before_its_text(
    alerted: Desk, other: Database, happens: Event, stands: DeliveryState
) -> None:
    elsewhere = replace(alerted, database=other, following=replace(alerted.following, database=other))

    async def begun(claims: Claims, claimed: Sequence[Delivery]) -> DeliveryState | None:
        doubts = Doubts(claims, lambda: claimed)
        await doubts.ahead(claimed)
        assert all(doubts.seems_clear(one) for one in claimed)
        await asyncio.to_thread(happens, elsewhere, claimed[3])
        await asyncio.sleep(0)
        assert not doubts.is_clear(claimed[3])
        said = await doubts.of(claimed[3])
        assert not doubts.seems_clear(claimed[3]), "nobody begins with it again"
        return said

    with claims_of(alerted) as claims:
        assert asyncio.run(begun(claims, claims.take(20))) is stands


def test_what_stood_against_it_for_a_while_does_so_no_more(alerted: Desk, other: Database) -> None:
    async def held_and_released(claims: Claims, claimed: Sequence[Delivery]) -> list[DeliveryState | None]:
        doubts = Doubts(claims, lambda: claimed)
        said = []
        is_held(replace(alerted, database=other), claimed[0])
        said.append(await doubts.of(claimed[0]))
        with other.write() as session:
            holds.release(session)
        await asyncio.sleep(0)
        said.append(await doubts.of(claimed[0]))
        assert doubts.seems_clear(claimed[0])
        return said

    with claims_of(alerted) as claims:
        assert asyncio.run(held_and_released(claims, claims.take(20))) == [DeliveryState.PENDING, None]


def test_connections_that_ask_at_once_ask_one_question(alerted: Desk) -> None:
    async def all_at_once(claims: Claims, claimed: Sequence[Delivery]) -> list[DeliveryState | None]:
        doubts = Doubts(claims, lambda: claimed)
        return await asyncio.gather(*(doubts.of(one) for one in claimed))

    with claims_of(alerted) as claims:
        claimed = claims.take(20)
        with at_each_question(lambda: None) as questions:
            assert asyncio.run(all_at_once(claims, claimed)) == [None] * 20
        assert len(questions) == 1


def test_nobody_who_writes_all_the_time_keeps_a_message_from_its_answer(alerted: Desk, other: Database) -> None:
    def write() -> None:
        with other.write() as session:
            session.execute(update(delivery).values(attempts=delivery.c.attempts + 1))

    async def one_by_one(claims: Claims, claimed: Sequence[Delivery]) -> None:
        doubts = Doubts(claims, lambda: claimed)
        for one in claimed:
            assert await asyncio.wait_for(doubts.of(one), 20) is None

    with claims_of(alerted) as claims:
        claimed = claims.take(20)
        with at_each_question(write) as questions:
            asyncio.run(one_by_one(claims, claimed))
    assert len(questions) == len(claimed)


def test_what_was_asked_together_with_something_else_is_known_for_a_moment_only(alerted: Desk) -> None:
    async def seen(claims: Claims, claimed: Sequence[Delivery]) -> list[bool]:
        doubts = Doubts(claims, lambda: claimed)
        doubts.saw(claimed, {claimed[3].id: DeliveryState.SKIPPED_LEFT})
        known = [doubts.is_clear(claimed[2]), doubts.is_clear(claimed[3])]
        await asyncio.sleep(0)
        return [*known, doubts.is_clear(claimed[2])]

    with claims_of(alerted) as claims:
        assert asyncio.run(seen(claims, claims.take(20))) == [True, False, False]


def load_of(claims: Claims, desk: Desk) -> Load:
    """Of all that is due; nothing is noted before the ledger has it."""
    load = Load(
        claim=claims.take,
        claims=claims,
        addressing=Addressing(desk.newsroom, claims.tokens, None, None),
        jitter=random.Random(1),
        waits=lambda one: False,
        stopping=threading.Event(),
        done=DeliveryRun(),
        refusals=Refusals(),
        domains=Domains(),
    )
    load.supply.fill(claims.take(20))
    return load


def test_f68_who_leaves_before_the_answer_to_the_message_before_is_written_down_gets_none(
    alerted: Desk, other: Database
) -> None:
    """The envelope is written by then, and that it is asked together with the writing makes no difference."""

    elsewhere = replace(alerted, database=other, following=replace(alerted.following, database=other))

    async def carried(load: Load) -> tuple[bool, bool]:
        claimed = {each.id: each for each in load.supply.waiting}
        one, two, three = [await load.take() for _ in range(3)]
        assert one is not None
        assert two is not None
        assert three is not None
        leaves(elsewhere, claimed[two.key])
        await load.settle(one, Reply(250, "2.0.0 ok"))
        return await load.may_go(two), await load.may_go(three)

    with claims_of(alerted) as claims:
        load = load_of(claims, alerted)
        assert asyncio.run(carried(load)) == (False, True)
    assert load.done.states == {DeliveryState.ACCEPTED: 1}


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_message_that_follows_an_answer_at_once_costs_no_question_of_its_own(alerted: Desk) -> None:
    async def carried(load: Load, questions: list[str]) -> list[int]:
        one, two = await load.take(), await load.take()
        assert one is not None
        assert two is not None
        asked = [len(questions)]
        await load.settle(one, Reply(250, "2.0.0 ok"))
        asked.append(len(questions))
        assert await load.may_go(two)
        asked.append(len(questions))
        await asyncio.sleep(0.01)
        assert await load.may_go(two)
        return [*asked, len(questions)]

    with claims_of(alerted) as claims, at_each_question(lambda: None) as questions:
        before, settled, went, later = asyncio.run(carried(load_of(claims, alerted), questions))
    assert (settled - before, went - settled, later - went) == (1, 0, 1)


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_f48_a_question_whose_connection_was_cut_is_asked_over_another(alerted: Desk, other: Database) -> None:
    with claims_of(alerted) as claims:
        claimed = claims.take(20)
        assert claims.objections(claimed) == {}
        with other.read() as session:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            session.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        leaves(alerted, claimed[3])
        assert claims.objections(claimed) == {claimed[3].id: DeliveryState.SKIPPED_LEFT}
