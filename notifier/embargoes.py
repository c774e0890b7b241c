"""What accredited journalists are told: a release under embargo, its changes, and what comes of it. A shell.

A step has its turn once, in the transaction that plans its mails. Who may have the text is asked then, and again just
before the wire.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.model import Article, Newsroom, Step, StepKind
from feeds.store import audit, changes, embargoes, reading
from feeds.store.database import Database, Session, attempt
from notifier.alerts import Alerts
from notifier.ledger import embargo_mail, mailings, restorations
from notifier.ledger.embargo_mail import Journalist
from notifier.messages import Letters
from notifier.model import Kind
from notifier.placeholders import MailContent
from notifier.voice import Embargo

log = structlog.get_logger()
_TEXT = (StepKind.RELEASED, StepKind.REVISED)
"""The steps that are mailed with the release itself; all others are short notices."""


@dataclass(frozen=True, slots=True)
class Embargoes:
    """Plans the mails of every step that had no turn yet."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    clock: Clock

    def run(self) -> int:
        """Plan what is due, one step a transaction; answers how many deliveries were new."""
        planned = 0
        with self.database.read() as session:
            undecided = restorations.waiting(session) is not None
            waiting = [] if undecided else [step.number for step in embargoes.waiting(session)]
        for number in waiting:
            with self.database.write() as session:
                changes.take_turn(session)
                embargo_mail.count_lifted(session)
                steps = embargoes.waiting(session)
                step = next((one for one in steps if one.number == number), None)
                if step is None:
                    continue  # another process was here since we looked
                planned += self._settled(session, step, steps)
                embargoes.settle(session, number, now=self.clock())
        return planned

    def _settled(self, session: Session, step: Step, steps: Sequence[Step]) -> int:
        """Plan it. One that cannot be told, whatever is wrong with its release, keeps no other waiting (F61)."""
        try:
            with attempt(session):
                return self._plan(session, step, steps)
        except StoreError:
            raise
        except Exception as error:
            log.error("embargo.left_out", article=step.article_id, cause=f"{type(error).__name__}: {error}")
            audit.record_failure(
                session, at=self.clock(), action="alert_failed", article_id=step.article_id, error=error
            )
            return 0

    def _plan(self, session: Session, step: Step, steps: Sequence[Step]) -> int:
        if step.kind is StepKind.LIFTED and not step.came_early:
            return 0  # it is public at the hour they were told
        if step.kind is StepKind.CORRECTED:
            found = changes.window(session, (step.change or 1) - 1, step.change or 0)
            return sum(self._alerts.correct(session, change) for change in found)
        article = reading.get(session, step.article_id)
        if step.kind not in _TEXT:
            return self._address(session, step, article, embargo_mail.recipients(session, article.id))
        later = any(one.article_id == article.id and one.number > step.number for one in steps if one.kind in _TEXT)
        if not article.embargoed or later:
            return 0  # what came after it says more
        now, lineage = self.clock(), self._lineage(article)
        if step.kind is StepKind.RELEASED:
            people = embargo_mail.audience(session, article, lineage, now=now)
        else:
            people = embargo_mail.still_accredited(session, article.id, lineage, now=now)
        return self._address(session, step, article, people)

    def _address(self, session: Session, step: Step, article: Article, people: Sequence[Journalist]) -> int:
        alike: dict[tuple[str, str | None], list[Journalist]] = defaultdict(list)
        for one in people:
            alike[one.person.language, self._other_zone(one.zone)].append(one)
        planned = 0
        for (language, zone), those in sorted(alike.items(), key=lambda pair: (pair[0][0], pair[0][1] or "")):
            key = f"embargo:{step.number}:{language}" + (f":{zone}" if zone else "")
            mailing = mailings.find(session, key)
            with_text = step.kind in _TEXT
            if mailing is None:
                mailing = mailings.freeze(
                    session,
                    self._content(step, article, language, zone),
                    kind=Kind.EMBARGO if with_text else Kind.EMBARGO_NOTICE,
                    key=key,
                    language=language,
                    now=self.clock(),
                    articles=[(article.id, article.revision)],
                    advertising=with_text and self.newsroom.is_advertising(article),
                )
            told = [(one.person, ()) for one in those]
            planned += mailings.address_all(session, mailing, told, now=self.clock())
        return planned

    def _content(self, step: Step, article: Article, language: str, zone: str | None) -> MailContent:
        until = step.until if article.publish_at is None else article.publish_at
        said = Embargo(
            until=self._until(step, until),
            zone=ZoneInfo(zone) if zone else None,
            step=step.kind,
            before=step.before,
            at=step.at,
        )
        if step.kind in _TEXT:
            return self.letters.embargo(article, said, language=language)
        return self.letters.embargo_notice(article, said, language=language)

    def _until(self, step: Step, present: datetime) -> datetime:
        """The hour that a mail names: the present one while it goes on, and what had been said once it is over."""
        return present if step.kind in (*_TEXT, StepKind.MOVED) else step.until

    @property
    def _alerts(self) -> Alerts:
        return Alerts(self.database, self.newsroom, self.letters, self.clock)

    def _lineage(self, article: Article) -> tuple[str, ...]:
        return self.newsroom.lineage(article.division or self.newsroom.city.fallback_division)

    def _other_zone(self, zone: str | None) -> str | None:
        """The zone of a person, where it is not the city's and is known."""
        if zone is None or zone == self.newsroom.city.zone.key:
            return None
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            return None
        return zone
