"""A draft becomes public: by a person's hand, by a page that is taken in, or by itself at its hour. A shell."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from feeds.clock import Clock
from feeds.errors import NotReady, StoreError
from feeds.model import Article, Change, Newsroom, State
from feeds.readiness import lacking
from feeds.staff import CLOCK
from feeds.store import articles, audit, changes, reading
from feeds.store.database import Database, Session

log = structlog.get_logger()
_STILL_NEWS = timedelta(days=1)
LATEST = timedelta(days=30)
"""How long after its hour a release still becomes public by itself. A service that was away for longer, or whose clock
is wrong, leaves it to people: what comes out too early cannot be called back."""


def is_overdue(article: Article, now: datetime) -> bool:
    """Whether a scheduled article does not become public by itself any more."""
    if article.state is not State.SCHEDULED or article.publish_at is None:
        return False
    return article.publish_at < now - LATEST


def is_news(
    draft: Article, newsroom: Newsroom, now: datetime, *, undated: bool = True, at: datetime | None = None
) -> bool:
    """Whether publishing this draft tells anybody something new: it was registered today or yesterday.

    Where it becomes public later, `at` that instant, it may be registered on any day from now until then: a release is
    often given the day on which it is to come out. One without a date is news if `undated` says so: an editor knows
    that, a machine does not.
    """
    return is_news_of(draft.registered_on, newsroom, now, undated=undated, at=at)


def is_news_of(
    day: date | None, newsroom: Newsroom, now: datetime, *, undated: bool, at: datetime | None = None
) -> bool:
    """The same of what was registered on this day."""
    zone = newsroom.city.zone
    since, until = now.astimezone(zone).date() - _STILL_NEWS, (at or now).astimezone(zone).date()
    return undated if day is None else since <= day <= until


def dated(day: date | None, at: datetime | None, newsroom: Newsroom, now: datetime) -> datetime | None:
    """By which instant in the past a release is dated that was published elsewhere before; None if by the present.

    `at` is the instant of its registration on that day, where it is known.
    """
    if day is None or day >= now.astimezone(newsroom.city.zone).date():
        return None
    return at or _midnight(day, newsroom)


def undo_of(article: Article, newsroom: Newsroom) -> timedelta:
    """For how long the mails of a decision about an article wait: those of what is urgent, and of what journalists
    have under embargo already, go at once."""
    return timedelta() if article.urgent or article.embargoed else newsroom.undo


def publish(
    session: Session,
    draft: Article,
    *,
    newsroom: Newsroom,
    now: datetime,
    mail: bool,
    registered_at: datetime | None = None,
    as_new: bool = False,
    at_its_hour: bool = False,
    expected: int | None = None,
) -> Change:
    """Publish a draft under the day it was registered on (or the instant, if that is known), mailing those who follow
    it or nobody. `as_new` dates it by the present whenever it was registered. Mails of one that is published
    `at_its_hour` wait for nothing more."""
    return articles.publish(
        session,
        draft.id,
        fallback_division=newsroom.city.fallback_division,
        now=now,
        dated=None if as_new else dated(draft.registered_on, registered_at, newsroom, now),
        quiet=not mail,
        undo=timedelta() if at_its_hour else undo_of(draft, newsroom),
        expected=expected,
    )


def _midnight(day: date, newsroom: Newsroom) -> datetime:
    """The first instant of a local day, by which a release is dated whose hour nobody knows."""
    return datetime.combine(day, time(), tzinfo=newsroom.city.zone)


@dataclass(frozen=True, slots=True)
class Publications:
    """Publishes what is scheduled when its instant has come: also what came while nobody ran, for thirty days."""

    database: Database
    newsroom: Newsroom
    clock: Clock

    def run(self) -> int:
        """Publish everything that is due, one transaction each; answers how many. One that fails stops no other.

        What cannot be published, whatever is wrong with it, is made a draft again, and the audit log says why: an
        editor has to look (F61). Where the database refuses for the moment, it is tried again.
        """
        with self.database.read() as session:
            now = self.clock()
            waiting = reading.due(session, now, since=now - LATEST)
        done = 0
        for article_id in waiting:
            try:
                done += self._publish(article_id)
            except StoreError as error:
                log.error("publication.failed", article=article_id, cause=str(error))
            except Exception as error:
                log.error("publication.given_up", article=article_id, cause=f"{type(error).__name__}: {error}")
                self._give_up(article_id, error)
        return done

    def _give_up(self, article_id: int, error: Exception) -> None:
        at = self.clock()
        with self.database.write() as session:
            if articles.set_aside(session, article_id, now=at):
                audit.record_failure(session, at=at, action="publish_failed", article_id=article_id, error=error)

    def _publish(self, article_id: int) -> bool:
        now = self.clock()
        with self.database.write() as session:
            changes.take_turn(session)
            draft = reading.get(session, article_id)
            # Another process, or an editor, may have been here since we looked.
            if draft.state is not State.SCHEDULED or draft.publish_at is None or draft.publish_at > now:
                return False
            missing = lacking(draft.content)
            if missing:
                raise NotReady(article_id, missing)
            mail = is_news(draft, self.newsroom, now) if draft.mail is None else draft.mail
            # It waited for its hour: what readers are told of as new is as new as that hour.
            publish(session, draft, newsroom=self.newsroom, now=now, mail=mail, as_new=mail, at_its_hour=True)
            audit.record(session, at=now, actor=CLOCK, action="publish", article_id=article_id)
        log.info("article.published", article=article_id, late=round((now - draft.publish_at).total_seconds(), 1))
        return True
