"""A feed as RSS 2.0 (RSS Advisory Board, specification 2.0.11 and its Best Practices Profile)."""

from email.utils import format_datetime
from functools import partial
from html import escape

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeds.documents.entry import Entry
from feeds.documents.feed import Feed
from feeds.documents.frames import Frame, Frames
from feeds.documents.repair import RSS_PREFIXES, UNTOLD, RssChannel, RssItem
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
    """One `item` as it stands in every document that holds it."""
    return written(_item(entry).rss_entry(), RSS_PREFIXES)


def generator(feed: Feed) -> FeedGenerator:
    """What feedgen is given for a whole feed at once: the bytes are those of `render`."""
    channel = _channel(feed)
    for entry in feed.entries:
        channel.add_entry(_item(entry), order="append")
    return channel


def _channel(feed: Feed) -> FeedGenerator:
    channel = FeedGenerator()
    channel.register_extension("civicwire", partial(RssChannel, feed), atom=False)
    channel.title(feed.title)
    channel.subtitle(feed.subtitle)
    channel.language(feed.language)
    channel.rights(feed.rights)
    channel.generator("Civicwire")
    channel.docs("")
    channel.ttl(max(1, feed.max_age // 60))
    channel.updated(UNTOLD)
    channel.link(href=feed.self_urls["rss"], rel="self", type="application/rss+xml")
    channel.link(href=feed.alternate_url, rel="alternate")  # last, because feedgen makes the last one the channel's
    return channel


def _frame(feed: Feed) -> Frame:
    empty: bytes = _channel(feed).rss_str(xml_declaration=False)
    return frame(empty, before=b"</channel>", stylesheet=feed.stylesheet_url)


_FRAMES = Frames("rss", _frame, lambda at: f"<lastBuildDate>{format_datetime(at, usegmt=True)}</lastBuildDate>")


def _item(entry: Entry) -> FeedEntry:
    item = FeedEntry()
    item.register_extension("civicwire", partial(RssItem, entry), atom=False)
    item.guid(entry.id, permalink=False)
    item.title(entry.title)
    item.link(href=entry.url)
    item.description(escape(entry.summary, quote=False))  # a description is HTML, the summary is not
    item.content(entry.content_html)
    item.category([{"term": c.term, "scheme": c.scheme, "label": c.label} for c in entry.categories])
    for file in entry.enclosures[:1]:  # the profile allows one
        item.enclosure(url=file.address, length=file.length or 0, type=file.media_type)
    return item
