"""The accredited journalists, for operators: who, until when, who granted it, when they last looked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.clock import Clock
from feeds.errors import AddressRefused, NotFound
from feeds.staff import Role
from feeds.web import views
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Form, Visitor, route
from feeds.words import Words
from notifier.addresses import normalise
from notifier.ledger.press import Accreditation
from notifier.press import DayRefused, Press

PRESS = "/newsroom/press"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form asks for, to be shown again where it cannot be."""

    email: str = ""
    last: str = ""
    divisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An accreditation as the list shows it; `last` is its last local day."""

    one: Accreditation
    last: date
    is_good: bool
    divisions: str
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PressPages:
    """Serves the list and its two forms, to operators alone."""

    door: Door
    press: Press
    chrome: Chrome
    clock: Clock

    @property
    def routes(self) -> list[Route]:
        """The list, and what is done on it."""
        page, action = self.door.page, self.door.action
        return [
            route(PRESS, get=page(self.everybody, role=Role.OPERATOR), post=action(self.accredit, role=Role.OPERATOR)),
            route(f"{PRESS}/revoke", post=action(self.revoke, role=Role.OPERATOR)),
        ]

    def everybody(self, request: Request, visitor: Visitor) -> Response:
        """Everybody who is accredited, and the form for another."""
        said = request.query_params.get("done")
        done = self._words(request)(f"press.{said}") if said in ("accredited", "revoked") else None
        return self._list(request, visitor, Wish(), done=done)

    def accredit(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Accredit somebody, in place of what held before."""
        wish = Wish(
            email=form.get("email").strip()[:254], last=form.get("last").strip()[:20], divisions=form.all("division")
        )
        try:
            address = normalise(wish.email)
        except AddressRefused as refused:
            return self._list(request, visitor, wish, fault=refused.word, field="email")
        try:
            self.press.accredit(visitor.name, address, date.fromisoformat(wish.last), wish.divisions)
        except NotFound as missing:
            if missing.kind != "subscriber":
                raise
            return self._list(request, visitor, wish, fault="press.unknown", field="email")
        except (DayRefused, ValueError):
            return self._list(request, visitor, wish, fault="press.day", field="last")
        return self.door.done(request, PRESS, "accredited")

    def revoke(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """End an accreditation at once."""
        try:
            self.press.revoke(visitor.name, normalise(form.get("email").strip()[:254]))
        except AddressRefused as refused:
            raise NotFound("subscriber", "of this address") from refused
        return self.door.done(request, PRESS, "revoked")

    def _list(
        self,
        request: Request,
        visitor: Visitor,
        wish: Wish,
        *,
        fault: str | None = None,
        field: str = "",
        done: str | None = None,
    ) -> Response:
        words = self._words(request)
        known, looked = self.press.everyone()
        return self.door.render(
            request,
            visitor,
            "newsroom/press.html",
            title=words("press.title"),
            status=422 if fault else 200,
            lines=[self._line(one, looked.get(one.subscriber_id), words) for one in known],
            wish=wish,
            fault=words(fault) if fault else None,
            field=field,
            done=done,
            groups=views.by_bureau(self.chrome.newsroom),
        )

    def _line(self, one: Accreditation, looked_at: datetime | None, words: Words) -> Line:
        newsroom = self.chrome.newsroom
        known = [(newsroom.division(slug), slug) for slug in one.divisions or ()]
        names = ", ".join(division.name(words.language) if division else slug for division, slug in known)
        return Line(
            one=one,
            last=(one.until - timedelta(seconds=1)).astimezone(newsroom.city.zone).date(),
            is_good=self.clock() < one.until,
            divisions=names or words("press.every"),
            looked_at=looked_at,
        )

    def _words(self, request: Request) -> Words:
        return self.chrome.words[self.chrome.visit(request).language]
