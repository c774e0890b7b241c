"""The newsroom's desk: everything that can be done with an article, by whom, and the record of it. A shell.

Pages, the API and commands all come here. Every method works in the caller's transaction, so that what was done, the
audit entry and the caller's own rows are written together or not at all. All of them raise NotFound, Forbidden, Stale
(the article is not at version `expected`) or Conflict, and answer the article as it is then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from feeds import publication
from feeds.clock import Clock
from feeds.closing import DivisionClosed, closed, lacking_of
from feeds.errors import Conflict, Forbidden, Hidden, NotFound, NotReady, Stale, Unchanged
from feeds.model import Article, Content, Newsroom, State, StepKind
from feeds.readiness import Lack, lacking
from feeds.staff import Actor, Right
from feeds.store import api_tokens, articles, audit, changes, embargoes, reading, topics, twins, undoing
from feeds.store.articles import Filing, filing_of
from feeds.store.database import Session


class ApprovalNeeded(Conflict):
    """What is urgent is published by two people: one asks, another approves."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Acts on articles for somebody."""

    newsroom: Newsroom
    clock: Clock

    def create(self, session: Session, actor: Actor, content: Content, filing: Filing) -> Article:
        """Store a new draft."""
        filing = self._checked(session, actor, Right.WRITE, filing)
        actor.demand(Right.WRITE, self.newsroom, filing.division)
        article = articles.add(
            session,
            content,
            filing=filing,
            authority=self.newsroom.city.authority,
            now=self.clock(),
            author=actor.name,
        )
        return self._note(session, actor, "create", article.id)

    def edit(
        self, session: Session, actor: Actor, article_id: int, content: Content, filing: Filing, *, expected: int
    ) -> Article:
        """Change an article that is not public. A request for approval is void then; so is the hour of an urgent one,
        which two people had agreed on. Where nothing differs, nothing happens."""
        before = self.theirs(session, actor, Right.WRITE, article_id)
        if before.state.is_public:
            raise Conflict(f"article {article_id} is {before.state}: correct it instead")
        filing = self._checked(session, actor, Right.WRITE, filing, present=before.division)
        if before.state is State.SCHEDULED:
            self._demand(article_id, lacking(content))
        if not self._revise(session, actor, before, content, filing, note=None, expected=expected):
            return before
        after = reading.get(session, article_id)
        if after.state is State.SCHEDULED and after.urgent:
            articles.unschedule(session, article_id, now=self.clock())
            return self._note(session, actor, "edit", article_id, {"off_schedule": True})
        return self._note(session, actor, "edit", article_id)

    def file(self, session: Session, actor: Actor, article_id: int, division: str, *, expected: int) -> Article:
        """File a draft under another division; its text is not touched."""
        draft = self.theirs(session, actor, Right.WRITE, article_id)
        if draft.state is not State.DRAFT:
            raise Conflict(f"article {article_id} is {draft.state}; only a draft is filed elsewhere")
        filing = self._checked(session, actor, Right.WRITE, Filing(division=division))
        articles.file(session, article_id, division=filing.division, board=draft.board, expected=expected)
        return self._note(session, actor, "file", article_id, {"divisions": [filing.division]})

    def discard(self, session: Session, actor: Actor, article_id: int, *, expected: int) -> None:
        """Destroy a draft that was never public."""
        draft = self.theirs(session, actor, Right.WRITE, article_id)
        articles.discard(session, article_id, now=self.clock(), expected=expected)
        audit.record(
            session, at=self.clock(), actor=actor.name, action="discard", subject=f"{draft.id}: {draft.content.title}"
        )

    def publish(
        self, session: Session, actor: Actor, article_id: int, *, expected: int, mail: bool | None = None
    ) -> Article:
        """Make it public now. `mail` says whether those who follow are told; by default as was decided with its hour,
        or if it is news.

        ApprovalNeeded if it is urgent, NotReady if something is missing.
        """
        draft = self._ready(session, actor, article_id)
        if draft.urgent:
            raise ApprovalNeeded(f"article {article_id} is urgent: a second person has to approve it")
        return self._publish(session, actor, draft, expected=expected, mail=mail)

    def schedule(
        self,
        session: Session,
        actor: Actor,
        article_id: int,
        *,
        at: datetime,
        expected: int,
        mail: bool | None = None,
        embargo: bool = False,
    ) -> Article:
        """Let it become public at an instant in the future. Conflict for one that has passed.

        With `embargo` accredited journalists have it at once. One that they have stays with them: who has it is told
        of another instant.
        """
        draft = self._ready(session, actor, article_id)
        if draft.urgent:
            raise ApprovalNeeded(f"article {article_id} is urgent: a second person has to approve it")
        return self._schedule(session, actor, draft, at=at, expected=expected, mail=mail, embargo=embargo)

    def unschedule(self, session: Session, actor: Actor, article_id: int, *, expected: int) -> Article:
        """Make a scheduled article a draft again."""
        self.theirs(session, actor, Right.PUBLISH, article_id)
        articles.unschedule(session, article_id, now=self.clock(), expected=expected)
        return self._note(session, actor, "unschedule", article_id)

    def ask_approval(
        self,
        session: Session,
        actor: Actor,
        article_id: int,
        *,
        expected: int,
        at: datetime | None = None,
        mail: bool | None = None,
    ) -> Article:
        """Ask a second person to publish it, at once or at an instant. NotReady if something is missing."""
        draft = self.theirs(session, actor, Right.WRITE, article_id)
        self._demand(article_id, lacking_of(draft, self.newsroom))
        now = self.clock()
        articles.ask_approval(session, article_id, by=actor.name, now=now, publish_at=at, mail=mail, expected=expected)
        return self._note(session, actor, "ask_approval", article_id)

    def approve(
        self, session: Session, actor: Actor, article_id: int, *, expected: int, mail: bool | None = None
    ) -> Article:
        """Approve what another person asked for: it is published, or scheduled if its hour is still to come.

        Forbidden for who asked, and for a program.
        """
        draft = self._ready(session, actor, article_id)
        if draft.approval is None:
            raise Conflict(f"article {article_id} does not wait for approval")
        if not actor.is_person or draft.approval.asked_by == actor.name:
            raise Forbidden("a second person has to approve: not the one who asked, and no program")
        if api_tokens.maker(session, draft.approval.asked_by) == actor.name:
            raise Forbidden("a second person has to approve: not the one whose token asked")
        audit.record(session, at=self.clock(), actor=actor.name, action="approve", article_id=article_id)
        if mail is None:
            mail = draft.mail
        if draft.publish_at is not None and draft.publish_at > self.clock():
            return self._schedule(session, actor, draft, at=draft.publish_at, expected=expected, mail=mail)
        return self._publish(session, actor, draft, expected=expected, mail=mail)

    def decline(self, session: Session, actor: Actor, article_id: int, *, expected: int, reason: str = "") -> Article:
        """Decline a request for approval, or take one's own back."""
        draft = self.theirs(session, actor, Right.WRITE, article_id)
        own = draft.approval is not None and draft.approval.asked_by == actor.name
        articles.end_approval(session, article_id, expected=expected)
        action = "take_back" if own else "decline"
        return self._note(session, actor, action, article_id, {"reason": reason} if reason else None)

    def correct(
        self,
        session: Session,
        actor: Actor,
        article_id: int,
        content: Content,
        filing: Filing,
        *,
        note: str,
        expected: int,
    ) -> Article:
        """Correct a published article; `note` tells readers what changed, and who was alerted is mailed.

        Unchanged where nothing differs: a note alone would tell them of nothing.
        """
        if not self._change_public(session, actor, article_id, content, filing, note=note, expected=expected):
            raise Unchanged(article_id)
        return self._note(session, actor, "correct", article_id, {"note": note})

    def amend(
        self, session: Session, actor: Actor, article_id: int, content: Content, filing: Filing, *, expected: int
    ) -> Article:
        """Make a minor edit to a published article: readers are told nothing, nobody is mailed.

        Where nothing differs, nothing happens.
        """
        if self._change_public(session, actor, article_id, content, filing, note=None, expected=expected):
            return self._note(session, actor, "amend", article_id)
        return reading.get(session, article_id)

    def withdraw(
        self, session: Session, actor: Actor, article_id: int, *, reason: str, expected: int, mail: bool = False
    ) -> Article:
        """Take a published article back, with a reason that readers are told.

        `mail` says whether those who got it by mail are told by mail.
        """
        self.theirs(session, actor, Right.WITHDRAW, article_id)
        articles.withdraw(session, article_id, reason=reason, now=self.clock(), mail=mail, expected=expected)
        details = {"reason": reason} | ({"told_by_mail": True} if mail else {})
        return self._note(session, actor, "withdraw", article_id, details)

    def stop_mail(self, session: Session, actor: Actor, article_id: int) -> Article:
        """Mail nobody about what of an article still waits; pages and feeds keep it. Conflict where the mails were
        planned already, or none were to be."""
        changes.take_turn(session)
        self.theirs(session, actor, Right.PUBLISH, article_id)
        stopped = undoing.stop(session, article_id)
        if not stopped:
            raise Conflict(
                f"no mail about article {article_id} waits: it is too late to stop it, or none was to be sent"
            )
        return self._note(session, actor, "stop_mail", article_id, {"changes": [str(kind) for kind in stopped]})

    def link_twins(self, session: Session, actor: Actor, article_id: int, other: int) -> Article:
        """Say that two articles are one release in two languages."""
        for one in (article_id, other):
            self.theirs(session, actor, Right.WRITE, one)
        twins.link(session, article_id, other, now=self.clock())
        return self._note(session, actor, "link", article_id, {"twin": other})

    def unlink_twin(self, session: Session, actor: Actor, article_id: int) -> Article:
        """Say that it is the same release as no other after all."""
        self.theirs(session, actor, Right.WRITE, article_id)
        twins.unlink(session, article_id, now=self.clock())
        return self._note(session, actor, "unlink", article_id)

    def read(self, session: Session, actor: Actor, article_id: int) -> Article:
        """An article as staff see it: what is public anybody may, what is not only those whose it is.

        Hidden for one that is another's and not public: its number says nothing then.
        """
        article = reading.get(session, article_id)
        if not article.state.is_public and not actor.may(Right.READ, self.newsroom, article.division):
            raise Hidden("article", article_id)
        return article

    def theirs(self, session: Session, actor: Actor, right: Right, article_id: int) -> Article:
        """An article on which they have this right. Forbidden for another's that is public, Hidden where it is not."""
        article = reading.get(session, article_id)
        if not article.state.is_public and not actor.covers(self.newsroom, article.division):
            raise Hidden("article", article_id)
        actor.demand(right, self.newsroom, article.division)
        return article

    # Steps that several of these share

    def _ready(self, session: Session, actor: Actor, article_id: int) -> Article:
        draft = self.theirs(session, actor, Right.PUBLISH, article_id)
        if draft.state.is_public:
            raise Conflict(f"article {article_id} is {draft.state} already")
        self._demand(article_id, lacking_of(draft, self.newsroom))
        return draft

    def _demand(self, article_id: int, missing: tuple[Lack, ...]) -> None:
        if missing:
            raise NotReady(article_id, missing)

    def _checked(
        self, session: Session, actor: Actor, right: Right, filing: Filing, *, present: str | None = None
    ) -> Filing:
        """The filing under the slug that its division has today. NotFound for what there is not, DivisionClosed for a
        division that issues nothing more, Forbidden for a
        division that is not the actor's. A retired division keeps what it has (`present`) and gets nothing new."""
        city = self.newsroom.city
        if filing.division is not None and filing.division != present:
            known = self.newsroom.division(filing.division)
            if known is None:
                raise NotFound("division", filing.division)
            gone = closed(filing.division, self.newsroom)
            if gone is not None:
                raise DivisionClosed(gone)
            filing = replace(filing, division=known.slug)
        if filing.board is not None and filing.board not in {board.slug for board in city.boards}:
            raise NotFound("board", filing.board)
        vocabulary = {topic.slug for topic in topics.known(session)}
        for slug in filing.topics or ():
            if slug not in vocabulary:
                raise NotFound("topic", slug)
        if filing.division is not None:
            actor.demand(right, self.newsroom, filing.division)
        return filing

    def _publish(self, session: Session, actor: Actor, draft: Article, *, expected: int, mail: bool | None) -> Article:
        now = self.clock()
        if mail is None:
            mail = self._will_mail(draft, now)
        # Who is told of it as new finds it at the top of pages and feeds, whenever it was registered.
        publication.publish(session, draft, newsroom=self.newsroom, now=now, mail=mail, as_new=mail, expected=expected)
        return self._note(session, actor, "publish", draft.id, {"mail": mail})

    def _schedule(
        self,
        session: Session,
        actor: Actor,
        draft: Article,
        *,
        at: datetime,
        expected: int,
        mail: bool | None,
        embargo: bool = False,
    ) -> Article:
        now = self.clock()
        if at <= now:
            raise Conflict("the instant of publication has passed: publish it now, or choose one to come")
        if mail is None:
            mail = self._will_mail(draft, at)
        articles.schedule(session, draft.id, at=at, mail=mail, expected=expected)
        if draft.embargoed and draft.publish_at is not None:
            if draft.publish_at != at:
                moved, said = StepKind.MOVED, draft.publish_at
                embargoes.record(session, draft.id, draft.revision, moved, at=now, until=at, before=said)
        elif embargo:
            embargoes.release(session, draft, until=at, now=now)
            return self._note(session, actor, "embargo", draft.id, {"at": at.isoformat(), "mail": mail})
        return self._note(session, actor, "schedule", draft.id, {"at": at.isoformat(), "mail": mail})

    def _will_mail(self, draft: Article, at: datetime) -> bool:
        """Whether followers are told where nobody says: as it was decided with its hour, else if it is news by then."""
        if draft.state is State.SCHEDULED and draft.mail is not None:
            return draft.mail
        return publication.is_news(draft, self.newsroom, self.clock(), at=at)

    def _change_public(
        self,
        session: Session,
        actor: Actor,
        article_id: int,
        content: Content,
        filing: Filing,
        *,
        note: str | None,
        expected: int,
    ) -> bool:
        """Whether anything differs now."""
        before = self.theirs(session, actor, Right.CORRECT, article_id)
        if before.state is not State.PUBLISHED:
            raise Conflict(f"article {article_id} is {before.state}; only a published one can be corrected")
        filing = self._checked(session, actor, Right.CORRECT, filing, present=before.division)
        # Whether it is urgent two people settled before it was public.
        filing = replace(filing, urgent=before.urgent)
        self._demand(article_id, lacking(content))
        return self._revise(session, actor, before, content, filing, note=note, expected=expected)

    def _revise(
        self,
        session: Session,
        actor: Actor,
        before: Article,
        content: Content,
        filing: Filing,
        *,
        note: str | None,
        expected: int,
    ) -> bool:
        """Write a revision, unless it would be the present one again, of what is public as readers see it. Whether it
        was written."""
        if before.version != expected:
            raise Stale(before.id, before.version)
        if content.language != before.content.language and content.language in dict(before.twins):
            raise Conflict(f"article {before.id} has a twin in {content.language} already: unlink them first")
        shown = replace(content, markdown=before.content.markdown) if before.state.is_public else content
        if shown == before.content and _same(filing, filing_of(before)):
            return False
        articles.revise(
            session,
            before.id,
            content,
            note=note,
            now=self.clock(),
            filing=filing,
            author=actor.name,
            undo=publication.undo_of(before, self.newsroom),
            expected=expected,
        )
        return True

    def _note(
        self,
        session: Session,
        actor: Actor,
        action: str,
        article_id: int,
        details: Mapping[str, object] | None = None,
    ) -> Article:
        audit.record(session, at=self.clock(), actor=actor.name, action=action, article_id=article_id, details=details)
        return reading.get(session, article_id)


def _same(asked: Filing, present: Filing) -> bool:
    """Whether a filing asks for what is there: None of topics and urgency leaves them, and topics have no order."""
    topics = present.topics if asked.topics is None else asked.topics
    urgent = present.urgent if asked.urgent is None else asked.urgent
    same = set(topics or ()) == set(present.topics or ())
    return same and replace(asked, topics=None, urgent=urgent) == replace(present, topics=None)
