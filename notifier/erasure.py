"""People are destroyed: because they say so, because they did not answer, or because they have long followed nothing.

What stays is a keyed hash of each address of theirs with the day, so that no old list brings them back. A shell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.clock import Clock
from feeds.store import changes
from feeds.store.database import Database, Session
from notifier import consent
from notifier.ledger import erasing, renewals, revocations
from notifier.lists import CONSENT_HOLDS
from notifier.tokens import Tokens

AT_ONCE = 100
"""How many people one transaction destroys: others write in between."""


def erase(session: Session, tokens: Tokens, *addresses: str, now: datetime) -> bool:
    """Erase normalised addresses and everything that is kept of their people; False if nothing was.

    What any address of theirs agreed to before now holds no more.
    """
    known = erasing.addresses_of(session, addresses)
    for address in known:
        revocations.note(session, tokens.address_hashes(address)[0], now=now)
    return erasing.erase(session, addresses, known)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Destroys what nobody needs any more of people who have left, whoever wakes it and however often."""

    database: Database
    tokens: Tokens
    clock: Clock
    after: timedelta
    """So long after the end of the last thing that somebody followed, nothing is kept of them."""

    def run(self) -> int:
        """Destroy what is due; answers how many people."""
        now = self.clock()
        answered_by, left_by = now - consent.ANSWERED_LATE, now - self.after
        lapsed = self._erase(lambda session: renewals.lapsed_until(session, answered_by, limit=AT_ONCE))
        left = self._erase(lambda session: erasing.left_until(session, left_by, now=now, limit=AT_ONCE))
        with self.database.write() as session:
            revocations.forget(session, until=now - CONSENT_HOLDS)
        return lapsed + left

    def _erase(self, due: Callable[[Session], Sequence[str]]) -> int:
        """Erase everybody who is due; answers how many. As long as nobody is, nobody else waits for this."""
        gone = 0
        while True:
            with self.database.read() as session:
                if not due(session):
                    return gone
            with self.database.write() as session:
                changes.take_turn(session)
                addresses = due(session)
                erase(session, self.tokens, *addresses, now=self.clock())
            gone += len(addresses)
