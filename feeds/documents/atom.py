"""A feed as Atom 1.0 (RFC 4287)."""

from functools import partial

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeds.documents.entry import Entry, Feed
from feeds.documents.repair import AtomEntry, AtomFeed

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def render(feed: Feed) -> bytes:
    """The whole document in UTF-8; the same feed gives the same bytes in every process."""
    document = FeedGenerator()
    document.register_extension("civicwire", AtomFeed, rss=False)
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
    document.link(href=feed.self_urls["rss"], rel="alternate", type="application/rss+xml")
    for entry in feed.entries:
        document.add_entry(_entry(entry), order="append")
    written: bytes = document.atom_str(xml_declaration=False)
    return _DECLARATION + written


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
