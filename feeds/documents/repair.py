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

from feeds.addresses import FEED_TYPES
from feeds.documents.entry import Entry, Media
from feeds.documents.feed import Feed

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_PACE = "http://purl.org/rss/1.0/modules/syndication/"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
RSS_PREFIXES = {"dc": _DC, "media": _MEDIA, "sy": _PACE, "fh": _HISTORY, "atom": _ATOM, "content": _CONTENT}
"""What an RSS document of ours declares at its root; `atom` and `content` feedgen would itself."""
ATOM_PREFIXES = {"media": _MEDIA, "fh": _HISTORY, "at": _TOMBSTONES}
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
        """The prefixes of an RSS document of ours, declared once, at the root."""
        return dict(RSS_PREFIXES)

    def extend_rss(self, root: etree._Element) -> None:
        """Complete `rss/channel`, which has no items yet."""
        channel = root[0]
        _spell_out(channel.find("title"))
        _add(channel, "lastBuildDate", format_datetime(self.feed.updated, usegmt=True))
        period, seconds = ("hourly", 3600) if self.feed.max_age <= 3600 else ("daily", 86400)
        _add(channel, f"{{{_PACE}}}updatePeriod", period)
        _add(channel, f"{{{_PACE}}}updateFrequency", str(max(1, seconds // self.feed.max_age)))
        _add_links(channel, f"{{{_ATOM}}}link", self.feed, "rss")


@dataclass(frozen=True, slots=True)
class RssItem:
    """Writes an item's dates, division, language and pictures, and a title no reader takes for markup."""

    entry: Entry

    def extend_rss(self, item: etree._Element) -> None:
        """Complete one `item`."""
        entry = self.entry
        _spell_out(item.find("title"))
        _add(item, "pubDate", format_datetime(entry.published, usegmt=True))
        _add(item, f"{{{_ATOM}}}updated", entry.updated.isoformat())
        _add(item, f"{{{_DC}}}creator", entry.division)
        _add(item, f"{{{_DC}}}language", entry.language)
        _add(item, f"{{{_DC}}}rights", entry.rights)
        _add_relatives(item, f"{{{_ATOM}}}link", entry)
        _add_media(item, entry.media)


@dataclass(frozen=True, slots=True)
class AtomFeed:
    """Writes the feed's links with rel and type, and a tombstone for each entry that was withdrawn."""

    feed: Feed

    def extend_ns(self) -> dict[str, str]:
        """The prefixes an Atom document of ours uses, declared once, at the root."""
        return dict(ATOM_PREFIXES)

    def extend_atom(self, root: etree._Element) -> None:
        """Complete `feed`, which has no entries yet."""
        _add_links(root, "link", self.feed, "atom")
        for one in self.feed.tombstones:
            tomb = _add(root, f"{{{_TOMBSTONES}}}deleted-entry", ref=one.id, when=one.withdrawn.isoformat())
            _add(tomb, f"{{{_TOMBSTONES}}}comment", one.comment).set(_LANG, one.language)


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """Writes an entry's language, and its links with rel, type, hreflang and length."""

    entry: Entry

    def extend_atom(self, element: etree._Element) -> None:
        """Complete one `entry`; feedgen was given no links, because it would keep nothing but their addresses."""
        entry = self.entry
        element.set(_LANG, entry.language)
        _add(element, "link", rel="alternate", type="text/html", hreflang=entry.language, href=entry.url)
        _add_relatives(element, "link", entry)
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
    if attributes:
        attributes = {name: value for name, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, tag, attributes)
    if text is not None:
        element.text = text
    return element


def _add_links(parent: etree._Element, tag: str, feed: Feed, format: str) -> None:
    """The other formats, the hubs, and the neighbours among the archives; one of those says that it is one."""
    for other, url in feed.self_urls.items():
        if other != format:
            _add(parent, tag, href=url, rel="alternate", type=FEED_TYPES[other].partition(";")[0])
    for hub in feed.hubs:
        _add(parent, tag, href=hub, rel="hub")
    for relation, urls in feed.archives.items():
        _add(parent, tag, href=urls[format], rel=relation, type=FEED_TYPES[format].partition(";")[0])
    if feed.is_archive:
        _add(parent, f"{{{_HISTORY}}}archive")


def _add_relatives(parent: etree._Element, tag: str, entry: Entry) -> None:
    """The same release in other languages, and its licence (RFC 4946, section 3)."""
    for twin in entry.twins:
        _add(parent, tag, rel="alternate", type="text/html", hreflang=twin.language, href=twin.url)
    if entry.rights_url:
        _add(parent, tag, rel="license", href=entry.rights_url)


def _add_media(parent: etree._Element, media: tuple[Media, ...]) -> None:
    for picture in media:
        width, height = (str(side) if side else None for side in (picture.width, picture.height))
        said = {"url": picture.address, "type": picture.media_type, "medium": "image", "width": width, "height": height}
        content = _add(parent, f"{{{_MEDIA}}}content", **said)
        if picture.alt:
            _add(content, f"{{{_MEDIA}}}title", picture.alt, type="plain")
        if picture.caption:
            _add(content, f"{{{_MEDIA}}}description", picture.caption, type="plain")
        if picture.credit:
            _add(content, f"{{{_MEDIA}}}credit", picture.credit)


def _spell_out(title: etree._Element) -> None:
    """Write `&` and `<` as hexadecimal references, the form most readers show as text (RSS Best Practices Profile,
    section "Character Data")."""
    if "&" not in title.text and "<" not in title.text:
        return
    first, *rest = re.split("([&<])", title.text)
    title.text = first
    for sign, text in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity(_REFERENCES[sign])
        reference.tail = text
        title.append(reference)
