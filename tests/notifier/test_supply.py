"""What is claimed ahead: never more than is sent in a moment, however much waits."""

import asyncio
from collections.abc import Sequence
from itertools import count

from notifier.model import Delivery, Kind
from notifier.supply import FIRST, MOST, Supply
from tests.builders import NOW


def one(number: int) -> Delivery:
    return Delivery(
        id=number,
        mailing_id=1,
        edition=1,
        kind=Kind.ALERT,
        language="en",
        subject="",
        text="",
        html="",
        subscriber_id=number,
        signup_id=None,
        address=f"r{number}@example.org",
        attempts=1,
        repeats=0,
        created_at=NOW,
    )


def test_f10_however_long_the_backlog_no_more_is_in_memory_than_is_sent_in_a_moment() -> None:
    """As fast as it can be taken, of an endless ledger."""
    numbers, asked, held = count(), list[int](), list[int]()

    async def claim(limit: int) -> Sequence[Delivery]:
        asked.append(limit)
        return [one(next(numbers)) for _ in range(limit)]

    async def take() -> list[int]:
        supply = Supply(claim)
        taken = []
        for _ in range(20 * MOST):
            found = await supply.take()
            assert found is not None
            taken.append(found.id)
            held.append(len(supply))
        await supply.close()
        return taken

    taken = asyncio.run(take())
    assert taken == list(range(len(taken)))
    assert asked[0] == FIRST
    assert max(asked) == MOST
    assert max(held) <= MOST + MOST // 2
