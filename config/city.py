"""Reads a city file: who the city is, its divisions and its boards. Every problem is reported at once.

`docs/adopt/city-file.md` describes the file. What is read depends on its text, and on the machine only for the
time zones it knows.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from typing import TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from email_validator import EmailNotValidError, validate_email

from feeds.errors import CivicwireError
from feeds.intake.division import spelling
from feeds.model import Board, City, Division, Names

LICENCES = (
    *(f"KOGL-{kind}" for kind in range(5)),
    *(f"CC-{kind}-4.0" for kind in ("BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND")),
    "CC0-1.0",
)
RESERVED_SLUGS = ("all", "select")
"""Slugs that name feeds of every division and of several."""

_Check = Callable[[str], str | None]
_Kind = TypeVar("_Kind")

_MAX_TEXT = 200
_MAX_SLUG = 60
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?", re.ASCII)
_TELEPHONE = re.compile(r"\+?[0-9]+(?:[ -][0-9]+)*", re.ASCII)
_DNS_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
_AUTHORITY = re.compile(rf"(?:[A-Za-z0-9._-]+@)?{_DNS_NAME},(?P<date>[0-9]{{4}}(?:-[0-9]{{2}}){{0,2}})", re.ASCII)
_NO_ZONE = ("Factory", "localtime", "posixrules")  # they stand for UTC, or for whatever the machine is set to


class CityFileError(CivicwireError):
    """A city file that cannot be used; `problems` has one line for each thing to put right."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def default_city_text() -> str:
    """The text of the city file that comes with the program."""
    return files("config").joinpath("cities", "daegu.toml").read_text(encoding="utf-8")


def read_city(text: str, *, name: str) -> City:
    """The city that a file's text describes; `name` is the file's name for messages.

    CityFileError names every problem at once, each with the file and the key (rows are counted from 0).
    """
    try:
        values: dict[str, object] = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise CityFileError((f"{name}: not valid TOML: {error}",)) from error
    problems: list[str] = []
    city = _city(_Table(values, problems))
    if problems:
        raise CityFileError(tuple(f"{name}: {problem}" for problem in problems))
    return city


def _city(root: _Table) -> City:
    languages = _languages(root)
    sender = root.table("sender")
    divisions = [(row, _division(row, languages)) for row in root.tables("divisions")]
    boards = [(row, _board(row, languages)) for row in root.tables("boards")]
    city = City(
        names=_names(root.table("names"), languages),
        newsroom_names=_names(root.table("newsroom_names"), languages),
        zone=cast(ZoneInfo, _zone(root)),  # None is a problem, with which no city leaves this module
        languages=languages,
        authority=root.text("authority", _authority_problem),
        sender_names=_names(sender.table("names"), languages),
        sender_address=sender.text("address", _address_problem),
        telephone=root.text("telephone", _telephone_problem),
        licence=root.text("licence", _licence_problem),
        fallback_division=root.text("fallback_division"),
        divisions=tuple(division for _, division in divisions),
        boards=tuple(board for _, board in boards),
    )
    sender.close()
    root.close()
    _check_divisions(root, divisions, city.fallback_division)
    _check_boards(boards)
    return city


def _languages(root: _Table) -> tuple[str, ...]:
    languages = root.texts("languages", _language_problem)
    for place, language in enumerate(languages):
        if language in languages[:place]:
            root.report(f"languages[{place}]", f'"{language}" stands here twice')
    return languages


def _zone(root: _Table) -> ZoneInfo | None:
    """The zone that is named; None, which is reported, where it cannot be had. Nothing stands in for it."""
    key = root.text("zone")
    if key and key not in _NO_ZONE:
        try:
            return ZoneInfo(key)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            known = available_timezones()
            missing = "" if known else "; this machine has no time zones at all: install the package tzdata"
            root.report("zone", f'there is no time zone "{key}"{_nearest(key, known)}{missing}')
    elif key:
        root.report("zone", f'"{key}" names no place; write one such as "Asia/Seoul"')
    return None


def _names(table: _Table, languages: tuple[str, ...]) -> Names:
    names = {language: table.text(language) for language in languages}
    if languages:
        table.close()
    return names


def _division(row: _Table, languages: tuple[str, ...]) -> Division:
    division = Division(
        slug=row.text("slug", _division_slug_problem),
        names=_names(row.table("names"), languages),
        parent=row.maybe_text("parent"),
        telephone=row.maybe_text("telephone", _telephone_problem),
        aliases=row.maybe_texts("aliases"),
    )
    row.close()
    return division


def _board(row: _Table, languages: tuple[str, ...]) -> Board:
    path = row.table("path")
    board = Board(
        slug=row.text("slug", _slug_problem),
        names=_names(row.table("names"), languages),
        path={language: path.texts(language) for language in languages},
        source_id=row.maybe_text("source_id"),
    )
    if languages:
        path.close()
    row.close()
    return board


def _check_divisions(root: _Table, rows: Sequence[tuple[_Table, Division]], fallback: str) -> None:
    _check_unique((row, "slug", division.slug, division.slug) for row, division in rows)
    _check_unique(_spellings(rows))
    parents = {division.slug: division.parent for _, division in rows if division.slug}
    for row, division in rows:
        if division.parent and division.parent not in parents:
            row.report("parent", f'there is no division "{division.parent}"{_nearest(division.parent, parents)}')
        circle = _circle(division.slug, parents)
        if circle and division.slug == next(slug for slug in parents if slug in circle):
            row.report("parent", f"a division cannot stand above itself: {' > '.join((*circle, circle[0]))}")
    if fallback and fallback not in parents:
        root.report("fallback_division", f'there is no division "{fallback}"{_nearest(fallback, parents)}')


def _check_boards(rows: Sequence[tuple[_Table, Board]]) -> None:
    _check_unique((row, "slug", board.slug, board.slug) for row, board in rows)
    _check_unique((row, "source_id", board.source_id or "", board.slug) for row, board in rows)
    _check_unique(_spellings(rows))


def _check_unique(entries: Iterable[tuple[_Table, str, str, str]]) -> None:
    """Report each value that an earlier row has already. An entry is row, key, value and the row's slug."""
    owners: dict[str, tuple[_Table, str]] = {}
    for row, key, value, slug in entries:
        owner, owner_slug = owners.setdefault(spelling(value), (row, slug))
        if value and owner is not row:
            row.report(key, f'"{value}" belongs to "{owner_slug}" already')


def _spellings(rows: Sequence[tuple[_Table, Division | Board]]) -> Iterator[tuple[_Table, str, str, str]]:
    for row, item in rows:
        for language, text in item.names.items():
            yield row, f"names.{language}", text, item.slug
        for place, alias in enumerate(item.aliases if isinstance(item, Division) else ()):
            yield row, f"aliases[{place}]", alias, item.slug


def _circle(slug: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The chain of parents that leads from a division back to itself, empty where there is none."""
    chain = [slug]
    while (above := parents.get(chain[-1])) and above not in chain:
        chain.append(above)
    return tuple(chain) if above and above == slug else ()


class _Table:
    """One table of the file. It remembers which keys were asked for, so that `close` can report all others.

    A value that is missing or wrong is reported and read as an empty one, and the reading goes on.
    """

    def __init__(self, values: Mapping[str, object], problems: list[str], path: str = "", of: str = "") -> None:
        self._values = values
        self._problems = problems
        self._path = path
        self._of = of
        self._asked: dict[str, None] = {}

    def report(self, key: str, sentence: str) -> None:
        self._problems.append(" ".join(f"{self._path}{key}: {sentence}{self._of}".split()))

    def has(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, check: _Check | None = None) -> str:
        """One line of text; `check` answers what is wrong with it, or None."""
        return self._line(key, self._value(key, str, "text in quotes"), check)

    def maybe_text(self, key: str, check: _Check | None = None) -> str | None:
        self._asked[key] = None
        return self.text(key, check) or None if self.has(key) else None

    def texts(self, key: str, check: _Check | None = None) -> tuple[str, ...]:
        return tuple(self._line(f"{key}[{place}]", item, check) for place, item in enumerate(self._list(key, "a list")))

    def maybe_texts(self, key: str) -> tuple[str, ...]:
        self._asked[key] = None
        return self.texts(key) if self._values.get(key, []) != [] else ()

    def table(self, key: str) -> _Table:
        return self._below(key, self._value(key, dict, "a table"), self._of)

    def tables(self, key: str) -> list[_Table]:
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
                self.report(key, f"unknown key{_nearest(key, self._asked)}")

    def _below(self, key: str, values: Mapping[str, object] | None, of: str) -> _Table:
        # What stands below a missing table is not worth a line each: those problems go nowhere.
        problems = self._problems if values is not None else []
        return _Table(values or {}, problems, f"{self._path}{key}.", of)

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

    def _line(self, key: str, value: object, check: _Check | None) -> str:
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


def _nearest(key: str, known: Iterable[str]) -> str:
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


def _slug_problem(slug: str) -> str | None:
    if not _SLUG.fullmatch(slug):
        return f'"{slug}" must be lower-case letters a-z and digits, words joined by single hyphens'
    return f"is longer than {_MAX_SLUG} characters" if len(slug) > _MAX_SLUG else None


def _division_slug_problem(slug: str) -> str | None:
    return f'"{slug}" is reserved for feeds of several divisions' if slug in RESERVED_SLUGS else _slug_problem(slug)


def _language_problem(language: str) -> str | None:
    return None if _LANGUAGE.fullmatch(language) else f'"{language}" is no language tag such as "en" or "ko"'


def _telephone_problem(telephone: str) -> str | None:
    digits = sum(character.isdigit() for character in telephone)
    if _TELEPHONE.fullmatch(telephone) and 3 <= digits <= 15:
        return None
    return f'"{telephone}" must be 3 to 15 digits, groups joined by hyphens, as in "120" or "053-803-2114"'


def _licence_problem(licence: str) -> str | None:
    if licence in LICENCES:
        return None
    return f'there is no licence "{licence}"{_nearest(licence, LICENCES)} (known: {", ".join(LICENCES)})'


def _address_problem(address: str) -> str | None:
    try:
        # "Test environment" also lets .test through, on which demonstrations and these tests live.
        written = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, test_environment=True
        ).normalized
    except EmailNotValidError as error:
        return f'"{address}" is no mail address: {error}'
    return None if written == address else f'"{address}" must be written "{written}"'


def _authority_problem(authority: str) -> str | None:
    """What is wrong with the name of a minter of tag: URIs: `authorityName,date`, RFC 4151, section 2.1."""
    match = _AUTHORITY.fullmatch(authority)
    if not match:
        return f'"{authority}" must be a domain you own, a comma and a year, as in "city.example.org,2026"'
    try:
        date.fromisoformat(f"{match['date']}-01-01"[:10])
    except ValueError:
        return f'"{match["date"]}" is no date'
    return None
