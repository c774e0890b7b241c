"""What the OpenAPI document says of every answer besides its body: statuses, problems and headers."""

from http import HTTPStatus
from typing import Any

from feeds.web.api.problems import MEDIA_TYPE

PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ALWAYS = (400, 401, 405, 413, 414, 429, 500, 503)
"""What any address may answer: see the gate and the guards."""
_WITH_A_BODY = (408, 415)
_RATE = {
    "RateLimit": ("What is left: `r` requests, and one more within `t` seconds.", True),
    "RateLimit-Policy": ("How much is granted: `q` requests in `w` seconds.", True),
}
_OF_STATUS: dict[int, dict[str, tuple[str, bool]]] = {
    401: {"WWW-Authenticate": ("How to show a token (RFC 6750).", True)},
    405: {"Allow": ("The methods that this address takes.", True)},
    412: {"ETag": ("The article's present version.", True)},
    429: {"Retry-After": ("Seconds to wait.", True)},
    503: {"Retry-After": ("Seconds to wait.", True)},
}
ETAG = {"ETag": ("The version; send it as If-Match to change the article.", True)}
REPLAYED = {"Idempotent-Replayed": ("`true` where this is the answer of an earlier request again.", False)}
LOCATION = {"Location": ("The new article.", True)}


def told(
    *statuses: int, success: int = 200, headers: dict[str, tuple[str, bool]] | None = None
) -> dict[int | str, Any]:
    """The answers of an operation: its success with its headers, and every problem."""
    answers: dict[int | str, Any] = {
        success: {"description": HTTPStatus(success).phrase, "headers": _headers(_RATE | (headers or {}))}
    }
    sent = _WITH_A_BODY if success != 200 or 428 in statuses else ()
    for status in sorted({*_ALWAYS, *sent, *statuses}):
        answers[status] = {
            "description": HTTPStatus(status).phrase if status != 304 else "What you have is still good",
        }
        if status != 304:
            answers[status]["content"] = {MEDIA_TYPE: {"schema": PROBLEM}}
        if _OF_STATUS.get(status):
            answers[status]["headers"] = _headers(_OF_STATUS[status])
    return answers


READING: dict[str, Any] = {"security": [{}, {"token": []}]}
"""Anybody reads; who shows a token reads more."""


def _header(name: str, text: str, *, required: bool = False, **schema: object) -> dict[str, Any]:
    """A header that a request may carry, or has to."""
    described = {"name": name, "in": "header", "required": required, "description": text}
    return described | {"schema": {"type": "string"} | schema}


IF_NONE_MATCH = _header("If-None-Match", "The ETag of what you have: 304 if it is still good.")
IF_MATCH = _header(
    "If-Match",
    "The ETag of the version that you looked at.",
    required=True,
    pattern=r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*"){0,19})$',
)
KEY = _header(
    "Idempotency-Key",
    "A word of your own: repeat the request with it, and it is done once.",
    minLength=1,
    maxLength=257,
    pattern='^("[ !#-~]{1,255}"|[!#-~]([ !#-~]*[!#-~])?)$',
)


def reading(*, fresh: bool = False) -> dict[str, Any]:
    """What a GET says of itself."""
    return {**READING, "parameters": [IF_NONE_MATCH] if fresh else []}


def writing(right: str, *, version: bool = True) -> dict[str, Any]:
    """What a request that changes something says of itself: the right it needs, and how it is made safe."""
    parameters = [IF_MATCH, KEY] if version else [KEY]
    return {"security": [{"token": []}], "parameters": parameters, "x-right": right}


def _headers(named: dict[str, tuple[str, bool]]) -> dict[str, Any]:
    return {
        name: {"description": text, "required": needed, "schema": {"type": "string"}}
        for name, (text, needed) in named.items()
    }
