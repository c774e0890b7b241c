"""What the residents' pages share: tokens that open them, forms that stood on them, and how they are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.clock import Clock
from feeds.web.chrome import Chrome
from feeds.web.guards import demand_own_page, read_form
from feeds.words import Words
from notifier.budgets import BudgetSpent, network
from notifier.tokens import Purpose, TokenExpired, TokenInvalid, Tokens
from notifier.web.wish import Fields, first

log = structlog.get_logger()
YOUNGEST = timedelta(seconds=1)
"""How old a form is at least when a person sends it."""
PRIVATE = {"Cache-Control": "no-store"}
SECRET = PRIVATE | {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class Allowance(Protocol):
    """Whether one more wrong link is answered as such, and in how many seconds there is another."""

    @property
    def granted(self) -> bool:
        """This one is."""
        ...

    @property
    def reset(self) -> int:
        """Seconds to wait."""
        ...


class Guesses(Protocol):
    """Counts the wrong links of each caller."""

    def take(self, caller: object, now: float) -> Allowance:
        """Count one, at so many seconds of any clock."""
        ...


@dataclass(frozen=True, slots=True)
class Doorway:
    """Lets people in by the links of their mails, and knows the forms of our own pages."""

    tokens: Tokens
    chrome: Chrome
    clock: Clock
    guesses: Guesses

    def words(self, request: Request) -> Words:
        """The sentences of the reader's language."""
        return self.chrome.words[self.chrome.visit(request).language]

    def form_token(self) -> str:
        """The proof that a form stood on a page of ours within the last day; it says since when."""
        now = self.clock()
        return self.tokens.issue(Purpose.FORM, int(now.timestamp() * 1000), now=now)

    def stood_here(self, fields: Fields) -> bool:
        """Whether the form stood on a page of ours within the last day."""
        return self.read(Purpose.FORM, first(fields, "form_token")) is not None

    def is_machine(self, fields: Fields) -> bool:
        """Whether a form was filled in as no person does: sooner than anybody reads, or where nobody sees a field."""
        since = self.read(Purpose.FORM, first(fields, "form_token"))
        hurried = since is not None and self.clock().timestamp() * 1000 < since + YOUNGEST.total_seconds() * 1000
        return bool(first(fields, "website")) or hurried

    def read(self, purpose: Purpose, token: str) -> int | None:
        """The id that a form's token speaks of; None for one that is none, or whose time has passed."""
        try:
            return self.tokens.read(purpose, token, now=self.clock())
        except (TokenInvalid, TokenExpired):
            return None

    def open(self, request: Request, purpose: Purpose) -> tuple[int | None, Response | None]:
        """The id that the address's token speaks of, or the page that says why it opens nothing."""
        try:
            return self.tokens.read(purpose, request.path_params["token"], now=self.clock()), None
        except TokenExpired:
            return None, self.expired(request, purpose)
        except TokenInvalid:
            return None, self.not_ours(request)

    def not_ours(self, request: Request) -> Response:
        """The page for a token that is none of ours; 429 for a client that tries one after the other (B27).

        A good token is read first and never waits, whoever else guesses from the same network.
        """
        return refuse(request, self.chrome, self.guesses, self.clock)

    def expired(self, request: Request, purpose: str) -> Response:
        """The page that says that a link has had its time, and how to get another."""
        return self.page(request, "expired.html", "expired.title", status=410, purpose=purpose)

    def ask(
        self, request: Request, about: str, *, action: str = "", back: bool = False, address_masked: str = ""
    ) -> Response:
        """A question, with the sentences `<about>.heading`, `.text`, `.button` and `.aside`."""
        title = f"{about}.title"
        return self.page(
            request, "ask.html", title, about=about, action=action, back=back, address_masked=address_masked
        )

    def done(self, request: Request, about: str, *, address_masked: str = "") -> Response:
        """What has been done, with the sentences `<about>.heading` and `.text`."""
        return self.page(request, "done.html", f"{about}.title", about=about, address_masked=address_masked)

    def spent(self, request: Request, spent: BudgetSpent) -> str:
        """The sentence for who has to wait because too many mails were asked for, with the minutes."""
        return self.words(request)(f"budget.{spent.of}", n=-(-spent.seconds // 60))

    def page(
        self,
        request: Request,
        template: str,
        title: str,
        *,
        status: int = 200,
        wait: int | None = None,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """A page that nobody keeps; `title` is the key of a sentence, `wait` the seconds until another try."""
        own = SECRET if "token" in request.path_params else PRIVATE
        waits = {} if wait is None else {"Retry-After": str(wait)}
        return self.chrome.page(
            request,
            template,
            title=self.words(request)(title),
            status=status,
            headers=own | waits | dict(headers or {}),
            form_token=self.form_token(),
            **context,
        )


def refuse(request: Request, chrome: Chrome, guesses: Guesses, clock: Clock) -> Response:
    """Answer a wrong token: 404, or 429 with the seconds to wait. The log learns that, and nothing of the token."""
    allowance = guesses.take(network(host_of(request)), clock().timestamp())
    if allowance.granted:
        return chrome.message(request, 404, "link", headers=SECRET)
    log.warning("links.guessed", path=request.url.path.split("/")[1])
    return chrome.message(request, 429, headers=SECRET | {"Retry-After": str(allowance.reset)})


def host_of(request: Request) -> str | None:
    """The address that asks, as the connection or a trusted proxy says it."""
    return request.client.host if request.client else None


def route(
    path: str,
    show: Callable[[Request], Response],
    take: Callable[[Request, Fields], Response],
    *,
    own_page: bool = True,
) -> Route:
    """An address with a page and a bounded form; both answer in a thread, where the database may be used."""

    async def answer(request: Request) -> Response:
        if request.method != "POST":
            return await run_in_threadpool(show, request)
        if own_page:
            demand_own_page(request, nameless="token" in request.path_params)
        fields = await read_form(request)
        return await run_in_threadpool(take, request, fields)

    return Route(path, answer, methods=["GET", "POST"])
