"""Entries are written once and put together: what feedgen makes of one is the same in every document it stands in."""

from collections.abc import Iterable
from html import escape

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def cut(document: bytes, tag: bytes) -> bytes:
    """The one element of this name out of a document that holds it once, with everything in it."""
    end = b"</" + tag + b">"
    return document[document.index(b"<" + tag) : document.rindex(end) + len(end)]


def splice(head: bytes, entries: Iterable[bytes], *, before: bytes, stylesheet: str) -> bytes:
    """A whole document: one without entries, and its entries before the end of the element that holds them.

    The stylesheet is named by an instruction (Associating Style Sheets with XML documents, section 4).
    """
    at = head.rindex(before)
    instruction = f'<?xml-stylesheet type="text/css" href="{escape(stylesheet)}"?>\n'.encode()
    return b"".join([DECLARATION, instruction, head[:at], *entries, head[at:]])
