"""Answers kept for programs that ask again, written in the transaction of what was asked.

So a repeat finds the first answer or nothing was done, whatever became of the connection (draft-ietf-httpapi-
idempotency-key-header). Two at once meet at the primary key: the second waits for the first and finds its answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update

from feeds.store.database import Session, insert_once
from feeds.store.staff_tables import idempotency


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was asked under a key, as a hash, and what was answered."""

    request_hash: str
    status: int
    headers: Mapping[str, str]
    body: str


def claim(session: Session, token_id: int, key: str, *, request_hash: str, now: datetime) -> Kept | None:
    """Take a key for this transaction, which has to `settle` it; or the answer that was given under it before."""
    values = {"token_id": token_id, "key": key, "request_hash": request_hash, "created_at": now}
    ours = insert_once(session, idempotency).values(**values, status=0, headers={}, body="")
    if session.execute(ours.returning(idempotency.c.key)).first() is not None:
        return None
    found = session.execute(select(idempotency).where(_of(token_id, key))).one()
    return Kept(request_hash=found.request_hash, status=found.status, headers=found.headers, body=found.body)


def settle(session: Session, token_id: int, key: str, *, status: int, headers: Mapping[str, str], body: str) -> None:
    """Keep the answer under the key that this transaction claimed."""
    kept = update(idempotency).where(_of(token_id, key))
    session.execute(kept.values(status=status, headers=dict(headers), body=body))


def _of(token_id: int, key: str) -> ColumnElement[bool]:
    return and_(idempotency.c.token_id == token_id, idempotency.c.key == key)
