"""The door of the newsroom: who is inside, what they may see, and the forms they send. Every page is behind it."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.access.entrance import Entrance, form_proof
from feeds.access.passwords import Busy
from feeds.clock import Clock
from feeds.errors import CivicwireError, Conflict, Forbidden, Hidden, NotFound, NotReady, Stale, StoreError
from feeds.staff import Actor, Role
from feeds.store import audit, desk_list
from feeds.store.database import Database
from feeds.web.chrome import Chrome
from feeds.web.dates import stamp
from feeds.web.guards import demand_own_page
from feeds.web.newsroom import forms
from feeds.web.newsroom.forms import Form, Upload
from feeds.web.newsroom.wish import to_approve

__all__ = ["CSRF", "Action", "Door", "Endpoint", "Form", "Page", "Upload", "Visitor", "private", "route"]

log = structlog.get_logger()

SIGN_IN = "/newsroom/sign-in"
PASSWORD = "/newsroom/password"  # noqa: S105 - an address
CSRF = "csrf"
"""The field by which a form proves that it stood on a page of this very stay."""
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
# Scripts are files of ours, and ask only us. A preview may stand in a frame, of this site or of the page itself.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
)
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A member of staff who is signed in. `csrf` is what every form of theirs must bring back."""

    id: int
    name: str
    role: Role
    actor: Actor
    csrf: str = field(repr=False)
    must_change: bool = False
    """Whether they have to choose a password of their own before anything else."""


Page = Callable[[Request, Visitor], Response]
Action = Callable[[Request, Visitor, Form], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class Door:
    """Lets staff in. Whoever is not signed in is led to the sign-in page and from there to where they wanted to go."""

    def __init__(self, entrance: Entrance, database: Database, chrome: Chrome, clock: Clock, *, secure: bool) -> None:
        """Take the parts; `secure` says that the site is on https, so that the cookies are too."""
        self._entrance = entrance
        self._database = database
        self._chrome = chrome
        self._clock = clock
        # RFC 6265bis, section 4.1.3.2: no other host can set a cookie of this prefix, and none without TLS.
        self.cookie = "__Host-newsroom" if secure else "newsroom"
        self.secure = secure

    def page(self, show: Page, *, role: Role = Role.EDITOR, with_old_password: bool = False) -> Endpoint:
        """An endpoint for GET: `show` runs in a thread with who is inside.

        What it raises becomes a page: NotFound 404, Forbidden 403 (which the audit log keeps), Conflict 409.
        `with_old_password` admits those too who have to choose a new one first.
        """

        def answer(request: Request) -> Response:
            visitor = self.visitor(request)
            if visitor is None:
                return RedirectResponse(self._way_in(request), status_code=303)
            return self._turned_away(request, visitor, role, with_old_password) or self._guarded(
                request, visitor, lambda: show(request, visitor)
            )

        async def endpoint(request: Request) -> Response:
            return private(await run_in_threadpool(answer, request))

        return endpoint

    def action(
        self, act: Action, *, role: Role = Role.EDITOR, upload_bytes: int = 0, with_old_password: bool = False
    ) -> Endpoint:
        """An endpoint for POST: the form is read within its bounds and must come from a page of ours with its token.

        `upload_bytes` above 0 lets it bring files, together no larger than that. Errors become pages as for `page`.
        Nothing is read of what a stranger sends.
        """

        def admit(request: Request) -> tuple[Visitor | None, Response | None]:
            visitor = self.visitor(request)
            if visitor is None:
                return None, self.message(request, None, 403, "signed_out", action=self._way_in(request))
            return visitor, self._turned_away(request, visitor, role, with_old_password)

        async def endpoint(request: Request) -> Response:
            demand_own_page(request)
            forms.kind_of(request)
            visitor, refused = await run_in_threadpool(admit, request)
            if visitor is None or refused is not None:
                await forms.discard(request)
                assert refused is not None  # noqa: S101 - one of the two is there
                return private(refused)
            form = await forms.read(request, upload_bytes=upload_bytes)
            if not secrets.compare_digest(form.get(CSRF).encode(), visitor.csrf.encode()):
                return private(await run_in_threadpool(self._ask_again, request, visitor, form))
            return private(
                await run_in_threadpool(self._guarded, request, visitor, lambda: act(request, visitor, form))
            )

        return endpoint

    def render(
        self,
        request: Request,
        visitor: Visitor,
        template: str,
        *,
        title: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """A page of the newsroom from a template that extends `newsroom/base.html`; never kept by a cache.

        Besides what all pages share, templates get `visitor`, `waiting`, `stamp(instant)`, and the macros of
        `newsroom/parts.html`.
        """
        return self._render(request, visitor, template, title=title, status=status, headers=headers, **context)

    def stranger(
        self, request: Request, template: str, *, title: str, status: int = 200, **context: object
    ) -> Response:
        """A page of the newsroom for who is not inside."""
        return private(self._render(request, None, template, title=title, status=status, **context))

    def message(
        self,
        request: Request,
        visitor: Visitor | None,
        status: int,
        word: str,
        *,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """A page that says what cannot be done and what to do instead: the words `door.<word>`."""
        words = self._chrome.words[self._chrome.visit(request).language]
        heading = words(f"door.{word}.heading")
        given: dict[str, object] = {"heading": heading, "text": words(f"door.{word}.text"), "detail": None}
        given |= {"reasons": (), "action": None, "fields": (), "files": False, "word": word, "article": None} | context
        return self._render(
            request, visitor, "newsroom/message.html", title=heading, status=status, headers=headers, **given
        )

    def redirect(self, request: Request, path: str) -> Response:
        """On to another page of ours after a form, in the language that was chosen."""
        return RedirectResponse(self._chrome.visit(request).link(path), status_code=303)

    def done(self, request: Request, path: str, word: str) -> Response:
        """On to a page of ours that says what was done: it is read from there, whoever hears it hears that first."""
        return self.redirect(request, f"{path}?done={word}#done")

    def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None for a stranger."""
        token = request.cookies.get(self.cookie, "")
        person = self._entrance.visitor(token)
        if person is None:
            return None
        return Visitor(
            id=person.id,
            name=person.name,
            role=person.role,
            actor=person.actor,
            csrf=form_proof(token),
            must_change=person.must_change,
        )

    def is_inside(self, request: Request) -> bool:
        """Whether a member of staff asks."""
        visitor = self.visitor(request)
        return visitor is not None and not visitor.must_change

    # Steps

    def _render(
        self, request: Request, visitor: Visitor | None, template: str, *, title: str, **context: object
    ) -> Response:
        zone = self._chrome.newsroom.city.zone

        def local(when: datetime) -> str:
            return stamp(when, zone)

        given: dict[str, object] = {"visitor": visitor, "stamp": local, "waiting": self._waiting(visitor)} | context
        return self._chrome.page(request, template, title=title, **given)  # type: ignore[arg-type]

    def _waiting(self, visitor: Visitor | None) -> int:
        """How many releases wait for the approval of who is inside; the head of every page says so."""
        if visitor is None or visitor.must_change:
            return 0
        with self._database.read() as session:
            return desk_list.listed(session, to_approve(visitor.actor, self._chrome.newsroom))

    def _way_in(self, request: Request) -> str:
        """The sign-in page, which leads back to here; from a form, to the newsroom."""
        query = [("next", _target(request))] if request.method in ("GET", "HEAD") else []
        visit = self._chrome.visit(request)
        return visit.link(f"{SIGN_IN}?{urlencode(query)}" if query else SIGN_IN)

    def _turned_away(self, request: Request, visitor: Visitor, role: Role, with_old_password: bool) -> Response | None:
        """Why somebody who is inside is not let into this room; None if they are."""
        if visitor.must_change and not with_old_password:
            query = urlencode([("next", _target(request))]) if request.method in ("GET", "HEAD") else ""
            return self.redirect(request, f"{PASSWORD}?{query}" if query else PASSWORD)
        if not visitor.role.includes(role):
            return self._guarded(request, visitor, lambda: _forbid(visitor, role))
        return None

    def _guarded(self, request: Request, visitor: Visitor, work: Callable[[], Response]) -> Response:
        """What a page or an action answers; where it raises, the page that says why."""
        try:
            return work()
        except Hidden:
            self.note_forbidden(request, visitor)
            return self.message(request, visitor, 404, "not_found")
        except NotFound:
            return self.message(request, visitor, 404, "not_found")
        except Forbidden:
            self.note_forbidden(request, visitor)
            return self.message(request, visitor, 403, "forbidden")
        except Stale:
            return self.message(request, visitor, 409, "stale")
        except NotReady as error:
            words = self._chrome.words[self._chrome.visit(request).language]
            return self.message(request, visitor, 409, "not_ready", reasons=[lack.said(words) for lack in error.lacks])
        except Conflict as error:
            log.info("newsroom.conflict", cause=str(error))
            return self.message(request, visitor, 409, "conflict")
        except Busy:
            return self.message(request, visitor, 503, "busy", headers={"Retry-After": "30"})
        except StoreError:
            raise  # the whole site answers that in one way
        except CivicwireError as error:
            log.warning("newsroom.refused", cause=f"{type(error).__name__}: {error}")
            return self.message(request, visitor, 422, "refused")

    def note_forbidden(self, request: Request, visitor: Visitor) -> None:
        """Write into the audit log that somebody tried what is not theirs."""
        subject = f"{request.method} {request.scope['path']}"[:_LONGEST_SUBJECT]
        with self._database.write() as session:
            audit.record(session, at=self._clock(), actor=visitor.name, action="forbidden", subject=subject)

    def _ask_again(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """A form without the proof of this stay. One that was filled in before its writer signed in again is shown
        to them with a button that sends it once more, so that nothing they wrote is lost."""
        if not form.get(CSRF):
            return self.message(request, visitor, 403, "no_proof")
        fields = [(name, value) for name, value in form.fields if name != CSRF]
        return self.message(
            request, visitor, 403, "again", fields=fields, action=_target(request), files=bool(form.files)
        )


def route(path: str, *, get: Endpoint | None = None, post: Endpoint | None = None) -> Route:
    """One address with its page, its action or both."""
    methods = [name for name, endpoint in (("GET", get), ("POST", post)) if endpoint is not None]

    async def answer(request: Request) -> Response:
        endpoint = post if request.method == "POST" else get
        assert endpoint is not None  # noqa: S101 - the router lets no other method through
        return await endpoint(request)

    return Route(path, answer, methods=methods)


def private(response: Response) -> Response:
    """An answer of the newsroom: no cache keeps it, no search engine lists it, no script but ours runs on it."""
    for name, value in _PRIVATE.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    return response


def _forbid(visitor: Visitor, role: Role) -> Response:
    raise Forbidden(f"{visitor.name} is no {role}")


def _target(request: Request) -> str:
    """Path and query of a request, without the host that it names."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path
