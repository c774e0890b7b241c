"""Divisions and boards in the store: brought up to the city file at start, so that articles can refer to them."""

from collections.abc import Mapping

from sqlalchemy import Table, insert, select, update

from feeds.model import City
from feeds.store.database import Session
from feeds.store.tables import board, division


def sync(session: Session, city: City) -> None:
    """Write every division and board of the city file. One that left the file stays: its articles need it."""
    for position, office in enumerate(city.divisions):
        values: dict[str, object] = {
            "names": dict(office.names),
            "parent": office.parent,
            "telephone": office.telephone,
            "aliases": list(office.aliases),
            "position": position,
        }
        _upsert(session, division, office.slug, values)
    for place in city.boards:
        path = {language: list(steps) for language, steps in place.path.items()}
        values = {"names": dict(place.names), "path": path, "source_id": place.source_id}
        _upsert(session, board, place.slug, values)


def slugs(session: Session) -> tuple[str, ...]:
    """The divisions that the store knows, in the city's order."""
    return tuple(session.execute(select(division.c.slug).order_by(division.c.position)).scalars())


def _upsert(session: Session, table: Table, slug: str, values: Mapping[str, object]) -> None:
    known = update(table).where(table.c.slug == slug).values(**values).returning(table.c.slug)
    if session.execute(known).first() is None:
        session.execute(insert(table).values(slug=slug, **values))
