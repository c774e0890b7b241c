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
    wanted = spelling(stated)
    if not wanted:
        return None
    for division in city.divisions:
        if any(spelling(name) == wanted for name in (*division.names.values(), *division.aliases)):
            return division.slug
    return None
