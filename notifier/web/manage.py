"""The pages of a person's own mail, opened by a mailed link: see and change everything, or end it.

The link that was asked for opens everything. That of any other mail, which may be passed on, opens what can be set
back: it sees, pauses and stops what is followed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from feeds.errors import AddressRefused
from feeds.scope import Scope
from feeds.words import Words
from notifier.addresses import masked, normalise
from notifier.budgets import BudgetSpent
from notifier.following import Following
from notifier.model import CAPS, Cadence, Subscriber
from notifier.personal import Personal
from notifier.press import Press
from notifier.renewals import Renewals
from notifier.timing import zone_of
from notifier.tokens import Purpose
from notifier.web.doorway import SECRET, Doorway, host_of, route
from notifier.web.followed import shown
from notifier.web.hours import timed
from notifier.web.pickers import FINDING, expected, picking
from notifier.web.wish import Fields, Offer, Wish, first, looked_for, only_finds, read_scope, read_timing

_OWN = frozenset({"move", "rotate", "erase", "erase_all"})
"""What only the link does that was asked for at the address."""
_DONE = ("followed", "changed")
"""What another page may lead back with."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the page says of what was done; `wrong` where nothing was, and `again` where it can be taken back."""

    text: str
    wrong: bool = False
    again: bool = False


class _Refused(Exception):
    """What a form asks for cannot be done: the key of the sentence that says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class ManagePages:
    """Serves the manage page and what belongs to it."""

    def __init__(
        self,
        following: Following,
        personal: Personal,
        renewals: Renewals,
        press: Press,
        doorway: Doorway,
        *,
        cap: int = 0,
    ) -> None:
        """Take the parts, and how many mails come at once in a day to who chose nothing; 0 for as many as there are."""
        self._default_cap = cap
        self._following = following
        self._personal = personal
        self._renewals = renewals
        self._press = press
        self._doorway = doorway
        self._actions: dict[str, Callable[[int, Fields], str]] = {
            "change": self._change,
            "stop": self._stop,
            "stop_all": self._stop_all,
            "again": self._again,
            "restart": self._restart,
            "timing": self._timing,
            "look": self._look,
            "cap": self._cap,
            "pause": self._pause,
            "resume": self._resume,
            "rotate": self._rotate,
        }

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind."""
        return [
            route("/manage", self.link_form, self.send_link),
            *(
                route(f"/{by}/{{token}}", partial(self.manage_page, by), partial(self.manage, by))
                for by in (Purpose.MANAGE, Purpose.FOLLOWS)
            ),
            route("/manage/{token}/wish", self.wish_page, self.wish),
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
            return self._link_page(request, email, self._doorway.words(request)(refused.word))
        if not self._doorway.stood_here(fields):
            return self._link_page(request, email, self._doorway.words(request)("subscribe.error.form"))
        if not self._doorway.is_machine(fields):
            try:
                self._following.ask_for_link(address, language=visit.language, host=host_of(request))
            except BudgetSpent as spent:
                return self._link_page(request, email, self._doorway.spent(request, spent), wait=spent.seconds)
        return RedirectResponse(visit.link("/subscribe/sent"), status_code=303)

    def _link_page(self, request: Request, email: str, error: str, *, wait: int | None = None) -> Response:
        """The form for a link again, with a sentence on what cannot stay so."""
        return self._doorway.page(
            request,
            "manage_link.html",
            "manage_link.title",
            status=422 if wait is None else 429,
            wait=wait,
            error=error,
            email=email[:254],
        )

    def manage_page(self, by: Purpose, request: Request) -> Response:
        """Everything this person follows, each with its cadence, and whatever else is theirs to change."""
        subscriber_id, problem = self._doorway.open(request, by)
        if subscriber_id is None:
            return problem or self._doorway.expired(request, by)
        done = request.query_params.get("done", "")
        said = self._doorway.words(request)(f"manage.notice.{done}") if done in _DONE else None
        return self._manage(request, by, subscriber_id, notice=Notice(said) if said else None)

    def manage(self, by: Purpose, request: Request, fields: Fields) -> Response:
        """Do what one of the page's forms asks, for the token's own person and nobody else."""
        subscriber_id, problem = self._doorway.open(request, by)
        known = self._following.followed(subscriber_id) if subscriber_id is not None else None
        if subscriber_id is None or known is None:
            return problem or self._doorway.expired(request, by)
        action, words = first(fields, "action"), self._doorway.words(request)
        if action in _OWN and by is not Purpose.MANAGE:
            notice = Notice(words("manage.notice.link_needed"), wrong=True)
            return self._manage(request, by, subscriber_id, notice=notice, status=403)
        if action == "erase":
            return self._doorway.ask(request, "erase", action="erase_all", back=True)
        if action == "erase_all":
            self._personal.erase(subscriber_id)
            return self._doorway.done(request, "erased")
        try:
            word = self._do(request, action, known[0], fields)
        except _Refused as refused:
            notice = Notice(words(refused.word), wrong=True)
            return self._manage(request, by, subscriber_id, notice=notice, status=422)
        except BudgetSpent as spent:
            notice = Notice(self._doorway.spent(request, spent), wrong=True)
            return self._manage(request, by, subscriber_id, notice=notice, status=429, wait=spent.seconds)
        ended = action in ("stop", "stop_all")
        return self._manage(request, by, subscriber_id, notice=Notice(words(word), again=ended))

    def _do(self, request: Request, action: str, person: Subscriber, fields: Fields) -> str:
        """Do one thing; answers the key of the sentence that says so."""
        language = self._doorway.chrome.visit(request).language
        if action == "renew":
            return _done(self._renewals.renew(person.id, language=language), "manage.notice.renewed")
        if action == "link":
            self._following.ask_for_link(person.address, language=person.language, host=host_of(request))
            return "manage.notice.link"
        if action == "move":
            return self._move(person.id, fields, host_of(request))
        act = self._actions.get(action)
        if act is None:
            raise _Refused("manage.notice.nothing")
        return act(person.id, fields)

    def copy(self, request: Request) -> Response:
        """Everything that we keep of this person, as a file."""
        subscriber_id, problem = self._doorway.open(request, Purpose.MANAGE)
        kept = self._personal.copy(subscriber_id) if subscriber_id is not None else None
        if kept is None:
            return problem or self._doorway.expired(request, Purpose.MANAGE)
        named = {"Content-Disposition": 'attachment; filename="civicwire.json"'}
        return JSONResponse(kept, headers=SECRET | named)

    def wish_page(self, request: Request) -> Response:
        """The form for something else to follow, or for another wish in the place of one."""
        return self._wish(request, request.query_params.multi_items(), None)

    def wish(self, request: Request, fields: Fields) -> Response:
        """Follow it, without a further mail: the link has proved that the address is theirs."""
        return self._wish(request, request.query_params.multi_items(), fields)

    def _wish(self, request: Request, asked: Fields, fields: Fields | None) -> Response:
        subscriber_id, problem = self._doorway.open(request, Purpose.MANAGE)
        known = self._following.followed(subscriber_id) if subscriber_id is not None else None
        if known is None:
            return problem or self._doorway.expired(request, Purpose.MANAGE)
        person, live = known
        old = next((one for one in live if one.id == chosen(asked) and one.scope.article is None), None)
        chrome, words = self._doorway.chrome, self._doorway.words(request)
        offer = Offer(chrome.newsroom, self._following.vocabulary())
        if fields is None:
            scope = offer.known(old.scope) if old else Scope()
            wish = Wish(scope=scope, cadence=old.cadence if old else Cadence.DAILY, timing=person.timing)
        else:
            wish = _read(fields, offer, words, person)
        looks, finds = (
            (bool(fields) and first(fields or [], "preview") != ""),
            fields is not None and only_finds(fields),
        )
        if fields is not None and not wish.errors and not looks and not finds:
            cadence, instead_of = Cadence(wish.cadence), old.id if old else None
            if self._following.wish(person.id, wish.scope, cadence, instead_of=instead_of):
                back = request.url.path.removesuffix("/wish")
                path = f"{back}?done={'changed' if old else 'followed'}"
                return RedirectResponse(chrome.visit(request).link(path), status_code=303)
            wish = replace(wish, errors={"divisions": words("manage.notice.many")})
        if finds:
            wish = replace(wish, errors={}, finds=True)
        return self._doorway.page(
            request,
            "wish.html",
            "wish.title",
            status=422 if wish.errors else 200,
            headers=FINDING,
            instead=old is not None,
            back=request.url.path.removesuffix("/wish"),
            expected=expected(wish, self._following, chrome.newsroom, words) if looks and not wish.errors else None,
            **picking(wish, offer, chrome, words),
        )

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
        done = known and self._following.change(subscriber_id, chosen(fields), Cadence(cadence))
        return _done(done, "manage.notice.changed")

    def _stop(self, subscriber_id: int, fields: Fields) -> str:
        done = self._following.stop(subscriber_id, only=chosen(fields), reason="manage page")
        return _done(done, "manage.notice.stopped")

    def _stop_all(self, subscriber_id: int, _fields: Fields) -> str:
        self._following.stop(subscriber_id, reason="manage page")
        return "manage.notice.stopped_all"

    def _again(self, subscriber_id: int, _fields: Fields) -> str:
        return _done(self._personal.take_back_end(subscriber_id), "manage.notice.again")

    def _restart(self, subscriber_id: int, _fields: Fields) -> str:
        return _done(self._following.ask_again(subscriber_id), "manage.notice.asked")

    def _timing(self, subscriber_id: int, fields: Fields) -> str:
        try:
            self._personal.set_timing(subscriber_id, read_timing(fields, self._doorway.chrome.newsroom))
        except ValueError:
            raise _Refused("timing.error") from None
        return "manage.notice.timed"

    def _look(self, subscriber_id: int, fields: Fields) -> str:
        try:
            shows = first(fields, "pictures") != "none"
            self._personal.set_look(subscriber_id, language=first(fields, "language"), pictures=shows)
        except ValueError:
            raise _Refused("manage.notice.nothing") from None
        return "manage.notice.changed"

    def _cap(self, subscriber_id: int, fields: Fields) -> str:
        number = first(fields, "cap")
        try:
            # Whoever chooses nothing has what holds here.
            self._personal.set_cap(subscriber_id, int(number) if number else None)
        except ValueError:
            raise _Refused("manage.notice.nothing") from None
        return "manage.notice.changed"

    def _pause(self, subscriber_id: int, fields: Fields) -> str:
        try:
            until = date.fromisoformat(first(fields, "until"))
            self._personal.pause(subscriber_id, until, catch_up=first(fields, "catch_up") == "yes")
        except (ValueError, OverflowError):
            raise _Refused("pause.error") from None
        return "manage.notice.paused"

    def _resume(self, subscriber_id: int, _fields: Fields) -> str:
        self._personal.resume(subscriber_id)
        return "manage.notice.resumed"

    def _rotate(self, subscriber_id: int, _fields: Fields) -> str:
        return _done(self._press.rotate(subscriber_id), "accredited.rotated")

    def _move(self, subscriber_id: int, fields: Fields, host: str | None) -> str:
        try:
            address = normalise(first(fields, "email"))
        except AddressRefused as refused:
            raise _Refused(refused.word) from None
        self._personal.ask_to_move(subscriber_id, address, host=host)
        return "manage.notice.moving"

    def _manage(
        self,
        request: Request,
        by: Purpose,
        subscriber_id: int,
        *,
        notice: Notice | None,
        status: int = 200,
        wait: int | None = None,
    ) -> Response:
        known = self._following.followed(subscriber_id)
        if known is None:
            return self._doorway.expired(request, by)
        person, live = known
        chrome, words = self._doorway.chrome, self._doorway.words(request)
        own = by is Purpose.MANAGE
        said = None if own else words("manage.a_search")
        return self._doorway.page(
            request,
            "manage.html",
            "manage.title",
            status=status,
            wait=wait,
            own=own,
            subscriptions=shown(self._following, live, words.language, words=said),
            person=person,
            consent=self._renewals.standing(subscriber_id),
            rests_until=self._rests_until(person),
            address_masked=masked(person.address),
            timed=timed(person.timing, chrome.newsroom, words),
            caps=self._caps(person, words) if any(one.cadence is Cadence.IMMEDIATE for one in live) else [],
            accredited=self._accredited(subscriber_id) if own else None,
            stopped=self._following.suppressed(person.address),
            notice=notice,
        )

    def _caps(self, person: Subscriber, words: Words) -> list[tuple[str, str, bool]]:
        """How many mails at once in a day may be chosen: value, label, and whether it holds."""
        default = "" if self._default_cap else "0"
        chosen = default if person.daily_cap is None else str(person.daily_cap)
        offered = [("", words("cap.usual", n=self._default_cap))] if self._default_cap else []
        offered += [("0", words("cap.none")), *((str(number), words("cap.most", n=number)) for number in CAPS)]
        return [(value, label, value == chosen) for value, label in offered]

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


def _read(fields: Fields, offer: Offer, words: Words, person: Subscriber) -> Wish:
    """The wish of a form of a known person's, with a sentence for each field that cannot stay so."""
    scope, typed, errors = read_scope(fields, offer, words)
    cadence = first(fields, "cadence")
    if cadence not in list(Cadence):
        errors["cadence"] = words("subscribe.error.cadence")
    return Wish(scope=scope, typed=typed, cadence=cadence, timing=person.timing, errors=errors, find=looked_for(fields))


def chosen(fields: Fields) -> int:
    """The subscription that a form names; one that is nobody's where it names none."""
    number = first(fields, "subscription")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else -1


def _done(done: object, word: str) -> str:
    """The key of what was done; _Refused where nothing was."""
    if not done:
        raise _Refused("manage.notice.nothing")
    return word
