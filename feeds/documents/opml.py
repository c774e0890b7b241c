"""Lists of feeds as OPML 2.0, which reader apps take in whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from feeds.documents.text import one_line

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed in the list, or a heading with feeds below it, whose `feed_url` is None."""

    title: str
    feed_url: str | None = None
    page_url: str | None = None
    language: str | None = None
    below: Sequence["Outline"] = field(default_factory=tuple)


def render(title: str, outlines: Sequence[Outline]) -> bytes:
    """The whole list in UTF-8; the same feeds give the same bytes."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = one_line(title)
    _write(etree.SubElement(root, "body"), outlines)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=False)
    return _DECLARATION + written


def _write(parent: etree._Element, outlines: Sequence[Outline]) -> None:
    for one in outlines:
        text = one_line(one.title)
        # A subscription says its type, title and address (OPML 2.0, section "Subscription lists").
        given = {"type": "rss", "title": text, "xmlUrl": one.feed_url, "htmlUrl": one.page_url}
        given["language"] = one.language
        said = {name: value for name, value in given.items() if value} if one.feed_url else {}
        _write(etree.SubElement(parent, "outline", {"text": text} | said), one.below)
