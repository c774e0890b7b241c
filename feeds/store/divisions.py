"""Divisions and boards in the store: brought up to the city file at start, so that articles can refer to them."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Table, func, insert, select, update

from feeds.model import City, Names
from feeds.store.database import Session
from feeds.store.tables import article, board, division


def sync(session: Session, city: City) -> None:
    """Write every division and board of the city file. One that left the file stays: its articles need it.

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


def slugs(session: Session) -> tuple[str, ...]:
    """The divisions that the store knows, in the city's order."""
    return tuple(session.execute(select(division.c.slug).order_by(division.c.position)).scalars())


def names(session: Session, slug: str) -> Names | None:
    """What the division of this slug was called when the city file last had it; None if it never did."""
    found: Names | None = session.execute(select(division.c.names).where(division.c.slug == slug)).scalar()
    return found


def once(session: Session, values: Iterable[str]) -> tuple[str, ...]:
    """Those of these slugs that a division or a board of the city file has now or had once."""
    wanted = list(values)
    known = [select(table.c.slug).where(table.c.slug.in_(wanted)) for table in (division, board)]
    found = {slug for one in known for slug in session.execute(one).scalars()}
    return tuple(value for value in wanted if value in found)


def filed(session: Session) -> dict[str, int]:
    """How many articles of any state are filed under each slug."""
    counted = select(article.c.division, func.count()).where(article.c.division.is_not(None))
    return {row[0]: row[1] for row in session.execute(counted.group_by(article.c.division))}


def _upsert(session: Session, table: Table, slug: str, values: Mapping[str, object]) -> None:
    known = update(table).where(table.c.slug == slug).values(**values).returning(table.c.slug)
    if session.execute(known).first() is None:
        session.execute(insert(table).values(slug=slug, **values))
