"""JSON Lines of our own columns: one object a line, in UTF-8 (RFC 8259, section 8.1)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from feeds.errors import PageRefused
from feeds.intake.draft import Reading, Refused
from feeds.intake.own_columns import reading_of, unknown
from feeds.intake.source import Input, Record, Setting
from feeds.intake.text_stream import is_damaged, lines


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Objects, each on a line of its own."""

    name: str = "jsonl"

    def recognises(self, given: Input) -> bool:
        """By its name, or by an object at its beginning."""
        begins_object = given.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
        return given.files is None and (begins_object or given.name.lower().endswith((".jsonl", ".ndjson")))

    def records(self, given: Input) -> Iterator[Record]:
        """The objects in the order of the file; a line that is none is refused alone."""
        if given.head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in given.head:
            raise PageRefused(("JSON Lines have to be in UTF-8",))
        with given.open() as stream:
            for number, line in enumerate(lines(stream, "utf-8-sig"), start=1):
                if line.strip():
                    yield Record(f"line {number}", _reading(line, given.setting))


SOURCE = JsonLines()


class _NoObject(ValueError):
    """A line that is no JSON object of ours; its text says why."""


def _reading(line: str, setting: Setting) -> Reading:
    try:
        if is_damaged(line):
            raise _NoObject("it is damaged: its bytes are not UTF-8")
        values = _values(line)
    except _NoObject as fault:
        return Refused(title=None, reasons=(str(fault),))
    except (ValueError, RecursionError):
        return Refused(title=None, reasons=("it is no JSON",))
    return reading_of(values, setting)


def _values(line: str) -> dict[str, str]:
    found = json.loads(line, object_pairs_hook=_object, parse_constant=_constant)
    if not isinstance(found, dict):
        raise _NoObject("it is no JSON object")
    slip = unknown(tuple(found))
    if slip:
        raise _NoObject(slip)
    return {name: _text(name, value) for name, value in found.items()}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259, section 4: what becomes of a name that is given twice is nobody's promise."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NoObject("it gives a name twice")
    return found


def _constant(name: str) -> object:
    raise _NoObject(f"{name} is no JSON")


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "topics" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _NoObject(f"{name} has to be a text")
    if is_damaged(value):
        raise _NoObject(f"{name} holds NUL, or half of a sign")
    return value
