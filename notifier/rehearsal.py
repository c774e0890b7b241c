"""Any mail as any subscriber would get it, without sending: written of what they follow and of what there is today.

Nothing is stored, and the links of the person lead nowhere: whoever looks on gets no right of theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from feeds.clock import Clock
from feeds.errors import NotFound
from feeds.found import Found
from feeds.model import Article, Newsroom, StepKind
from feeds.store import changes, topics
from feeds.store.database import Session
from notifier import consent, matching
from notifier.addresses import masked
from notifier.collected import Collected
from notifier.digests import news_of
from notifier.labels import labels_of
from notifier.ledger import mailings, own_mail, renewals, subscribers
from notifier.matching import News
from notifier.messages import Follows, Letters
from notifier.model import Cadence, Kind, Subscriber, Subscription
from notifier.placeholders import MailContent, fill
from notifier.preview import NOWHERE
from notifier.quiet import parted
from notifier.timing import zone_of
from notifier.voice import Embargo

LOOKS_BACK = 500
"""How many of the newest changes are looked through for a release that the person would get."""
SAMPLE = 20
"""How many releases a digest collects where nothing new waits for the person."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Writes mails that go to nobody."""

    newsroom: Newsroom
    letters: Letters
    clock: Clock
    months: int
    """How long a consent holds."""

    def mails(
        self, session: Session, kind: Kind, address: str, article: Article | None = None
    ) -> Sequence[MailContent]:
        """The mail of this kind for the subscriber of a normalised address; about the article where its kind has one,
        by default the newest that this person would get. Two where a part of a digest is advertising.

        NotFound where nobody has the address, or there is no release to tell of.
        """
        person = subscribers.find(session, address)
        if person is None:
            raise NotFound("subscriber", masked(address))
        live = subscribers.live(session, person.id)
        if kind is Kind.DIGEST:
            return [fill(content, NOWHERE) for content in self._digests(session, person, live)]
        write: dict[Kind, Callable[[], MailContent]] = {
            Kind.CONFIRMATION: lambda: self._confirmation(session, person, live),
            Kind.WELCOME: lambda: self.letters.welcome(
                self._follows(session, person, live), language=person.language, timing=person.timing
            ),
            Kind.MANAGE_LINK: lambda: self.letters.manage_link(language=person.language),
            Kind.RENEWAL: lambda: self._renewal(session, person, live),
            Kind.ADDRESS_CONFIRM: lambda: self.letters.address_confirm(language=person.language),
            Kind.ADDRESS_CHANGED: lambda: self.letters.address_changed(
                masked(address), language=person.language, changed_on=self._day(self.clock())
            ),
        }
        content = write[kind]() if kind in write else self._about(session, kind, person, live, article)
        return [fill(content, NOWHERE)]

    def _about(
        self, session: Session, kind: Kind, person: Subscriber, live: Sequence[Subscription], article: Article | None
    ) -> MailContent:
        """A mail about one release."""
        told = article or self._newest(session, live)
        if kind is Kind.WITHDRAWAL:
            return self.letters.withdrawal(told, language=person.language, withdrawn_on=self._day(self.clock()))
        if kind in (Kind.EMBARGO, Kind.EMBARGO_NOTICE):
            until = told.publish_at or self.clock() + timedelta(days=1)
            zone = zone_of(person.timing, self.newsroom)
            said = Embargo(until=until, zone=zone if zone.key != self.newsroom.city.zone.key else None)
            if kind is Kind.EMBARGO:
                content = self.letters.embargo(told, said, language=person.language)
                return fill(content, NOWHERE | self._reason(session, person, live, told, kind))
            ended = replace(said, step=StepKind.ENDED)
            return self.letters.embargo_notice(told, ended, language=person.language)
        kind_of_alert: Literal["published", "corrected"] = "corrected" if kind is Kind.CORRECTION else "published"
        content = self.letters.alert(told, language=person.language, kind=kind_of_alert, with_pictures=person.pictures)
        return fill(content, NOWHERE | self._reason(session, person, live, told, kind))

    def _reason(
        self, session: Session, person: Subscriber, live: Sequence[Subscription], told: Article, kind: Kind
    ) -> dict[str, str]:
        """What their mail says of why they get it, where they follow it by words."""
        lineage = self.newsroom.lineage(told.division or self.newsroom.city.fallback_division)
        under_embargo = kind is Kind.EMBARGO  # which goes out at any cadence
        heard = [one for one in live if under_embargo or one.cadence is Cadence.IMMEDIATE]
        by_words = [one.scope for one in heard if one.scope.words]
        found = Found(told.content.texts)
        matched = [(scope, found.of(scope.words)) for scope in by_words if scope.matches(told, lineage)]
        if not matched:
            return {}
        say = self.letters.embargo_reason if under_embargo else self.letters.reason
        return {"reason": say(matched, topics.by_slug(session), person.language)}

    def _newest(self, session: Session, live: Sequence[Subscription]) -> Article:
        for news in reversed(self._recent(session)):
            if any(news.is_in(one.scope) for one in live):
                return news.article
        raise NotFound("release", "that this person would get: name one")

    def _recent(self, session: Session) -> list[News]:
        head = changes.head(session)
        return news_of(session, self.newsroom, max(0, head - LOOKS_BACK), head)

    def _confirmation(self, session: Session, person: Subscriber, live: Sequence[Subscription]) -> MailContent:
        newest = live[-1] if live else None
        follows = self._follows(session, person, live[-1:])
        labels = follows[0].labels if follows else ()
        cadence = newest.cadence if newest else Cadence.DAILY
        return self.letters.confirmation(labels, language=person.language, cadence=cadence, known=bool(live))

    def _renewal(self, session: Session, person: Subscriber, live: Sequence[Subscription]) -> MailContent:
        since = self._day(renewals.agreed_at(session, person.id) or person.created_at)
        return self.letters.renewal(
            self._follows(session, person, live),
            language=person.language,
            since=since,
            until=consent.ends_on(since, self._day(self.clock()), self.months),
        )

    def _follows(self, session: Session, person: Subscriber, live: Sequence[Subscription]) -> list[Follows]:
        named = [tuple(labels_of(session, one.scope, self.letters, person.language)) for one in live]
        return [
            Follows(labels, one.cadence, of_article=one.scope.article is not None)
            for labels, one in zip(named, live, strict=True)
        ]

    def _digests(self, session: Session, person: Subscriber, live: Sequence[Subscription]) -> list[MailContent]:
        """What waits for them now; where nothing does, the newest that they would have got."""
        collected = [one for one in live if one.cadence is not Cadence.IMMEDIATE] or list(live)
        if not collected:
            raise NotFound("release", "that this person would get: nothing is followed")
        cadence = collected[0].cadence if collected[0].cadence is not Cadence.IMMEDIATE else Cadence.DAILY
        wishes = [one for one in collected if one.cadence is collected[0].cadence]
        since = min(one.cursor for one in wishes)
        news: Sequence[News] = news_of(session, self.newsroom, since, changes.head(session))
        told = mailings.told_of(session, wishes[0].cadence, {one.article.id for one in news})
        rested = own_mail.rests(session, [person.id]).get(person.id, ())
        plan = matching.plan(wishes, news, told.get(person.id, {}), rested)
        if not plan.items:
            news = self._recent(session)
            plan = matching.plan([_from_the_first(one) for one in wishes], news, {})
            plan = replace(plan, items=plan.items[:SAMPLE])
        if not plan.items:
            raise NotFound("release", "that this person would get")
        vocabulary, articles = topics.by_slug(session), {one.article.id: one.article for one in news}
        span = self._day(min(one.change.at for one in news)), self._day(self.clock())
        advertising = {number for number, article in articles.items() if self.newsroom.is_advertising(article)}
        return [
            self.letters.digest(
                Collected(cadence, span, part.items).shown(
                    articles, lambda under: self.letters.heading(under, vocabulary, person.language)
                ),
                language=person.language,
                cadence=cadence,
                span=span,
            )
            for part in parted(plan, advertising)
        ]

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.newsroom.city.zone).date()


def _from_the_first(one: Subscription) -> Subscription:
    return replace(one, cursor=0)
