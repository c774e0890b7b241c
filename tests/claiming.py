"""One claimed delivery in a test: what stands against it, and what became of it."""

from collections.abc import Sequence
from datetime import datetime

from feeds.model import Newsroom
from feeds.store.database import Database, Session
from notifier.ledger import deliveries
from notifier.ledger.deliveries import Outcome
from notifier.ledger.objections import objections
from notifier.model import Delivery, DeliveryState
from tests.builders import BASE_URL, NOW, small_city


def objection(session: Session, one: Delivery, *, owner: str, hashes: Sequence[str]) -> DeliveryState | None:
    """What stands against a delivery; None if it may go out."""
    lineage = Newsroom(small_city(), BASE_URL).lineage
    said = objections(session, [one], owner=owner, hashes={one.id: hashes}, lineage=lineage, now=NOW)
    return said.get(one.id)


def settle(
    session: Session, delivery_id: int, *, owner: str, now: datetime, state: DeliveryState, **said: object
) -> bool:
    """Whether it was written down."""
    outcome = Outcome(id=delivery_id, state=state, **said)  # type: ignore[arg-type]
    return deliveries.settle(session, [outcome], owner=owner, now=now) == {delivery_id}


def accepted(database: Database, number: int, *, now: datetime) -> int:
    """A server takes so many of what is due; answers how many there were."""
    with database.write() as session:
        claimed = deliveries.claim(session, owner="x", now=now, limit=number)
        outcomes = [Outcome(id=one.id, state=DeliveryState.ACCEPTED, reply="250 ok") for one in claimed]
        return len(deliveries.settle(session, outcomes, owner="x", now=now))
