"""Reads a city file: who the city is, its divisions and its boards. Every problem is reported at once.

`docs/adopt/city-file.md` describes the file. What is read depends on its text, and on the machine only for the
time zones it knows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from email_validator import EmailNotValidError, validate_email

from config.city_checks import check_boards, check_divisions, check_marked
from config.city_table import Table, nearest
from feeds.errors import Misconfigured
from feeds.model import Advertising, Board, City, Division, Names

LICENCES = (
    *(f"KOGL-{kind}" for kind in range(5)),
    *(f"CC-{kind}-4.0" for kind in ("BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND")),
    "CC0-1.0",
)
RESERVED_SLUGS = ("all", "select")
"""Slugs that name feeds of every division and of several."""


_MAX_SLUG = 60
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?", re.ASCII)
_TELEPHONE = re.compile(r"\+?[0-9]+(?:[ -][0-9]+)*", re.ASCII)
_DNS_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
_AUTHORITY = re.compile(rf"(?:[A-Za-z0-9._-]+@)?{_DNS_NAME},(?P<date>[0-9]{{4}}(?:-[0-9]{{2}}){{0,2}})", re.ASCII)
_NO_ZONE = ("Factory", "localtime", "posixrules")  # they stand for UTC, or for whatever the machine is set to


class CityFileError(Misconfigured):
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
    city = _city(Table(values, problems))
    if problems:
        raise CityFileError(tuple(f"{name}: {problem}" for problem in problems))
    return city


def _city(root: Table) -> City:
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
        advertising=_advertising(root.maybe_table("advertising"), languages, divisions, boards),
    )
    sender.close()
    root.close()
    check_divisions(root, divisions, city.fallback_division)
    check_boards(boards)
    return city


def _languages(root: Table) -> tuple[str, ...]:
    languages = root.texts("languages", _language_problem)
    for place, language in enumerate(languages):
        if language in languages[:place]:
            root.report(f"languages[{place}]", f'"{language}" stands here twice')
    return languages


def _zone(root: Table) -> ZoneInfo | None:
    """The zone that is named; None, which is reported, where it cannot be had. Nothing stands in for it."""
    key = root.text("zone")
    if key and key not in _NO_ZONE:
        try:
            return ZoneInfo(key)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            known = available_timezones()
            missing = "" if known else "; this machine has no time zones at all: install the package tzdata"
            root.report("zone", f'there is no time zone "{key}"{nearest(key, known)}{missing}')
    elif key:
        root.report("zone", f'"{key}" names no place; write one such as "Asia/Seoul"')
    return None


def _names(table: Table, languages: tuple[str, ...]) -> Names:
    names = {language: table.text(language) for language in languages}
    if languages:
        table.close()
    return names


def _division(row: Table, languages: tuple[str, ...]) -> Division:
    division = Division(
        slug=row.text("slug", _division_slug_problem),
        names=_names(row.table("names"), languages),
        parent=row.maybe_text("parent"),
        telephone=row.maybe_text("telephone", _telephone_problem),
        aliases=row.maybe_texts("aliases"),
        former=row.maybe_texts("former", _division_slug_problem),
        since=row.maybe_day("since"),
        retired=row.maybe_day("retired"),
        successor=row.maybe_text("successor"),
    )
    row.close()
    return division


def _board(row: Table, languages: tuple[str, ...]) -> Board:
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


def _advertising(
    table: Table | None,
    languages: tuple[str, ...],
    divisions: Sequence[tuple[Table, Division]],
    boards: Sequence[tuple[Table, Board]],
) -> Advertising:
    if table is None:
        return Advertising()
    marked = Advertising(
        divisions=table.maybe_texts("divisions"),
        boards=table.maybe_texts("boards"),
        topics=table.maybe_texts("topics", _slug_problem),
        addresses=_names(table.table("addresses"), languages),
        quiet_from=table.maybe_hour("quiet_from", Advertising().quiet_from),
        quiet_until=table.maybe_hour("quiet_until", Advertising().quiet_until),
    )
    table.close()
    check_marked(table, "divisions", "division", marked.divisions, {division.slug for _, division in divisions})
    check_marked(table, "boards", "board", marked.boards, {board.slug for _, board in boards})
    return marked


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
    return f'there is no licence "{licence}"{nearest(licence, LICENCES)} (known: {", ".join(LICENCES)})'


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
