"""Entries are written once and put together: what feedgen makes of one is the same in every document it stands in."""

from collections.abc import Iterable
from html import escape

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def cut(document: bytes, tag: bytes) -> bytes:
    """The one element of this name out of a document that holds it once, with everything in it."""
    end = b"</" + tag + b">"
    return document[document.index(b"<" + tag) : document.rindex(end) + len(end)]


def frame(document: bytes, *, before: bytes, stylesheet: str) -> tuple[bytes, bytes]:
    """What stands around the entries: a document without any, parted where the element that holds them ends.

    The stylesheet is named by an instruction (Associating Style Sheets with XML documents, section 4).
    """
    at = document.rindex(before)
    instruction = f'<?xml-stylesheet type="text/css" href="{escape(stylesheet)}"?>\n'.encode()
    return _DECLARATION + instruction + document[:at], document[at:]


def joined(frame: tuple[bytes, bytes], entries: Iterable[bytes], between: bytes = b"") -> bytes:
    """The whole document, copied once: it may be large."""
    apart = [part for entry in entries for part in (between, entry)][1:] if between else entries
    return b"".join([frame[0], *apart, frame[1]])
