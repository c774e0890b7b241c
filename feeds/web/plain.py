"""Reads the plain requests of feed readers, which are nearly all there are; whatever is in any way unusual is left to
a real parser. Pure.

Plain is a GET or HEAD of HTTP/1.1 for a feed, whole in one piece, with one sound Host, no body, no header twice and
none that asks for more than a copy or news of it. What this reads, h11 reads alike; a test holds them together.
"""

import re
from dataclasses import dataclass

HEAD_BYTES = 8192
# RFC 9112, sections 3 and 5; RFC 9110, section 5.6.2. It never goes back, so that no request takes it long.
_LINE = rb"[A-Za-z0-9!#$%&'*+.^_`|~-]++:[\t -~\x80-\xff]*+\r\n"
_HEAD = re.compile(rb"(GET|HEAD) (/feeds/[!-~]{1,2000}+) HTTP/1\.1\r\n((?:" + _LINE + rb"){1,64}+)\r\n")
_PAIR = re.compile(rb"([^:\r]++):[\t ]*+([^\r]*+)\r\n")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?")
_UNUSUAL = frozenset(
    {
        b"a-im",
        b"content-length",
        b"expect",
        b"if-match",
        b"if-unmodified-since",
        b"sec-fetch-dest",
        b"transfer-encoding",
        b"upgrade",
    }
)


@dataclass(slots=True)
class Plain:
    """A plain request: what it asks for, its headers by name in lower case (a value may end with white space), and
    where the next one begins."""

    is_head: bool
    address: str
    headers: dict[bytes, bytes]
    end: int

    def text(self, name: bytes) -> str:
        """A header's value; empty where it is not there."""
        return self.headers.get(name, b"").decode("latin-1")


def is_host(value: bytes) -> bool:
    """Whether a Host header names a host as the internet names them, perhaps with a port (RFC 9110, section 7.2)."""
    return _HOST.fullmatch(value) is not None


def read(data: bytes, start: int = 0) -> Plain | None:
    """The request that begins at this place; None for one that is not plain."""
    found = _HEAD.match(data, start, start + HEAD_BYTES)
    if found is None:
        return None
    method, address, lines = found.groups()
    pairs = _PAIR.findall(lines)
    headers = {name.lower(): value for name, value in pairs}
    if len(headers) != len(pairs) or not _UNUSUAL.isdisjoint(headers):
        return None
    if not is_host(headers.get(b"host", b"")):
        return None
    if b"connection" in headers and headers[b"connection"].lower() != b"keep-alive":
        return None
    return Plain(method == b"HEAD", address.decode("ascii"), headers, found.end())
