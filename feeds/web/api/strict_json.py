"""JSON as this API takes it: one spelling of every value, nothing that two readers could read differently. Pure.

RFC 8259 leaves open what duplicate names, huge numbers and lone surrogates mean; we refuse them (RFC 7493, I-JSON).
"""

import json
import math
import re
from typing import Any

MOST_DEPTH = 16
"""Arrays and objects within each other; no request of ours needs more than four."""
_LONGEST_NUMBER = 20
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class JsonRefused(ValueError):
    """Bytes that are no JSON we take; `word` is the key of the sentence for who sent them, `values` what it names."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


def read(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. JsonRefused, saying why, for anything else.

    The value holds no NaN, no infinity, no lone surrogate and no U+0000, and no object that gave a name twice.
    """
    if body.startswith(_MARKS):
        raise JsonRefused("problem.json.mark")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefused("problem.json.utf_8", byte=error.start) from error
    if _depth(text) > MOST_DEPTH:
        raise JsonRefused("problem.json.deep", most=MOST_DEPTH)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_fraction,
        )
    except json.JSONDecodeError as error:
        raise JsonRefused("problem.json.broken", line=error.lineno, column=error.colno) from error
    _demand_text(value)
    return value


def _depth(text: str) -> int:
    """How deep brackets are nested; those within strings do not count."""
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise JsonRefused("problem.json.twice")
    return made


def _constant(name: str) -> Any:
    raise JsonRefused("problem.json.constant", name=name)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise JsonRefused("problem.json.digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits) if len(digits) <= 40 else math.inf
    if not math.isfinite(number):
        raise JsonRefused("problem.json.large")
    return number


def _demand_text(value: Any) -> None:
    """JsonRefused where a string, or the name of a value, holds what is no character of a text."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and not _is_text(one):
            raise JsonRefused("problem.json.text")


def _is_text(text: str) -> bool:
    try:
        return "\0" not in text and text.encode() is not None
    except UnicodeEncodeError:
        return False
