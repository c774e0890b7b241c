"""Which division a page means: its words compared with the names and aliases of the city file."""

import unicodedata

from feeds.model import City


def spelling(text: str) -> str:
    """The form in which two names are compared: NFKC, case-folded, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def resolve_division(city: City, stated: str) -> str | None:
    """The slug of the division whose name (in any language) or alias is exactly what was stated, else None.

    Nothing is guessed: part of a name, a near miss and an empty statement are all unknown.
    """
    return by_spelling(city).get(spelling(stated))


def by_spelling(city: City) -> dict[str, str]:
    """The slug of every division by each spelling of its names and aliases; the first in the city's order has it."""
    slugs: dict[str, str] = {}
    for division in city.divisions:
        for name in (*division.names.values(), *division.aliases):
            if spelling(name):
                slugs.setdefault(spelling(name), division.slug)
    return slugs
