"""Stopping all sending and letting it go on, by somebody who is named in the audit log."""

from datetime import datetime

from feeds.errors import Conflict
from feeds.model import Newsroom
from feeds.store import audit, changes
from feeds.store.database import Session
from notifier import restored
from notifier.ledger import holds, restorations

LONGEST_REASON = 500


def hold(session: Session, actor: str, reason: str, *, now: datetime) -> None:
    """Hold all sending; another reason replaces the one before."""
    holds.put(session, reason, by=actor, now=now)
    audit.record(session, at=now, actor=actor, action="hold", details={"reason": reason})


def release(
    session: Session,
    actor: str,
    *,
    newsroom: Newsroom,
    now: datetime,
    seen: datetime | None = None,
    resend: bool = False,
) -> int | None:
    """Let sending go on; None if it was not held. `seen` is since when who releases it believes it is held.

    After a backup was restored, what it had still to send may have been sent since: that is skipped, unless `resend`
    says to send it (F53). Answers how many mails were skipped.
    Conflict, and nothing released, where it has been held anew since: for a reason that they have not read.
    """
    changes.take_turn(session)
    held, doubt = holds.current(session), restorations.waiting(session)
    if held is None and doubt is None:
        return None
    if seen is not None and held is not None and held.at != seen:
        raise Conflict("sending has been held anew: read why before you release it")
    skipped = restored.settle(session, newsroom, doubt, resend=resend, now=now) if doubt else 0
    holds.release(session)
    details: dict[str, object] = {"reason": held.reason if held else ""}
    if doubt:
        details |= {"resend": resend, "skipped": skipped}
    audit.record(session, at=now, actor=actor, action="release", details=details)
    return skipped
