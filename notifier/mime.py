"""The bytes of a mail: header values through one encoder, and a body that no relay needs to rewrite.

Headers are written here and not by the email package, whose serialiser decodes what it is given and writes it anew:
a title alone could become a header of its own (CVE-2024-6923). Nothing here knows what a mail says.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime

from feeds.model import Newsroom
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
_ASCII = bytes(range(128))
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
    local, at, domain = address.rpartition("@")
    return "".join("x" if not s.isascii() and unicodedata.category(s)[0] in "LMN" else s for s in local) + at + domain


def _named(name: str, angled: str) -> str:
    """A phrase and what it names. Anything but plain words is encoded, for quoted strings are read in too many ways."""
    phrase = name if _ATOMS.fullmatch(name) else "\r\n ".join(_encoded_words(_one_line(name)))
    return f"{phrase}\r\n {angled}" if len(phrase) + len(angled) > _LINE - 12 else f"{phrase} {angled}"


def headers_for(
    *,
    newsroom: Newsroom,
    language: str,
    subject: str,
    sender_name: str,
    sender_address: str,
    recipient: str,
    message_id: str,
    date: datetime,
    kind: Kind,
    unsubscribe_url: str | None = None,
    manage_url: str | None = None,
    leave_address: str | None = None,
    archive_url: str | None = None,
) -> list[tuple[str, str]]:
    """The headers of one message, encoded. ValueError for an address, link or Message-ID that is none.

    `date` is aware. Only list mail carries List-Unsubscribe and its one-click form (RFC 2369; RFC 8058, section 3.1);
    mail to `leave_address` leaves too, for programs that can do no better. `archive_url` is the public page of what the
    mail tells, that of all releases where none is given.
    """
    domain = sender_address.rpartition("@")[2]
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("a Message-ID is <something@domain>")
    headers = [
        ("From", mailbox(sender_name, sender_address)),
        ("To", mailbox("", recipient)),
        ("Subject", encode_header(subject)),
        ("Date", format_datetime(date.astimezone(newsroom.city.zone))),
        ("Message-ID", message_id),
        ("List-Id", _named(newsroom.city.newsroom_name(language), f"<newsroom.{domain}>")),
        ("List-Help", _link(manage_url or newsroom.url("/feeds"))),
        ("List-Archive", _link(archive_url or newsroom.url("/"))),
        ("Auto-Submitted", "auto-generated"),
        ("Feedback-ID", f"{kind.value}:{domain}"),
        ("Content-Language", encode_header(language)),
    ]
    if unsubscribe_url and kind.is_list_mail:
        by_mail = f",\r\n <mailto:{mailbox('', leave_address)}?subject=unsubscribe>" if leave_address else ""
        headers.append(("List-Unsubscribe", _link(unsubscribe_url) + by_mail))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def _link(url: str) -> str:
    if not _LINK.fullmatch(url) or "=?" in url or len(url) > 800:
        raise ValueError("not an address of the web in plain ASCII")
    return f"<{url}>"


def build(*, headers: Sequence[tuple[str, str]], text: str, html: str) -> bytes:
    """The message as it goes on the wire. See `assemble`."""
    return assemble(headers=headers, text=octets(text), html=octets(html))


def octets(text: str) -> bytes:
    """A text in UTF-8 with the line ends of mail."""
    return _LINE_END.sub("\r\n", text).encode()


def assemble(*, headers: Sequence[tuple[str, str]], text: bytes, html: bytes) -> bytes:
    """The message as it goes on the wire: CRLF, seven bits but for a wide address, the same bytes for the same input.

    `text` and `html` are octets of UTF-8 whose lines end in CRLF. `headers` are encoded values; ValueError for a name
    or value that could add a header, and for one given twice.
    """
    seen = set(_OURS)
    lines: list[str] = []
    for name, value in headers:
        if not _NAME.fullmatch(name) or name.lower() in seen:
            raise ValueError(f"not a header to write: {name!r}")
        line = f"{name}: {value}"
        if (
            not _VALUE.fullmatch(_narrow(value) if name == "To" else value)
            or max(map(len, line.split("\r\n"))) > _LONGEST_LINE
        ):
            raise ValueError(f"the value of {name} is not encoded")
        seen.add(name.lower())
        lines.append(line)
    # "=_" occurs in neither encoding below, so the boundary cannot occur in a part (RFC 2045, section 6.7).
    fingerprint = hashlib.sha256(text + b"\0" + html).hexdigest()
    boundary = f"=_{fingerprint[:32]}"
    lines += ["MIME-Version: 1.0", "Content-Type: multipart/alternative;", f' boundary="{boundary}"', ""]
    head = "\r\n".join(lines).encode()
    parts = (_part("plain", text), _part("html", html))
    # The line end before a boundary belongs to the boundary (RFC 2046, section 5.1.1).
    opening = f"\r\n--{boundary}\r\n".encode()
    return head + b"".join(opening + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()


def _part(subtype: str, content: bytes) -> bytes:
    content = content.rstrip(b"\r\n") + b"\r\n"
    wide = len(content.translate(None, _ASCII))
    if wide * 6 > len(content):
        encoding, body = "base64", base64.encodebytes(content).replace(b"\n", b"\r\n")
    else:
        encoding, body = "quoted-printable", binascii.b2a_qp(content, istext=True)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body
