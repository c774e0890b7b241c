"""The OpenAPI document as people read it: what the template of the API's page shows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from feeds.web.api.description import operations_of
from feeds.web.api.problems import API, KINDS

_CODE = re.compile(r"`([^`]+)`")
_KINDS = {"date": "day", "date-time": "instant"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is sent, or a part of the address or of the headers."""

    name: str
    kind: str
    needed: bool
    text: Markup
    place: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation."""

    anchor: str
    method: str
    path: str
    title: str
    text: Markup
    right: str
    parameters: tuple[Field, ...]
    fields: tuple[Field, ...]
    answers: tuple[tuple[str, str], ...]


def page_of(document: dict[str, Any]) -> dict[str, Any]:
    """What the page names besides what all pages share."""
    schemas = document["components"]["schemas"]
    groups = [
        (
            one["name"],
            _marked(one["description"]),
            [
                _operation(method, path, operation, schemas)
                for method, path, operation in operations_of(document)
                if one["name"] in operation["tags"]
            ],
        )
        for one in document["tags"]
    ]
    return {
        "groups": [group for group in groups if group[2]],
        "server": document["servers"][0]["url"],
        "openapi": f"{API}/openapi.json",
        "problems": [(kind, f"{API}#problem-{kind}") for kind in KINDS],
    }


def _operation(method: str, path: str, operation: dict[str, Any], schemas: Mapping[str, Any]) -> Operation:
    return Operation(
        anchor=operation["operationId"],
        method=method,
        path=path,
        title=operation["summary"],
        text=_marked(operation["description"]),
        right=operation.get("x-right", ""),
        parameters=tuple(
            Field(one["name"], _kind(one["schema"]), one["required"], _marked(one.get("description", "")), one["in"])
            for one in operation.get("parameters", ())
        ),
        fields=tuple(_fields(operation, schemas)),
        answers=tuple((status, one["description"]) for status, one in operation["responses"].items()),
    )


def _fields(operation: dict[str, Any], schemas: Mapping[str, Any]) -> Iterator[Field]:
    """The fields of the JSON body, those of lists of objects after their list."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for one in _choices(schema):
        if "$ref" in one:
            yield from _of_model(schemas[_name(one)], schemas)


def _of_model(model: dict[str, Any], schemas: Mapping[str, Any], before: str = "") -> Iterator[Field]:
    needed = model.get("required", ())
    for name, schema in model["properties"].items():
        text = _marked(schema.get("description", ""))
        yield Field(f"{before}{name}", _kind(schema), name in needed, text)
        inner = schema.get("items", {})
        if "$ref" in inner:
            yield from _of_model(schemas[_name(inner)], schemas, f"{before}{name}[].")


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in a few words."""
    kinds = [_one_kind(one) for one in _choices(schema)]
    return " or ".join(kinds)


def _one_kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _name(schema).lower()
    if schema.get("type") == "array":
        return f"list of up to {schema['maxItems']}" if "maxItems" in schema else "list"
    if "enum" in schema:
        return ", ".join(schema["enum"])
    kind = _KINDS.get(schema.get("format", "")) or str(schema.get("type", "value"))
    longest = schema.get("maxLength")
    kind = "text" if kind == "string" else kind
    return f"{kind} of up to {longest:,} characters" if longest else kind


def _choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return list(schema.get("anyOf", [schema]))


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _marked(text: str) -> Markup:
    """A sentence with its code set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
