"""The columns of our own form, in which anybody can bring an archive: one record as a draft, or every reason why not.

The names and rules are those of docs/operate/intake.md.
"""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from feeds.commonmark import markdown_html
from feeds.errors import PageRefused
from feeds.intake.clean import clean_line
from feeds.intake.draft import Draft, Identity, Reading, Refused
from feeds.intake.links import identity_of, web_address
from feeds.intake.moments import registered
from feeds.intake.posts import content_of_post, paragraphs
from feeds.intake.source import Setting

COLUMNS = (
    "id",
    "language",
    "title",
    "subtitle",
    "summary",
    "text",
    "html",
    "markdown",
    "division",
    "board",
    "topics",
    "telephone",
    "registered",
    "address",
)
BODIES = ("text", "html", "markdown")
"""Of these a record has exactly one."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LIMITS = {"id": 1000, "division": 200, "board": 200, "telephone": 40, "address": 2000, "topics": 1000}


def unknown(names: Mapping[str, object] | tuple[str, ...]) -> str | None:
    """What is wrong with the names of columns, in a sentence; None if nothing is."""
    strange = [name for name in names if name not in COLUMNS]
    if strange:
        shown = ", ".join(_shown(name) for name in strange[:10])
        return f"unknown columns: {shown}; known are {', '.join(COLUMNS)}"
    return None


def _shown(name: str) -> str:
    """A name as a sentence can hold it, whatever bytes it was read from."""
    is_readable = name.isprintable() and "\ufffd" not in name
    return (clean_line(name)[:40] or "(no name)") if is_readable else "(unreadable)"


def reading_of(values: Mapping[str, str], setting: Setting) -> Reading:
    """What a record is; `values` are those of known columns, empty where nothing is given."""
    record = {name: values.get(name, "").strip() for name in COLUMNS}
    title = clean_line(record["title"])
    try:
        return _draft(record, setting)
    except PageRefused as refusal:
        return Refused(title=title[:200] or None, reasons=refusal.reasons)


def _draft(record: Mapping[str, str], setting: Setting) -> Draft:
    given = [name for name in BODIES if record[name]]
    address = web_address(record["address"])
    since = registered(record["registered"], setting.zone)
    reasons = [
        reason
        for reason, is_wrong in (
            (f"it has {' and '.join(given)}: give one of them", len(given) > 1),
            (f"the language “{record['language'][:40]}” is no tag such as en", not _is_language(record["language"])),
            (
                f"the date “{record['registered'][:40]}” is none that can be read",
                bool(record["registered"]) and not since,
            ),
            ("the address is none of http or https", bool(record["address"]) and not address),
            *((f"{name} is longer than {most} characters", len(record[name]) > most) for name, most in _LIMITS.items()),
        )
        if is_wrong
    ]
    try:
        content, remarks = content_of_post(
            record["title"],
            _html(record),
            base=address or setting.site_address,
            language=record["language"] or None,
            subtitle=record["subtitle"],
            summary=record["summary"],
        )
    except PageRefused as refusal:
        raise PageRefused((*reasons, *refusal.reasons)) from refusal
    if reasons:
        raise PageRefused(tuple(reasons))
    missing = {"division": "the record names no division", "registered": "the record gives no date of registration"}
    return Draft(
        content=content,
        division=clean_line(record["division"]),
        registered_on=since.day if since else None,
        registered_at=since.at if since else None,
        telephone=clean_line(record["telephone"]) or None,
        board=clean_line(record["board"]) or None,
        topics=tuple(sorted({topic for topic in re.split(r"[\s,;]+", record["topics"]) if topic})),
        address=address,
        identity=_identity(record, address, setting),
        remarks=remarks + tuple(remark for name, remark in missing.items() if not record[name]),
    )


def _is_language(tag: str) -> bool:
    return not tag or (len(tag) <= 16 and _LANGUAGE.fullmatch(tag) is not None)


def _html(record: Mapping[str, str]) -> str:
    if record["markdown"]:
        return markdown_html(record["markdown"])
    return record["html"] or paragraphs(record["text"])


def _identity(record: Mapping[str, str], address: str | None, setting: Setting) -> Identity | None:
    """The board's post where the address is one's, so that its page is the same post; else what `id` says.

    Without either a record is known by what it says, as a page without address is.
    """
    post = identity_of(address) if address else None
    if post is not None or not record["id"]:
        return post
    host = setting.site or (urlsplit(address).hostname if address else None) or "import"
    return Identity(host=host, board_id="record", post_id=short_id(record["id"]))


def short_id(text: str) -> str:
    """An id of any form as one that fits into a key: itself where it is short and plain, else its hash."""
    return text if _PLAIN_ID.fullmatch(text) else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
