"""The residents' pages: sign up, confirm, manage, leave. A GET changes nothing, for mail scanners follow links too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.clock import Clock
from feeds.errors import AddressRefused
from feeds.grams import QUERY_CHARACTERS
from feeds.naming import tongue, wish_names, wish_rows
from feeds.scope import Scope
from feeds.web import views
from feeds.web.chrome import Chrome, feed_links
from feeds.web.guards import demand_own_page, read_form
from notifier import timing
from notifier.addresses import masked, normalise
from notifier.following import Following
from notifier.model import Cadence, Signup, Subscription, Timing
from notifier.tokens import Purpose, TokenExpired, TokenInvalid, Tokens
from notifier.web.hours import timed
from notifier.web.wish import Fields, Offer, Wish, asked_scope, first, read_timing, read_wish

_PRIVATE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Followed:
    """A subscription as the pages show it; no names means every release."""

    id: int
    scope_label: list[str]
    cadence: Cadence


class Residents:
    """Serves the residents' pages."""

    def __init__(self, following: Following, tokens: Tokens, chrome: Chrome, clock: Clock) -> None:
        """Take the parts."""
        self._following = following
        self._tokens = tokens
        self._chrome = chrome
        self._clock = clock

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind; only one-click unsubscription may be posted from elsewhere (RFC 8058)."""
        return [
            _route("/subscribe", self.form, self.subscribe),
            Route("/subscribe/sent", self.sent),
            _route("/confirm/{token}", self.confirm_page, self.confirm),
            _route("/manage", self.link_form, self.send_link),
            _route("/manage/{token}", self.manage_page, self.manage),
            _route("/unsubscribe/{token}", self.unsubscribe_page, self.unsubscribe, own_page=False),
        ]

    def form_token(self) -> str:
        """The proof that a form stood on a page of ours within the last day."""
        return self._tokens.issue(Purpose.FORM, 0, now=self._clock())

    def form(self, request: Request) -> Response:
        """The sign-up form, filled in with what the address names and there is."""
        try:
            asked = asked_scope(request.query_params.multi_items())
        except ValueError:
            asked = Scope()
        offer = self._offer()
        wish = Wish(scope=offer.known(asked), language=self._chrome.visit(request).language)
        return self._form_page(request, wish, offer)

    def subscribe(self, request: Request, fields: Fields) -> Response:
        """Take a wish; the answer is the same for every address, known or not."""
        visit, offer = self._chrome.visit(request), self._offer()
        wish = read_wish(fields, offer, self._chrome.words[visit.language], stood_here=self._stood_here(fields))
        if wish.errors:
            return self._form_page(request, wish, offer, status=422)
        if not first(fields, "website"):  # only a machine fills the field that nobody sees
            address = normalise(first(fields, "email"))
            cadence, chosen = Cadence(wish.cadence), wish.timing
            self._following.ask(address, wish.scope, cadence, language=wish.language, timing=chosen)
        return RedirectResponse(visit.link("/subscribe/sent"), status_code=303)

    def _offer(self) -> Offer:
        return Offer(self._chrome.newsroom, self._following.vocabulary())

    def sent(self, request: Request) -> Response:
        """Look into your mail: the same page for everybody."""
        return self._page(request, "sent.html", "sent.title")

    def confirm_page(self, request: Request) -> Response:
        """What will be followed, and the button that does it."""
        signup_id, problem = self._open(request, Purpose.CONFIRM)
        wish = self._following.waiting(signup_id) if signup_id is not None else None
        if wish is None:
            return problem or self._expired(request, Purpose.CONFIRM)
        if wish.confirmed_at is not None:
            return self._confirmed(request, wish)
        language = self._chrome.visit(request).language
        return self._page(
            request,
            "confirm.html",
            "confirm.title",
            scope_label=self._following.labels(wish.scope, language),
            cadence=wish.cadence,
            comes_at=self._comes_at(request, wish),
            address_masked=masked(wish.address),
        )

    def _comes_at(self, request: Request, wish: Signup) -> str | None:
        """The hour of the digests that a wish asks for; None where it asks for none."""
        words = self._chrome.words[self._chrome.visit(request).language]
        return None if wish.timing is None or wish.cadence is Cadence.IMMEDIATE else timing.said(wish.timing, words)

    def confirm(self, request: Request, _fields: Fields) -> Response:
        """Begin to follow; a second press answers the same."""
        signup_id, problem = self._open(request, Purpose.CONFIRM)
        wish = self._following.waiting(signup_id) if signup_id is not None else None
        if wish is None:
            return problem or self._expired(request, Purpose.CONFIRM)
        self._following.confirm(wish.id)
        return self._confirmed(request, wish)

    def _confirmed(self, request: Request, wish: Signup) -> Response:
        """What a confirmed wish has become: followed, or stopped since."""
        person = self._following.is_followed(wish)
        if person is None:
            return self._expired(request, "stopped")
        language = self._chrome.visit(request).language
        return self._page(
            request,
            "confirmed.html",
            "confirmed.title",
            scope_label=self._following.labels(wish.scope, language),
            cadence=wish.cadence,
            comes_at=timing.said(person.timing, self._chrome.words[language]),
        )

    def link_form(self, request: Request) -> Response:
        """Asks where to send a link to manage."""
        return self._page(request, "manage_link.html", "manage_link.title", error=None, email="")

    def send_link(self, request: Request, fields: Fields) -> Response:
        """Send the link if there is something to manage; the answer is the same for every address."""
        visit = self._chrome.visit(request)
        email = first(fields, "email")
        try:
            address = normalise(email)
        except AddressRefused as refused:
            return self._link_page(request, email, refused.word)
        if not self._stood_here(fields):
            return self._link_page(request, email, "subscribe.error.form")
        if not first(fields, "website"):
            self._following.ask_for_link(address, language=visit.language)
        return RedirectResponse(visit.link("/subscribe/sent"), status_code=303)

    def _link_page(self, request: Request, email: str, word: str) -> Response:
        """The form for a link again, with a sentence on what cannot stay so."""
        error = self._chrome.words[self._chrome.visit(request).language](word)
        return self._page(request, "manage_link.html", "manage_link.title", status=422, error=error, email=email[:254])

    def manage_page(self, request: Request) -> Response:
        """Everything this person follows, each with its cadence."""
        subscriber_id, problem = self._open(request, Purpose.MANAGE)
        if subscriber_id is None:
            return problem or self._expired(request, Purpose.MANAGE)
        return self._manage(request, subscriber_id, notice=None)

    def manage(self, request: Request, fields: Fields) -> Response:
        """Change or stop one subscription of the token's own person, or stop all."""
        subscriber_id, problem = self._open(request, Purpose.MANAGE)
        if subscriber_id is None:
            return problem or self._expired(request, Purpose.MANAGE)
        words = self._chrome.words[self._chrome.visit(request).language]
        return self._manage(request, subscriber_id, notice=words(self._act(subscriber_id, fields)))

    def _act(self, subscriber_id: int, fields: Fields) -> str:
        """Do what a manage form asks; answers the word that says what was done."""
        action, number = first(fields, "action"), first(fields, "subscription")
        chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else -1
        if action == "stop_all":
            self._following.stop(subscriber_id, reason="manage page")
            return "manage.notice.stopped_all"
        if action == "stop" and self._following.stop(subscriber_id, only=chosen, reason="manage page"):
            return "manage.notice.stopped"
        if action == "timing":
            try:
                self._following.set_timing(subscriber_id, read_timing(fields, self._chrome.newsroom))
            except ValueError:
                return "timing.error"
            return "manage.notice.timed"
        if action == "restart" and self._following.ask_again(subscriber_id):
            return "manage.notice.asked"
        cadence = first(fields, "cadence")
        known = action == "change" and cadence in list(Cadence)
        if known and self._following.change(subscriber_id, chosen, Cadence(cadence)):
            return "manage.notice.changed"
        return "manage.notice.nothing"

    def unsubscribe_page(self, request: Request) -> Response:
        """One button; nothing has changed yet."""
        subscriber_id, problem = self._open(request, Purpose.UNSUBSCRIBE)
        if subscriber_id is None:
            return problem or self._expired(request, Purpose.UNSUBSCRIBE)
        known = self._following.followed(subscriber_id)
        return self._page(
            request,
            "unsubscribe.html",
            "unsubscribe.title",
            address_masked=masked(known[0].address) if known else "",
            subscriptions=self._shown(request, known[1]) if known else [],
        )

    def unsubscribe(self, request: Request, fields: Fields) -> Response:
        """Stop all mail. A mail program posts `List-Unsubscribe=One-Click` from anywhere, without a cookie."""
        subscriber_id, problem = self._open(request, Purpose.UNSUBSCRIBE)
        if subscriber_id is None:
            return problem or self._expired(request, Purpose.UNSUBSCRIBE)
        one_click = first(fields, "List-Unsubscribe") == "One-Click"
        if not one_click and not first(fields, "form_token"):
            return self.unsubscribe_page(request)
        self._following.stop(subscriber_id, reason="one click" if one_click else "page")
        return self._page(request, "unsubscribed.html", "unsubscribed.title")

    def _manage(self, request: Request, subscriber_id: int, *, notice: str | None) -> Response:
        known = self._following.followed(subscriber_id)
        if known is None:
            return self._expired(request, Purpose.MANAGE)
        person, live = known
        return self._page(
            request,
            "manage.html",
            "manage.title",
            subscriptions=self._shown(request, live),
            address_masked=masked(person.address),
            followed_since=person.created_at,
            timed=timed(person.timing, self._chrome.newsroom, self._chrome.words[self._chrome.visit(request).language]),
            stopped=self._following.suppressed(person.address),
            notice=notice,
        )

    def _shown(self, request: Request, live: Sequence[Subscription]) -> list[Followed]:
        language = self._chrome.visit(request).language
        return [Followed(one.id, self._following.labels(one.scope, language), one.cadence) for one in live]

    def _stood_here(self, fields: Fields) -> bool:
        """Whether the form stood on a page of ours within the last day."""
        try:
            self._tokens.read(Purpose.FORM, first(fields, "form_token"), now=self._clock())
        except (TokenInvalid, TokenExpired):
            return False
        return True

    def _form_page(self, request: Request, wish: Wish, offer: Offer, *, status: int = 200) -> Response:
        newsroom, words = self._chrome.newsroom, self._chrome.words[self._chrome.visit(request).language]
        vocabulary = {topic.slug: topic for topic in offer.topics}
        return self._page(
            request,
            "subscribe.html",
            "subscribe.title",
            status=status,
            form=wish,
            chosen=wish_rows(wish.scope, newsroom, words, vocabulary),
            topics=offer.topics,
            groups=views.by_bureau(newsroom),
            tongues=[(code, tongue(code, words)) for code in newsroom.city.languages],
            longest=QUERY_CHARACTERS,
            timed=timed(wish.timing or Timing(), newsroom, words),
            feeds=feed_links(wish.scope),
            feed_title=words("scope.and").join(wish_names(wish.scope, newsroom, words, vocabulary)),
        )

    def _open(self, request: Request, purpose: Purpose) -> tuple[int | None, Response | None]:
        """The id that the address's token speaks of, or the page that says why it opens nothing."""
        try:
            return self._tokens.read(purpose, request.path_params["token"], now=self._clock()), None
        except TokenExpired:
            return None, self._expired(request, purpose)
        except TokenInvalid:
            return None, self._chrome.message(request, 404, "link", headers=_SECRET)

    def _expired(self, request: Request, purpose: str) -> Response:
        return self._page(request, "expired.html", "expired.title", status=410, purpose=purpose)

    def _page(self, request: Request, template: str, title: str, *, status: int = 200, **context: object) -> Response:
        words = self._chrome.words[self._chrome.visit(request).language]
        return self._chrome.page(
            request,
            template,
            title=words(title),
            status=status,
            headers=_SECRET if "token" in request.path_params else _PRIVATE,
            form_token=self.form_token(),
            **context,
        )


_SECRET = _PRIVATE | {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}


def _route(
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
            demand_own_page(request)
        fields = await read_form(request)
        return await run_in_threadpool(take, request, fields)

    return Route(path, answer, methods=["GET", "POST"])
