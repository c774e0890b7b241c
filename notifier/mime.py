"""The bytes of a mail: header values through one encoder, and a body that no relay needs to rewrite.

Headers are written here and not by the email package, whose serialiser decodes what it is given and writes it anew:
a title alone could become a header of its own (CVE-2024-6923). Nothing here knows what a mail says.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime

from feeds.model import Newsroom
from notifier.encodings import base64_lines, is_wide, quoted
from notifier.model import Kind

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_VALUE = re.compile(r"[\x20-\x7e]*(\r\n[ \t][\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*)*")
_PLAIN = re.compile(r"[\x21-\x7e]{1,60}( [\x21-\x7e]{1,60})*")
_ATOMS = re.compile(r"(?=.{1,60}$)[A-Za-z0-9!#$%&'*+/^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/^_`{|}~-]+)*")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/^_`{|}~.-]+@[A-Za-z0-9.-]+>")
_LINK = re.compile(r"https?://[!#-;=?-~]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE = 76
_LONGEST_LINE = 998
_OURS = ("mime-version", "content-type", "content-transfer-encoding")


def encode_header(text: str) -> str:
    """A header value that reads back as exactly `text`: plain ASCII folded at spaces, all else as encoded words.

    Control characters, line separators and lone surrogates become spaces. What merely looks like an encoded word is
    encoded once more, so that it arrives as the writer wrote it (RFC 5322, section 2.2.3; RFC 2047, section 5).
    """
    text = _one_line(text)
    if not text:
        return ""
    if not _PLAIN.fullmatch(text) or "=?" in text:
        return "\r\n ".join(_encoded_words(text))
    lines = [""]
    for word in text.split(" "):
        room = _LINE - (20 if len(lines) == 1 else 1)
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip(" ")
    return "\r\n ".join(lines)


def _one_line(text: str) -> str:
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in text)


def _encoded_words(text: str) -> Iterator[str]:
    """RFC 2047, section 2: at most 75 columns each, never cut within a character, short first for the header's name."""
    chunk, room = b"", 27
    for sign in text:
        octets = sign.encode()
        if len(chunk) + len(octets) > room:
            yield f"=?utf-8?b?{base64.b64encode(chunk).decode()}?="
            chunk, room = b"", 45
        chunk += octets
    yield f"=?utf-8?b?{base64.b64encode(chunk).decode()}?="


def mailbox(name: str, address: str) -> str:
    """`name <address>` for From and To, the address alone without a name. ValueError for an unchecked address.

    An address that looks like an encoded word is refused too: readers exist that decode it. Letters beyond ASCII may
    stand before the @ (RFC 6532, section 3.2); only servers that offer SMTPUTF8 take such a message.
    """
    if not _ADDRESS.fullmatch(_narrow(address)) or "=?" in address or len(address) > 254:
        raise ValueError("not a plain address")
    return _named(name, f"<{address}>") if name else address


def _narrow(address: str) -> str:
    """The address with an ASCII letter for every other letter before the @, to check its form."""
    if address.isascii():
        return address
    local, at, domain = address.rpartition("@")
    return "".join("x" if not s.isascii() and unicodedata.category(s)[0] in "LMN" else s for s in local) + at + domain


def _named(name: str, angled: str) -> str:
    """A phrase and what it names. Anything but plain words is encoded, for quoted strings are read in too many ways."""
    phrase = name if _ATOMS.fullmatch(name) else "\r\n ".join(_encoded_words(_one_line(name)))
    return f"{phrase}\r\n {angled}" if len(phrase) + len(angled) > _LINE - 12 else f"{phrase} {angled}"


def headers_of_all(
    *,
    newsroom: Newsroom,
    language: str,
    subject: str | None,
    sender_name: str,
    sender_address: str,
    kind: Kind,
    archive_url: str | None = None,
) -> list[tuple[str, str]]:
    """The headers that are the same in every message of a mailing, encoded. ValueError for an address or link that is
    none.

    `subject` is encoded already, and None where each person has another. `archive_url` is the public page of what the
    mail tells, that of all releases where none is given. Only list mail can be left, by one click too (RFC 8058,
    section 3.1).
    """
    domain = sender_address.rpartition("@")[2]
    headers = [
        ("From", mailbox(sender_name, sender_address)),
        ("List-Id", _named(newsroom.city.newsroom_name(language), f"<newsroom.{domain}>")),
        ("List-Archive", _link(archive_url or newsroom.url("/"))),
        ("Auto-Submitted", "auto-generated"),
        ("Feedback-ID", f"{kind.value}:{domain}"),
        ("Content-Language", encode_header(language)),
    ]
    if subject is not None:
        headers.append(("Subject", subject))
    if kind.is_list_mail:
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def headers_of_one(
    *,
    recipient: str,
    message_id: str,
    date: str,
    help_url: str,
    unsubscribe_url: str | None = None,
    leave_address: str | None = None,
) -> list[tuple[str, str]]:
    """The headers of one person's message, each of which can be written as it is. ValueError for an address, link or
    Message-ID that is none.

    `date` is encoded already, as many messages share it. Mail to `leave_address` leaves as `unsubscribe_url` does
    (RFC 2369), for programs that can do no better.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("a Message-ID is <something@domain>")
    headers = [
        ("To", mailbox("", recipient)),
        ("Date", date),
        ("Message-ID", message_id),
        ("List-Help", _link(help_url)),
    ]
    if unsubscribe_url:
        by_mail = f",\r\n <mailto:{mailbox('', leave_address)}?subject=unsubscribe>" if leave_address else ""
        headers.append(("List-Unsubscribe", _link(unsubscribe_url) + by_mail))
    return headers


def dated(at: datetime, newsroom: Newsroom) -> str:
    """An aware instant as the Date of a message, in the city's zone."""
    return format_datetime(at.astimezone(newsroom.city.zone))


def _link(url: str) -> str:
    if not _LINK.fullmatch(url) or "=?" in url or len(url) > 800:
        raise ValueError("not an address of the web in plain ASCII")
    return f"<{url}>"


def build(*, headers: Sequence[tuple[str, str]], text: str, html: str) -> bytes:
    """The message as it goes on the wire. See `assemble`."""
    return assemble(headers=headers, text=octets(text), html=octets(html))


def octets(text: str) -> bytes:
    """A text in UTF-8 with the line ends of mail."""
    return (_LINE_END.sub("\r\n", text) if "\n" in text or "\r" in text else text).encode()


def assemble(*, headers: Sequence[tuple[str, str]], text: bytes, html: bytes) -> bytes:
    """The message as it goes on the wire: CRLF, seven bits but for a wide address, the same bytes for the same input.

    `text` and `html` are octets of UTF-8 whose lines end in CRLF. `headers` are encoded values; ValueError for a name
    or value that could add a header, and for one given twice.
    """
    names = [name.lower() for name, _ in headers]
    if len({*names, *_OURS}) < len(names) + len(_OURS):
        raise ValueError(f"not a header to write: {max(names, key=names.count)!r}")
    limit = boundary((text, b"\0", html))
    parts = (_part("plain", text), _part("html", html))
    return head(headers) + opening(limit) + between(limit).join(parts) + closing(limit)


def head(headers: Sequence[tuple[str, str]]) -> bytes:
    """Header fields as they are written, each with its CRLF. ValueError for a name or value that could add another."""
    lines: list[str] = []
    for name, value in headers:
        if not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise ValueError(f"not a header to write: {name!r}")
        line = f"{name}: {value}"
        long = len(line) > _LONGEST_LINE and max(map(len, line.split("\r\n"))) > _LONGEST_LINE
        if long or not _VALUE.fullmatch(_narrow(value) if name == "To" else value):
            raise ValueError(f"the value of {name} is not encoded")
        lines.append(line + "\r\n")
    return "".join(lines).encode()


def boundary(contents: Iterable[bytes]) -> bytes:
    """What separates the parts of these contents: "=_" occurs in neither encoding (RFC 2045, section 6.7)."""
    fingerprint = hashlib.sha256()
    for content in contents:
        fingerprint.update(content)
    return b"=_" + fingerprint.hexdigest()[:32].encode()


def opening(limit: bytes) -> bytes:
    """The fields of MIME's own that end a head, and what comes before the first part."""
    kind = b'Content-Type: multipart/alternative;\r\n boundary="' + limit + b'"\r\n'
    return b"MIME-Version: 1.0\r\n" + kind + between(limit)


def between(limit: bytes) -> bytes:
    """What comes between two parts: the line end before a boundary belongs to it (RFC 2046, section 5.1.1)."""
    return b"\r\n--" + limit + b"\r\n"


def closing(limit: bytes) -> bytes:
    """What comes after the last part."""
    return b"\r\n--" + limit + b"--\r\n"


def part_head(subtype: str, encoding: str) -> bytes:
    """The head of a part of text."""
    kind = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return kind.encode()


def _part(subtype: str, content: bytes) -> bytes:
    content = content.rstrip(b"\r\n") + b"\r\n"
    if is_wide(content):
        return part_head(subtype, "base64") + base64_lines(content)
    return part_head(subtype, "quoted-printable") + quoted(content)
