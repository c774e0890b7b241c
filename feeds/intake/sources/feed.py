"""RSS and Atom of an existing site, by feedparser, which is given nothing but bytes that were found to be safe.

Entries are known by the post that their link points to, else by their own id, so that a feed read again gives no
doubles. Categories are ignored: another site's words are no topics of ours.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from feeds.errors import CivicwireError, PageRefused
from feeds.intake.clean import clean_line, plain_text
from feeds.intake.decode import text_of
from feeds.intake.draft import Draft, Identity, Reading, Refused
from feeds.intake.links import identity_of, web_address
from feeds.intake.moments import Moment, printable, registered
from feeds.intake.own_columns import short_id
from feeds.intake.posts import content_of_post, paragraphs
from feeds.intake.source import Input, Record
from feeds.intake.xml_guard import safe_xml
from feeds.model import Attachment, Picture

try:
    import feedparser
except ModuleNotFoundError:  # the extra "import" is not installed
    feedparser = None

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 40
_PROLOG = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(rss|feed|rdf)[\s>]", re.I)
_FIRST = re.compile(rb"<\w")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=-|_|$)")
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Feed:
    """The entries of a feed."""

    name: str = "feed"

    def recognises(self, given: Input) -> bool:
        """By its first element."""
        head = _PROLOG.sub(b"", given.head.replace(b"\x00", b""))
        first = _FIRST.search(head)
        return given.files is None and first is not None and _ROOT.match(head, first.start()) is not None

    def records(self, given: Input) -> Iterator[Record]:
        """The entries in the order of the feed. PageRefused where it is no feed, or one that is not safe to read."""
        if feedparser is None:
            raise CivicwireError("reading feeds needs feedparser: install civicwire[import]")
        with given.open() as stream:
            content = safe_xml(text_of(stream.read(MAX_BYTES + 1), given.media_type, limit=MAX_BYTES))
        found = feedparser.parse(
            io.BytesIO(content),  # bytes alone it might take for the name of a file
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        if not found.version:
            raise PageRefused(("the file is XML and no feed",))
        base = web_address(found.feed.get("link"), given.address) or given.address or given.setting.site_address
        for number, entry in enumerate(found.entries, start=1):
            yield Record(f"entry {number}", _reading(entry, found.feed, base, given))


SOURCE = Feed()


def _reading(entry: Any, feed: Any, base: str | None, given: Input) -> Reading:
    title = _plain(entry.get("title_detail"))
    try:
        return _draft(entry, feed, title, base, given)
    except PageRefused as refusal:
        return Refused(title=title[:200] or None, reasons=refusal.reasons)


def _draft(entry: Any, feed: Any, title: str, base: str | None, given: Input) -> Draft:
    address = web_address(entry.get("link"), base)
    html, language, is_whole = _text(entry)
    pictures, attachments = _files(entry, address or base)
    content, remarks = content_of_post(
        title,
        html,
        base=address or base,
        language=_language(language or entry.get("language") or feed.get("language")),
        summary=_plain(entry.get("summary_detail"))[:1000] if is_whole else "",
        pictures=pictures,
        attachments=attachments,
    )
    since = _since(entry, given)
    writer = clean_line(entry.get("author") or "")
    known = given.setting.is_division(writer)
    remarks += () if is_whole else ("the feed gives a summary only: look whether that is all of it",)
    remarks += () if known else ("the entry names no division",)
    remarks += () if since else ("the entry gives no date that can be read",)
    return Draft(
        content=content,
        division=writer if known else "",
        registered_on=since.day if since else None,
        registered_at=since.at if since else None,
        address=address,
        identity=_identity(entry, address, given, base),
        remarks=remarks,
        unread_date="" if since else printable(_written(entry)),
    )


def _written(entry: Any) -> str:
    """The date of an entry as it stands there; empty where there is none."""
    return next((str(dict.get(entry, name)) for name in ("published", "updated") if dict.get(entry, name)), "")


def _plain(detail: Any) -> str:
    """A text construct as one line: of what is marked up only the words."""
    if not detail:
        return ""
    value = str(detail.get("value") or "")
    return clean_line(plain_text(value) if detail.get("type") in _HTML else value)


def _text(entry: Any) -> tuple[str, str | None, bool]:
    """The HTML of an entry, the language it states, and whether it is the entry's content rather than a summary."""
    contents = [one for one in entry.get("content", ()) if one.get("value")]
    detail = next((one for one in contents if one.get("type") in _HTML), contents[0] if contents else None)
    is_whole = detail is not None
    detail = detail or entry.get("summary_detail") or {}
    value = str(detail.get("value") or "")
    html = value if detail.get("type") in _HTML else paragraphs(value)
    return html, detail.get("language"), is_whole


def _language(stated: str | None) -> str | None:
    """The language of a tag such as `ko-KR`; None, so that the letters tell, where it is no tag."""
    found = _LANGUAGE.match((stated or "").strip())
    return found[0].lower() if found else None


def _since(entry: Any, given: Input) -> Moment | None:
    # Asked as a plain dict: feedparser's own would answer the one by the other.
    written = (str(dict.get(entry, name) or "") for name in ("published", "updated"))
    return next((found for text in written if (found := registered(text, given.setting.zone))), None)


def _identity(entry: Any, address: str | None, given: Input, base: str | None) -> Identity | None:
    post = identity_of(address) if address else None
    own = str(entry.get("id") or "") or address
    if post is not None or not own:
        return post
    host = given.setting.site or urlsplit(base or "").hostname or urlsplit(address or "").hostname or "import"
    return Identity(host=host, board_id="entry", post_id=short_id(own))


def _files(entry: Any, base: str | None) -> tuple[Sequence[Picture], Sequence[Attachment]]:
    """What is enclosed, by its address: pictures that say what they show, and files. Nothing of it is fetched."""
    pictures: dict[str, Picture] = {}
    attachments: dict[str, Attachment] = {}
    for part in [*entry.get("enclosures", ()), *entry.get("media_content", ())][: 2 * MAX_FILES]:
        address = web_address(str(part.get("href") or part.get("url") or ""), base)
        if address is None:
            continue
        kind = clean_line(str(part.get("type") or ""))[:120] or None
        caption = clean_line(str(part.get("title") or ""))[:1000]
        if caption and ((kind or "").startswith("image/") or part.get("medium") == "image"):
            pictures.setdefault(address, Picture(caption=caption, address=address))
        else:
            name = clean_line(unquote(urlsplit(address).path.rpartition("/")[2]))[:200] or "file"
            attachments.setdefault(
                address, Attachment(name=name, address=address, media_type=kind, length=_length(part))
            )
    return tuple(pictures.values())[:MAX_FILES], tuple(attachments.values())[:MAX_FILES]


def _length(part: Any) -> int | None:
    stated = str(part.get("length") or part.get("filesize") or "")
    return int(stated) if re.fullmatch(r"[1-9]\d{0,11}", stated, re.ASCII) else None
