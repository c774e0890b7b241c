"""Accreditation: who may have releases under embargo, and their own address for them. A shell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from feeds.clock import Clock
from feeds.errors import CivicwireError, NotFound
from feeds.localtime import instant_of
from feeds.model import Article, Newsroom
from feeds.reach import Insider
from feeds.store import audit, changes, embargoes
from feeds.store.database import Database, Session
from notifier.addresses import masked
from notifier.ledger import embargo_mail, press, subscribers
from notifier.ledger.press import Accreditation, Way
from notifier.model import Subscriber
from notifier.tokens import Purpose, TokenExpired, TokenInvalid, Tokens

LONGEST = timedelta(days=3 * 366)
"""How far ahead an accreditation may end."""


class DayRefused(CivicwireError):
    """A last day that has passed or is too far ahead."""


@dataclass(frozen=True, slots=True)
class Press:
    """What operators decide about accreditation, and what a personal address opens."""

    database: Database
    newsroom: Newsroom
    tokens: Tokens
    clock: Clock

    def accredit(self, by: str, address: str, last_day: date, divisions: Sequence[str] = ()) -> Accreditation:
        """Accredit the subscriber of a normalised address to the end of a local day, for these divisions or all.

        NotFound for an address that nobody follows us under, or no such division; DayRefused for a day that cannot be.
        """
        now = self.clock()
        until = self._end_of(last_day, now)
        slugs = [self._slug(one) for one in divisions]
        with self.database.write() as session:
            changes.take_turn(session)
            person = self._person(session, address)
            press.accredit(session, person.id, until=until, divisions=slugs or None, by=by, now=now)
            details: dict[str, object] = {"until": until.isoformat(), "divisions": slugs or None}
            audit.record(
                session, at=now, actor=by, action="accredit", subject=f"subscriber {person.id}", details=details
            )
            found = press.find(session, person.id)
        assert found is not None  # noqa: S101 - it was written in this transaction
        return found

    def revoke(self, by: str, address: str) -> bool:
        """Take an accreditation back at once; False where there is none. NotFound for an unknown address."""
        now = self.clock()
        with self.database.write() as session:
            changes.take_turn(session)
            person = self._person(session, address)
            if not press.revoke(session, person.id, now=now):
                return False
            audit.record(session, at=now, actor=by, action="accredit_revoke", subject=f"subscriber {person.id}")
            return True

    def everyone(self) -> tuple[Sequence[Accreditation], dict[int, datetime]]:
        """Every accreditation, and when each person last looked at anything."""
        with self.database.read() as session:
            return press.everyone(session), press.last_access(session)

    # What the person's own pages ask

    def address(self, subscriber_id: int) -> tuple[Accreditation, str] | None:
        """The live accreditation of a subscriber, and where their personal address begins; None without one."""
        now = self.clock()
        with self.database.read() as session:
            key = press.live_key(session, subscriber_id)
            found = press.holder(session, key, now=now) if key is not None else None
        if key is None or found is None:
            return None
        return found, f"/{Purpose.EMBARGO}/{self.tokens.issue(Purpose.EMBARGO, key, now=now)}"

    def rotate(self, subscriber_id: int) -> bool:
        """End the personal address and begin another; False for who is not accredited."""
        now = self.clock()
        with self.database.write() as session:
            changes.take_turn(session)
            found = press.find(session, subscriber_id)
            if found is None or now >= found.until:
                return False
            press.rotate(session, subscriber_id, now=now)
            return True

    def insider(self, token: str) -> Insider | None:
        """Whom the secret of a personal address speaks of; None once it opens nothing. NotFound for none of ours."""
        try:
            key = self.tokens.read(Purpose.EMBARGO, token, now=self.clock())
        except (TokenExpired, TokenInvalid) as error:
            raise NotFound("personal address", "like this") from error
        with self.database.read() as session:
            found = press.holder(session, key, now=self.clock())
            person = subscribers.get(session, found.subscriber_id) if found else None
            if found is None or person is None:
                return None
            shown = [article for article in embargoes.under(session) if self._may_see(session, found, article)]

        def saw(articles: Sequence[Article], way: str, agent: str) -> None:
            self.saw(person.id, articles, Way(way), agent)

        return Insider(language=person.language, since=found.granted_at, articles=shown, saw=saw)

    def saw(self, subscriber_id: int, articles: Sequence[Article], way: Way, agent: str) -> None:
        """Record that somebody looked at these."""
        if articles:
            with self.database.write() as session:
                ids = [article.id for article in articles]
                press.saw(session, subscriber_id, ids, way, now=self.clock(), agent=agent)

    def forget(self) -> int:
        """Destroy what was kept for long enough."""
        with self.database.write() as session:
            return press.forget(session, now=self.clock())

    # What the newsroom asks, in its own transaction

    def reach(self, session: Session, article: Article) -> int:
        """How many would have an article at once if it were released under embargo now."""
        now = self.clock()
        return len(embargo_mail.owed(session, article, self._lineage(article), since=now, now=now))

    def _may_see(self, session: Session, one: Accreditation, article: Article) -> bool:
        lineage = self._lineage(article)
        return one.covers(lineage) and embargo_mail.follows(session, one.subscriber_id, article, lineage)

    def _lineage(self, article: Article) -> tuple[str, ...]:
        return self.newsroom.lineage(article.division or self.newsroom.city.fallback_division)

    def _person(self, session: Session, address: str) -> Subscriber:
        person = subscribers.find(session, address)
        if person is None:
            raise NotFound("subscriber", masked(address))
        return person

    def _slug(self, name: str) -> str:
        division = self.newsroom.division(name)
        if division is None:
            raise NotFound("division", name)
        return division.slug

    def _end_of(self, last_day: date, now: datetime) -> datetime:
        zone = self.newsroom.city.zone
        today = now.astimezone(zone).date()
        if not today <= last_day <= today + LONGEST:
            raise DayRefused("an accreditation ends on a day from today on, within three years")
        return instant_of(last_day + timedelta(days=1), time(), zone)
