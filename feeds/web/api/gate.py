"""What stands before every operation: who asks, how often they may, and a body that is whole, bounded and sound JSON.

All of it is decided before a request reaches its operation, so that a stranger learns nothing but that a token is
needed, and nobody makes us read what we would not take.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeds.access.throttle import network
from feeds.errors import CivicwireError, StoreError
from feeds.media.keeper import MAX_FILE_BYTES
from feeds.store import api_tokens, audit
from feeds.store.api_tokens import ApiToken
from feeds.web.api import problems, strict_json
from feeds.web.api.buckets import Allowance, Buckets, Rate
from feeds.web.api.call import SCOPE, Call, Mark, Office
from feeds.web.api.problems import API, Problem, Saying, unauthorized

log = structlog.get_logger()

JSON_BYTES = 2 * 1024 * 1024
UPLOAD_BYTES = MAX_FILE_BYTES + 64 * 1024
"""A file and what a form writes around it."""
UPLOAD_SECONDS = 300
_FORBIDDEN_EVERY = timedelta(minutes=1)
"""How often the audit log is told that a token tried the same operation in vain."""
_READS = ("GET", "HEAD", "OPTIONS")
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_JSON = re.compile(r"application/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*\"?utf-?8\"?[ \t]*)?;?[ \t]*", re.IGNORECASE)
_SHARED = {"Access-Control-Allow-Origin": "*"}
_EXPOSED = "ETag, RateLimit, RateLimit-Policy, Retry-After"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """How much may be asked: by a token, by an address without one, and how often an address may show a wrong one."""

    reads: Rate = field(default=Rate("reads", 600))
    writes: Rate = field(default=Rate("writes", 120))
    strangers: Rate = field(default=Rate("public", 300))
    failures: Rate = field(default=Rate("failures", 20))
    body_seconds: float = 30
    """How long a body may take to arrive."""


@dataclass(slots=True)
class _Passing:
    """What the gate learns of a request on its way."""

    allowance: Allowance | None = None
    token: ApiToken | None = None
    mark: Mark = field(default_factory=Mark)


class Gate:
    """Lets requests through to the operations. All counting is in the memory of this process."""

    def __init__(self, app: ASGIApp, office: Office, options: ApiOptions, *, takes: Callable[[Scope], bool]) -> None:
        """Stand before the operations. `takes` says whether one takes a request: the body of no other is read."""
        self._app = app
        self._takes = takes
        self._office = office
        self._body_seconds = options.body_seconds
        self._reads = Buckets(options.reads)
        self._writes = Buckets(options.writes)
        self._strangers = Buckets(options.strangers)
        self._failures = Buckets(options.failures)
        self._forbidden: dict[tuple[int, str, str], datetime] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        passing = _Passing()
        began = lost = False

        async def told_send(message: Message) -> None:
            nonlocal began, lost
            if message["type"] == "http.response.start":
                began = True
                message["headers"] = [*message["headers"], *_told(request, passing, refused=message["status"] >= 400)]
            if message["type"] == "http.response.body" and scope["method"] == "HEAD":
                message = {**message, "body": b""}
            try:
                await send(message)
            except OSError:
                lost = True
                raise

        try:
            await self._through(request, passing)(scope, receive, told_send)
        except Problem as problem:
            await self._refusal(problem, request)(scope, receive, told_send)
        except CivicwireError as error:
            await self._refusal(problems.noted(error), request)(scope, receive, told_send)
        except Exception as error:
            if not lost:  # else nobody is there any more to be told anything
                log.error("request.broken", cause=f"{type(error).__name__}: {error}", exc_info=error)
            if not began and not lost:
                await self._refusal(Problem(500), request)(scope, receive, told_send)
        if passing.token is not None:
            await run_in_threadpool(self._note_use, passing.token)
            if passing.mark.forbidden:
                await run_in_threadpool(self._note_forbidden, passing.token, request)

    def _through(self, request: Request, passing: _Passing) -> ASGIApp:
        async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
            if _is_preflight(request):
                await Response(status_code=204, headers=_PREFLIGHT)(scope, _receive, send)
                return
            await self._admit(request, passing)
            body = await self._body(request) if request.method in _WRITES and self._takes(scope) else b""
            call = Call(self._office, passing.token, body, passing.mark)
            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            inner = dict(scope) | {SCOPE: call, "method": method}
            await self._app(inner, _replayed(body), send)
            scope["route"] = inner.get("route")

        return answer

    async def _admit(self, request: Request, passing: _Passing) -> None:
        """Find out who asks and count the request. Problem 401 or 429."""
        now = self._office.clock()
        ticks = now.timestamp()
        where = network(request.client.host if request.client else None)
        shown = request.headers.getlist("authorization")
        writes = request.method not in _READS
        if shown:
            passing.token = await run_in_threadpool(self._token, shown, now)
            if passing.token is None:
                # Guesses are slowed down; a good token beside them, from behind the same proxy, is not.
                _granted(self._failures.look(where, ticks))
                self._failures.take(where, ticks)
                raise unauthorized(Saying("problem.detail.unknown_token"), error="invalid_token")
        if passing.token is not None:
            bucket = self._writes if writes else self._reads
            passing.allowance = bucket.take(passing.token.id, ticks)
        else:
            passing.allowance = self._strangers.take(where, ticks)
        _granted(passing.allowance)
        if passing.token is None and request.method in _WRITES:
            raise unauthorized()

    def _token(self, shown: list[str], now: datetime) -> ApiToken | None:
        """The token of an Authorization header; None for any other, after the same work."""
        scheme, _, text = shown[0].strip().partition(" ")
        good = len(shown) == 1 and scheme.lower() == "bearer"
        with self._office.database.read() as session:
            return api_tokens.find(session, text.strip() if good else "", now)

    async def _body(self, request: Request) -> bytes:
        """The whole body, within its bounds. Problem 400, 408, 413, 415."""
        packing = request.headers.get("content-encoding", "").strip().lower()
        if packing not in ("", "identity"):
            # RFC 9110, sections 12.5.3 and 15.5.16: what we would take is named.
            said = Saying("problem.detail.packed", {"packing": packing[:40]})
            raise Problem(415, said, headers={"Accept-Encoding": "identity"})
        upload = request.method == "POST" and request.scope["path"] == f"{API}/media"
        most = UPLOAD_BYTES if upload else JSON_BYTES
        given = request.headers.get("content-length", "0")
        if given.isascii() and given.isdigit() and (len(given) > 12 or int(given) > most):
            raise _too_large(most)
        body = bytearray()
        try:
            async with asyncio.timeout(UPLOAD_SECONDS if upload else self._body_seconds):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > most:
                        raise _too_large(most)
        except TimeoutError as error:
            raise Problem(408) from error
        except (ClientDisconnect, HTTPException) as error:
            raise Problem(400, Saying("problem.detail.cut_off")) from error
        if body and not upload:
            if not _JSON.fullmatch(request.headers.get("content-type", "")):
                raise Problem(415, headers={"Accept": "application/json"})
            try:
                await run_in_threadpool(strict_json.read, bytes(body))
            except strict_json.JsonRefused as error:
                raise Problem(400, Saying(error.word, error.values)) from error
        return bytes(body)

    def _refusal(self, problem: Problem, request: Request) -> Response:
        return problems.answer(problem, request, self._office.words)

    def _note_use(self, token: ApiToken) -> None:
        """Write when the token was last used, after the answer is out: it must hold nobody up."""
        now = self._office.clock()
        if not api_tokens.is_to_be_noted(token, now):
            return
        try:
            with self._office.database.write() as session:
                api_tokens.note_use(session, token.id, now)
        except StoreError as error:
            log.warning("token.unnoted", token=token.id, cause=str(error))

    def _note_forbidden(self, token: ApiToken, request: Request) -> None:
        """Write into the audit log that a program tried what is not its own: of a loop one entry a minute."""
        now, asked = self._office.clock(), (token.id, request.method, getattr(request.scope.get("route"), "path", ""))
        last = self._forbidden.get(asked)
        if last is not None and timedelta() <= now - last < _FORBIDDEN_EVERY:
            return
        self._forbidden[asked] = now
        subject = f"{request.method} {request.scope['path']}"
        try:
            with self._office.database.write() as session:
                audit.record(session, at=now, actor=token.actor.name, action="forbidden", subject=subject)
        except StoreError as error:
            self._forbidden.pop(asked, None)  # so that the next attempt is written down
            log.warning("forbidden.unnoted", token=token.id, cause=str(error))


def _told(request: Request, passing: _Passing, *, refused: bool) -> list[tuple[bytes, bytes]]:
    """The headers of every answer; what refuses says itself by what it varies."""
    told = {} if refused else {"Vary": "Authorization"}
    if request.method in _READS:
        told |= _SHARED | {"Access-Control-Expose-Headers": _EXPOSED}
    if passing.allowance is not None:
        told |= {name: text for name, text in passing.allowance.headers.items() if name != "Retry-After"}
    return [(name.lower().encode(), text.encode()) for name, text in told.items()]


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks if a page elsewhere may read here (Fetch, section 3.2.2)."""
    return request.method == "OPTIONS" and request.headers.get("access-control-request-method") in ("GET", "HEAD")


def _granted(allowance: Allowance) -> None:
    if not allowance.granted:
        refused = replace(allowance, granted=False).headers
        seconds = refused["Retry-After"]
        said = Saying("problem.detail.too_many", {"seconds": seconds})
        raise Problem(429, said, "too-many", headers={"Retry-After": seconds})


def _too_large(most: int) -> Problem:
    return Problem(413, Saying("problem.detail.too_large", {"most": most}))


def _replayed(body: bytes) -> Receive:
    """A body that was read, to be read once more; after it nothing comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    return receive
