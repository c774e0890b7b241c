"""A program that speaks to the API: it shows its token, and sends and reads JSON."""

import json
from dataclasses import dataclass
from typing import Any

from feeds.staff import Right
from feeds.web.api.problems import API
from tests.web.browser import Answer, Browser
from tests.web.conftest import Site

JSON = "application/json"
EVERYTHING = tuple(Right)
RELEASE = {"language": "en", "title": "Night buses run later", "markdown": "From *Monday* on.", "division": "climate"}
"""A release of a division below the bureau that tokens of these tests have."""


@dataclass(frozen=True, slots=True)
class Program:
    """Asks below /api/v1. Without `token` it is a stranger."""

    browser: Browser
    token: str | None = None

    def get(self, path: str, **headers: str) -> Answer:
        """GET; names of headers are written with underscores."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        """POST JSON, or nothing."""
        return self.ask("POST", path, body, **headers)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Any request; what is not bytes is sent as JSON."""
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        if self.token is not None and "authorization" not in headers:
            named.append(("authorization", f"Bearer {self.token}"))
        sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if sent and "content_type" not in headers:
            named.append(("content-type", JSON))
        return self.browser.ask(method, API + path, headers=named, body=sent)

    def create(self, **fields: object) -> dict[str, Any]:
        """Create an article; answers it."""
        answer = self.post("/articles", RELEASE | fields)
        assert answer.status == 201, answer.text
        return read(answer)

    def change(self, article: dict[str, Any], what: str, body: object = None, **headers: str) -> Answer:
        """Change an article as it was answered, from that version."""
        headers = {"if_match": tag(article)} | headers
        return self.post(f"/articles/{article['id']}{what}", body, **headers)


def read(answer: Answer) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.text)


def tag(article: dict[str, Any]) -> str:
    """The entity tag of an article as it was answered."""
    return f'"{article["id"]}-{article["version"]}"'


def program(
    site: Site,
    name: str = "cms",
    *,
    divisions: tuple[str, ...] | None = ("environment",),
    scopes: tuple[Right, ...] = EVERYTHING,
    days: int | None = None,
) -> Program:
    """A program with a new token."""
    handed = site.parts.programs.make("press-editor", name, divisions=divisions, scopes=scopes, days=days)
    return Program(site.browser, handed.text)


def stranger(site: Site) -> Program:
    """A program without a token."""
    return Program(site.browser)


def demand_problem(answer: Answer, status: int) -> dict[str, Any]:
    """That an answer is a problem of this status (RFC 9457) and tells nothing of our insides; answers it."""
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = read(answer)
    assert told["status"] == status
    assert told["title"]
    assert told["detail"].endswith((".", "…"))
    for secret in ("Traceback", "sqlalchemy", "pydantic", "starlette", "/feeds/", ".py"):
        assert secret not in answer.text
    return told  # type: ignore[no-any-return]
