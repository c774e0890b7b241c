"""What is answered for a document of the shelf: in which encoding, if the reader has it, and what is newer. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPStatus

from feeds.packed import Document
from feeds.web.conditional import http_date, is_fresh, is_refused

Headers = list[tuple[bytes, bytes]]

STALE_FOR = 86_400
"""For how many seconds a cache may show an old feed while it asks again, or cannot (RFC 5861)."""
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, IM, Link, Retry-After"}
"""What lets the pages of every other site read an answer (Fetch, section 3.3)."""
_ENCODINGS = ("zstd", "gzip", "identity")
_CODING = re.compile(r"\s*([^\s;,]+)\s*(?:;\s*q=([0-9.]+)\s*)?(?:,|$)")
_ZERO = re.compile(r"q\s*=\s*0(?:\.0*)?")
_MARK = re.compile(r'"([0-9a-f]{20})([0-9a-f]{8})\.([0-9]{1,15})(?:-[a-z0-9-]+)?"')


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document in one encoding, with everything that its answers say."""

    tag: str
    body: bytes
    found: Headers
    unchanged: Headers


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, headers and body of an answer."""

    status: int
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Wire:
    """A document in one encoding as HTTP/1.1 sends it: the heads of its answers but for their date and their end."""

    tag: bytes
    found: bytes
    unchanged: bytes
    body: bytes


def sheet(document: Document, encoding: str) -> Sheet:
    """What is sent of a document in an encoding, with what is said beside it; put together once."""
    known = document.sheets.get(encoding)
    if isinstance(known, Sheet):
        return known
    made = _sheet(document, encoding)
    if encoding != "identity":  # the bytes as they are would take more memory than all else
        document.sheets[encoding] = made
    return made


def wire(document: Document, encoding: str, headers: Headers) -> Wire:
    """What is sent of a document in an encoding, as bytes, with these headers besides its own; put together once."""
    kept = f"{encoding} on the wire"
    known = document.sheets.get(kept)
    if isinstance(known, Wire):
        return known
    made = _sheet(document, encoding)
    found, unchanged = head(200, [*made.found, *headers]), head(304, [*made.unchanged, *headers])
    document.sheets[kept] = sent = Wire(made.tag.encode(), found, unchanged, made.body)
    return sent


def head(status: int, headers: Headers) -> bytes:
    """The head of an answer of HTTP/1.1 (RFC 9112, section 4), but for its date and its end."""
    line = b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode("ascii"))
    return line + b"".join(b"%s: %s\r\n" % pair for pair in headers)


def _sheet(document: Document, encoding: str) -> Sheet:
    body = document.packed.body(encoding)
    tag = f'"{document.mark}-{encoding}"'
    shared = {
        "ETag": tag,
        **({"Last-Modified": http_date(document.last_modified)} if document.last_modified else {}),
        "Cache-Control": (
            f"public, max-age={document.max_age}, stale-while-revalidate={STALE_FOR}, stale-if-error={STALE_FOR}"
        ),
        "Vary": "Accept-Encoding, A-IM, Sec-Fetch-Dest",
        **OPEN,
        "Link": document.links,
    }
    found = shared | {"Content-Type": document.media_type, "Content-Length": str(len(body))}
    found |= {} if encoding == "identity" else {"Content-Encoding": encoding}
    return Sheet(tag, body, lines(found), lines(shared))


def lines(headers: Mapping[str, str]) -> Headers:
    """Headers as they go out."""
    return [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def to_be_looked_at(answer: Answer, destination: str) -> Answer:
    """The answer to a browser that opens the address as a page (Fetch Metadata, `Sec-Fetch-Dest: document`).

    It would show a feed's own type as bare text, but XML with its stylesheet.
    """
    if destination != "document":
        return answer
    headers = [
        (name, b"application/xml; charset=utf-8" if name == b"content-type" and b"+xml" in value else value)
        for name, value in answer.headers
    ]
    return replace(answer, headers=headers)


def encoding_of(accepted: str) -> str:
    """The encoding that an Accept-Encoding header likes best (RFC 9110, section 12.5.3), of those that it likes as much
    the smallest; a broken one asks for none."""
    return _chosen(accepted[:500].lower().replace("x-gzip", "gzip"))  # section 8.4.1.3


@lru_cache(maxsize=1000)
def _chosen(accepted: str) -> str:
    wishes: dict[str, float] = {}
    for coding, quality in _CODING.findall(accepted):
        try:
            wishes[coding] = float(quality or 1)
        except ValueError:
            return "identity"
    wished = {one: wishes.get(one, wishes.get("*", 0)) for one in _ENCODINGS}
    best = max(_ENCODINGS, key=lambda one: wished[one])
    return best if wished[best] > 0 else "identity"


def has_it(document: Document, headers: Mapping[str, str], encoding: str) -> bool:
    """Whether the reader has this document already, as it would be sent now (RFC 9110, section 13).

    The tag of another encoding names other bytes. That of a 226 names the whole that the reader put together from it.
    """
    if is_fresh(headers, etag=f'"{document.mark}-{encoding}"', last_modified=document.last_modified):
        return True
    tags = headers.get("if-none-match")
    return tags is not None and f'"{document.mark}-feed-{encoding}"' in tags


def known(document: Document, headers: Mapping[str, str]) -> dict[str, int]:
    """What a reader has of this feed who asks for nothing but what is newer (RFC 3229 with the instance manipulation
    `feed`): by the mark of each document the number of the last change in it. Nothing for everybody else."""
    if not any(_wants_feed(one) for one in headers.get("a-im", "")[:500].split(",")):
        return {}
    marks = _MARK.findall(headers.get("if-none-match", ""))
    return {f"{digest}{place}.{number}": int(number) for digest, place, number in marks if place == document.place}


def _wants_feed(wish: str) -> bool:
    """Whether this is the instance manipulation `feed`, not at weight zero (RFC 3229, section 10.5.3)."""
    name, *parameters = (part.strip().lower() for part in wish.split(";"))
    return name == "feed" and not any(_ZERO.fullmatch(one) for one in parameters)


def whole(document: Document, headers: Mapping[str, str]) -> Answer:
    """The document itself, or that the reader has it already; 412 where it asks for another one."""
    encoding = encoding_of(headers.get("accept-encoding", ""))
    made = sheet(document, encoding)
    if is_refused(headers, etag=made.tag, last_modified=document.last_modified):
        return Answer(412, [*made.unchanged, (b"content-length", b"0")])
    if has_it(document, headers, encoding):
        return Answer(304, made.unchanged)
    return to_be_looked_at(Answer(200, made.found, made.body), headers.get("sec-fetch-dest", ""))


def newer(document: Document, part: Document, headers: Mapping[str, str]) -> Answer:
    """226: only the entries that are newer than what the reader has. Its tag names the whole, for the next question."""
    encoding = encoding_of(headers.get("accept-encoding", ""))
    made = sheet(part, encoding)
    replaced = {
        b"etag": f'"{document.mark}-feed-{encoding}"'.encode(),
        b"cache-control": b"no-store, im",
        b"vary": b"Accept-Encoding, A-IM, If-None-Match, Sec-Fetch-Dest",
    }
    said = [(name, replaced.get(name, value)) for name, value in made.found]
    return Answer(226, [*said, (b"im", b"feed")], made.body)
