"""Whom a run mails about what comes in: counted for each batch, before it happens or after."""

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.errors import CivicwireError
from feeds.incoming import Foreseen, Outcome
from feeds.intake.source import Skipped
from feeds.reach import Reach
from feeds.store.database import Database, Session
from notifier.audience import Audience

NOBODY = Reach(at_once={}, in_digests=0)


@dataclass(frozen=True, slots=True)
class Mails:
    """Counts the mails of what becomes of records. Without a database there is nobody who follows anything."""

    audience: Audience
    database: Database | None

    def of(self, answers: Sequence[Foreseen | Skipped | CivicwireError]) -> list[Reach | None]:
        """For each answer whom it is told to by mail; None where it is no news and no correction."""
        told = [answer if isinstance(answer, Foreseen) and answer.told is not None else None for answer in answers]
        if self.database is None or not any(told):
            return [NOBODY if one else None for one in told]
        with self.database.read() as session:
            return [self._reach(session, one) if one else None for one in told]

    def _reach(self, session: Session, answer: Foreseen) -> Reach:
        assert answer.told is not None  # noqa: S101 - those are the ones that are asked about
        if answer.outcome is not Outcome.CORRECTED:
            return self.audience.reach(session, answer.told)
        people = self.audience.corrected(session, answer.told)
        return Reach(at_once={answer.told.content.language: people} if people else {}, in_digests=0)
