"""How sending stands, for chief editors and operators: whether it is held, what waits, what became of every mailing.

Operators hold it and let it go on, and ask what an address got. Whoever asks that is noted in the audit log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.clock import Clock
from feeds.errors import AddressRefused, Conflict
from feeds.model import Topic
from feeds.naming import tongue, wish_names
from feeds.scope import Scope
from feeds.staff import SHELL, Role
from feeds.store import audit, topics
from feeds.store.database import Database, Session
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Form, Visitor, route
from feeds.words import Words
from notifier import holding
from notifier.addresses import masked, normalise
from notifier.balance import Balance
from notifier.bounces import Finding
from notifier.ledger import bounces, history, holds, renewals, restorations, standing
from notifier.ledger.history import Account
from notifier.tokens import Tokens
from notifier.web import plot

SENDING = "/newsroom/sending"
_MAILINGS = 30
_HOURS = 24
_LATE = timedelta(days=7)
_DOMAINS = 12
_CAME_BACK = 20
_RUNS = 7
_PLOT = 720, 140
_ROW = 160, 14


@dataclass(frozen=True, slots=True)
class SendingPages:
    """Serves the page, its two buttons and the question about an address."""

    door: Door
    database: Database
    tokens: Tokens
    chrome: Chrome
    clock: Clock

    @property
    def routes(self) -> list[Route]:
        """The page, and what is done on it. Asking is a POST, for an address belongs in no address."""
        page, action = self.door.page, self.door.action
        return [
            route(SENDING, get=page(self.show, role=Role.CHIEF)),
            route(f"{SENDING}/hold", post=action(self.hold, role=Role.OPERATOR)),
            route(f"{SENDING}/release", post=action(self.release, role=Role.OPERATOR)),
            route(f"{SENDING}/address", post=action(self.address, role=Role.OPERATOR)),
        ]

    def show(self, request: Request, visitor: Visitor) -> Response:
        """Everything at a glance."""
        said = request.query_params.get("done")
        done = self._words(request)(f"sending.{said}_now") if said in ("held", "released") else None
        return self._page(request, visitor, done=done)

    def hold(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Stop all sending, for a reason that whoever looks next can read."""
        reason = " ".join(form.get("reason").split())
        if not reason or len(reason) > holding.LONGEST_REASON:
            return self._page(request, visitor, status=422, fault="sending.reason_missing", field="reason")
        with self.database.write() as session:
            holding.hold(session, visitor.name, reason, now=self.clock())
        return self.door.done(request, SENDING, "held")

    def release(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Let sending go on, unless it was held anew since the page was made."""
        try:
            seen = datetime.fromisoformat(form.get("seen")[:40])
        except ValueError:
            seen = None
        if seen is None or seen.tzinfo is None:
            return self._page(request, visitor, status=409, fault="sending.held_anew")
        try:
            with self.database.write() as session:
                holding.release(session, visitor.name, newsroom=self.chrome.newsroom, now=self.clock(), seen=seen)
        except Conflict:
            return self._page(request, visitor, status=409, fault="sending.held_anew")
        return self.door.done(request, SENDING, "released")

    def address(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """What an address got, and why not."""
        email = form.get("email").strip()[:254]
        try:
            address = normalise(email)
        except AddressRefused as refused:
            return self._page(request, visitor, status=422, fault=refused.word, field="email", email=email)
        words = self._words(request)
        with self.database.write() as session:
            hashes = self.tokens.address_hashes(address)
            found = history.account(session, address, hashes, now=self.clock())
            subject = str(found.person.id) if found.person else None
            audit.record(session, at=self.clock(), actor=visitor.name, action="look_up", subject=subject)
            names = self._names(session, words)
        return self.door.render(
            request,
            visitor,
            "newsroom/sent.html",
            title=words("sending.of", address=address),
            found=found,
            verdict=_verdict(found, self.clock()),
            followed=[(names(one.scope), words(f"mail.cadence.{one.cadence}")) for one in found.follows],
            ended=[(names(Scope.parse(scope)), at, _ended(why, words)) for scope, at, why in found.ended],
        )

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        *,
        status: int = 200,
        done: str | None = None,
        fault: str | None = None,
        field: str = "",
        email: str = "",
    ) -> Response:
        words, now = self._words(request), self.clock()
        since = now - _LATE
        with self.database.read() as session:
            held, doubt = holds.current(session), restorations.waiting(session)
            context: dict[str, Any] = {
                "held": held,
                "held_by": _who(held.by, words) if held else None,
                "doubtful": restorations.doubtful(session, doubt) if doubt else None,
                "queue": standing.waiting(session),
                "mailings": standing.mailings(session, limit=_MAILINGS),
                "personal": standing.personal(session, since),
                "tallies": bounces.tallies(session, since.date()),
                "came_back": bounces.newest(session, limit=_CAME_BACK),
                "runs": standing.renewal_runs(session, limit=_RUNS),
                "renewals": renewals.count(session),
            }
            begun = _hour(now) - timedelta(hours=_HOURS - 1)
            hours = _every_hour(standing.by_hour(session, begun), begun)
            domains = standing.by_domain(session, since, limit=_DOMAINS)
        most = max((balance.audience for _, balance in domains), default=0)
        return self.door.render(
            request,
            visitor,
            "newsroom/sending.html",
            title=words("sending.title"),
            status=status,
            now=now,
            done=done,
            fault=words(fault) if fault else None,
            field=field,
            email=email,
            hours=hours,
            bars=plot.columns([_parts(one)[:2] for _, one in hours], width=_PLOT[0], height=_PLOT[1], gap=4),
            plot=_PLOT,
            domains=[
                (name, one, plot.row(_parts(one), most=most, width=_ROW[0], height=_ROW[1])) for name, one in domains
            ],
            row=_ROW,
            lasted=lambda span: lasted(span, words),
            masked=masked,
            tongue=tongue,
            findings=list(Finding),
            longest=holding.LONGEST_REASON,
            **context,
        )

    def _names(self, session: Session, words: Words) -> "_Namer":
        return _Namer(self.chrome, words, {topic.slug: topic for topic in topics.known(session)})

    def _words(self, request: Request) -> Words:
        return self.chrome.words[self.chrome.visit(request).language]


@dataclass(frozen=True, slots=True)
class _Namer:
    """Says what somebody follows."""

    chrome: Chrome
    words: Words
    vocabulary: Mapping[str, Topic]

    def __call__(self, scope: Scope) -> str:
        pieces = wish_names(scope, self.chrome.newsroom, self.words, self.vocabulary)
        return self.words("scope.and").join(pieces) or self.words("scope.all")


def lasted(span: timedelta, words: Words) -> str:
    """How long something took or waits, in the largest unit that says enough."""
    seconds = max(0, round(span.total_seconds()))
    for word, length, until in (("seconds", 1, 120), ("minutes", 60, 7200), ("hours_long", 3600, 172_800)):
        if seconds < until:
            return words(f"sending.{word}", n=seconds // length)
    return words("sending.days", n=seconds // 86_400)


def _who(actor: str | None, words: Words) -> str:
    """Who holds sending: a person by name, the command line and the program itself in words."""
    return words("sending.by_itself") if actor is None else words("audit.who.shell") if actor == SHELL.name else actor


def _verdict(found: Account, now: datetime) -> str:
    """The one sentence that says first whether releases go to an address, and why not."""
    if found.suppressed:
        return "suppressed"
    if found.follows:
        paused = found.person is not None and found.person.pause is not None and found.person.pause.until > now
        return "paused" if paused else "follows"
    if found.asked:
        return "asked"
    return "left" if found.ended else "unknown"


def _ended(why: str, words: Words) -> str:
    key = f"sending.end.{why.replace(' ', '_')}"
    return words(key) if key in words.sentences else why


def _parts(balance: Balance) -> tuple[int, int, int]:
    """What was taken and stayed there, what failed or came back, and what was not sent or is still to be sent."""
    came_back = balance.bounced + balance.complained
    failed = balance.rejected + balance.expired + balance.unknown + came_back
    return balance.accepted - came_back, failed, balance.skipped_in_all + balance.pending


def _hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _every_hour(found: Mapping[datetime, Balance], begun: datetime) -> list[tuple[datetime, Balance]]:
    hours = (begun + timedelta(hours=number) for number in range(_HOURS))
    return [(hour, found.get(hour, Balance.of({}))) for hour in hours]
