"""The pages of a person's own mail, opened by a mailed link: see and change everything, or end it."""

from collections.abc import Callable
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from feeds.errors import AddressRefused
from notifier.addresses import masked, normalise
from notifier.following import Following
from notifier.model import Cadence, Subscriber
from notifier.personal import Personal
from notifier.press import Press
from notifier.renewals import Renewals
from notifier.timing import zone_of
from notifier.tokens import Purpose
from notifier.web.doorway import SECRET, Doorway, host_of, route
from notifier.web.followed import shown
from notifier.web.hours import timed
from notifier.web.wish import Fields, first, read_timing


class ManagePages:
    """Serves the manage page and what belongs to it."""

    def __init__(
        self, following: Following, personal: Personal, renewals: Renewals, press: Press, doorway: Doorway
    ) -> None:
        """Take the parts."""
        self._following = following
        self._personal = personal
        self._renewals = renewals
        self._press = press
        self._doorway = doorway
        self._actions: dict[str, Callable[[int, Fields], str]] = {
            "change": self._change,
            "stop": self._stop,
            "stop_all": self._stop_all,
            "restart": self._restart,
            "timing": self._timing,
            "look": self._look,
            "pause": self._pause,
            "resume": self._resume,
            "rotate": self._rotate,
        }

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind."""
        return [
            route("/manage", self.link_form, self.send_link),
            route("/manage/{token}", self.manage_page, self.manage),
            Route("/manage/{token}/copy", self.copy),
            route("/undo/{token}", self.undo_page, self.undo),
        ]

    def link_form(self, request: Request) -> Response:
        """Asks where to send a link to manage."""
        return self._doorway.page(request, "manage_link.html", "manage_link.title", error=None, email="")

    def send_link(self, request: Request, fields: Fields) -> Response:
        """Send the link if there is something to manage; the answer is the same for every address."""
        visit = self._doorway.chrome.visit(request)
        email = first(fields, "email")
        try:
            address = normalise(email)
        except AddressRefused as refused:
            return self._link_page(request, email, refused.word)
        if not self._doorway.stood_here(fields):
            return self._link_page(request, email, "subscribe.error.form")
        if not self._doorway.is_machine(fields):
            self._following.ask_for_link(address, language=visit.language, host=host_of(request))
        return RedirectResponse(visit.link("/subscribe/sent"), status_code=303)

    def _link_page(self, request: Request, email: str, word: str) -> Response:
        """The form for a link again, with a sentence on what cannot stay so."""
        error = self._doorway.words(request)(word)
        return self._doorway.page(
            request, "manage_link.html", "manage_link.title", status=422, error=error, email=email[:254]
        )

    def manage_page(self, request: Request) -> Response:
        """Everything this person follows, each with its cadence, and whatever else is theirs to change."""
        subscriber_id, problem = self._doorway.open(request, Purpose.MANAGE)
        if subscriber_id is None:
            return problem or self._doorway.expired(request, Purpose.MANAGE)
        return self._manage(request, subscriber_id, notice=None)

    def manage(self, request: Request, fields: Fields) -> Response:
        """Do what one of the page's forms asks, for the token's own person and nobody else."""
        subscriber_id, problem = self._doorway.open(request, Purpose.MANAGE)
        if subscriber_id is None or self._following.followed(subscriber_id) is None:
            return problem or self._doorway.expired(request, Purpose.MANAGE)
        action = first(fields, "action")
        if action == "renew":
            language = self._doorway.chrome.visit(request).language
            renewed = self._renewals.renew(subscriber_id, language=language)
            word = "manage.notice.renewed" if renewed else "manage.notice.nothing"
            return self._manage(request, subscriber_id, notice=self._doorway.words(request)(word))
        if action == "erase":
            return self._doorway.ask(request, "erase", action="erase_all", back=True)
        if action == "erase_all":
            self._personal.erase(subscriber_id)
            return self._doorway.done(request, "erased")
        act = self._actions.get(action)
        if action == "move":
            word = self._move(subscriber_id, fields, host_of(request))
        else:
            word = act(subscriber_id, fields) if act else "manage.notice.nothing"
        return self._manage(request, subscriber_id, notice=self._doorway.words(request)(word))

    def copy(self, request: Request) -> Response:
        """Everything that we keep of this person, as a file."""
        subscriber_id, problem = self._doorway.open(request, Purpose.MANAGE)
        kept = self._personal.copy(subscriber_id) if subscriber_id is not None else None
        if kept is None:
            return problem or self._doorway.expired(request, Purpose.MANAGE)
        named = {"Content-Disposition": 'attachment; filename="civicwire.json"'}
        return JSONResponse(kept, headers=SECRET | named)

    def undo_page(self, request: Request) -> Response:
        """Shall mail come here again? Nothing has changed yet."""
        delivery_id, problem = self._doorway.open(request, Purpose.UNDO)
        if delivery_id is None or not self._personal.can_undo_move(delivery_id):
            return problem or self._doorway.expired(request, Purpose.UNDO)
        return self._doorway.ask(request, "undo")

    def undo(self, request: Request, _fields: Fields) -> Response:
        """Write to the address before again."""
        delivery_id, problem = self._doorway.open(request, Purpose.UNDO)
        if delivery_id is None or not self._personal.undo_move(delivery_id):
            return problem or self._doorway.expired(request, Purpose.UNDO)
        return self._doorway.done(request, "undone")

    def _change(self, subscriber_id: int, fields: Fields) -> str:
        cadence = first(fields, "cadence")
        known = cadence in list(Cadence)
        done = known and self._following.change(subscriber_id, _chosen(fields), Cadence(cadence))
        return "manage.notice.changed" if done else "manage.notice.nothing"

    def _stop(self, subscriber_id: int, fields: Fields) -> str:
        done = self._following.stop(subscriber_id, only=_chosen(fields), reason="manage page")
        return "manage.notice.stopped" if done else "manage.notice.nothing"

    def _stop_all(self, subscriber_id: int, _fields: Fields) -> str:
        self._following.stop(subscriber_id, reason="manage page")
        return "manage.notice.stopped_all"

    def _restart(self, subscriber_id: int, _fields: Fields) -> str:
        return "manage.notice.asked" if self._following.ask_again(subscriber_id) else "manage.notice.nothing"

    def _timing(self, subscriber_id: int, fields: Fields) -> str:
        try:
            self._personal.set_timing(subscriber_id, read_timing(fields, self._doorway.chrome.newsroom))
        except ValueError:
            return "timing.error"
        return "manage.notice.timed"

    def _look(self, subscriber_id: int, fields: Fields) -> str:
        try:
            shows = first(fields, "pictures") != "none"
            self._personal.set_look(subscriber_id, language=first(fields, "language"), pictures=shows)
        except ValueError:
            return "manage.notice.nothing"
        return "manage.notice.changed"

    def _pause(self, subscriber_id: int, fields: Fields) -> str:
        try:
            until = date.fromisoformat(first(fields, "until"))
            self._personal.pause(subscriber_id, until, catch_up=first(fields, "catch_up") == "yes")
        except (ValueError, OverflowError):
            return "pause.error"
        return "manage.notice.paused"

    def _resume(self, subscriber_id: int, _fields: Fields) -> str:
        self._personal.resume(subscriber_id)
        return "manage.notice.resumed"

    def _rotate(self, subscriber_id: int, _fields: Fields) -> str:
        return "accredited.rotated" if self._press.rotate(subscriber_id) else "manage.notice.nothing"

    def _move(self, subscriber_id: int, fields: Fields, host: str | None) -> str:
        try:
            address = normalise(first(fields, "email"))
        except AddressRefused as refused:
            return refused.word
        self._personal.ask_to_move(subscriber_id, address, host=host)
        return "manage.notice.moving"

    def _manage(self, request: Request, subscriber_id: int, *, notice: str | None) -> Response:
        known = self._following.followed(subscriber_id)
        if known is None:
            return self._doorway.expired(request, Purpose.MANAGE)
        person, live = known
        chrome = self._doorway.chrome
        return self._doorway.page(
            request,
            "manage.html",
            "manage.title",
            subscriptions=shown(self._following, live, chrome.visit(request).language),
            person=person,
            consent=self._renewals.standing(subscriber_id),
            rests_until=self._rests_until(person),
            address_masked=masked(person.address),
            timed=timed(person.timing, chrome.newsroom, self._doorway.words(request)),
            accredited=self._accredited(subscriber_id),
            stopped=self._following.suppressed(person.address),
            notice=notice,
        )

    def _accredited(self, subscriber_id: int) -> tuple[date, list[tuple[str, str]]] | None:
        """The last day of a live accreditation, and the person's own feeds; None without one."""
        known = self._press.address(subscriber_id)
        if known is None:
            return None
        newsroom = self._doorway.chrome.newsroom
        last = (known[0].until - timedelta(seconds=1)).astimezone(newsroom.city.zone).date()
        formats = (("RSS", "rss"), ("Atom", "atom"), ("JSON Feed", "json"))
        return last, [(label, newsroom.url(f"{known[1]}/feed.{name}")) for label, name in formats]

    def _rests_until(self, person: Subscriber) -> date | None:
        """The day, where the person is, on which a pause ends; None where none goes on."""
        if person.pause is None or person.pause.until <= self._doorway.clock():
            return None
        return person.pause.until.astimezone(zone_of(person.timing, self._doorway.chrome.newsroom)).date()


def _chosen(fields: Fields) -> int:
    """The subscription that a form names; one that is nobody's where it names none."""
    number = first(fields, "subscription")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else -1
