"""The API of one installation: its operations behind the gate, its OpenAPI document, and a page that explains it."""

import json
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from feeds.web.api import description
from feeds.web.api.call import Office
from feeds.web.api.gate import ApiOptions, Gate
from feeds.web.api.operations import OPERATIONS, takes
from feeds.web.api.page import page_of
from feeds.web.api.problems import API
from feeds.web.chrome import Chrome


class Api:
    """Serves `/api/v1`."""

    def __init__(self, office: Office, chrome: Chrome, options: ApiOptions) -> None:
        """Take the parts."""
        self._office = office
        self._chrome = chrome
        self._gate = Gate(OPERATIONS, office, options, takes=takes)

    @property
    def routes(self) -> list[BaseRoute]:
        """The page, the document, and everything else below."""
        return [
            Route(API, self.page),
            Route(f"{API}/openapi.json", self.openapi),
            Mount(API, self._gate, name="api"),
        ]

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return description.describe(self._office.newsroom)

    def openapi(self, _request: Request) -> Response:
        """The OpenAPI document, for everybody."""
        headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        return Response(self._written, media_type="application/json", headers=headers)

    def page(self, request: Request) -> Response:
        """What people read about it."""
        title = self._chrome.words[self._chrome.visit(request).language]("api.title")
        division = self._office.newsroom.divisions[0].slug
        return self._chrome.page(request, "api.html", title=title, first_division=division, **page_of(self.document))

    @cached_property
    def _written(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, indent=1).encode()
