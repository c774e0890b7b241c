"""The web application: routes and guards around the parts. Errors become pages, never traces."""

from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from config.metrics import MEDIA_TYPE, Metrics, is_allowed
from config.patient import Patient
from config.server import Served
from config.site import Site
from feeds.errors import CivicwireError, StoreError
from feeds.store import changes
from feeds.web.api import problems
from feeds.web.api.problems import API, Problem
from feeds.web.front import FeedFront, Impatient
from feeds.web.guards import Guard
from feeds.web.proxies import Proxies

log = structlog.get_logger()
READY_SECONDS = 3.0
"""How long `/readyz` waits for the database: less than any balancer waits for it."""
_SAID = {400, 403, 404, 405, 408, 413, 414, 415}


def application(parts: Site, *, public: bool = True, extra: Sequence[BaseRoute] = ()) -> Served:
    """The whole site, or only its health where it is not public; `extra` are routes only the demonstration has."""
    answers = _Answers(parts, parts.metrics_of(parts.shelf if public else None))
    public_pages = (
        parts.pages,
        parts.article_pages,
        parts.search_page,
        parts.residents,
        parts.manage_pages,
        parts.renewal_pages,
        parts.copies,
        parts.embargoed,
    )
    shown = (parts.feed_routes, parts.feed_pages, parts.media_routes, *public_pages, parts.api)
    site = (*(one for pages in shown for one in pages.routes),)
    rooms = (
        parts.sign_in,
        parts.staff_pages,
        parts.audit_pages,
        parts.topic_pages,
        parts.token_pages,
        parts.rehearsals,
        parts.press_pages,
        parts.sending_pages,
        parts.feed_health,
    )
    desk = (
        parts.desk_pages,
        parts.revision_pages,
        parts.editor,
        parts.previews,
        parts.publishing,
        parts.decisions,
        parts.bulk_pages,
    )
    newsroom = (*(one for room in (*rooms, *desk) for one in room.routes),)
    app = Starlette(
        routes=[
            Route("/healthz", answers.alive),
            Route("/readyz", answers.ready),
            Route("/metrics", answers.metrics),
            *parts.assets.routes,
            *(site if public else ()),
            *(newsroom if public else ()),
            *extra,
        ],
        exception_handlers={
            HTTPException: answers.refused,
            StoreError: answers.unavailable,
            Exception: answers.broken,
        },
    )
    secure = parts.settings.base_url.startswith("https:")
    guarded = Guard(app, refuse=answers.turned_away, secure=secure)
    if not public:
        return guarded
    return FeedFront(
        guarded,
        parts.shelf,
        headers=guarded.headers,
        readers=parts.readers,
        impatient=Impatient(most=parts.settings.feed_requests_a_minute),
        proxies=Proxies(parts.settings.trusted_proxies),
    )


class _Answers:
    """What is answered besides pages: health, and each kind of failure."""

    def __init__(self, parts: Site, metrics: Metrics) -> None:
        self._database = parts.database
        self._chrome = parts.chrome
        self._metrics = metrics
        self._token = parts.settings.metrics_token
        self._head = Patient(self._read_head, name="ready", seconds=READY_SECONDS)

    def alive(self, _request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    async def ready(self, _request: Request) -> Response:
        """The database answers too, and in time (F49)."""
        kept = {"Cache-Control": "no-store"}
        try:
            await self._head.answer()
        except (TimeoutError, CivicwireError) as error:
            log.warning("not.ready", cause=str(error) or f"no answer within {READY_SECONDS:g} seconds")
            return PlainTextResponse("the database does not answer\n", status_code=503, headers=kept)
        return PlainTextResponse("ready\n", headers=kept)

    def _read_head(self) -> None:
        with self._database.read() as session:
            changes.head(session)

    async def metrics(self, request: Request) -> Response:
        """The figures, for whoever shows the token; there is no such page where no token is set."""
        if self._token is None:
            return self._chrome.message(request, 404)
        if not is_allowed(request.headers.get("authorization", ""), self._token):
            refused = {"WWW-Authenticate": 'Bearer realm="metrics"', "Cache-Control": "no-store"}
            return PlainTextResponse("show the token of CIVICWIRE_METRICS_TOKEN\n", status_code=401, headers=refused)
        text = await self._metrics.text()
        return Response(text, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    def refused(self, request: Request, error: Exception) -> Response:
        """A request that a route or a guard would not take."""
        status = error.status_code if isinstance(error, HTTPException) else 400
        headers = error.headers if isinstance(error, HTTPException) else None
        return self._chrome.message(request, status if status in _SAID else 400, headers=headers)

    def turned_away(self, request: Request, status: int) -> Response:
        """A request that the guard lets no route see."""
        if request.url.path == API:
            return problems.answer(Problem(status), request, self._chrome.words)
        return self._chrome.message(request, status)

    def unavailable(self, request: Request, error: Exception) -> Response:
        """The database cannot be used for the moment."""
        log.error("store.unavailable", cause=str(error))
        return self._chrome.message(request, 503, headers={"Retry-After": "30"})

    def broken(self, request: Request, error: Exception) -> Response:
        """A mistake of ours: the reader gets a page, the log one line."""
        log.error("request.broken", cause=f"{type(error).__name__}: {error}", exc_info=error)
        return self._chrome.message(request, 500)
