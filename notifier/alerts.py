"""Alerts: when the change log grows, plan a mailing for everybody who asked to be told at once. A shell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import structlog

from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.found import Found
from feeds.model import Article, Change, ChangeKind, Newsroom, State
from feeds.scope import Scope
from feeds.store import audit, changes, reading, topics, undoing
from feeds.store.database import Database, Session, attempt
from notifier.bursts import MOST, Bursts, Release
from notifier.ledger import embargo_mail, fanning, mailings, overflow, restorations, subscribers, wishes
from notifier.messages import Letters
from notifier.model import Cadence, Kind, Priority

log = structlog.get_logger()
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
    cap: int = 0
    """How many alerts a day somebody gets at most who chose nothing; 0 for as many as there are."""

    def run(self) -> AlertsRun:
        """Give every change its turn that some live immediate subscription has not had."""
        seen = planned = 0
        self._learn()
        while True:
            with self.database.write() as session:
                changes.take_turn(session)
                if restorations.waiting(session) is not None:
                    return AlertsRun(seen, planned)
                embargo_mail.count_lifted(session)
                turn = self._next(session)
            if turn is None:
                return AlertsRun(seen, planned)
            seen += turn.changes
            planned += turn.planned

    def _next(self, session: Session) -> AlertsRun | None:
        """Give the next change its turn in the order of the log, up to the first that can still be undone; then what is
        due behind it, for that waits for no other. None where nothing is due."""
        turns = undoing.turns(session)
        first = next((one.change for one in turns if not one.had), None)
        behind = subscribers.behind(session, Cadence.IMMEDIATE)
        number = changes.after(session, behind) if behind is not None else None
        if number is not None and (first is None or number < first):
            return self._in_order(session, number)
        now = self.clock()
        due = next((one for one in turns if not one.had and one.until <= now), None)
        if due is None:
            if number is None and first is None and turns:
                undoing.forget(session, to=turns[-1].change)
            return None
        return self._together(session, [one.change for one in turns if one.burst == due.burst and not one.had], behind)

    def _in_order(self, session: Session, number: int) -> AlertsRun:
        (change,) = changes.window(session, number - 1, number) or (None,)  # a damaged one has had its turn
        planned = self._settled(session, change) if change else 0
        # An archive that is taken in is a hundred thousand quiet changes in a row: they have one turn together.
        to = changes.end_of_quiet(session, number) if change and change.quiet else number
        subscribers.alerted(session, to=to)
        undoing.forget(session, to=to)
        return AlertsRun(to - number + 1, planned)

    def _together(self, session: Session, numbers: Sequence[int], behind: int | None) -> AlertsRun:
        """Give a burst its turn, at the end of its window. Where something still waits before it, it has another in the
        order of the log, for whoever asked to be told at once meanwhile."""
        found = [change for number in numbers for change in changes.window(session, number - 1, number)]
        # Whoever wants several of them has been told of each when it comes to those who want one.
        planned = self._burst(session, found) + sum(self._settled(session, change) for change in found)
        undoing.settle(session, numbers, now=self.clock())
        other = changes.first_loud(session, numbers[0] - 1 if behind is None else behind, but=numbers)
        to = min(numbers[-1], undoing.last_free(session), numbers[-1] if other is None else other - 1)
        subscribers.alerted(session, to=to)
        undoing.forget(session, to=to)
        return AlertsRun(len(numbers), planned)

    def _burst(self, session: Session, found: Sequence[Change]) -> int:
        """Plan the mails that tell of several of these; advertising is never in one mail with what is none."""
        releases = [one for change in found if (one := self._release(session, change))]
        planned = 0
        for advertising in (False, True):
            alike = [one for one in releases if self.newsroom.is_advertising(one.article) is advertising]
            for first in range(0, len(alike), MOST):
                some = alike[first : first + MOST]
                if len(some) > 1:
                    planned += self._plan_burst(session, some, advertising=advertising)
        return planned

    def _release(self, session: Session, change: Change) -> Release | None:
        """A publication that a burst may tell of; None for anything else, and for what cannot be read."""
        if change.quiet or change.kind is not ChangeKind.PUBLISHED:
            return None
        try:
            with attempt(session):
                article = reading.get(session, change.article_id)
                if article.state is not State.PUBLISHED or article.division is None or article.urgent:
                    return None
                before = as_told(session, article, change)
                texts, lineage = [article, *([before] if before else [])], self.newsroom.lineage(article.division)
                return Release(change, article, mailings.alert_audience(session, change, texts, lineage))
        except StoreError:
            raise
        except Exception as error:
            log.error("alert.not_read", article=change.article_id, cause=f"{type(error).__name__}: {error}")
            return None

    def _plan_burst(self, session: Session, releases: Sequence[Release], *, advertising: bool) -> int:
        """Plan it. Where that fails, whatever is wrong with one of them, each is told by itself (F61)."""
        said = self._reasons(session, [one.article for one in releases])
        try:
            with attempt(session):
                for one in releases:
                    overflow.keep(session, one.change, one.audience, default=self.cap, now=self.clock())
                bursts = Bursts(self.letters, self.clock)
                return bursts.plan(session, releases, said, advertising=advertising)
        except StoreError:
            raise
        except Exception as error:
            ids = [one.article.id for one in releases]
            log.error("alert.not_together", articles=ids, cause=f"{type(error).__name__}: {error}")
            return 0

    def _learn(self) -> None:
        """Know all wishes before anybody has to wait for what we write; the first time of all, before there is news."""
        with self.database.read() as session:
            behind = subscribers.behind(session, Cadence.IMMEDIATE)
            if not wishes.has_learned() or (behind is not None and changes.after(session, behind) is not None):
                wishes.learn(session)

    def _settled(self, session: Session, change: Change) -> int:
        """Plan it. A release that cannot be told, whatever is wrong with it, keeps no other waiting (F61)."""
        try:
            with attempt(session):
                return self._plan(session, change)
        except StoreError:
            raise
        except Exception as error:
            number, at = change.article_id, self.clock()
            log.error("alert.left_out", article=number, cause=f"{type(error).__name__}: {error}")
            audit.record_failure(session, at=at, action="alert_failed", article_id=number, error=error)
            return 0

    def _plan(self, session: Session, change: Change) -> int:
        if change.quiet or change.kind is ChangeKind.WITHDRAWN:
            return 0
        article = reading.get(session, change.article_id)
        if article.state is not State.PUBLISHED or article.division is None:
            return 0
        lineage = self.newsroom.lineage(article.division)
        if change.kind is ChangeKind.CORRECTED:
            heard = mailings.correction_audience(session, change, article, lineage)
            return self._address(session, change, article, heard)
        before = as_told(session, article, change)
        if article.urgent and before is not None:
            # That text is what two people published: what one of them made of it since the other has not seen.
            article, before = before, None
        audience = mailings.alert_audience(session, change, [article, *([before] if before else [])], lineage)
        if not article.urgent:
            overflow.keep(session, change, audience, default=self.cap, now=self.clock())
        return self._address(session, change, article, audience)

    def correct(self, session: Session, change: Change) -> int:
        """Tell those who had an article under embargo of its correction, at whatever cadence they follow it."""
        article = reading.get(session, change.article_id)
        if article.state is not State.PUBLISHED or article.revision != change.revision:
            return 0  # a later correction says more
        return self._address(session, change, article, mailings.holders_under_embargo(change))

    def _address(self, session: Session, change: Change, article: Article, audience: fanning.Audience) -> int:
        each = {look: self._mailing(session, change, article, *look) for look in fanning.looks(session, audience)}
        if not each:
            return 0
        kind = Kind.CORRECTION if change.kind is ChangeKind.CORRECTED else Kind.ALERT
        priority, told = Priority.of(kind, urgent=article.urgent), (change.number, article.id, article.revision)
        planned = fanning.plan(session, audience, each, told, priority=priority, now=self.clock())
        if audience.by_words:
            fanning.give_reasons(session, change, audience, set(each.values()), self._reasons(session, [article]))
        return planned

    def _reasons(self, session: Session, articles: Sequence[Article]) -> Callable[[tuple[Scope, ...], str], str]:
        """Puts what somebody follows by words into words: which of it the articles hold, and where."""
        vocabulary, each = topics.by_slug(session), [Found(one.content.texts) for one in articles]

        def held(words: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(word for one in each for word in one.of(words)))

        @cache
        def said(wishes: tuple[Scope, ...], language: str) -> str:
            return self.letters.reason([(one, held(one.words)) for one in wishes], vocabulary, language)

        return said

    def _mailing(self, session: Session, change: Change, article: Article, language: str, pictures: bool) -> int:
        """The mailing that tells of this change in this language; its content is frozen when the first needs it."""
        # Where there is nothing to leave out, all get the same.
        plain = not pictures and bool(article.content.pictures)
        key = f"change:{change.number}:{language}" + (":plain" if plain else "")
        known = mailings.find(session, key)
        if known is not None:
            return known
        return mailings.freeze(
            session,
            self.letters.alert(article, language=language, kind=_KINDS[change.kind], with_pictures=not plain),
            kind=Kind.CORRECTION if change.kind is ChangeKind.CORRECTED else Kind.ALERT,
            key=key,
            language=language,
            now=self.clock(),
            articles=[(article.id, article.revision)],
            urgent=article.urgent,
            advertising=self.newsroom.is_advertising(article),
        )


def as_told(session: Session, article: Article, change: Change) -> Article | None:
    """An article with the text that a publication made public, or that a correction replaced; None where it has that
    text now.
    """
    number = change.revision - (change.kind is ChangeKind.CORRECTED)
    if number == article.revision:
        return None
    then = next((one for one in reading.revisions(session, article.id) if one.number == number), None)
    return None if then is None else replace(article, revision=then.number, content=then.content, correction_note=None)
