"""What follows where a mail server says that there is no such address: whoever is written to there gets nothing more,
and nobody is asked there again for a while. In the caller's transaction.
"""

from datetime import datetime, timedelta

from feeds.store.database import Session
from notifier.bounces import Reason
from notifier.journal import Journal
from notifier.ledger import signups, subscribers, suppressions
from notifier.tokens import Tokens

ASKED_AGAIN_AFTER = timedelta(days=7)
"""So long no form sends another mail to an address that there was not; it may have been made since then. Its keyed hash
is destroyed with that."""


def give_up(
    session: Session, tokens: Tokens, journal: Journal | None, address: str, *, source: str, now: datetime
) -> None:
    """Give an address up, as `source` says: for good that of a subscriber; anybody else's wishes come to nothing."""
    hashed = tokens.address_hashes(address)[0]
    if subscribers.find(session, address) is None:
        signups.drop(session, address, now=now)
        suppressions.add(session, hashed, reason=Reason.NOWHERE, source=source, now=now)
        return
    suppressions.add(session, hashed, reason=Reason.HARD, source=source, now=now)
    if journal is not None:
        journal.suppressed(address, Reason.HARD)


def forget(session: Session, *, now: datetime) -> int:
    """Destroy what is kept of addresses that nobody was written to at; answers of how many."""
    return suppressions.forget(session, Reason.NOWHERE, until=now - ASKED_AGAIN_AFTER)
