"""Publication: now, in a moment, at an hour, or after a second person has approved it. The consequence comes first:
whom it will be mailed to is shown before the button, and a large number is typed once more."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.closing import lacking_of
from feeds.localtime import instant_of
from feeds.model import Article, State
from feeds.publication import is_news, undo_of
from feeds.reach import Reach
from feeds.staff import Right
from feeds.store.database import Session
from feeds.web import views
from feeds.web.newsroom import desk_views
from feeds.web.newsroom.door import Form, Visitor, route
from feeds.web.newsroom.hours import Asked, HourRefused, When, asked_at
from feeds.web.newsroom.meanwhile import carry_out
from feeds.web.newsroom.mending import to_mend
from feeds.web.newsroom.room import LONGEST_REASON, Room, Seen, article_path, number_of, whole

MANY = 1_000
"""Above so many mails at once, the number is typed before they leave."""
_GROWTH = 1.1
"""How much the number may grow while somebody reads the page, before it is shown again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What is wrong with a form: the field and the key of the sentence that says so."""

    field: str
    word: str


@dataclass(frozen=True, slots=True)
class Publishing:
    """The pages on which somebody decides that an article becomes public."""

    room: Room

    @property
    def routes(self) -> list[Route]:
        """To publish or ask for it; to approve or decline."""
        door, at = self.room.door, "/newsroom/articles/{id:int}"
        return [
            route(f"{at}/publish", get=door.page(self.ask), post=door.action(self.publish)),
            route(f"{at}/approval", post=door.action(self.request)),
            route(f"{at}/approve", get=door.page(self.look), post=door.action(self.approve)),
            route(f"{at}/decline", post=door.action(self.decline)),
        ]

    def ask(self, request: Request, visitor: Visitor) -> Response:
        """The page before publication."""
        article, reach, seen = self._read(request, visitor)
        agreed = article.urgent and article.state is State.SCHEDULED
        if article.state.is_public or article.approval is not None or agreed:
            return self.room.door.redirect(request, article_path(article.id))
        chosen = self._usual(article, reach)
        return self._form(request, visitor, article, reach, seen, asked=chosen)

    def publish(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Publish it now, or let it become public at its hour."""
        article, reach = self._mine(request, visitor)
        seen, asked, mail = Seen.of(form), Asked.of(form, When.AT), _mail(form)
        at, fault = self._hour(asked)
        if fault is None and at is None and mail is not False:
            fault = _unconfirmed(form, reach)
        # Of one that is public already the desk knows better than the form.
        if fault is not None and not article.state.is_public:
            return self._form(request, visitor, article, reach, seen, asked=asked, mail=mail, fault=fault)
        desk, actor = self.room.desk, visitor.actor
        if at is None:

            def publish(session: Session) -> Article:
                return desk.publish(session, actor, article.id, expected=seen.version, mail=mail)

            return carry_out(self.room, request, visitor, seen, publish, done="published", wanted=State.PUBLISHED)

        under = asked.when is When.EMBARGO

        def schedule(session: Session) -> Article:
            return desk.schedule(session, actor, article.id, at=at, expected=seen.version, mail=mail, embargo=under)

        done = "moved" if article.embargoed else "embargoed" if under else "scheduled"
        return carry_out(self.room, request, visitor, seen, schedule, done=done)

    def request(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Ask a second person to publish it, at once or at an hour."""
        article, reach = self._mine(request, visitor)
        seen, asked, mail = Seen.of(form), Asked.of(form, When.NOW), _mail(form)
        at, fault = self._hour(asked)
        if asked.when is When.EMBARGO:
            fault = _Fault(field="until", word="decision.hour.no_embargo")
        if fault is not None and not article.state.is_public:
            return self._form(request, visitor, article, reach, seen, asked=asked, mail=mail, fault=fault)

        def deed(session: Session) -> Article:
            desk = self.room.desk
            return desk.ask_approval(session, visitor.actor, article.id, expected=seen.version, at=at, mail=mail)

        return carry_out(self.room, request, visitor, seen, deed, done="asked", wanted=State.PUBLISHED)

    def look(self, request: Request, visitor: Visitor) -> Response:
        """The page before approval: exactly what would be published."""
        article, reach, seen = self._read(request, visitor)
        if article.approval is None:
            return self.room.door.redirect(request, article_path(article.id))
        return self._approval(request, visitor, article, reach, seen)

    def approve(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Publish what another person asked for, as it was seen."""
        article, reach = self._mine(request, visitor)
        seen, now = Seen.of(form), self.room.clock()
        later = article.publish_at is not None and article.publish_at > now
        own = article.approval is not None and article.approval.asked_by == visitor.name
        if article.approval is not None and not own and not later and self._will_mail(article):
            fault = _unconfirmed(form, reach)
            if fault is not None:
                return self._approval(request, visitor, article, reach, seen, fault=fault)

        def deed(session: Session) -> Article:
            return self.room.desk.approve(session, visitor.actor, article.id, expected=seen.version)

        done = "scheduled" if later else "published"
        return carry_out(self.room, request, visitor, seen, deed, done=done, wanted=State.PUBLISHED)

    def decline(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Decline what was asked for, or take one's own request back."""
        article, reach = self._mine(request, visitor)
        seen = Seen.of(form)
        reason = " ".join(form.get("reason").split())
        own = article.approval is not None and article.approval.asked_by == visitor.name
        if len(reason) > LONGEST_REASON or (article.approval is not None and not own and not reason):
            word = "decision.reason.long" if reason else "decision.reason.missing"
            fault = _Fault(field="reason", word=word)
            return self._approval(request, visitor, article, reach, seen, fault=fault, reason=reason)

        def deed(session: Session) -> Article:
            return self.room.desk.decline(session, visitor.actor, article.id, expected=seen.version, reason=reason)

        return carry_out(self.room, request, visitor, seen, deed, done="taken_back" if own else "declined")

    # Steps that several of these share

    def _read(self, request: Request, visitor: Visitor) -> tuple[Article, Reach, Seen]:
        with self.room.database.read() as session:
            article = self.room.desk.read(session, visitor.actor, number_of(request))
            return article, self.room.reach(session, article), Seen.now(session, article)

    def _mine(self, request: Request, visitor: Visitor) -> tuple[Article, Reach]:
        """The article of a form. Forbidden or Hidden where it is another division's: that is noted."""
        with self.room.database.read() as session:
            article = self.room.desk.theirs(session, visitor.actor, Right.PUBLISH, number_of(request))
            return article, self.room.reach(session, article)

    def _hour(self, asked: Asked) -> tuple[datetime | None, _Fault | None]:
        """The instant that was asked for, None for now; or what is wrong with it."""
        try:
            return asked.instant(self.room.newsroom.city.zone, self.room.clock()), None
        except HourRefused as error:
            return None, _Fault(field="until" if asked.when is When.EMBARGO else "day", word=error.word)

    def _will_mail(self, article: Article) -> bool:
        """Whether its followers are told, if nothing else is chosen."""
        return article.mail if article.mail is not None else self._is_news(article)

    def _is_news(self, article: Article) -> bool:
        """Whether it is news at the hour that stands in the form at first."""
        return is_news(article, self.room.newsroom, self.room.clock(), at=article.publish_at or self._own_day(article))

    def _own_day(self, article: Article) -> datetime | None:
        """The first instant of the day that it is registered on, where that is still to come."""
        day, zone = article.registered_on, self.room.newsroom.city.zone
        ahead = day is not None and day > self.room.clock().astimezone(zone).date()
        return instant_of(day, time(), zone) if day is not None and ahead else None

    def _usual(self, article: Article, reach: Reach) -> Asked:
        """What stands in the form at first: the hour it has, else its own day if that is still to come, else now; with
        many readers, in a moment."""
        zone = self.room.newsroom.city.zone
        if article.publish_at is not None:
            return asked_at(article.publish_at, zone, When.EMBARGO if article.embargoed else When.AT)
        own_day = self._own_day(article)
        if own_day is not None:
            return replace(asked_at(own_day, zone), time="")
        soon = reach.immediate > MANY and self._will_mail(article) and not article.urgent
        return replace(asked_at(self.room.clock(), zone), when=When.SOON if soon else When.NOW, time="")

    def _form(
        self,
        request: Request,
        visitor: Visitor,
        article: Article,
        reach: Reach,
        seen: Seen,
        *,
        asked: Asked,
        mail: bool | None = None,
        fault: _Fault | None = None,
    ) -> Response:
        newsroom, words = self.room.newsroom, self.room.words(request)
        with self.room.database.read() as session:
            accredited = 0 if article.urgent else self.room.accredited(session, article)
        return self.room.door.render(
            request,
            visitor,
            "newsroom/publish.html",
            accredited=accredited,
            undo_seconds=int(undo_of(article, newsroom).total_seconds()),
            status=422 if fault else 200,
            title=words("publish.title"),
            article=article,
            line=desk_views.line(article, newsroom, words),
            missing=to_mend(lacking_of(article, newsroom), article.id, words),
            asked=asked,
            mail=self._will_mail(article) if mail is None else mail,
            zone=newsroom.city.zone.key,
            fault=fault.field if fault else "",
            sentence=words(fault.word) if fault else "",
            **self._consequence(article, reach, seen),
        )

    def _approval(
        self,
        request: Request,
        visitor: Visitor,
        article: Article,
        reach: Reach,
        seen: Seen,
        *,
        fault: _Fault | None = None,
        reason: str = "",
    ) -> Response:
        newsroom, words = self.room.newsroom, self.room.words(request)
        later = article.publish_at is not None and article.publish_at > self.room.clock()
        return self.room.door.render(
            request,
            visitor,
            "newsroom/approve.html",
            status=422 if fault else 200,
            title=words("approve.title"),
            article=article,
            line=desk_views.line(article, newsroom, words),
            body=views.body_of(article, newsroom, self.room.chrome.words),
            own=article.approval is not None and article.approval.asked_by == visitor.name,
            asked_at=desk_views.moment(article.approval.asked_at, newsroom, words) if article.approval else "",
            publish_at=desk_views.moment(article.publish_at, newsroom, words) if later and article.publish_at else None,
            mail=self._will_mail(article),
            reason=reason,
            longest=LONGEST_REASON,
            fault=fault.field if fault else "",
            sentence=words(fault.word) if fault else "",
            **self._consequence(article, reach, seen),
        )

    def _consequence(self, article: Article, reach: Reach, seen: Seen) -> dict[str, Any]:
        """What a decision would bring about, as both pages show it before the button."""
        return {
            "seen": seen,
            "reach": reach,
            "many": reach.immediate > MANY,
            "is_news": self._is_news(article),
            "language_name": desk_views.language_name,
        }


def _mail(form: Form) -> bool | None:
    """Whether followers are to be told; None where the form does not say."""
    return {"yes": True, "no": False}.get(form.get("mail"))


def _unconfirmed(form: Form, reach: Reach) -> _Fault | None:
    """What is wrong with the number that was typed; None where it is right, or small enough to need no typing."""
    if reach.immediate <= MANY:
        return None
    shown = whole(form.get("audience"))
    if reach.immediate > shown * _GROWTH:
        return _Fault(field="typed", word="decision.number.grown")
    typed = "".join(one for one in form.get("typed") if one not in " ,.'\u00a0\u202f명")
    return None if whole(typed) == shown else _Fault(field="typed", word="decision.number.wrong")
