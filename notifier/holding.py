"""Stopping all sending and letting it go on, by somebody who is named in the audit log."""

from datetime import datetime

from feeds.errors import Conflict
from feeds.store import audit
from feeds.store.database import Session
from notifier.ledger import holds

LONGEST_REASON = 500


def hold(session: Session, actor: str, reason: str, *, now: datetime) -> None:
    """Hold all sending; another reason replaces the one before."""
    holds.put(session, reason, by=actor, now=now)
    audit.record(session, at=now, actor=actor, action="hold", details={"reason": reason})


def release(session: Session, actor: str, *, now: datetime, seen: datetime | None = None) -> bool:
    """Let sending go on; False if it was not held. `seen` is since when who releases it believes it is held.

    Conflict, and nothing released, where it has been held anew since: for a reason that they have not read.
    """
    held = holds.current(session)
    if held is None:
        return False
    if seen is not None and held.at != seen:
        raise Conflict("sending has been held anew: read why before you release it")
    holds.release(session)
    audit.record(session, at=now, actor=actor, action="release", details={"reason": held.reason})
    return True
