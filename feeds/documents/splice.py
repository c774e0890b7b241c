"""Entries are written once and put together: what feedgen makes of one is the same in every document it stands in."""

from collections.abc import Iterable, Mapping
from html import escape

from lxml import etree

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def written(element: etree._Element, prefixes: Mapping[str, str]) -> bytes:
    """An element's bytes as they are within any document whose root declares these prefixes."""
    root = etree.Element("root", nsmap=dict(prefixes))
    root.append(element)  # it takes the root's prefixes, and declares none itself
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return document[document.index(b">") + 1 : document.rindex(b"<")]


def frame(document: bytes, *, before: bytes, stylesheet: str) -> tuple[bytes, bytes]:
    """What stands around the entries: a document without any, parted where the element that holds them ends.

    The stylesheet is named by an instruction (Associating Style Sheets with XML documents, section 4).
    """
    at = document.rindex(before)
    instruction = f'<?xml-stylesheet type="text/css" href="{escape(stylesheet)}"?>\n'.encode()
    return _DECLARATION + instruction + document[:at], document[at:]


def pieces(frame: tuple[bytes, bytes], entries: Iterable[bytes], between: bytes = b"") -> list[bytes]:
    """The whole document in pieces, none of which is copied: it may be large."""
    apart = [part for entry in entries for part in (between, entry)][1:] if between else entries
    return [frame[0], *apart, frame[1]]


def joined(frame: tuple[bytes, bytes], entries: Iterable[bytes], between: bytes = b"") -> bytes:
    """The whole document."""
    return b"".join(pieces(frame, entries, between))
