"""How text travels in seven bits: quoted-printable or base64 (RFC 2045, section 6), whole or in pieces. Pure.

A part in pieces is encoded once for everybody, and for each person only what stands in its places. No line begins with
a dot, so that no mail server's protocol has one to double (RFC 5321, section 4.5.2).
"""

import binascii
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

_ASCII = bytes(range(128))
_LINE = 76
_OCTETS = 57
"""So many make a line of base64."""
_DOT = re.compile(rb"^\.[^\r\n]*", re.MULTILINE)
_SOFT = b"=\r\n"
_LINK = re.compile(rb"(?:[!-\-/-<>-~][!-<>-~]{74})*[!-\-/-<>-~][!-<>-~]{0,74}")
"""Octets that stand for themselves, with no dot where a line would begin."""


def is_wide(content: bytes) -> bool:
    """Whether so much of it is beyond ASCII that base64 is the shorter way."""
    return len(content.translate(None, _ASCII)) * 6 > len(content)


def quoted(content: bytes) -> bytes:
    """Quoted-printable of lines that end in CRLF; what does not end in one can be followed by a soft line break."""
    if b"\n" in content:
        encoded = binascii.b2a_qp(content, istext=True)
    else:  # it breaks lines as it finds them broken, by LF alone where there is none
        encoded = binascii.b2a_qp(content + b"\r\n", istext=True)[:-2]
    return _DOT.sub(_without_dot, encoded) if encoded[:1] == b"." or b"\n." in encoded else encoded


def _quoted_link(link: bytes) -> bytes:
    """The same of a line in which every octet stands for itself, quickly."""
    if len(link) < _LINE:
        return link
    return _SOFT.join(link[at : at + _LINE - 1] for at in range(0, len(link), _LINE - 1))


def _without_dot(found: re.Match[bytes]) -> bytes:
    """A line that begins with a dot, as one or two that do not."""
    line = b"=2E" + found[0][1:]
    if len(line) <= _LINE:
        return line
    at = _LINE - 4
    at -= next((back for back in (1, 2) if line[at - back : at - back + 1] == b"="), 0)
    rest = line[at:]
    return line[:at] + _SOFT + (_without_dot(found_again) if (found_again := _DOT.match(rest)) else rest)


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76, each with its CRLF."""
    return b"".join(
        binascii.b2a_base64(content[at : at + _OCTETS], newline=False) + b"\r\n"
        for at in range(0, len(content), _OCTETS)
    )


class Pieces(ABC):
    """A part whose constant pieces are encoded; `encoding` is its name."""

    encoding: str

    @abstractmethod
    def write(self, said: Sequence[bytes]) -> Iterator[bytes]:
        """The encoded part, given what stands at each place between two pieces, in their order."""


def in_pieces(constants: Sequence[bytes]) -> Pieces:
    """The part of these pieces, with a place between each two; the shorter encoding is taken by what is constant."""
    return InBase64(constants) if is_wide(b"".join(constants)) else InQuotedPrintable(constants)


class InQuotedPrintable(Pieces):
    """A place stands in lines of its own, between soft line breaks."""

    encoding = "quoted-printable"

    def __init__(self, constants: Sequence[bytes]) -> None:
        """Encode the pieces."""
        *before, last = constants
        self._first, *self._others = [*map(self._open, before), quoted(last)]
        self._ends = [b"" if one.startswith(b"\r\n") else _SOFT for one in constants[1:]]

    @staticmethod
    def _open(constant: bytes) -> bytes:
        encoded = quoted(constant)
        return encoded if not encoded or encoded.endswith(b"\r\n") else encoded + _SOFT

    def write(self, said: Sequence[bytes]) -> Iterator[bytes]:
        """See the promise."""
        known: dict[bytes, bytes] = {}  # a link stands in several places
        yield self._first
        for own, end, constant in zip(said, self._ends, self._others, strict=True):
            if own:
                if own not in known:
                    known[own] = _quoted_link(own) if _LINK.fullmatch(own) else quoted(own)
                yield known[own]
                if own[-1:] != b"\n":
                    yield end
            yield constant


class InBase64(Pieces):
    """Three octets are four letters: what follows a place begins at the next octet that is a multiple of three from the
    beginning, and is encoded once for each of the three ways in which it can."""

    encoding = "base64"

    def __init__(self, constants: Sequence[bytes]) -> None:
        """Keep the pieces; each is encoded when it is first needed so."""
        self._constants = tuple(constants)
        self._encoded: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    def write(self, said: Sequence[bytes]) -> Iterator[bytes]:
        """See the promise."""
        encoded, left = self._from(0, 0)
        yield encoded
        for number, own in enumerate(said, start=1):
            left += own
            missing = -len(left) % 3
            constant = self._constants[number]
            if len(constant) < missing:
                left += constant
                continue
            yield base64_lines(left + constant[:missing])
            encoded, left = self._from(number, missing)
            yield encoded
        yield base64_lines(left)

    def _from(self, number: int, skipped: int) -> tuple[bytes, bytes]:
        """A piece without its first octets, encoded as far as it fills threes, and the rest."""
        known = self._encoded.get((number, skipped))
        if known is None:
            constant = self._constants[number][skipped:]
            full = len(constant) - len(constant) % 3
            known = self._encoded[number, skipped] = base64_lines(constant[:full]), constant[full:]
        return known
