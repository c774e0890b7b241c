"""The operations of the API behind one FastAPI application, and how whatever they raise is answered.

It holds no parts: each request brings its own, so that one application serves any number of installations.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Scope

from feeds.errors import CivicwireError, Hidden
from feeds.web.api import drafts, finding, life, problems, reading, uploads
from feeds.web.api.call import SCOPE, Call
from feeds.web.api.problems import FieldError, Problem, Saying, Sentence, invalid

_ROUTERS = (reading.router, finding.router, drafts.router, life.router, uploads.router)
_PLACES = ("body", "query", "header")


def _answer(problem: Problem, request: Request) -> Response:
    call: Call = request.scope[SCOPE]
    call.mark.forbidden |= problem.status == HTTPStatus.FORBIDDEN
    return problems.answer(problem, request, call.office.words)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - what it is registered for
    return _answer(error, request)


async def _unable(request: Request, error: Exception) -> Response:
    assert isinstance(error, CivicwireError)  # noqa: S101 - what it is registered for
    call: Call = request.scope[SCOPE]
    # What is another's and not public is answered as if it were not there; that it was asked for is known.
    call.mark.forbidden |= isinstance(error, Hidden)
    return _answer(problems.noted(error), request)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    found = error.errors()
    if any(one["loc"][:1] == ("path",) for one in found):
        return _answer(Problem(404), request)
    call: Call = request.scope[SCOPE]
    known = call.office.words["en"].sentences
    return _answer(invalid(*(FieldError(_path(one["loc"]), _said(one, known)) for one in found)), request)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    headers = {"Allow": ", ".join(_allowed(request))} if error.status_code == 405 else {}
    return _answer(Problem(error.status_code, headers=headers), request)


async def _broken(request: Request, _error: Exception) -> Response:
    # The framework raises it on, and the gate logs it.
    return _answer(Problem(500), request)


def _path(loc: tuple[int | str, ...]) -> str:
    """Where a field is: `pictures.0.alt`."""
    inner = loc[1:] if loc[:1] and loc[0] in _PLACES else loc
    return ".".join(str(step) for step in inner)


def _said(fault: Mapping[str, Any], known: Mapping[str, str]) -> Sentence:
    """What is wrong with a value: our own words for it, else those of the library."""
    word = f"problem.field.{fault['type']}"
    return Saying(word, fault.get("ctx", {})) if word in known else str(fault["msg"])


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
