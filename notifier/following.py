"""A resident's way: asks to follow, confirms, changes, leaves. A shell: each method is one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from feeds.clock import Clock
from feeds.errors import NotFound
from feeds.model import Article, Newsroom, State, Topic
from feeds.scope import Scope
from feeds.store import changes, reading, scoped, topics
from feeds.store.database import Database, Session
from notifier import alike, budgets, nowhere
from notifier.addresses import masked
from notifier.budgets import BudgetSpent
from notifier.journal import Journal
from notifier.labels import labels_of
from notifier.ledger import budgets as ledger
from notifier.ledger import mailings, signups, subscribers, suppressions
from notifier.ledger.suppressions import Suppression
from notifier.messages import Follows, Letters
from notifier.model import Cadence, Kind, Signup, Subscriber, Subscription, Timing
from notifier.spending import spend
from notifier.tokens import Tokens
from notifier.windows import WEEKS

log = structlog.get_logger()
MAILS_A_DAY = 3
"""How many mails a day an address gets that has not asked for them itself: a form is open to everybody."""
_FLOOD_SECONDS = 600
MOST_WISHES = 100
"""How many things one person follows at most by their own page."""
LATEST = 5
"""How many releases the sign-up form shows of what somebody is about to follow."""
_MANY = 500
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Following:
    """What residents do about what they follow."""

    database: Database
    newsroom: Newsroom
    letters: Letters
    tokens: Tokens
    clock: Clock
    journal: Journal

    def ask(
        self,
        address: str,
        scope: Scope,
        cadence: Cadence,
        *,
        language: str,
        timing: Timing | None = None,
        host: str | None = None,
        proven: bool = False,
    ) -> None:
        """Keep a wish and plan the mail that asks to confirm it. The caller learns nothing about the address.

        Beyond the budget of the address nothing is kept and nothing is sent; nor to who called such a mail unwanted, or
        where there was no such address days ago, unless it is `proven` that they ask themselves. BudgetSpent beyond the
        budget of the network of the asking `host`, of the mail domain or of all together. Whatever the address, the
        same is asked of the database.

        The mail does not say the words of a search: whoever asks may name a stranger's address, and then it would
        carry a sentence of theirs in the city's name. The page behind its link shows them.
        """
        now, labels = self.clock(), self.labels(scope, language, words=self.letters.a_search(language))
        with self._alone() as session:
            too_many = signups.asked_since(session, now - timedelta(days=1), address) >= MAILS_A_DAY
            if signups.asked_since(session, now - budgets.HOUR) >= budgets.FROM_EVERYBODY:
                log.error("signup.flood", limit=budgets.FROM_EVERYBODY)
                raise BudgetSpent("everybody", _FLOOD_SECONDS)
            spend(session, self.tokens, address, host, now=now)
            if too_many:
                log.info("signup.over_budget", to=masked(address))
            known = subscribers.find(session, address)
            barred = suppressions.bars_forms(session, self.tokens.address_hashes(address))
            content = self.letters.confirmation(
                labels,
                language=language,
                cadence=cadence,
                known=known is not None,
                of_article=scope.article is not None,
            )
            with alike.written(session, keep=not too_many and (proven or not barred)):
                wish = signups.add(
                    session, address=address, scope=scope, cadence=cadence, language=language, now=now, timing=timing
                )
                key, person_id = f"confirmation:{wish.id}", known.id if known else None
                mailing = mailings.freeze(session, content, kind=Kind.CONFIRMATION, key=key, language=language, now=now)
                mailings.address(session, mailing, to=address, signup_id=wish.id, subscriber_id=person_id, now=now)

    def waiting(self, signup_id: int) -> Signup | None:
        """The wish with this id, or None once it is destroyed."""
        with self.database.read() as session:
            return signups.get(session, signup_id)

    def confirm(self, signup_id: int) -> Subscriber | None:
        """Turn a wish into a subscription; a second time changes nothing, even if it was stopped since.

        Answers the person; None once the wish is destroyed, or the article that it is for withdrawn.
        """
        with self._alone() as session:
            wish = signups.get(session, signup_id)
            if wish is None or wish.mover_id is not None:
                return None
            if wish.confirmed_at is not None:
                return subscribers.find(session, wish.address)
            if self._is_over(session, wish.scope):
                return None
            signups.confirm(session, wish.id, now=self.clock())
            person = self._begin(session, wish.address, wish.scope, wish.cadence, wish.language, source="page")
            if wish.timing is not None:
                subscribers.set_timing(session, person.id, wish.timing, now=self.clock())
            self._welcome(session, person.id, wish)
            return subscribers.get(session, person.id)

    def _welcome(self, session: Session, person_id: int, wish: Signup) -> None:
        """Plan the mail that greets who follows something for the first time; later wishes are not greeted."""
        person, live = subscribers.get(session, person_id), subscribers.live(session, person_id)
        if person is None or len(live) != 1:
            return
        (one,) = live
        named = tuple(labels_of(session, one.scope, self.letters, person.language))
        follows = Follows(named, one.cadence, of_article=one.scope.article is not None)
        content = self.letters.welcome([follows], language=person.language, timing=person.timing)
        key, now = f"welcome:{wish.id}", self.clock()
        mailing = mailings.freeze(session, content, kind=Kind.WELCOME, key=key, language=person.language, now=now)
        mailings.address(session, mailing, to=person.address, subscriber_id=person.id, now=now)

    def is_over(self, scope: Scope) -> bool:
        """Whether a scope is one article that is not public any more, so that nothing can become of it."""
        if scope.article is None:
            return False
        with self.database.read() as session:
            return self._is_over(session, scope)

    def _is_over(self, session: Session, scope: Scope) -> bool:
        article = self._article(session, scope)
        return scope.article is not None and (article is None or article.state is not State.PUBLISHED)

    def article(self, number: int) -> Article | None:
        """The article with this id, published or withdrawn; None where there is none that readers may know of."""
        with self.database.read() as session:
            return self._article(session, Scope(article=number))

    def _article(self, session: Session, scope: Scope) -> Article | None:
        if scope.article is None:
            return None
        try:
            found = reading.get(session, scope.article)
        except NotFound:
            return None
        return found if found.state.is_public else None

    def is_followed(self, wish: Signup) -> Subscriber | None:
        """Who follows now what was wished for, at whatever cadence; None where it was stopped since."""
        with self.database.read() as session:
            person = subscribers.find(session, wish.address)
            live = subscribers.live(session, person.id) if person else ()
            return person if any(self._is(one, wish.scope) for one in live) else None

    def add(self, address: str, scope: Scope, cadence: Cadence, *, language: str) -> Subscriber:
        """Follow without a confirmation mail: for staff who hold the person's consent in another form."""
        with self._alone() as session:
            return self._begin(session, address, scope, cadence, language, source="staff")

    @contextmanager
    def _alone(self) -> Iterator[Session]:
        """A write that two presses at the same moment make one after the other, so that the second sees the first."""
        with self.database.write() as session:
            changes.take_turn(session)
            yield session

    def _begin(
        self, session: Session, address: str, scope: Scope, cadence: Cadence, language: str, *, source: str
    ) -> Subscriber:
        now = self.clock()
        person = subscribers.ensure(session, address, language=language, source=source, now=now)
        if suppressions.lift(session, self.tokens.address_hashes(address)):
            self.journal.lifted(address)
        wanted, live = scope.present(self.newsroom), subscribers.live(session, person.id)
        # What was asked for under an old slug is the same wish: it goes on from where it was.
        old = () if any(one.scope == wanted for one in live) else [one for one in live if self._is(one, wanted)]
        for one in old:
            subscribers.stop(session, person.id, only=one.id, reason="renamed", now=now)
        cursor = min((one.cursor for one in old), default=None)
        subscribers.follow(session, person.id, wanted, cadence, now=now, cursor=cursor)
        return person

    def _is(self, one: Subscription, scope: Scope) -> bool:
        return one.scope.present(self.newsroom) == scope.present(self.newsroom)

    def followed(self, subscriber_id: int) -> tuple[Subscriber, Sequence[Subscription]] | None:
        """A subscriber and what is followed now; None once erased."""
        with self.database.read() as session:
            person = subscribers.get(session, subscriber_id)
            return (person, subscribers.live(session, subscriber_id)) if person else None

    def suppressed(self, address: str) -> Suppression | None:
        """Why this address gets no releases, whatever it follows; None where nothing stops them."""
        with self.database.read() as session:
            return suppressions.find(session, self.tokens.address_hashes(address))

    def ask_again(self, subscriber_id: int) -> bool:
        """Plan the mail that asks a suppressed person whether releases may come again; False if they follow nothing.

        Confirming any wish of theirs lifts the suppression, so that the first one is asked for.
        """
        known = self.followed(subscriber_id)
        if known is None or not known[1] or self.suppressed(known[0].address) is None:
            return False
        person, (first, *_) = known
        self.ask(person.address, first.scope, first.cadence, language=person.language, proven=True)
        return True

    def change(self, subscriber_id: int, subscription_id: int, cadence: Cadence) -> bool:
        """Another cadence for one subscription of this person; False if there is no such one."""
        with self._alone() as session:
            live = subscribers.live(session, subscriber_id)
            one = next((one for one in live if one.id == subscription_id), None)
            if one is None or one.scope.article is not None:  # what becomes of one article is told at once
                return False
            subscribers.follow(session, subscriber_id, one.scope, cadence, now=self.clock())
            return True

    def wish(self, subscriber_id: int, scope: Scope, cadence: Cadence, *, instead_of: int | None = None) -> bool:
        """Follow something else, or this in the place of one subscription, from where that had got to.

        For who has proved that the address is theirs. False if there is no such subscription, or too many.
        """
        now = self.clock()
        with self._alone() as session:
            person, live = subscribers.get(session, subscriber_id), subscribers.live(session, subscriber_id)
            old = next((one for one in live if one.id == instead_of), None)
            if person is None or (old is None and (instead_of is not None or len(live) >= MOST_WISHES)):
                return False
            subscribers.ensure(session, person.address, language=person.language, source="manage page", now=now)
            wanted = scope.present(self.newsroom)
            if old is not None and old.scope != wanted:
                subscribers.stop(session, person.id, only=old.id, reason="changed", now=now)
            cursor = old.cursor if old else None
            subscribers.follow(session, person.id, wanted, cadence, now=now, cursor=cursor)
            return True

    def stop(self, subscriber_id: int, *, only: int | None = None, reason: str) -> int:
        """End one subscription of this person, or all; answers how many ended. Twice is harmless."""
        with self._alone() as session:
            person = subscribers.get(session, subscriber_id)
            before = subscribers.live(session, subscriber_id)
            number = subscribers.stop(session, subscriber_id, only=only, reason=reason, now=self.clock())
            if person is not None and number and only is None:
                self.journal.left(person.address)
            for one in before:
                if person is not None and one.id == only:
                    self.journal.ended(person.address, one.scope)
            return number

    def ask_for_link(self, address: str, *, language: str, host: str | None = None) -> None:
        """Plan the mail with a link to manage, if the address follows something and has not had too many.

        BudgetSpent as for `ask`. Whatever the address, the same is asked of the database.
        """
        now = self.clock()
        with self.database.write() as session:
            person = subscribers.find(session, address)
            had = mailings.planned_since(session, address, Kind.MANAGE_LINK, now - timedelta(days=1))
            key = f"manage_link:{person.id if person else 0}:{now:%Y-%m-%dT%H:%M}"
            # A double press: that mail is on its way.
            is_on_its_way = mailings.find(session, key) is not None
            spend(session, self.tokens, address, host, now=now)
            wanted = person is not None and had < MAILS_A_DAY and not is_on_its_way
            content = self.letters.manage_link(language=language)
            with alike.written(session, keep=wanted):
                own = key if wanted else f"manage_link:nobody:{uuid4().hex}"
                mailing = mailings.freeze(session, content, kind=Kind.MANAGE_LINK, key=own, language=language, now=now)
                person_id = person.id if person else None
                mailings.address(session, mailing, to=address, subscriber_id=person_id, now=now)

    def destroy_expired(self) -> int:
        """Destroy the sign-ups that nobody confirmed in time, as their mail said; answers how many."""
        now = self.clock()
        with self.database.write() as session:
            ledger.forget(session, before=budgets.hour_of(now))
            nowhere.forget(session, now=now)
            return signups.destroy_expired(session, now=now)

    def expected(self, scope: Scope) -> tuple[Sequence[Article], Sequence[datetime]]:
        """The last five releases of a year that a scope would have brought; and when those of four weeks came."""
        now = self.clock()
        with self.database.read() as session:
            found = [
                scoped.published(session, scope, self.newsroom, since=now - span, until=now, limit=limit, offset=0)
                for span, limit in ((_YEAR, LATEST), (timedelta(weeks=WEEKS), _MANY))
            ]
            articles = reading.by_id(session, {*found[0], *found[1]})
        latest, recent = ([articles[one] for one in ids if one in articles] for ids in found)
        return latest, [one.published_at for one in recent if one.published_at]

    def vocabulary(self) -> Sequence[Topic]:
        """The topics that there is news of."""
        with self.database.read() as session:
            return topics.known(session, retired=False)

    def labels(self, scope: Scope, language: str, *, words: str | None = None) -> list[str]:
        """The names of what a scope follows, as they are today; none means everything.

        Two divisions that have become one are named once. One that nobody knows of any more keeps its slug, for a
        wish that named none would read as one for everything. `words` is said in the place of a search's own.
        """
        if words is not None and scope.words:
            return [*self.labels(replace(scope, words=""), language), words]
        if not scope.topics and scope.article is None:
            return self.letters.names(scope, {}, language)
        with self.database.read() as session:
            return labels_of(session, scope, self.letters, language)
