"""Whether a reader's copy is still good: RFC 9110, sections 8.8 and 13. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_STRONG = re.compile(r'(?<!W/)("[\x21\x23-\x7e\x80-\xff]*")')
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def http_date(when: datetime) -> str:
    """An instant as HTTP writes it: `Mon, 24 May 2021 11:40:00 GMT`."""
    return format_datetime(when.astimezone(UTC), usegmt=True)


def is_fresh(headers: Mapping[str, str], *, etag: str, last_modified: datetime | None) -> bool:
    """Whether to answer 304. If-None-Match decides alone where it is given; broken values count as absent.

    Entity tags are compared weakly (RFC 9110, section 13.1.2); a date counts only if it is the very one that we gave
    (F56), for a document whose last release was taken out of it is dated back.
    """
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in _TAG.findall(tags)
    known = _date(headers.get("if-modified-since"))
    return known is not None and last_modified is not None and last_modified.replace(microsecond=0) == known


def is_conditional(headers: Mapping[str, str]) -> bool:
    """Whether somebody says which copy they have; what is no tag and no date says nothing."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or _TAG.search(tags) is not None
    return _date(headers.get("if-modified-since")) is not None


def is_refused(headers: Mapping[str, str], *, etag: str, last_modified: datetime | None) -> bool:
    """Whether to answer 412: the reader wants this copy or none. If-Match decides alone where it is given, and compares
    strongly (RFC 9110, section 13.1.1); a broken date counts as absent."""
    tags = headers.get("if-match")
    if tags is not None:
        return tags.strip() != "*" and etag not in _STRONG.findall(tags)
    known = _date(headers.get("if-unmodified-since"))
    return known is not None and last_modified is not None and last_modified.replace(microsecond=0) > known


def _date(text: str | None) -> datetime | None:
    try:
        known = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return known if known.tzinfo is not None else None
