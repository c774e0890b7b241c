"""Divisions, boards and languages in the store: brought up to the city file at start, so that articles can refer to
them, and so that what left the file is still known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table, func, insert, select, update

from feeds.model import City, Names
from feeds.store.database import Session
from feeds.store.tables import article, board, division, language


@dataclass(frozen=True, slots=True)
class Past:
    """What the city file names no more: its kind, as a feed's address has it (`division`, `board` or `lang`), its slug
    or tag, and what it was called; a language has no names."""

    kind: str
    value: str
    names: Names = field(default_factory=dict)

    def name(self, tongue: str) -> str:
        """The name in this language, else in the first it has; the slug where it has none."""
        return self.names.get(tongue) or next(iter(self.names.values()), self.value)


def sync(session: Session, city: City) -> None:
    """Write every division, board and language of the city file. One that left the file stays: its articles need it.

    A division has a row under each slug that it had, too: releases may go on being filed under one.
    """
    for position, office in enumerate(city.divisions):
        values: dict[str, object] = {
            "names": dict(office.names),
            "parent": office.parent,
            "telephone": office.telephone,
            "aliases": list(office.aliases),
            "position": position,
        }
        for slug in (office.slug, *office.former):
            _upsert(session, division, slug, values)
    for place in city.boards:
        path = {language: list(steps) for language, steps in place.path.items()}
        values = {"names": dict(place.names), "path": path, "source_id": place.source_id}
        _upsert(session, board, place.slug, values)
    known = set(session.execute(select(language.c.tag)).scalars())
    new = [{"tag": tag} for tag in dict.fromkeys(city.languages) if tag not in known]
    if new:
        session.execute(insert(language), new)


def slugs(session: Session) -> tuple[str, ...]:
    """The divisions that the store knows, in the city's order."""
    return tuple(session.execute(select(division.c.slug).order_by(division.c.position)).scalars())


def names(session: Session, slug: str) -> Names | None:
    """What the division of this slug was called when the city file last had it; None if it never did."""
    found: Names | None = session.execute(select(division.c.names).where(division.c.slug == slug)).scalar()
    return found


def past(session: Session, asked: Iterable[tuple[str, str]]) -> list[Past]:
    """Those of these values that the city file has now or had once, each given with its kind as `Past` has it."""
    wanted: dict[str, list[str]] = {}
    for kind, value in asked:
        wanted.setdefault(kind, []).append(value.lower())
    found = [
        Past(kind, row.slug, row.names)
        for kind, table in (("division", division), ("board", board))
        if kind in wanted
        for row in session.execute(select(table.c.slug, table.c.names).where(table.c.slug.in_(wanted[kind])))
    ]
    if "lang" in wanted:
        tags = select(language.c.tag).where(func.lower(language.c.tag).in_(wanted["lang"]))
        found += [Past("lang", tag) for tag in session.execute(tags).scalars()]
    return found


def filed(session: Session) -> dict[str, int]:
    """How many articles of any state are filed under each slug."""
    counted = select(article.c.division, func.count()).where(article.c.division.is_not(None))
    return {row[0]: row[1] for row in session.execute(counted.group_by(article.c.division))}


def _upsert(session: Session, table: Table, slug: str, values: Mapping[str, object]) -> None:
    known = update(table).where(table.c.slug == slug).values(**values).returning(table.c.slug)
    if session.execute(known).first() is None:
        session.execute(insert(table).values(slug=slug, **values))
