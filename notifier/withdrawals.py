"""Notices of a withdrawal: to who follows the release itself, and where the editor asked for it to who got it by mail.

A shell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.clock import Clock
from feeds.model import Change, Newsroom
from feeds.store import changes, reading
from feeds.store.database import Database, Session
from notifier.ledger import followers, mailings, restorations
from notifier.messages import Letters
from notifier.model import Kind

LOOKS_BACK = timedelta(days=7)
"""How long after a withdrawal its notice is still planned, where nobody ran before."""
SETTLES = timedelta(minutes=10)
"""How long people are looked for: what was on the wire when it was withdrawn is answered by then."""


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """Plans the notices that editors asked for. Waking it more often changes nothing: nobody is told twice."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    clock: Clock

    def run(self) -> int:
        """Plan what is due; answers how many deliveries were new."""
        with self.database.read() as session:
            if restorations.waiting(session) is not None:
                return 0
            if not (self._due(session) or followers.untold(session) or followers.has_told(session)):
                return 0
        with self.database.write() as session:
            changes.take_turn(session)
            planned = sum(self._plan(session, change) for change in self._due(session))
            planned += self._tell_followers(session)
            followers.end_told(session, now=self.clock())
            return planned

    def _tell_followers(self, session: Session) -> int:
        """Who follows the release asked to be told, whether or not an editor asks for others to be."""
        planned = 0
        for one in followers.untold(session):
            language = one.person.language
            mailing = self._mailing(session, one.change_number, one.article_id, one.withdrawn_at, language)
            planned += mailings.address_all(session, mailing, [(one.person, ())], now=self.clock())
        return planned

    def _due(self, session: Session) -> list[Change]:
        now = self.clock()
        return [
            change
            for change in changes.withdrawn_since(session, now - LOOKS_BACK)
            if not change.quiet and (now - change.at < SETTLES or not self._is_planned(session, change))
        ]

    def _is_planned(self, session: Session, change: Change) -> bool:
        return any(mailings.find(session, _key(change.number, tag)) is not None for tag in self.newsroom.city.languages)

    def _plan(self, session: Session, change: Change) -> int:
        planned = 0
        audience = mailings.holders(session, change.article_id, withdrawn_at=change.at)
        for language in sorted({person.language for person in audience}):
            mailing = self._mailing(session, change.number, change.article_id, change.at, language)
            people = [(person, ()) for person in audience if person.language == language]
            planned += mailings.address_all(session, mailing, people, now=self.clock())
        return planned

    def _mailing(self, session: Session, number: int, article_id: int, withdrawn_at: datetime, language: str) -> int:
        key = _key(number, language)
        known = mailings.find(session, key)
        if known is not None:
            return known
        article = reading.get(session, article_id)
        day = withdrawn_at.astimezone(self.newsroom.city.zone).date()
        return mailings.freeze(
            session,
            self.letters.withdrawal(article, language=language, withdrawn_on=day),
            kind=Kind.WITHDRAWAL,
            key=key,
            language=language,
            now=self.clock(),
            articles=[(article.id, article.revision)],
            urgent=article.urgent,
        )


def _key(number: int, language: str) -> str:
    return f"change:{number}:{language}"
