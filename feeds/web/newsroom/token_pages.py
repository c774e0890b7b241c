"""The tokens of programs: operators make them and revoke them."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.access.programs import Programs, TokenRefused
from feeds.clock import Clock
from feeds.errors import NotFound
from feeds.staff import Right, Role
from feeds.store.api_tokens import LONGEST_NAME, ApiToken
from feeds.web import views
from feeds.web.api.problems import API
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Form, Visitor, route
from feeds.words import Words

TOKENS = "/newsroom/tokens"
LIVES = ("30", "90", "365", "0")
"""Days that a token may be made to last; 0 for one that lasts until it is revoked."""
_LARGEST = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form asks for, to be shown again where it cannot be."""

    name: str = ""
    divisions: tuple[str, ...] = ()
    every: bool = False
    scopes: tuple[str, ...] = (Right.READ, Right.WRITE, Right.PUBLISH)
    days: str = LIVES[1]


@dataclass(frozen=True, slots=True)
class Line:
    """A token as the list shows it."""

    token: ApiToken
    divisions: str
    scopes: str
    state: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class TokenPages:
    """Serves the tokens, to operators alone."""

    door: Door
    programs: Programs
    chrome: Chrome
    clock: Clock

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind."""
        page, action = self.door.page, self.door.action
        return [
            route(TOKENS, get=page(self.everything, role=Role.OPERATOR), post=action(self.make, role=Role.OPERATOR)),
            route(f"{TOKENS}/{{id:int}}/revoke", post=action(self.revoke, role=Role.OPERATOR)),
        ]

    def everything(self, request: Request, visitor: Visitor) -> Response:
        """Every token, and the form that makes one."""
        done = self._words(request)("token.done_revoked") if request.query_params.get("done") == "revoked" else None
        return self._list(request, visitor, Wish(), done=done)

    def make(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Make a token; its text is shown this once."""
        wish = Wish(
            name=form.get("name")[:200],
            divisions=form.all("division"),
            every=form.get("every") == "yes",
            scopes=form.all("scope"),
            days=form.get("days"),
        )
        try:
            if wish.days not in LIVES:
                raise TokenRefused("token.fault_lasts", "no form of ours offers that")
            handed = self.programs.make(
                visitor.name,
                wish.name,
                divisions=None if wish.every else wish.divisions,
                scopes=[_right(one) for one in wish.scopes],
                days=int(wish.days) or None,
            )
        except TokenRefused as error:
            return self._list(request, visitor, wish, fault=self._words(request)(error.word))
        title = self._words(request)("token.handed", name=handed.token.name)
        return self.door.render(
            request, visitor, "newsroom/token.html", title=title, text=handed.text, base=self.chrome.newsroom.url(API)
        )

    def revoke(self, request: Request, visitor: Visitor, _form: Form) -> Response:
        """End a token."""
        number = request.path_params["id"]
        if number >= _LARGEST:
            raise NotFound("token", "of this number")
        self.programs.revoke(visitor.name, number)
        return self.door.done(request, TOKENS, "revoked")

    # Pages

    def _list(
        self, request: Request, visitor: Visitor, wish: Wish, *, fault: str | None = None, done: str | None = None
    ) -> Response:
        words = self._words(request)
        now = self.clock()
        return self.door.render(
            request,
            visitor,
            "newsroom/tokens.html",
            title=words("token.title"),
            status=422 if fault else 200,
            lines=[self._line(one, words, now) for one in self.programs.known()],
            wish=wish,
            fault=fault,
            done=done,
            scopes=list(Right),
            lives=LIVES,
            longest=LONGEST_NAME,
            groups=views.by_bureau(self.chrome.newsroom),
            reference=API,
        )

    def _line(self, token: ApiToken, words: Words, now: datetime) -> Line:
        newsroom = self.chrome.newsroom
        known = [(newsroom.division(slug), slug) for slug in token.divisions or ()]
        names = ", ".join(division.name(words.language) if division else slug for division, slug in known)
        return Line(
            token=token,
            divisions=words("token.every") if token.divisions is None else names,
            scopes=", ".join(words(f"token.scope.{right}") for right in Right if right in token.scopes),
            state=_state(token, now),
            is_good=token.is_good(now),
        )

    def _words(self, request: Request) -> Words:
        return self.chrome.words[self.chrome.visit(request).language]


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "good" if token.is_good(now) else "expired"


def _right(name: str) -> Right:
    """A right of this name. NotFound for one there is not: no form of ours offers it."""
    try:
        return Right(name)
    except ValueError as error:
        raise NotFound("scope", name[:40]) from error
