"""The API as a machine reads it: an OpenAPI 3.1 document, made from the operations and their models."""

from collections.abc import Iterator
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from feeds.model import Newsroom
from feeds.web.api import answers, operations
from feeds.web.api.problems import API

VERSION = "1"
TAGS = {
    "reading": "Everybody may read what is public. Who shows a token with the scope `read` reads the drafts of its "
    "divisions too.",
    "writing": "Drafts, and what they are filed under.",
    "publishing": "What readers notice.",
    "media": "Pictures and files for articles.",
}
_DESCRIPTION = (
    "The newsroom for programs. Send and expect JSON in UTF-8; whatever goes wrong is told as "
    "`application/problem+json` (RFC 9457). A change of an article names the version that it was made from "
    "(`If-Match`), and may carry an `Idempotency-Key` so that it can be repeated safely."
)


def describe(newsroom: Newsroom) -> dict[str, Any]:
    """The document of an installation, whose address it names."""
    document = get_openapi(
        title=f"{newsroom.city.newsroom_name('en')} API",
        version=VERSION,
        description=_DESCRIPTION,
        routes=operations.routes(),
        servers=[{"url": newsroom.url(API)}],
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    schemas = document["components"]["schemas"]
    _, problem = models_json_schema([(answers.Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas |= problem["$defs"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of the newsroom: `cw_…`."}
    }
    for _, _, operation in operations_of(document):
        _tidy(operation)
    return document


def operations_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation with its method, in capitals, and its path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _tidy(operation: dict[str, Any]) -> None:
    """Say nothing that is not so: no framework's own errors, no null in an address."""
    operation["description"] = " ".join(operation.get("description", "").split())
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        kinds = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
        if len(kinds) == 1:
            del schema["anyOf"]
            schema |= kinds[0]
