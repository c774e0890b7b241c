"""What feedgen 1.0 leaves out or gets wrong, written through its own extension mechanism (`register_extension`).

Four small parts, one for each place feedgen lets an extension write: the RSS channel, an RSS item, the Atom feed
and an Atom entry. Each is given the value it prints. Nothing of feedgen is replaced while it runs: a renderer simply
withholds from feedgen what feedgen would spoil, and the part here writes it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from lxml import etree

from feeds.documents.entry import Entry, Feed, Media

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_REFERENCES = {"&": "#x26", "<": "#x3C"}


class _Untold(datetime):
    """An instant that counts as not given."""

    def __bool__(self) -> bool:
        """False, so that feedgen writes no date."""
        return False


UNTOLD = _Untold(1970, 1, 1, tzinfo=UTC)
"""Given to feedgen as an RSS channel's `updated`: it would otherwise hold the present moment and print it by switching
the locale of the whole process, which other threads would see."""


@dataclass(frozen=True, slots=True)
class RssChannel:
    """Writes the channel's date, its address as Atom, and a title no reader takes for markup."""

    feed: Feed

    def extend_ns(self) -> dict[str, str]:
        """The prefixes an RSS document of ours uses beside feedgen's own `atom` and `content`."""
        return {"dc": _DC, "media": _MEDIA}

    def extend_rss(self, root: etree._Element) -> None:
        """Complete `rss/channel`, which has no items yet."""
        channel = root[0]
        _spell_out(channel.find("title"))
        _add(channel, "lastBuildDate", format_datetime(self.feed.updated, usegmt=True))
        atom_url = self.feed.self_urls["atom"]
        _add(channel, f"{{{_ATOM}}}link", href=atom_url, rel="alternate", type="application/atom+xml")


@dataclass(frozen=True, slots=True)
class RssItem:
    """Writes an item's dates, division, language and pictures, and a title no reader takes for markup."""

    entry: Entry

    def extend_rss(self, item: etree._Element) -> None:
        """Complete one `item`."""
        entry = self.entry
        _spell_out(item.find("title"))
        _add(item, "pubDate", format_datetime(entry.published, usegmt=True))
        if entry.updated != entry.published:
            _add(item, f"{{{_ATOM}}}updated", entry.updated.isoformat())
        _add(item, f"{{{_DC}}}creator", entry.division)
        _add(item, f"{{{_DC}}}language", entry.language)
        _add_media(item, entry.media)


@dataclass(frozen=True, slots=True)
class AtomFeed:
    """Declares the prefix of the pictures once, at the root."""

    def extend_ns(self) -> dict[str, str]:
        """The prefixes an Atom document of ours uses."""
        return {"media": _MEDIA}

    def extend_atom(self, root: etree._Element) -> None:
        """Nothing is wrong with a feed's own elements."""


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """Writes an entry's language, and its links with rel, type, hreflang and length."""

    entry: Entry

    def extend_atom(self, element: etree._Element) -> None:
        """Complete one `entry`; feedgen was given no links, because it would keep nothing but their addresses."""
        entry = self.entry
        element.set(_LANG, entry.language)
        _add(element, "link", rel="alternate", type="text/html", hreflang=entry.language, href=entry.url)
        for file in entry.enclosures:
            length = None if file.length is None else str(file.length)
            _add(
                element,
                "link",
                rel="enclosure",
                type=file.media_type,
                length=length,
                title=file.name,
                href=file.address,
            )
        _add_media(element, entry.media)


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str | None) -> etree._Element:
    known = {name: value for name, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, tag, known)
    element.text = text
    return element


def _add_media(parent: etree._Element, media: tuple[Media, ...]) -> None:
    for picture in media:
        content = _add(parent, f"{{{_MEDIA}}}content", url=picture.address, medium="image")
        if picture.alt:
            _add(content, f"{{{_MEDIA}}}title", picture.alt, type="plain")
        if picture.caption:
            _add(content, f"{{{_MEDIA}}}description", picture.caption, type="plain")
        if picture.credit:
            _add(content, f"{{{_MEDIA}}}credit", picture.credit)


def _spell_out(title: etree._Element) -> None:
    """Write `&` and `<` as hexadecimal references, the form most readers show as text (RSS Best Practices Profile,
    section "Character Data")."""
    first, *rest = re.split("([&<])", title.text)
    title.text = first
    for sign, text in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity(_REFERENCES[sign])
        reference.tail = text
        title.append(reference)
