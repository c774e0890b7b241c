"""Where a page of a list begins, as a word that a program hands back as it got it."""

import re
from datetime import UTC, datetime, timedelta

from feeds.store.paging import Place

PATTERN = r"^(-?[0-9]{1,16})?\.[0-9]{1,16}$"
"""Microseconds since 1970, none where the list has no instants, and the article's id."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def cursor_of(place: Place | None) -> str | None:
    """The word for a place."""
    if place is None:
        return None
    return f"{'' if place.at is None else (place.at - _EPOCH) // _MICROSECOND}.{place.id}"


def place_of(cursor: str | None) -> Place | None:
    """The place that a word of PATTERN stands for. ValueError for any other."""
    if cursor is None:
        return None
    if not re.fullmatch(PATTERN, cursor, re.ASCII):
        raise ValueError("this is no cursor that we gave")
    at, _, number = cursor.rpartition(".")
    return Place(_EPOCH + int(at) * _MICROSECOND if at else None, int(number))
