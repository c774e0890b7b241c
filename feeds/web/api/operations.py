"""The operations of the API behind one FastAPI application, and how whatever they raise is answered.

It holds no parts: each request brings its own, so that one application serves any number of installations.
"""

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Scope

from feeds.errors import CivicwireError, RowRefused, StoreError
from feeds.web.api import changing, finding, problems, reading, uploads
from feeds.web.api.call import SCOPE, Call
from feeds.web.api.problems import FieldError, Problem, invalid

log = structlog.get_logger()
_ROUTERS = (reading.router, finding.router, changing.router, uploads.router)
_OWN_WORDS = {"missing": "this is needed", "extra_forbidden": "there is no such field here"}
_PLACES = ("body", "query", "header")


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - what it is registered for
    return problems.answer(error)


async def _unable(request: Request, error: Exception) -> Response:
    assert isinstance(error, CivicwireError)  # noqa: S101 - what it is registered for
    call: Call = request.scope[SCOPE]
    if isinstance(error, StoreError):
        log.error("row.refused" if isinstance(error, RowRefused) else "store.unavailable", cause=str(error))
    return problems.answer(problems.of_error(error, call.office.words))


async def _unreadable(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    found = error.errors()
    if any(one["loc"][:1] == ("path",) for one in found):
        return problems.answer(Problem(404))
    return problems.answer(invalid(*(FieldError(_path(one["loc"]), _said(one["type"], one["msg"])) for one in found)))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if error.status_code == 405:
        return problems.answer(Problem(405, headers={"Allow": ", ".join(_allowed(request))}))
    return problems.answer(Problem(error.status_code))


async def _broken(_request: Request, _error: Exception) -> Response:
    # The framework raises it on, and the gate logs it.
    return problems.answer(Problem(500))


def _path(loc: tuple[int | str, ...]) -> str:
    """Where a field is: `pictures.0.alt`."""
    inner = loc[1:] if loc[:1] and loc[0] in _PLACES else loc
    return ".".join(str(step) for step in inner)


def _said(kind: str, message: str) -> str:
    return _OWN_WORDS.get(kind) or message.removeprefix("Value error, ")


def _allowed(request: Request) -> list[str]:
    """Every method that the address takes."""
    methods = {"OPTIONS"}
    for route in routes():
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def takes(scope: Scope) -> bool:
    """Whether there is an operation at this address and of this method."""
    return any(route.matches(scope)[0] is Match.FULL for route in routes())


def routes() -> list[APIRoute]:
    """Every operation."""
    return [route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def _made() -> FastAPI:
    app = FastAPI(
        title="Civicwire",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            Problem: _problem,
            CivicwireError: _unable,
            RequestValidationError: _unreadable,
            HTTPException: _refused,
            Exception: _broken,
        },
    )
    for router in _ROUTERS:
        app.include_router(router)
    return app


OPERATIONS: ASGIApp = _made()
"""All of them. Requests come through the gate, which leaves a `Call` with each."""
