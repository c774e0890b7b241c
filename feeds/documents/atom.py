"""A feed as Atom 1.0 (RFC 4287), with archives (RFC 5005) and tombstones (RFC 6721)."""

from functools import partial

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeds.documents.entry import Entry
from feeds.documents.feed import Feed
from feeds.documents.frames import Frame, Frames
from feeds.documents.repair import ATOM_PREFIXES, AtomEntry, AtomFeed
from feeds.documents.splice import frame, joined, written

BETWEEN = b""
"""What stands between two entries."""


def render(feed: Feed) -> bytes:
    """The whole document in UTF-8; the same feed gives the same bytes in every process."""
    return joined(around(feed), map(entry_bytes, feed.entries), BETWEEN)


def around(feed: Feed) -> Frame:
    """What stands before a document's entries, and after them."""
    return _FRAMES.around(feed)


def entry_bytes(entry: Entry) -> bytes:
    """One `entry` as it stands in every document that holds it."""
    return written(_entry(entry).atom_entry(), ATOM_PREFIXES)


def generator(feed: Feed) -> FeedGenerator:
    """What feedgen is given for a whole feed at once: the bytes are those of `render`."""
    document = _head(feed)
    for entry in feed.entries:
        document.add_entry(_entry(entry), order="append")
    return document


def _head(feed: Feed) -> FeedGenerator:
    document = FeedGenerator()
    document.register_extension("civicwire", partial(AtomFeed, feed), rss=False)
    document.id(feed.id)
    document.title(feed.title)
    document.subtitle(feed.subtitle)
    document.language(feed.language)
    document.author(name=feed.author)
    document.rights(feed.rights)
    document.generator("Civicwire")
    document.updated(feed.updated)
    document.link(href=feed.self_urls["atom"], rel="self", type="application/atom+xml")
    document.link(href=feed.alternate_url, rel="alternate", type="text/html", hreflang=feed.language)
    return document


def _frame(feed: Feed) -> Frame:
    empty: bytes = _head(feed).atom_str(xml_declaration=False)
    return frame(empty, before=b"</feed>", stylesheet=feed.stylesheet_url)


_FRAMES = Frames("atom", _frame, lambda at: f"<updated>{at.isoformat()}</updated>")


def _entry(entry: Entry) -> FeedEntry:
    element = FeedEntry()
    element.register_extension("civicwire", partial(AtomEntry, entry), rss=False)
    element.id(entry.id)
    element.title(entry.title)
    element.author(name=entry.division)
    element.published(entry.published)
    element.updated(entry.updated)
    element.summary(entry.summary, type="text")
    element.content(entry.content_html, type="html")
    element.category([{"term": c.term, "scheme": c.scheme, "label": c.label} for c in entry.categories])
    element.rights(entry.rights)
    return element
