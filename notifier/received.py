"""A stranger's mail, cut into its parts within bounds: pure. What does not keep to them is undecidable, at once.

The email package reads nested parts in time that grows with the square of their depth; this reads a mail once for each
of a few levels, and looks at nothing else. Header values stay undecoded until somebody asks for words.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest

LONGEST = 1 << 20
"""How many bytes of a mail are read. A report is some kilobytes, with the message that came back some hundred."""
_DEEPEST = 4
_MANY_PARTS = 20
_LONG_HEAD = 1 << 18
_MANY_FIELDS = 1000
_LONG_VALUE = 4000
_FIELD = re.compile(r"([!-9;-~]{1,100}):[ \t]*(.*)")
_PARAMETER = re.compile(r";[ \t]*([a-z-]{1,40})[ \t]*=[ \t]*(?:\"([^\"]{0,200})\"|([^\s;\"]{0,200}))", re.IGNORECASE)
_WORD = re.compile(r"=\?([A-Za-z0-9_-]{1,30})\?([bBqQ])\?([^?\s]{0,400})\?=")
_BETWEEN = re.compile(r"(\?=)[ \t]+(=\?)")
_CHARSETS = re.compile(
    r"utf-?8|(us-)?ascii|iso-8859-\d{1,2}|windows-125\d|cp125\d|cp949|uhc|euc-kr|ks_c_5601-1987|iso-2022-(kr|jp)"
    r"|big5|gb2312|gbk|gb18030|shift_jis|euc-jp|koi8-[ru]",
    re.IGNORECASE,
)


class Undecidable(ValueError):
    """The mail cannot be read as one; the reason is one sentence."""


@dataclass(frozen=True, slots=True)
class Part:
    """A mail, or a part of one: its header fields by name in lower case, and its body's bytes, lines ending in LF."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""

    def values(self, *names: str) -> list[str]:
        """Every value of the header fields of these names, undecoded, at most 4,000 characters each."""
        return [value for name in names for value in self.fields.get(name, ())]

    def first(self, name: str) -> str:
        """The first value of a header field; empty where there is none."""
        return next(iter(self.fields.get(name, ())), "")

    @property
    def media_type(self) -> str:
        """As RFC 2045, section 5.2: `text/plain` where nothing else is said."""
        return self.first("content-type").partition(";")[0].strip().lower() or "text/plain"

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type; empty where there is none."""
        found = _PARAMETER.finditer(self.first("content-type"))
        return next((one[2] or one[3] or "" for one in found if one[1].lower() == name), "")

    @property
    def octets(self) -> bytes:
        """The body without its transfer encoding. Undecidable for one that is none."""
        encoding = self.first("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            try:
                return base64.b64decode(b"".join(self.body.split()), validate=True)
            except (binascii.Error, ValueError) as error:
                raise Undecidable("a part is not the base64 that it says it is") from error
        return binascii.a2b_qp(self.body) if encoding == "quoted-printable" else self.body

    @property
    def text(self) -> str:
        """The body as text. Undecidable for a charset that no mail program writes."""
        charset = self.parameter("charset") or "utf-8"
        if not _CHARSETS.fullmatch(charset):
            raise Undecidable("a part is written in a charset that we do not know")
        return self.octets.decode(_codec(charset), errors="replace").replace("\r\n", "\n")


def read(raw: bytes) -> Part:
    """The whole mail. Undecidable where it is too long, holds NUL, or has a head without end."""
    if len(raw) > LONGEST:
        raise Undecidable(f"it is longer than {LONGEST} bytes")
    if b"\0" in raw:
        raise Undecidable("it holds NUL")
    return _part(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def leaves(whole: Part) -> list[Part]:
    """The parts that hold no further parts, in order; a returned message counts as one and is not opened."""
    found: list[Part] = []
    for part in _walk(whole, 0):
        found.append(part)
        if len(found) > _MANY_PARTS:
            raise Undecidable(f"it has more than {_MANY_PARTS} parts")
    return found


def head_of(body: bytes) -> Part:
    """The header fields of a returned message, or of fields that stand alone, such as a delivery status."""
    return _part(body.lstrip(b"\n"))


def words(value: str) -> str:
    """A header value with its encoded words read (RFC 2047), as one clean line."""
    return one_line(_WORD.sub(_decoded, _BETWEEN.sub(r"\1\2", value[:_LONG_VALUE])))


def one_line(text: str, longest: int = 300) -> str:
    """Text as logs and tables may show it: printable, on one line, cut at a length."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * longest]).split())[:longest]


def _part(raw: bytes) -> Part:
    head, _, body = (b"", b"", raw[1:]) if raw.startswith(b"\n") else raw.partition(b"\n\n")
    if len(head) > _LONG_HEAD:
        raise Undecidable("its head does not end")
    folds: list[list[str]] = []
    for line in head.decode("utf-8", errors="replace").split("\n"):
        if line[:1] in (" ", "\t") and folds:
            folds[-1].append(line.strip())
        else:
            folds.append([line])
    if len(folds) > _MANY_FIELDS:
        raise Undecidable(f"it has more than {_MANY_FIELDS} header fields")
    fields: dict[str, list[str]] = {}
    for fold in folds:
        found = _FIELD.fullmatch(" ".join(fold)[: _LONG_VALUE + 100])
        if found:
            fields.setdefault(found[1].lower(), []).append(found[2].strip()[:_LONG_VALUE])
    return Part(fields, body)


def _walk(part: Part, depth: int) -> Iterator[Part]:
    boundary = part.parameter("boundary") if part.media_type.startswith("multipart/") else ""
    if not boundary:
        yield part
        return
    if depth >= _DEEPEST:
        raise Undecidable(f"its parts are nested deeper than {_DEEPEST}")
    body = b"\n" + part.body
    delimiter = re.compile(rb"\n--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\n|\Z)")
    found = list(islice(delimiter.finditer(body), _MANY_PARTS + 2))
    if len(found) > _MANY_PARTS + 1:
        raise Undecidable(f"it has more than {_MANY_PARTS} parts")
    for one, following in zip_longest(found, found[1:]):
        if one[1]:
            return
        end = following.start() if following else len(body)
        yield from _walk(_part(body[one.end() + 1 : end]), depth + 1)


def _decoded(word: re.Match[str]) -> str:
    charset, encoding, text = word.groups()
    if not _CHARSETS.fullmatch(charset):
        return word[0]
    try:
        octets = (
            base64.b64decode(text, validate=True)
            if encoding in "bB"
            else binascii.a2b_qp(text.encode("ascii", errors="replace"), header=True)
        )
    except (binascii.Error, ValueError):
        return word[0]
    return octets.decode(_codec(charset), errors="replace")


def _codec(charset: str) -> str:
    """Korean mail servers say EUC-KR and write its extension."""
    name = charset.lower()
    return "cp949" if name in ("euc-kr", "ks_c_5601-1987", "uhc") else name
