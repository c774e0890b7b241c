"""What is wrong between the rows of a city file, where each of them is sound by itself. Everything is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from config.city_table import Table, nearest
from feeds.intake.division import spelling
from feeds.model import Board, Division


def check_divisions(root: Table, rows: Sequence[tuple[Table, Division]], fallback: str) -> None:
    """Report what is wrong between the divisions: slugs and names given twice, parents, successors, the fallback."""
    _check_unique(_slugs(rows))
    _check_unique(_spellings(rows))
    known = {division.slug: division for _, division in rows if division.slug}
    parents = {slug: division.parent for slug, division in known.items()}
    successors = {slug: division.successor for slug, division in known.items()}
    for row, division in rows:
        _check_named(row, "parent", division.parent, known)
        _check_circle(row, "parent", division.slug, parents, "a division cannot stand above itself")
        above = known.get(division.parent or "")
        if above and above.retired and not division.retired:
            row.report("parent", f'"{above.slug}" is retired: nothing that still issues releases can stand below it')
        _check_named(row, "successor", division.successor, known)
        _check_circle(row, "successor", division.slug, successors, "a division cannot follow itself")
        _check_life(row, division)
    _check_named(root, "fallback_division", fallback, known)
    if fallback in known and known[fallback].retired:
        root.report("fallback_division", f'"{fallback}" is retired: name one that issues releases')


def _check_named(row: Table, key: str, slug: str | None, known: Mapping[str, Division]) -> None:
    """Report a slug that no division has today, with the one that it has become where that is known."""
    if not slug or slug in known:
        return
    renamed = next((division.slug for division in known.values() if slug in division.former), None)
    hint = f'; it is now "{renamed}"' if renamed else nearest(slug, known)
    row.report(key, f'there is no division "{slug}"{hint}')


def _check_circle(row: Table, key: str, slug: str, links: Mapping[str, str | None], sentence: str) -> None:
    """Report a circle of parents or successors, once: at the first of its divisions in the file."""
    circle = _circle(slug, links)
    if circle and slug == next(one for one in links if one in circle):
        row.report(key, f"{sentence}: {' > '.join((*circle, circle[0]))}")


def _check_life(row: Table, division: Division) -> None:
    for place, slug in enumerate(division.former):
        if slug == division.slug:
            row.report(f"former[{place}]", f'"{slug}" is the slug it has now')
    if division.successor and not row.has("retired"):
        row.report("successor", 'only a retired division has one; add the day in "retired", or leave this out')
    if division.since and division.retired and division.retired < division.since:
        row.report("retired", f"is before the day since which there is such a division, {division.since}")


def check_marked(table: Table, key: str, kind: str, slugs: Sequence[str], known: Iterable[str]) -> None:
    """Report what is marked and is not in the file."""
    known = set(known)
    for place, slug in enumerate(slugs):
        if slug and slug not in known:
            table.report(f"{key}[{place}]", f'there is no {kind} "{slug}"{nearest(slug, known)}')


def check_boards(rows: Sequence[tuple[Table, Board]]) -> None:
    """Report what two boards have in common and must not."""
    _check_unique((row, "slug", board.slug, board.slug) for row, board in rows)
    _check_unique((row, "source_id", board.source_id or "", board.slug) for row, board in rows)
    _check_unique(_spellings(rows))


def _check_unique(entries: Iterable[tuple[Table, str, str, str]]) -> None:
    """Report each value that an earlier row has already. An entry is row, key, value and the row's slug."""
    owners: dict[str, tuple[Table, str]] = {}
    for row, key, value, slug in entries:
        owner, owner_slug = owners.setdefault(spelling(value), (row, slug))
        if value and owner is not row:
            row.report(key, f'"{value}" belongs to "{owner_slug}" already')


def _slugs(rows: Sequence[tuple[Table, Division]]) -> Iterator[tuple[Table, str, str, str]]:
    """Every slug that a division has, and then every one that it had: an address leads to one division."""
    for row, division in rows:
        yield row, "slug", division.slug, division.slug
    for row, division in rows:
        for place, slug in enumerate(division.former):
            yield row, f"former[{place}]", slug, division.slug


def _spellings(rows: Sequence[tuple[Table, Division | Board]]) -> Iterator[tuple[Table, str, str, str]]:
    for row, item in rows:
        for language, text in item.names.items():
            yield row, f"names.{language}", text, item.slug
        for place, alias in enumerate(item.aliases if isinstance(item, Division) else ()):
            yield row, f"aliases[{place}]", alias, item.slug


def _circle(slug: str, links: Mapping[str, str | None]) -> tuple[str, ...]:
    """The chain of parents, or of successors, that leads from a division back to itself; empty where there is none."""
    chain = [slug]
    while (following := links.get(chain[-1])) and following not in chain:
        chain.append(following)
    return tuple(chain) if following and following == slug else ()
