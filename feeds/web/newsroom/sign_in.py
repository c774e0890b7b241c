"""Signing in and out, and one's own password."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from threading import BoundedSemaphore
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.access.entrance import Admitted, Entrance, TooManyTries, WrongSignIn
from feeds.access.passwords import Busy, PasswordRefused
from feeds.access.throttle import network
from feeds.web.chrome import Chrome
from feeds.web.guards import demand_own_page, read_form
from feeds.web.newsroom.door import PASSWORD, SIGN_IN, Door, Form, Visitor, private, route

HOME = "/newsroom"
_OWN_PATH = re.compile(r"/newsroom(?:[/?][!-\[\]-~]*)?")
_LONGEST_PATH = 2000
_KNOWN_FOR = timedelta(days=180)
_AT_ONCE = 2
LONGEST_QUEUE = 30
"""How many strangers' passwords are checked or wait for it; further ones are asked to come again."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Serves the pages at the door. Passwords are checked in threads of their own, so that readers never wait for
    whoever is trying them; and before those threads stands no long queue, but for browsers that are known."""

    door: Door
    entrance: Entrance
    chrome: Chrome
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sign-in"), repr=False
    )
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(LONGEST_QUEUE), repr=False)

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind."""
        return [
            route(SIGN_IN, get=self._form, post=self._sign_in),
            route("/newsroom/sign-out", post=self.door.action(self.sign_out, with_old_password=True)),
            route(
                PASSWORD,
                get=self.door.page(self.password_form, with_old_password=True),
                post=self.door.action(self.change_password, with_old_password=True),
            ),
        ]

    async def _form(self, request: Request) -> Response:
        return private(await run_in_threadpool(self.form, request))

    def form(self, request: Request) -> Response:
        """The sign-in form; whoever is inside is led on."""
        then = own_path(request.query_params.get("next", ""))
        if self.door.visitor(request) is not None:
            return self.door.redirect(request, then)
        return self._show(request, then)

    async def _sign_in(self, request: Request) -> Response:
        """The form has no proof of a stay, for there is none yet: it must come from a page of this site."""
        demand_own_page(request)
        fields = dict(reversed(await read_form(request)))
        known = self.entrance.knows(fields.get("name", ""), request.cookies.get(self._browser_cookie, ""))
        has_place = self._places.acquire(blocking=False)
        if not has_place and not known:
            return private(await run_in_threadpool(self._busy, request))
        loop = asyncio.get_running_loop()
        try:
            return private(await loop.run_in_executor(self._threads, self.sign_in, request, fields))
        finally:
            if has_place:
                self._places.release()

    def sign_in(self, request: Request, fields: dict[str, str]) -> Response:
        """Let somebody in, or say that name and password do not belong together: the same for every name."""
        then = own_path(fields.get("next", ""))
        name = fields.get("name", "")
        try:
            admitted = self.entrance.sign_in(
                name,
                fields.get("password", ""),
                network=network(request.client.host if request.client else None),
                browser=request.cookies.get(self._browser_cookie, ""),
                present=request.cookies.get(self.door.cookie, ""),
            )
        except WrongSignIn:
            again = name[:80] if name.isprintable() else ""
            return self._show(request, then, name=again, fault="signin.wrong", status=422)
        except TooManyTries as error:
            return self._wait(request, None, error)
        except Busy:
            return self._busy(request)
        return self._welcome(request, admitted, then)

    def sign_out(self, request: Request, visitor: Visitor, _form: Form) -> Response:
        """End this stay; the browser stays known."""
        self.entrance.sign_out(visitor.name, request.cookies.get(self.door.cookie, ""))
        answer = self.door.redirect(request, f"{SIGN_IN}?out=1")
        answer.delete_cookie(self.door.cookie, path="/", secure=self.door.secure, httponly=True, samesite="lax")
        # Tells the script of our pages whose copies of what was typed it shall throw away.
        answer.set_cookie("left", quote(visitor.name), max_age=86_400, path="/newsroom", samesite="lax")
        return answer

    def password_form(self, request: Request, visitor: Visitor) -> Response:
        """Asks for the present password and a new one."""
        return self._password_page(request, visitor)

    def change_password(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Keep a new password; every other browser of this person is signed out."""
        if form.get("new") != form.get("again"):
            return self._password_page(request, visitor, fault="account.unlike", at="again")
        try:
            admitted = self.entrance.change_password(visitor.id, form.get("old"), form.get("new"))
        except WrongSignIn:
            return self._password_page(request, visitor, fault="account.old_wrong", at="old")
        except PasswordRefused as error:
            return self._password_page(request, visitor, fault=error.word, at="new")
        except TooManyTries as error:
            return self._wait(request, visitor, error)
        then = own_path(form.get("next"))
        return self._welcome(request, admitted, then if visitor.must_change else f"{PASSWORD}?done=1#done")

    # Pages

    def _show(
        self, request: Request, then: str, *, name: str = "", fault: str | None = None, status: int = 200
    ) -> Response:
        words = self.chrome.words[self.chrome.visit(request).language]
        return self.door.stranger(
            request,
            "newsroom/sign_in.html",
            title=words("signin.title"),
            status=status,
            then=then,
            name=name,
            fault=words(fault) if fault else None,
            signed_out=request.query_params.get("out") == "1",
        )

    def _password_page(self, request: Request, visitor: Visitor, *, fault: str | None = None, at: str = "") -> Response:
        words = self.chrome.words[self.chrome.visit(request).language]
        return self.door.render(
            request,
            visitor,
            "newsroom/password.html",
            title=words("account.title"),
            status=422 if fault else 200,
            fault=words(fault) if fault else None,
            at=at,
            then=own_path(request.query_params.get("next", "")),
            done=request.query_params.get("done") == "1",
        )

    def _busy(self, request: Request) -> Response:
        return self.door.message(request, None, 503, "busy", headers={"Retry-After": "30"})

    def _wait(self, request: Request, visitor: Visitor | None, error: TooManyTries) -> Response:
        words = self.chrome.words[self.chrome.visit(request).language]
        minutes = ceil(error.wait.total_seconds() / 60)
        return self.door.message(
            request,
            visitor,
            429,
            "wait",
            headers={"Retry-After": str(ceil(error.wait.total_seconds()))},
            detail=words("door.wait.minutes", n=minutes),
        )

    def _welcome(self, request: Request, admitted: Admitted, then: str) -> Response:
        """On to where they wanted to go, with the two cookies.

        Lax and not Strict: a link in a mail to staff has to find them signed in. What changes something is a POST,
        to which a Lax cookie does not come from elsewhere.
        """
        answer = self.door.redirect(request, then)
        secure = self.door.secure
        answer.set_cookie(self.door.cookie, admitted.token, path="/", secure=secure, httponly=True, samesite="lax")
        answer.set_cookie(
            self._browser_cookie,
            admitted.browser,
            max_age=int(_KNOWN_FOR.total_seconds()),
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    @property
    def _browser_cookie(self) -> str:
        return f"{self.door.cookie}-browser"


def own_path(text: str) -> str:
    """An address of the newsroom to go on to; the newsroom's first page for everything else.

    Only what begins with our own path and holds no character that a browser reads differently from us: no backslash,
    space or control character, nothing of another site, no step upwards.
    """
    upwards = ".." in text or "%2e" in text.lower()
    if len(text) > _LONGEST_PATH or upwards or not _OWN_PATH.fullmatch(text):
        return HOME
    return text
