"""How often a feed is worth asking for: what it says of that in its headers and in itself. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from feeds.documents.entry import Stamp

URGENT, BUSY, QUIET = 60, 300, 3600
"""Seconds for which a reader need not ask again."""
_URGENT_FOR = timedelta(hours=6)
_BUSY_FOR = timedelta(days=7)


def pace(entries: Iterable[Stamp], now: datetime) -> tuple[int, datetime | None]:
    """The seconds, and from which instant on they are others if nothing is published till then; None if for ever.

    A feed is urgent for six hours after an urgent release, and busy for a week after any.
    """
    shown = list(entries)
    urgent = max((one.updated for one in shown if one.urgent), default=None)
    if urgent is not None and now < urgent + _URGENT_FOR:
        return URGENT, urgent + _URGENT_FOR
    latest = max((one.updated for one in shown), default=None)
    if latest is not None and now < latest + _BUSY_FOR:
        return BUSY, latest + _BUSY_FOR
    return QUIET, None
