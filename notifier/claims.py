"""The claims of one owner on deliveries: taken, kept alive, looked at once more, settled or given back. A shell."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.model import Newsroom
from feeds.store.database import Database, Session
from feeds.store.kept import Line, Pulse, flush
from notifier import nowhere
from notifier.journal import Journal
from notifier.ledger import deliveries, holds
from notifier.ledger.deliveries import Outcome
from notifier.ledger.objections import objections
from notifier.model import Delivery, DeliveryState
from notifier.receipts import left_behind
from notifier.retry import LIVES
from notifier.tokens import Tokens

log = structlog.get_logger()
_FEW = 100
"""For so many at most the statement is planned that asks of a few."""
_FROM_RECEIPT = "250 (written down after its process had ended)"


@dataclass(frozen=True, slots=True)
class Claims:
    """What one owner does in the ledger; nothing of a claim that is another's by now is ever written."""

    database: Database
    newsroom: Newsroom
    tokens: Tokens
    clock: Clock
    owner: str
    journal: Journal | None = None
    """Where it is noted who is suppressed."""
    pulse: Pulse | None = None
    """Feels no write of ours that stands against nobody's mail."""
    questions: Line | None = None
    """Where it is asked what stands against a few deliveries, so that asking before each message costs little."""
    answers: Line | None = None
    """Where it is written down what a server took, before it is on the disk: see `confirm`."""

    def expire(self) -> None:
        """End what has waited longer than its kind lives."""
        with self.database.write() as session:
            deliveries.expire(session, lives=LIVES, now=self.clock())

    def recover(self, folder: Path) -> None:
        """Write down what others had sent when they died."""
        for owner, accepted in left_behind(folder):
            outcomes = [Outcome(id=one, state=DeliveryState.ACCEPTED, reply=_FROM_RECEIPT) for one in accepted]
            with self.database.write() as session:
                kept = deliveries.settle(session, outcomes, owner=owner, now=self.clock())
            if kept:
                log.info("delivery.recovered", accepted=len(kept))

    def take(self, limit: int) -> Sequence[Delivery]:
        """The next deliveries that are due, at most `limit`, this owner's from now on."""
        with self.database.write(unfelt=self.pulse) as session:
            return deliveries.claim(session, owner=self.owner, now=self.clock(), limit=limit)

    def hold(self, reason: str, refused: Sequence[int]) -> None:
        """The program itself stops all sending; these were refused for our sake, and are due again after that."""
        now = self.clock()
        with self.database.write() as session:
            deliveries.reopen(session, refused, at=now)
            if holds.current(session) is None:
                holds.put(session, reason, now=now)

    def suppress(self, gone: Sequence[tuple[str, str]]) -> None:
        """Give these addresses up: a mail server has just said that there are none such (F25)."""
        with self.database.write() as session:
            for address, status in gone:
                source, now = f"reply {status}", self.clock()
                nowhere.give_up(session, self.tokens, self.journal, address, source=source, now=now)

    def renew(self) -> None:
        """A sign of life."""
        with self.database.write(unfelt=self.pulse) as session:
            deliveries.renew(session, owner=self.owner, now=self.clock())

    def objections(self, asked: Sequence[Delivery]) -> Mapping[int, DeliveryState]:
        """What stands against these, by id (see `notifier.ledger.objections`)."""
        if self.questions is not None and len(asked) <= _FEW:
            with suppress(StoreError), self.questions.statement() as session:
                return self._objections(session, asked)
            # Cut off, perhaps: another connection tells whether the database is there.
        with self.database.read() as session:
            return self._objections(session, asked)

    def _objections(self, session: Session, asked: Sequence[Delivery]) -> Mapping[int, DeliveryState]:
        hashes = {one.id: self.tokens.address_hashes(one.address) for one in asked}
        lineage, now = self.newsroom.lineage, self.clock()
        return objections(session, asked, owner=self.owner, hashes=hashes, lineage=lineage, now=now)

    def settle(self, outcomes: Sequence[Outcome]) -> set[int]:
        """Write down what became of these; answers of which it was.

        What a server has answered is not forgotten because the database is busy: it is tried for two minutes.
        """
        return self._patiently(lambda: self._settled(outcomes))

    def _patiently(self, write: Callable[[], set[int]]) -> set[int]:
        for pause in (0.5, 2, 5, 10, 20, 40, 40):
            try:
                return write()
            except StoreError as error:
                log.warning("delivery.unrecorded", cause=str(error), again_in=pause)
                time.sleep(pause)
        return write()

    def _settled(self, outcomes: Sequence[Outcome]) -> set[int]:
        if self.answers is not None and all(one.state is DeliveryState.ACCEPTED for one in outcomes):
            with self.answers.statement() as session:
                return deliveries.accept(session, outcomes, owner=self.owner, now=self.clock())
        with self.database.write(unfelt=self.pulse) as session:
            return deliveries.settle(session, outcomes, owner=self.owner, now=self.clock())

    def confirm(self, accepted: Sequence[Outcome]) -> None:
        """What was settled by `answers` is on the disk when this returns: written again where the server has lost it.

        It gets there in order: with this commit, everything before it. StoreError if it cannot, tried as long as ever.
        """
        again = self._patiently(lambda: self._confirmed(accepted))
        if again:
            log.warning("delivery.written_again", number=len(again))

    def _confirmed(self, accepted: Sequence[Outcome]) -> set[int]:
        with self.database.write() as session:
            again = deliveries.accept(session, accepted, owner=self.owner, now=self.clock())
            flush(session)
        return again

    def give_back(self, ids: Sequence[int], at: datetime, cause: str | None) -> None:
        """Return these untried, due again at the instant."""
        if ids:
            with self.database.write() as session:
                deliveries.give_back(session, ids, owner=self.owner, at=at, reply=cause)
