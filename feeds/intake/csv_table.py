"""A CSV file as a stream of rows below the names of its columns, as spreadsheets and databases write them.

RFC 4180 with the liberties that are common: any of four separators, a mark at the beginning, LF or CRLF, and MySQL's
two forms: backslashes before quotes, and no quotes at all but tabs, with `\\n` for a line end. A row is whole or
refused; after a quote that never ends nothing can be told apart.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from feeds.errors import PageRefused
from feeds.intake.source import Input
from feeds.intake.text_stream import MAX_LINE, encoding_of, is_damaged, lines

SEPARATORS = (",", "\t", ";", "|")
MAX_COLUMNS = 200
_BACKSLASHED = re.compile(rb'\\"[^,;|\t\r\n"]')
_DOUBLED = re.compile(rb'[^,;|\t\r\n"\\]""')
_QUOTED_FIELD = re.compile(rb'(?:^|\t)"', re.M)
_ESCAPED = re.compile(rb"\\[ntN\\]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "0": "", "N": ""}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, its values by column, and why it cannot be read, if so."""

    place: str
    values: Mapping[str, str]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class _Dialect:
    """`escape` is the sign before a quote that belongs to its field. `is_plain`: no quotes, but signs of escape."""

    separator: str
    escape: str | None = None
    is_plain: bool = False


def column_names(head: bytes, encoding: str | None = None) -> tuple[str, ...]:
    """The names of the columns as the first line of a file gives them, trimmed and in lower case; empty if it is none.

    Without `encoding` by the beginning of the bytes alone: our own names are ASCII in every character set that we read.
    """
    encoding = encoding or ("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    first = head[: len(head) // 2 * 2].decode(encoding, "replace").partition("\n")[0].strip("\r")
    return _names(first, _separator(first))


def rows(given: Input, wanted: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows of a table. Of a row only the `wanted` columns are read, all where none are named.

    PageRefused where the file is no table, or cannot be read any further.
    """
    encoding = encoding_of(given.open, given.head)
    with given.open() as stream:
        physical = lines(stream, encoding)
        first = next(physical, "").lstrip("\ufeff").rstrip("\r\n")
        dialect = _dialect(_separator(first), given.head)
        names = _checked(_names(first, dialect.separator))
        kept = [(name, place) for place, name in enumerate(names) if wanted is None or name in wanted]
        csv.field_size_limit(MAX_LINE)
        yield from _rows(physical, dialect, len(names), kept)


def _rows(physical: Iterator[str], dialect: _Dialect, width: int, kept: Sequence[tuple[str, int]]) -> Iterator[Row]:
    reader = csv.reader(
        physical,
        delimiter=dialect.separator,
        escapechar=dialect.escape,
        doublequote=True,
        quoting=csv.QUOTE_NONE if dialect.is_plain else csv.QUOTE_MINIMAL,
        strict=True,
    )
    while True:
        place = f"line {reader.line_num + 2}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PageRefused((f"the rest of the file cannot be read, from {place} on: {_told(error)}",)) from error
        if not any(cells):
            continue
        if len(cells) != width:
            yield Row(place, {}, f"the row has {len(cells)} columns, the first line names {width}")
            continue
        values = {name: _meant(cells[column]) if dialect.is_plain else cells[column] for name, column in kept}
        damaged = [name for name, value in values.items() if is_damaged(value)]
        fault = f"it is damaged: {', '.join(damaged)} cannot be read" if damaged else None
        yield Row(place, {} if damaged else values, fault)


def _told(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quote is opened and never closed: is the file cut off?"
    if "field larger" in text:
        return f"a field is longer than {MAX_LINE // 1024 // 1024} million characters: is a quote never closed?"
    return "a quote stands inside a field without being doubled"


def _separator(first: str) -> str:
    """The separator that parts the first line into most columns."""
    return max(SEPARATORS, key=lambda separator: len(_names(first, separator)))


def _names(first: str, separator: str) -> tuple[str, ...]:
    if len(first) > 20_000:
        return ()
    try:
        cells = next(csv.reader([first], delimiter=separator, strict=True), [])
    except csv.Error:
        return ()
    return tuple(cell.strip(" `\"'\ufeff").casefold() for cell in cells)


def _checked(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if not names or not all(names) or len(names) > MAX_COLUMNS:
        raise PageRefused(("the first line has to name every column",))
    if twice:
        raise PageRefused((f"two columns have the same name: {', '.join(twice)}",))
    return names


def _dialect(separator: str, head: bytes) -> _Dialect:
    """How fields are written, by the beginning of the file: as MySQL does in either form, else as RFC 4180 says."""
    if separator == "\t" and _ESCAPED.search(head) and _is_one_row_a_line(head):
        return _Dialect(separator, is_plain=True)
    is_backslashed = _BACKSLASHED.search(head) is not None and _DOUBLED.search(head) is None
    return _Dialect(separator, escape="\\" if is_backslashed else None)


def _is_one_row_a_line(head: bytes) -> bool:
    """Whether nearly every line has as many tabs as the first, and hardly a field begins with a quote."""
    whole = head.splitlines()[:-1] or head.splitlines()
    width = whole[0].count(b"\t")
    alike = sum(line.count(b"\t") == width for line in whole)
    quoted = len(_QUOTED_FIELD.findall(head))
    return alike * 10 >= len(whole) * 9 and quoted * 2 < len(whole) * (width + 1)


def _meant(cell: str) -> str:
    """What a field of MySQL's plain form means."""
    return _ESCAPE.sub(lambda found: _MEANT.get(found[1], found[1]), cell) if "\\" in cell else cell
