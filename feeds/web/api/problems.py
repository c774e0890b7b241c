"""What a program is told when something cannot be done: `application/problem+json` (RFC 9457), never a trace.

It is told in the language that the request prefers, as far as every sentence of the answer is there in it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from starlette.requests import HTTPConnection
from starlette.responses import Response

from feeds.closing import DivisionClosed
from feeds.desk import ApprovalNeeded
from feeds.errors import (
    CivicwireError,
    Conflict,
    Forbidden,
    NotFound,
    NotReady,
    RowRefused,
    Stale,
    StoreError,
    Unchanged,
)
from feeds.media.refusal import MediaRefused
from feeds.web.chrome import preferred
from feeds.words import Words
from feeds.writing import WritingRefused

log = structlog.get_logger()

API = "/api/v1"
MEDIA_TYPE = "application/problem+json"
KINDS = (
    "invalid",
    "token",
    "version-needed",
    "stale",
    "not-ready",
    "approval-needed",
    "key-used",
    "too-many",
)
"""The problems that have a name of their own; all others say what their status says."""
_TOO_LARGE = ("media.too_large", "media.picture_too_large")
_FILED = ("division", "board", "topic")
_FOUND = ("article", "revision")
VARY = "Authorization, Accept-Language"
"""What problems are told by: the token, and the language."""
_MOST_ERRORS = 50
_LONGEST = 300
_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence that is there in every language: the key of its words, and the values that they name."""

    word: str
    values: Mapping[str, object] = field(default_factory=dict)


Sentence = Saying | str
"""What is told; a text as it stands is English."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field. `field` is its path, as `pictures.0.alt`; empty for the whole."""

    field: str
    detail: Sentence


@dataclass(eq=False)
class Problem(Exception):
    """An answer that refuses. `kind` is one of KINDS, or None; `extra` are members of its own.

    Without `detail` it says what its first field error says, or else its status.
    """

    status: int
    detail: Sentence = ""
    kind: str | None = None
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


def answer(problem: Problem, request: HTTPConnection, words: Mapping[str, Words]) -> Response:
    """The problem as an answer to a request, in the best of the languages that there are words in."""
    asked = preferred(request.headers.get("accept-language", ""), (_ENGLISH, *words))
    has_text = any(isinstance(one, str) and one for one in (problem.detail, *(one.detail for one in problem.errors)))
    voice = words[_ENGLISH if has_text else asked]
    told: dict[str, object] = {
        "type": f"{API}#problem-{problem.kind}" if problem.kind else "about:blank",
        "title": voice(f"problem.title.{problem.kind or problem.status}"),
        "status": problem.status,
        "detail": _detail(problem, voice),
    }
    if problem.errors:
        shown = [{"field": one.field[:_LONGEST], "detail": _said(one.detail, voice)} for one in problem.errors]
        told["errors"] = shown[:_MOST_ERRORS]
    body = json.dumps(told | dict(problem.extra), ensure_ascii=False).encode(errors="replace")
    headers = {"Cache-Control": "no-store", "Content-Language": voice.language, "Vary": VARY} | dict(problem.headers)
    return Response(body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def invalid(*errors: FieldError) -> Problem:
    """A request with fields that cannot be taken."""
    return Problem(422, kind="invalid", errors=errors)


def unauthorized(detail: Sentence = "", *, error: str = "") -> Problem:
    """That a token is needed, or a good one; `error` is the code of RFC 6750, section 3.1."""
    challenge = 'Bearer realm="civicwire"' + (f', error="{error}"' if error else "")
    return Problem(401, detail, "token", headers={"WWW-Authenticate": challenge})


def of_error(error: CivicwireError) -> Problem:
    """What our errors are for a program."""
    match error:
        case Stale():
            etag = f'"{error.article_id}-{error.current}"'
            said = Saying("problem.detail.stale", {"article": error.article_id, "version": error.current})
            extra = {"version": error.current, "etag": etag}
            return Problem(412, said, "stale", headers={"ETag": etag}, extra=extra)
        case Unchanged():
            return Problem(409, Saying("problem.detail.unchanged"))
        case NotReady():
            # Neither this nor the next names the article: what a POST began is undone, and so is its number.
            lacking = [FieldError(lack.field, Saying(lack.word, lack.values)) for lack in error.lacks]
            return Problem(409, Saying("problem.detail.not_ready"), "not-ready", lacking)
        case ApprovalNeeded():
            return Problem(409, Saying("problem.detail.approval_needed"), "approval-needed")
        case WritingRefused():
            return invalid(*(FieldError(field, Saying(word)) for field, word in error.problems))
        case MediaRefused():
            said = Saying(error.word)
            if error.word in _TOO_LARGE:
                return Problem(413, said, errors=[FieldError("file", said)])
            return Problem(422, said, "invalid", [FieldError("file", said)])
        case DivisionClosed():
            return invalid(FieldError("division", Saying(error.lack.word, error.lack.values)))
        case NotFound() if error.kind in _FILED:
            return invalid(FieldError("topics" if error.kind == "topic" else error.kind, none(error.kind, error.name)))
        case NotFound() if error.kind in _FOUND:
            return Problem(404, none(error.kind, error.name))
        case NotFound():
            return Problem(404, str(error))
        case Forbidden():
            return Problem(403, str(error))
        case Conflict():
            return Problem(409, str(error))
        case RowRefused():
            return Problem(409, Saying("problem.detail.row_refused"))
        case StoreError():
            return Problem(503, headers={"Retry-After": "30"})
        case _:
            return Problem(422, str(error), "invalid")


def noted(error: CivicwireError) -> Problem:
    """What an error is for a program; where it is the database's, the log says so."""
    if isinstance(error, StoreError):
        log.error("row.refused" if isinstance(error, RowRefused) else "store.unavailable", cause=str(error))
    return of_error(error)


def none(kind: str, name: object) -> Saying:
    """That there is no division, board, topic, language, article or revision of this name."""
    return Saying(f"problem.none.{kind}", {"name": name})


def _detail(problem: Problem, voice: Words) -> str:
    if problem.detail or not problem.errors:
        return _said(problem.detail or Saying(f"problem.detail.{problem.status}"), voice)
    first = problem.errors[0]
    return f"{first.field[:_LONGEST] or voice('problem.field.whole')}: {_said(first.detail, voice)}"


def _said(sentence: Sentence, voice: Words) -> str:
    """What is told, as a sentence of its own: a text gets a capital letter and a full stop."""
    if isinstance(sentence, Saying):
        return voice(sentence.word, **sentence.values)
    text = sentence[:_LONGEST].strip().removesuffix(".")
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('?', '!', '…')) else '.'}"
