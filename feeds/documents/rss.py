"""A feed as RSS 2.0 (RSS Advisory Board, specification 2.0.11 and its Best Practices Profile)."""

from functools import partial
from html import escape

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeds.documents.entry import Entry, Feed
from feeds.documents.repair import UNTOLD, RssChannel, RssItem

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_UNKNOWN_TYPE = "application/octet-stream"


def render(feed: Feed) -> bytes:
    """The whole document in UTF-8; the same feed gives the same bytes in every process."""
    channel = FeedGenerator()
    channel.register_extension("civicwire", partial(RssChannel, feed), atom=False)
    channel.title(feed.title)
    channel.subtitle(feed.subtitle)
    channel.language(feed.language)
    channel.rights(feed.rights)
    channel.generator("Civicwire")
    channel.docs("")
    channel.updated(UNTOLD)
    channel.link(href=feed.self_urls["rss"], rel="self", type="application/rss+xml")
    channel.link(href=feed.alternate_url, rel="alternate")  # last, because feedgen makes the last one the channel's
    for entry in feed.entries:
        channel.add_entry(_item(entry), order="append")
    document: bytes = channel.rss_str(xml_declaration=False)
    return _DECLARATION + document


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
        item.enclosure(url=file.address, length=file.length or 0, type=file.media_type or _UNKNOWN_TYPE)
    return item
