"""Reads one table of a TOML file with care: every wrong, missing or unknown key is noted, and the reading goes on."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import TypeVar

Check = Callable[[str], str | None]
"""Answers what is wrong with a text, or None."""
_Kind = TypeVar("_Kind")
_MAX_TEXT = 200


class Table:
    """One table of the file. It remembers which keys were asked for, so that `close` can report all others.

    A value that is missing or wrong is reported and read as an empty one, and the reading goes on.
    """

    def __init__(self, values: Mapping[str, object], problems: list[str], path: str = "", of: str = "") -> None:
        """Take the values, where problems are noted, and how to name this place in them."""
        self._values = values
        self._problems = problems
        self._path = path
        self._of = of
        self._asked: dict[str, None] = {}

    def report(self, key: str, sentence: str) -> None:
        """Note a problem of this key, under its whole path."""
        self._problems.append(" ".join(f"{self._path}{key}: {sentence}{self._of}".split()))

    def has(self, key: str) -> bool:
        """Whether the table gives this key at all."""
        return key in self._values

    def text(self, key: str, check: Check | None = None) -> str:
        """One line of text; `check` answers what is wrong with it, or None."""
        return self._line(key, self._value(key, str, "text in quotes"), check)

    def maybe_text(self, key: str, check: Check | None = None) -> str | None:
        """A line that may be left out, then None."""
        self._asked[key] = None
        return self.text(key, check) or None if self.has(key) else None

    def texts(self, key: str, check: Check | None = None) -> tuple[str, ...]:
        """A list of lines, at least one."""
        return tuple(self._line(f"{key}[{place}]", item, check) for place, item in enumerate(self._list(key, "a list")))

    def maybe_texts(self, key: str, check: Check | None = None) -> tuple[str, ...]:
        """A list of lines that may be empty or left out."""
        self._asked[key] = None
        return self.texts(key, check) if self._values.get(key, []) != [] else ()

    def maybe_day(self, key: str) -> date | None:
        """A day that may be left out, written without quotes; None where it is, or is no day."""
        self._asked[key] = None
        if not self.has(key):
            return None
        value = self._values[key]
        # TOML has days, local times and instants; to Python every instant is a day too.
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.report(key, f"must be a day such as 2026-05-20, without quotes, not {_kind(value)}")
        return None

    def table(self, key: str) -> Table:
        """The table below this key."""
        return self._below(key, self._value(key, dict, "a table"), self._of)

    def maybe_hour(self, key: str, default: int) -> int:
        """An hour of the day, 0 to 23, that may be left out; the default where it is, or is no hour."""
        self._asked[key] = None
        value = self._values.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 23:
            return value
        self.report(key, f"must be an hour from 0 to 23, without quotes, not {_kind(value)}")
        return default

    def maybe_table(self, key: str) -> Table | None:
        """The table below this key, which may be left out."""
        self._asked[key] = None
        return self.table(key) if self.has(key) else None

    def tables(self, key: str) -> list[Table]:
        """The rows of a list of tables, at least one."""
        rows = []
        for place, item in enumerate(self._list(key, "a list of tables")):
            if not isinstance(item, dict):
                self.report(f"{key}[{place}]", f"must be a table, not {_kind(item)}")
            row = item if isinstance(item, dict) else None
            rows.append(self._below(f"{key}[{place}]", row, f' (in "{row["slug"]}")' if row and "slug" in row else ""))
        return rows

    def close(self) -> None:
        """Report every key that nobody asked for, with the known one that it resembles."""
        for key in self._values:
            if key not in self._asked:
                self.report(key, f"unknown key{nearest(key, self._asked)}")

    def _below(self, key: str, values: Mapping[str, object] | None, of: str) -> Table:
        # What stands below a missing table is not worth a line each: those problems go nowhere.
        problems = self._problems if values is not None else []
        return Table(values or {}, problems, f"{self._path}{key}.", of)

    def _value(self, key: str, kind: type[_Kind], described: str) -> _Kind | None:
        self._asked[key] = None
        value = self._values.get(key)
        if isinstance(value, kind):
            return value
        self.report(key, f"must be {described}, not {_kind(value)}" if self.has(key) else "missing")
        return None

    def _list(self, key: str, described: str) -> list[object]:
        items = self._value(key, list, described)
        if items == []:
            self.report(key, "must not be empty")
        return items or []

    def _line(self, key: str, value: object, check: Check | None) -> str:
        if not isinstance(value, str):
            if value is not None:
                self.report(key, f"must be text in quotes, not {_kind(value)}")
            return ""
        problem = _line_problem(value) or (check(value) if check else None)
        if problem:
            self.report(key, problem)
        return value


def _kind(value: object) -> str:
    """What a TOML value is, for somebody who does not write programs."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")


def nearest(key: str, known: Iterable[str]) -> str:
    """`; did you mean …?` for the known word that resembles the key; empty if none does."""
    near = get_close_matches(key, known, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _line_problem(text: str) -> str | None:
    if not text.strip():
        return "is empty"
    if len(text) > _MAX_TEXT:
        return f"is longer than {_MAX_TEXT} characters"
    # A line break in a name could end the header of a mail and begin another.
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        return "must be one line without control characters"
    return "begins or ends with a space" if text != text.strip() else None
