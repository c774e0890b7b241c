"""Big files of text read line by line: which character set they are in, and their lines, each of bounded length."""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from feeds.errors import PageRefused
from feeds.intake.decode import demand_text

MAX_LINE = 5 * 1024 * 1024
"""Characters of a physical line, and of a field that spans several."""
_CHUNK = 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNDECODED = re.compile("[\ud800-\udfff]")


def encoding_of(opening: Callable[[], BinaryIO], head: bytes) -> str:
    """The character set of a whole file: its mark's, UTF-8 where all of it is valid, else whichever fits better.

    A single damaged record decides nothing: it is refused by itself (see `is_damaged`). PageRefused where the bytes
    are no text, or in no character set that Korean or English files come in.
    """
    marked = next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)
    if marked:
        return marked
    demand_text(head)
    if _is_valid(opening, "utf-8"):
        return "utf-8"
    faults = _faults(opening, "utf-8", enough=None)
    korean = _faults(opening, "cp949", enough=faults)
    encoding, fewer = ("cp949", korean) if korean < faults else ("utf-8", faults)
    with opening() as stream:
        length = sum(len(chunk) for chunk in iter(lambda: stream.read(_CHUNK), b""))
    if fewer * 100 > length:
        raise PageRefused(("the file is not text: its bytes are neither UTF-8 nor CP949",))
    return encoding


def _is_valid(opening: Callable[[], BinaryIO], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with opening() as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _faults(opening: Callable[[], BinaryIO], encoding: str, enough: int | None) -> int:
    """How many signs of a file are none in this character set; counting ends where there are `enough`."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    found = 0
    with opening() as stream:
        while chunk := stream.read(_CHUNK):
            found += decoder.decode(chunk).count("\ufffd")
            if enough is not None and found >= enough:
                return found
    return found + decoder.decode(b"", True).count("\ufffd")


def is_damaged(text: str) -> bool:
    """Whether bytes of this text could not be read in the character set of its file, or are no text at all."""
    return "\x00" in text or _UNDECODED.search(text) is not None


def lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines with their ends. PageRefused, with its number, where one is longer than any record's."""
    # What cannot be decoded becomes lone surrogates, so that only its own record is refused.
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    number = 0
    while line := _next(text, number + 1):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise PageRefused((f"line {number} is longer than {MAX_LINE // 1024 // 1024} million characters",))
        yield line


def _next(text: io.TextIOWrapper, number: int) -> str:
    try:
        return text.readline(MAX_LINE)
    except UnicodeDecodeError as error:
        raise PageRefused(
            (f"the rest of the file cannot be read, from about line {number} on: {error.reason}",)
        ) from error
