"""Alerts: when the change log grows, plan a mailing for everybody who asked to be told at once. A shell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feeds.clock import Clock
from feeds.model import Article, Change, ChangeKind, Newsroom, State
from feeds.store import changes, reading
from feeds.store.database import Database, Session
from notifier.ledger import mailings, subscribers
from notifier.messages import Letters
from notifier.model import Audience, Cadence, Kind

_KINDS: dict[ChangeKind, Literal["published", "corrected"]] = {
    ChangeKind.PUBLISHED: "published",
    ChangeKind.CORRECTED: "corrected",
}


@dataclass(frozen=True, slots=True)
class AlertsRun:
    """What a run did: how many changes had their turn, and how many deliveries were planned."""

    changes: int
    planned: int


@dataclass(frozen=True, slots=True)
class Alerts:
    """Plans alerts and corrections from the change log, one change a transaction, in order."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    clock: Clock

    def run(self) -> AlertsRun:
        """Give every change its turn that some live immediate subscription has not had."""
        seen = planned = 0
        while True:
            with self.database.write() as session:
                changes.take_turn(session)
                behind = subscribers.behind(session, Cadence.IMMEDIATE)
                change = changes.after(session, behind) if behind is not None else None
                if change is None:
                    return AlertsRun(seen, planned)
                planned += self._plan(session, change)
                subscribers.move_cursors(session, Cadence.IMMEDIATE, to=change.number)
                seen += 1

    def _plan(self, session: Session, change: Change) -> int:
        if change.quiet or change.kind is ChangeKind.WITHDRAWN:
            return 0
        article = reading.get(session, change.article_id)
        if article.state is not State.PUBLISHED or article.division is None:
            return 0
        if change.kind is ChangeKind.CORRECTED:
            return self._address(session, change, article, mailings.correction_audience(session, change))
        lineage = self.newsroom.lineage(article.division)
        language = article.content.language
        audience = mailings.alert_audience(session, change, lineage=lineage, language=language)
        return self._address(session, change, article, audience)

    def _address(self, session: Session, change: Change, article: Article, audience: Sequence[Audience]) -> int:
        told = [(change.number, article.id, article.revision)]
        planned = 0
        for language in sorted({person.language for person in audience}):
            mailing = self._mailing(session, change, article, language)
            people = [(person, told) for person in audience if person.language == language]
            planned += mailings.address_all(session, mailing, people, now=self.clock())
        return planned

    def _mailing(self, session: Session, change: Change, article: Article, language: str) -> int:
        """The mailing that tells of this change in this language; its content is frozen when the first needs it."""
        key = f"change:{change.number}:{language}"
        known = mailings.find(session, key)
        if known is not None:
            return known
        return mailings.freeze(
            session,
            self.letters.alert(article, language=language, kind=_KINDS[change.kind]),
            kind=Kind.CORRECTION if change.kind is ChangeKind.CORRECTED else Kind.ALERT,
            key=key,
            language=language,
            now=self.clock(),
            articles=[(article.id, article.revision)],
            urgent=article.urgent,
        )
