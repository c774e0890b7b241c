"""What else is decided about an article: it is stopped before its hour, withdrawn, discarded, or has a twin."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.errors import Conflict, Hidden, NotFound, Stale
from feeds.model import Article, State
from feeds.staff import Right
from feeds.store import audit, changes
from feeds.store.database import Session
from feeds.web.newsroom import desk_views
from feeds.web.newsroom.door import Form, Visitor, route
from feeds.web.newsroom.meanwhile import carry_out, meanwhile
from feeds.web.newsroom.room import LONGEST_REASON, Room, Seen, article_path, number_of, whole


@dataclass(frozen=True, slots=True)
class Decisions:
    """Acts on one article and leads back to it."""

    room: Room

    @property
    def routes(self) -> list[Route]:
        """A page before what cannot be undone, and every action."""
        door, at = self.room.door, "/newsroom/articles/{id:int}"
        return [
            route(f"{at}/unschedule", post=door.action(self.unschedule)),
            route(f"{at}/stop-mail", post=door.action(self.stop_mail)),
            route(f"{at}/withdraw", get=door.page(self.ask_withdraw), post=door.action(self.withdraw)),
            route(f"{at}/discard", get=door.page(self.ask_discard), post=door.action(self.discard)),
            route(f"{at}/twins", post=door.action(self.twins)),
        ]

    def unschedule(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Stop a publication before its hour."""
        number, seen = number_of(request), Seen.of(form)

        def deed(session: Session) -> Article:
            return self.room.desk.unschedule(session, visitor.actor, number, expected=seen.version)

        return carry_out(self.room, request, visitor, seen, deed, done="stopped", wanted=State.DRAFT)

    def stop_mail(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Mail nobody about what was just published. Nothing but the time matters: there is a minute to press it."""
        number = number_of(request)
        try:
            with self.room.database.write() as session:
                self.room.desk.stop_mail(session, visitor.actor, number)
        except Conflict:
            with self.room.database.read() as session:
                last = audit.entries(session, article_id=number, limit=1)
            # Pressed twice it is stopped once, and the second time is told the same.
            if not last or last[0].action != "stop_mail":
                return self.room.back(request, number, problem="mailed")
        return self.room.back(request, number, done="mail_stopped")

    def ask_withdraw(self, request: Request, visitor: Visitor) -> Response:
        """The page before a withdrawal."""
        article, seen = self._read(request, visitor, Right.WITHDRAW)
        if article.state is not State.PUBLISHED:
            return self.room.door.redirect(request, article_path(article.id))
        return self._withdrawal(request, visitor, article, seen)

    def withdraw(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Take a published article back, with the reason that readers are told."""
        seen, reason = Seen.of(form), " ".join(form.get("reason").split())
        mail = form.get("mail") == "yes"
        if not reason or len(reason) > LONGEST_REASON:
            article, _ = self._read(request, visitor, Right.WITHDRAW)
            word = "decision.reason.long" if reason else "decision.reason.missing"
            return self._withdrawal(request, visitor, article, seen, fault=word, reason=reason, mail=mail)

        def deed(session: Session) -> Article:
            number = number_of(request)
            return self.room.desk.withdraw(
                session, visitor.actor, number, reason=reason, mail=mail, expected=seen.version
            )

        return carry_out(self.room, request, visitor, seen, deed, done="withdrawn", wanted=State.WITHDRAWN)

    def ask_discard(self, request: Request, visitor: Visitor) -> Response:
        """The page before a draft is destroyed."""
        article, seen = self._read(request, visitor, Right.WRITE)
        if article.state is not State.DRAFT:
            return self.room.door.redirect(request, article_path(article.id))
        newsroom, words = self.room.newsroom, self.room.words(request)
        return self.room.door.render(
            request,
            visitor,
            "newsroom/discard.html",
            title=words("discard.title"),
            article=article,
            line=desk_views.line(article, newsroom, words),
            seen=seen,
        )

    def discard(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Destroy a draft, and lead back to the list."""
        number, seen = number_of(request), Seen.of(form)
        try:
            with self.room.database.write() as session:
                self.room.desk.discard(session, visitor.actor, number, expected=seen.version)
        except Conflict as error:
            return meanwhile(self.room, request, visitor, number, seen, error)
        return self.room.door.done(request, "/newsroom", "discarded")

    def twins(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Link it with the same release in another language, or undo that."""
        number, seen, other = number_of(request), Seen.of(form), whole(form.get("other"))
        unlink = form.get("action") == "unlink"

        def deed(session: Session) -> Article:
            changes.take_turn(session)
            article = self.room.desk.theirs(session, visitor.actor, Right.WRITE, number)
            if article.version != seen.version:
                raise Stale(number, article.version)
            if unlink:
                return self.room.desk.unlink_twin(session, visitor.actor, number)
            return self.room.desk.link_twins(session, visitor.actor, number, other)

        problem = None if unlink else self._problem(request, visitor, other)
        if problem is not None:
            return self.room.back(request, number, problem=problem)
        return carry_out(self.room, request, visitor, seen, deed, done="unlinked" if unlink else "linked")

    # Steps that several of these share

    def _problem(self, request: Request, visitor: Visitor, other: int) -> str | None:
        """Why these two cannot be twins, as the message of the article's page; None where they can."""
        with self.room.database.read() as session:
            article = self.room.desk.theirs(session, visitor.actor, Right.WRITE, number_of(request))
        try:
            with self.room.database.read() as session:
                twin = self.room.desk.read(session, visitor.actor, other)
        except NotFound as error:
            if isinstance(error, Hidden):
                self.room.door.note_forbidden(request, visitor)
            return "no_such_twin"
        if not visitor.actor.covers(self.room.newsroom, twin.division):
            return "twin_of_others"
        spoken = {article.content.language, *(language for language, _ in article.twins)}
        joined = {twin.content.language, *(language for language, one in twin.twins if one != article.id)}
        known = twin.id == article.id or twin.id in {one for _, one in article.twins}
        return "same_language" if known or spoken & joined else None

    def _read(self, request: Request, visitor: Visitor, right: Right) -> tuple[Article, Seen]:
        with self.room.database.read() as session:
            article = self.room.desk.theirs(session, visitor.actor, right, number_of(request))
            return article, Seen.now(session, article)

    def _withdrawal(
        self,
        request: Request,
        visitor: Visitor,
        article: Article,
        seen: Seen,
        *,
        fault: str | None = None,
        reason: str = "",
        mail: bool = False,
    ) -> Response:
        newsroom, words = self.room.newsroom, self.room.words(request)
        with self.room.database.read() as session:
            posted = self.room.posted(session, article.id)
            bound = self.room.bound(session, article)
        return self.room.door.render(
            request,
            visitor,
            "newsroom/withdraw.html",
            status=422 if fault else 200,
            title=words("withdraw.title"),
            article=article,
            line=desk_views.line(article, newsroom, words),
            posted=posted,
            bound=bound,
            mail=mail,
            seen=seen,
            fault=words(fault) if fault else None,
            reason=reason,
            longest=LONGEST_REASON,
        )
