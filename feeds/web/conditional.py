"""Whether a reader's copy is still good: RFC 9110, sections 8.8 and 13. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def http_date(when: datetime) -> str:
    """An instant as HTTP writes it: `Mon, 24 May 2021 11:40:00 GMT`."""
    return format_datetime(when.astimezone(UTC), usegmt=True)


def is_fresh(headers: Mapping[str, str], *, etag: str, last_modified: datetime | None) -> bool:
    """Whether to answer 304. If-None-Match decides alone where it is given; broken values count as absent.

    Entity tags are compared weakly (RFC 9110, section 13.1.2); dates at the precision of a second.
    """
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in _TAG.findall(tags)
    since = headers.get("if-modified-since")
    if since is None or last_modified is None:
        return False
    try:
        known = parsedate_to_datetime(since)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return known.tzinfo is not None and last_modified.replace(microsecond=0) <= known
