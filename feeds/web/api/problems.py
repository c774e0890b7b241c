"""What a program is told when something cannot be done: `application/problem+json` (RFC 9457), never a trace."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.responses import Response

from feeds.desk import ApprovalNeeded
from feeds.errors import CivicwireError, Conflict, Forbidden, NotFound, NotReady, RowRefused, Stale, StoreError
from feeds.media.refusal import MediaRefused
from feeds.words import Words
from feeds.writing import WritingRefused

API = "/api/v1"
MEDIA_TYPE = "application/problem+json"
TITLES = {
    "invalid": "The request holds something that cannot be taken",
    "stale": "Somebody else changed the article meanwhile",
    "version-needed": "Say which version you are changing",
    "not-ready": "The article lacks something that publication needs",
    "approval-needed": "What is urgent is published by two people",
    "key-used": "The idempotency key was used for another request",
    "token": "A good token is needed",
    "too-many": "Too many requests",
}
"""The problems that have a name of their own, and how each is called; all others say what their status says."""
_DETAILS = {
    400: "The request cannot be read.",
    401: "Send a token: Authorization: Bearer cw_…",
    403: "This token may not do that.",
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
    408: "The request took too long to arrive.",
    413: "The request is too large.",
    414: "The address is too long.",
    415: "Send application/json in UTF-8.",
    422: "The request holds something that cannot be taken.",
    500: "Something of ours is broken. It has been noted; nothing was changed.",
    503: "The database cannot be used for the moment. Nothing was changed; try again soon.",
}
_READY_FIELDS = {
    "title": "title",
    "text": "text",
    "caption": "pictures",
    "credit": "pictures",
    "alt": "pictures",
    "file_name": "attachments",
}
_TOO_LARGE = ("media.too_large", "media.picture_too_large")
_FILED = ("division", "board", "topic")
_MOST_ERRORS = 50
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, in a sentence. `field` is its path, as `pictures.0.alt`; empty for the whole."""

    field: str
    detail: str


@dataclass(eq=False)
class Problem(Exception):
    """An answer that refuses. `kind` is a name of TITLES, or None; `extra` are members of its own."""

    status: int
    detail: str = ""
    kind: str | None = None
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


def answer(problem: Problem) -> Response:
    """The problem as an answer."""
    told: dict[str, object] = {
        "type": f"{API}#problem-{problem.kind}" if problem.kind else "about:blank",
        "title": TITLES[problem.kind] if problem.kind else HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail or _DETAILS.get(problem.status, HTTPStatus(problem.status).description),
    }
    if problem.errors:
        shown = [{"field": one.field[:_LONGEST], "detail": sentence_of(one.detail)} for one in problem.errors]
        told["errors"] = shown[:_MOST_ERRORS]
    body = json.dumps(told | dict(problem.extra), ensure_ascii=False).encode(errors="replace")
    headers = {"Cache-Control": "no-store", "Content-Language": "en"} | dict(problem.headers)
    return Response(body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def invalid(*errors: FieldError, detail: str = "") -> Problem:
    """A request with fields that cannot be taken."""
    first = errors[0]
    said = detail or f"{first.field[:_LONGEST] or 'The request'}: {sentence_of(first.detail)}"
    return Problem(422, said, "invalid", errors)


def of_error(error: CivicwireError, words: Words) -> Problem:
    """What our errors are for a program. `words` are the sentences that field problems are told in."""
    match error:
        case Stale():
            etag = f'"{error.article_id}-{error.current}"'
            told = {"version": error.current, "etag": etag}
            return Problem(412, sentence_of(str(error)), "stale", headers={"ETag": etag}, extra=told)
        case NotReady():
            lacking = [FieldError(_READY_FIELDS.get(word.rpartition(".")[2], ""), words(word)) for word in error.words]
            return Problem(409, f"Article {error.article_id} cannot be published yet.", "not-ready", lacking)
        case ApprovalNeeded():
            return Problem(409, f"{sentence_of(str(error))[:-1]}. Ask with POST …/approval.", "approval-needed")
        case WritingRefused():
            return invalid(*(FieldError(field, words(word)) for field, word in error.problems))
        case MediaRefused():
            status = 413 if error.word in _TOO_LARGE else 422
            said = words(error.word)
            return Problem(status, said, "invalid" if status == 422 else None, [FieldError("file", said)])
        case NotFound() if error.kind in _FILED:
            known = "topics" if error.kind == "topic" else error.kind
            return invalid(FieldError(known, sentence_of(str(error))))
        case NotFound():
            return Problem(404, sentence_of(str(error)))
        case Forbidden():
            return Problem(403, sentence_of(str(error)))
        case Conflict():
            return Problem(409, sentence_of(str(error)))
        case RowRefused():
            return Problem(409, "The database cannot hold this beside what it holds now: look again and repeat it.")
        case StoreError():
            return Problem(503, headers={"Retry-After": "30"})
        case _:
            return Problem(422, sentence_of(str(error)), "invalid")


def sentence_of(text: str) -> str:
    """A text as a sentence of its own: with a capital letter and a full stop."""
    text = text[:_LONGEST].strip().removesuffix(".")
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('?', '!', '…')) else '.'}"
