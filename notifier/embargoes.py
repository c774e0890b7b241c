"""What accredited journalists are told: a release under embargo, its changes, and what comes of it. A shell.

A notice of what happened has its turn once, in the transaction that plans its mails. The text is due as long as it is
under embargo: whoever is accredited, or comes back from a pause, after its release has it too. Who may have it is asked
when its mail is planned, and again just before the wire.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.found import Found
from feeds.model import Article, Newsroom, Step, StepKind
from feeds.scope import Scope
from feeds.store import audit, changes, embargoes, reading, topics, undoing
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
"""The steps by which the release itself is due; all others are short notices."""
_FAILED = "alert_failed"


@dataclass(frozen=True, slots=True)
class Embargoes:
    """Plans the notice of every step that had no turn yet, and the text for everybody to whom it is due."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    clock: Clock

    def run(self) -> int:
        """Plan what is due, one step or one text a transaction; answers how many deliveries were new."""
        with self.database.read() as session:
            if restorations.waiting(session) is not None:
                return 0
            waiting = [step.number for step in _due(session)]
        planned = sum(self._turn(number) for number in waiting)
        with self.database.read() as session:
            due = [article.id for article in embargoes.under(session) if self._owed(session, article)]
        return planned + sum(map(self._release, due))

    def _turn(self, number: int) -> int:
        """Give a step its turn, unless another process was here since we looked."""
        with self.database.write() as session:
            changes.take_turn(session)
            embargo_mail.count_lifted(session)
            step = next((one for one in _due(session) if one.number == number), None)
            if step is None:
                return 0
            planned = self._settled(session, step.article_id, lambda: self._notify(session, step))
            embargoes.settle(session, number, now=self.clock())
        return planned

    def _release(self, article_id: int) -> int:
        """Plan the text of a release for everybody to whom it is due."""
        with self.database.write() as session:
            changes.take_turn(session)
            return self._settled(session, article_id, lambda: self._tell(session, article_id))

    def _settled(self, session: Session, article_id: int, plan: Callable[[], int]) -> int:
        """Plan it. One that cannot be told, whatever is wrong with its release, keeps no other waiting (F61)."""
        try:
            with attempt(session):
                return plan()
        except StoreError:
            raise
        except Exception as error:
            log.error("embargo.left_out", article=article_id, cause=f"{type(error).__name__}: {error}")
            audit.record_failure(session, at=self.clock(), action=_FAILED, article_id=article_id, error=error)
            return 0

    def _notify(self, session: Session, step: Step) -> int:
        if step.kind in _TEXT or (step.kind is StepKind.LIFTED and not step.came_early):
            return 0  # the text is due without it; and it is public at the hour they were told
        if step.kind is StepKind.CORRECTED:
            found = changes.window(session, (step.change or 1) - 1, step.change or 0)
            return sum(self._alerts.correct(session, change) for change in found if not change.quiet)
        article = reading.get(session, step.article_id)
        planned = 0
        for (language, zone), those in self._alike(embargo_mail.recipients(session, article.id)):
            key = f"embargo:{step.number}:{language}" + (f":{zone}" if zone else "")
            content = self._content(step, article, language, zone)
            planned += self._address(session, key, article, content, those)
        return planned

    def _owed(self, session: Session, article: Article) -> Sequence[Journalist]:
        """To whom its text is due; nobody when its hour has come, nor while what made it fail last stands as it did."""
        steps, now = embargoes.steps(session, article.id), self.clock()
        released = embargoes.released_at(steps)
        if released is None or not article.embargoed or article.publish_at is None or now >= article.publish_at:
            return ()
        failed = audit.entries(session, article_id=article.id, action=_FAILED, limit=1)
        if failed and failed[0].at >= steps[-1].at:
            return ()
        return embargo_mail.owed(session, article, self._lineage(article), since=released, now=now)

    def _tell(self, session: Session, article_id: int) -> int:
        article = reading.get(session, article_id)
        people = self._with_reasons(session, article, self._owed(session, article))
        if not people:
            return 0  # another process was here since we looked
        last = embargoes.steps(session, article_id)[-1]
        planned = 0
        for kind in _TEXT:
            step = replace(last, kind=kind)
            for unsent in sorted({one.unsent for one in people}):
                alike = (one.has_earlier is (kind is StepKind.REVISED) and one.unsent == unsent for one in people)
                those = [one for one, is_one in zip(people, alike, strict=True) if is_one]
                for (language, zone), group in self._alike(those):
                    key = f"embargo:now:{article_id}:{last.number}:{kind}:{unsent}:{language}:{zone or ''}"
                    content = self._content(step, article, language, zone)
                    planned += self._address(session, key, article, content, group, kind=Kind.EMBARGO)
        return planned

    def _alike(self, people: Sequence[Journalist]) -> Sequence[tuple[tuple[str, str | None], Sequence[Journalist]]]:
        """Those who get the same mail, by their language and the zone in which they are told the hour too."""
        alike: dict[tuple[str, str | None], list[Journalist]] = defaultdict(list)
        for one in people:
            alike[one.person.language, self._other_zone(one.zone)].append(one)
        return sorted(alike.items(), key=lambda pair: (pair[0][0], pair[0][1] or ""))

    def _address(
        self,
        session: Session,
        key: str,
        article: Article,
        content: MailContent,
        people: Sequence[Journalist],
        *,
        kind: Kind = Kind.EMBARGO_NOTICE,
    ) -> int:
        mailing = mailings.find(session, key)
        if mailing is None:
            mailing = mailings.freeze(
                session,
                content,
                kind=kind,
                key=key,
                language=people[0].person.language,
                now=self.clock(),
                articles=[(article.id, article.revision)],
                advertising=kind is Kind.EMBARGO and self.newsroom.is_advertising(article),
            )
        return mailings.address_all(session, mailing, [(one.person, ()) for one in people], now=self.clock())

    def _with_reasons(self, session: Session, article: Article, people: Sequence[Journalist]) -> Sequence[Journalist]:
        """Who follows by words is told which of theirs it holds, and by which words."""
        vocabulary, found = topics.by_slug(session), Found(article.content.texts)

        @cache
        def said(wishes: tuple[Scope, ...], language: str) -> str | None:
            matched = [(one, found.of(one.words)) for one in wishes]
            return self.letters.embargo_reason(matched, vocabulary, language) if matched else None

        persons = (replace(one.person, reason=said(one.person.wishes, one.person.language)) for one in people)
        return [replace(one, person=person) for one, person in zip(people, persons, strict=True)]

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


def _due(session: Session) -> Sequence[Step]:
    """The steps that had no turn yet, but for corrections whose mails can still be undone."""
    undone = {one.change for one in undoing.turns(session) if not one.had}
    return [step for step in embargoes.waiting(session) if step.change not in undone]
