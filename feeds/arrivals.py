"""An article comes in: what a reader made of a page is stored once, however often it is read. A shell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from feeds import publication
from feeds.clock import Clock
from feeds.errors import CivicwireError, RowRefused
from feeds.incoming import (
    DISCARDED,
    ArrivalRefused,
    Foreseen,
    Outcome,
    Prepared,
    Reception,
    Wish,
    is_same,
    loses_its_hour,
    renewal,
)
from feeds.intake.draft import Draft
from feeds.intake.source import Skipped
from feeds.model import Article, Newsroom, State
from feeds.readiness import Lack, lacking
from feeds.staff import INTAKE, SHELL
from feeds.store import articles, audit, bulk, changes, reading, topics
from feeds.store.bulk import Incoming, Known
from feeds.store.database import Database, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival(Foreseen):
    """What became of a page, and its article."""

    article_id: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Takes drafts in. Each is stored whole or not at all, and is public only together with all its parts."""

    database: Database
    newsroom: Newsroom
    clock: Clock

    def take(
        self, draft: Draft, *, division: str | None = None, board: str | None = None, publish: bool = False
    ) -> Arrival:
        """Store a draft under its source's identity; `division` and `board` are the editor's word over the page's.

        A post that changed since becomes a correction if it is published here. Publishing mails nobody about an old
        release: only one registered today or yesterday is news, and one without a date is not known to be.
        NotFound for a division or board that the city does not have, ArrivalRefused for what does not fit, for what
        would take from a public release something that it cannot be public without, and for what was discarded here.
        """
        taken = self.take_all([draft], Wish(division=division, board=board, publish=publish))[0]
        if isinstance(taken, CivicwireError):
            raise taken
        if isinstance(taken, Skipped):
            raise ArrivalRefused(taken.reason)
        return taken

    def take_all(self, drafts: Sequence[Draft], wish: Wish) -> list[Arrival | Skipped | CivicwireError]:
        """Store several drafts in one transaction, by the rules of `take`; answers what became of each, in order.

        One that cannot be stored is answered with the reason, one that was discarded here is skipped, and the others
        are stored. StoreError where the database itself cannot be used: then nothing of these was stored.
        """
        self._reception.check_filing(wish.division, wish.board)
        with self.database.read() as session:
            prepared = self._reception.prepared(drafts, wish, _vocabulary(session))
        fit = [one for one in prepared if isinstance(one, Prepared)]
        try:
            with self.database.write() as session:
                stored = iter(self._store(session, fit, wish))
            return [one if isinstance(one, CivicwireError) else next(stored) for one in prepared]
        except RowRefused as error:
            if len(fit) <= 1:
                return [one if isinstance(one, CivicwireError) else error for one in prepared]
        # One of them does not fit into the database: each by itself, so that only that one is refused.
        return [answer for draft in drafts for answer in self.take_all([draft], wish)]

    def foresee(self, drafts: Sequence[Draft], wish: Wish) -> list[Foreseen | Skipped | CivicwireError]:
        """What `take_all` would answer to each of these drafts now, without doing it."""
        with self.database.read() as session:
            prepared = self._reception.prepared(drafts, wish, _vocabulary(session))
            keys = [one.source.key for one in prepared if isinstance(one, Prepared)]
            known, gone = bulk.known(session, keys), _discarded(session, keys, wish)
            return [
                one
                if isinstance(one, CivicwireError)
                else DISCARDED
                if one.source.key in gone
                else self._foreseen(session, known.get(one.source.key), one, wish)
                for one in prepared
            ]

    def foresee_first(self, drafts: Sequence[Draft], wish: Wish) -> list[Foreseen | CivicwireError]:
        """What `take_all` would answer where nothing is stored yet; it asks no store, and takes topics on trust."""
        prepared = self._reception.prepared(drafts, wish, None)
        return [one if isinstance(one, CivicwireError) else self._new(one, wish) for one in prepared]

    def note(self, subject: str, counts: Mapping[str, int]) -> None:
        """Write into the audit log that something was taken in from a shell, and what became of how many records."""
        with self.database.write() as session:
            audit.record(
                session, at=self.clock(), actor=SHELL.name, action="intake", subject=subject, details=dict(counts)
            )

    @property
    def _reception(self) -> Reception:
        return Reception(self.newsroom)

    def _store(
        self, session: Session, prepared: Sequence[Prepared], wish: Wish
    ) -> list[Arrival | Skipped | ArrivalRefused]:
        changes.take_turn(session)
        keys = [one.source.key for one in prepared]
        known, gone = bulk.known(session, keys), _discarded(session, keys, wish)
        new: dict[str, int] = {}
        arrivals: dict[int, Arrival | Skipped | ArrivalRefused] = {}
        for place, key in enumerate(keys):
            if key in gone:
                arrivals[place] = DISCARDED
            elif key not in known:
                new.setdefault(key, place)
        if wish.discarded:
            bulk.take_back(session, new)
        arrivals |= self._add(session, {place: prepared[place] for place in new.values()}, wish)
        # What is in this batch twice is, the second time, in the store already.
        again = bulk.known(session, new) if len(arrivals) < len(prepared) else {}
        for place, one in enumerate(prepared):
            if place not in arrivals:
                before = known.get(one.source.key) or again[one.source.key]
                arrivals[place] = self._again(session, before, one, wish)
        return [arrivals[place] for place in range(len(prepared))]

    def _add(self, session: Session, new: Mapping[int, Prepared], wish: Wish) -> dict[int, Arrival]:
        now, city = self.clock(), self.newsroom.city
        becomes = {place: self._new(one, wish) for place, one in new.items()}
        incoming = [
            Incoming(
                content=one.draft.content,
                filing=one.filing,
                source=one.source,
                published_at=(
                    publication.dated(one.draft.registered_on, one.draft.registered_at, self.newsroom, now) or now
                )
                if becomes[place].state is State.PUBLISHED
                else None,
                quiet=becomes[place].quiet,
            )
            for place, one in new.items()
        ]
        ids = bulk.store(
            session,
            incoming,
            authority=city.authority,
            fallback_division=city.fallback_division,
            now=now,
            undo=self.newsroom.undo,
        )
        return {place: _arrived(article_id, one) for (place, one), article_id in zip(becomes.items(), ids, strict=True)}

    def _new(self, one: Prepared, wish: Wish) -> Foreseen:
        """What becomes of a page that is not here yet."""
        missing = (*lacking(one.draft.content), *_undated(one, None)) if wish.publish else ()
        is_public = wish.publish and not missing
        now = self.clock()
        is_news = is_public and publication.is_news_of(one.draft.registered_on, self.newsroom, now, undated=False)
        return Foreseen(
            outcome=Outcome.ADDED,
            state=State.PUBLISHED if is_public else State.DRAFT,
            quiet=is_public and not is_news,
            lacking=missing,
            unknown_division=one.draft.division if one.filing.division is None else "",
            told=_as_public(one, self.newsroom, now) if is_news else None,
        )

    def _foreseen(self, session: Session, known: Known | None, one: Prepared, wish: Wish) -> Foreseen | ArrivalRefused:
        """What would become of a page, whether it is here already or not."""
        if known is None:
            return self._new(one, wish)
        try:
            outcome, filing = renewal(known, one, wish)
        except ArrivalRefused as refusal:
            return refusal
        if known.state.is_public or outcome.is_left_alone:
            return Foreseen(outcome=outcome, state=known.state, told=self._corrected(session, known, outcome))
        stored = reading.get(session, known.article_id)
        if outcome is Outcome.UPDATED and not is_same(known, one):
            content, day = one.draft.content, filing.registered_on or stored.registered_on
            state = State.DRAFT if loses_its_hour(stored, content) else stored.state
            stored = replace(stored, content=content, registered_on=day, state=state)
        return self._standing(stored, one, outcome, wish)

    def _standing(self, stored: Article, one: Prepared, outcome: Outcome, wish: Wish) -> Foreseen:
        """What becomes of an article that was renewed: published if that is asked, and if it lacks nothing."""
        if not wish.publish or stored.state is not State.DRAFT:
            return Foreseen(outcome=outcome, state=stored.state)
        # What is urgent is published by two people, and a machine is none.
        approval = (Lack("ready.approval"),) if stored.urgent else ()
        missing = (*lacking(stored.content), *approval, *_undated(one, stored.registered_on))
        if missing:
            return Foreseen(outcome=outcome, state=State.DRAFT, lacking=missing)
        is_news = publication.is_news(stored, self.newsroom, self.clock(), undated=False)
        outcome = Outcome.PUBLISHED if outcome is Outcome.UNCHANGED else outcome
        told = stored if is_news else None
        return Foreseen(outcome=outcome, state=State.PUBLISHED, quiet=not is_news, told=told)

    def _corrected(self, session: Session, known: Known, outcome: Outcome) -> Article | None:
        return reading.get(session, known.article_id) if outcome is Outcome.CORRECTED else None

    def _again(self, session: Session, known: Known, one: Prepared, wish: Wish) -> Arrival | ArrivalRefused:
        """A post that is here already: nothing, an updated draft, or a correction; and published if that is asked."""
        try:
            outcome = self._renew(session, known, one, wish)
        except ArrivalRefused as refusal:
            return refusal
        if known.state.is_public or outcome.is_left_alone:
            told = self._corrected(session, known, outcome)
            return Arrival(article_id=known.article_id, outcome=outcome, state=known.state, told=told)
        stored = reading.get(session, known.article_id)
        becomes = self._standing(stored, one, outcome, wish)
        if becomes.state is not stored.state:
            publication.publish(
                session,
                stored,
                newsroom=self.newsroom,
                now=self.clock(),
                mail=not becomes.quiet,
                registered_at=one.draft.registered_at,
            )
            self._record(session, "publish", known.article_id)
        return _arrived(known.article_id, becomes)

    def _renew(self, session: Session, known: Known, one: Prepared, wish: Wish) -> Outcome:
        outcome, filing = renewal(known, one, wish)
        if outcome.is_left_alone:
            # Told once for each time that the source changes: here by the log, to whoever runs it by the run.
            bulk.note_read(session, known.article_id, one.source.fingerprint)
            self._record(session, "source_changed", known.article_id)
        if outcome.is_left_alone or outcome is Outcome.UNCHANGED:
            return outcome
        if is_same(known, one):
            articles.file(session, known.article_id, division=filing.division, board=filing.board)
            return outcome
        stored = reading.get(session, known.article_id)
        content = one.draft.content
        words = {"en": "The text was changed at its source.", "ko": "원문이 수정되었습니다."}
        articles.revise(
            session,
            known.article_id,
            content,
            note=words.get(content.language, words["en"]),
            now=self.clock(),
            filing=replace(
                filing,
                telephone=filing.telephone or stored.telephone,
                registered_on=filing.registered_on or stored.registered_on,
                # What the city file says by default it says of what is new: this one was given it when it came.
                licence=stored.licence,
            ),
            source=one.source,
            undo=publication.undo_of(stored, self.newsroom),
        )
        if loses_its_hour(stored, content):
            articles.unschedule(session, known.article_id, now=self.clock())
        self._record(session, "correct" if stored.state is State.PUBLISHED else "edit", known.article_id)
        return outcome

    def _record(self, session: Session, action: str, article_id: int) -> None:
        audit.record(session, at=self.clock(), actor=INTAKE, action=action, article_id=article_id)


def _vocabulary(session: Session) -> frozenset[str]:
    return frozenset(topic.slug for topic in topics.known(session))


def _discarded(session: Session, keys: Sequence[str], wish: Wish) -> frozenset[str]:
    """The sources of which nothing is to be taken in because it was discarded here."""
    return frozenset() if wish.discarded else bulk.discarded(session, keys)


def _undated(one: Prepared, day: date | None) -> tuple[Lack, ...]:
    """That a date is given and cannot be read: a run would publish it by its own date, above what is newest."""
    return (Lack("ready.date"),) if one.draft.unread_date and day is None else ()


def _as_public(one: Prepared, newsroom: Newsroom, now: datetime) -> Article:
    """What a draft will be once it is published, as far as it is followed by."""
    return Article(
        id=0,
        guid="",
        state=State.PUBLISHED,
        revision=1,
        content=one.draft.content,
        division=one.filing.division or newsroom.city.fallback_division,
        board=one.filing.board,
        topics=one.filing.topics or (),
        created_at=now,
        published_at=now,
    )


def _arrived(article_id: int, becomes: Foreseen) -> Arrival:
    return Arrival(
        article_id=article_id,
        outcome=becomes.outcome,
        state=becomes.state,
        quiet=becomes.quiet,
        lacking=becomes.lacking,
        unknown_division=becomes.unknown_division,
        told=becomes.told,
    )
