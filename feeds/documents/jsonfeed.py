"""A feed as JSON Feed 1.1 (jsonfeed.org/version/1.1), with an extension `_civicwire` for what its items cannot say."""

import json
from collections.abc import Mapping
from typing import Any

from feeds.documents.entry import Entry, Media
from feeds.documents.feed import Feed
from feeds.documents.splice import joined

BETWEEN = b","
"""What stands between two entries."""


def render(feed: Feed) -> bytes:
    """The whole document in UTF-8; the same feed gives the same bytes in every process."""
    return joined(around(feed), map(entry_bytes, feed.entries), BETWEEN)


def around(feed: Feed) -> tuple[bytes, bytes]:
    """What stands before a document's entries, and after them."""
    return _dumped(_head(feed))[:-1] + b',"items":[', b"]}"


def entry_bytes(entry: Entry) -> bytes:
    """One item as it stands in every document that holds it."""
    return _dumped(_item(entry))


def _head(feed: Feed) -> Mapping[str, Any]:
    # Version 1.1, section "Pagination": a reader goes on from there, and never comes back to where it was.
    older = feed.archives.get("prev-archive", {}).get("json")
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.alternate_url,
        "feed_url": feed.self_urls["json"],
        "description": feed.subtitle,
        "language": feed.language,
        "authors": [{"name": feed.author}],
        **({"next_url": older} if older else {}),
        **({"hubs": [{"type": "WebSub", "url": hub} for hub in feed.hubs]} if feed.hubs else {}),
        "_civicwire": {
            "about": feed.directory_url,
            "id": feed.id,
            "updated": feed.updated.isoformat(),
            "rights": feed.rights,
        },
    }


def _item(entry: Entry) -> Mapping[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content_html,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.division}],
        "tags": [category.label for category in entry.categories],
        "language": entry.language,
    }
    if entry.media:
        item["image"] = entry.media[0].address
    if entry.enclosures:
        item["attachments"] = [
            {"url": file.address, "mime_type": file.media_type, "title": file.name}
            | ({} if file.length is None else {"size_in_bytes": file.length})
            for file in entry.enclosures
        ]
    return item | {"_civicwire": _beyond(entry)}


def _beyond(entry: Entry) -> Mapping[str, Any]:
    """What no field of JSON Feed is for; what does not apply is left out."""
    said: dict[str, Any] = {
        "division": entry.division,
        "telephone": entry.telephone,
        "rights": entry.rights,
        "rights_url": entry.rights_url,
        "categories": [{"term": c.term, "scheme": c.scheme, "label": c.label} for c in entry.categories],
        "pictures": [_picture(one) for one in entry.media],
        "translations": [{"language": twin.language, "url": twin.url} for twin in entry.twins],
        "correction": entry.correction,
        "withdrawn": entry.withdrawn.isoformat() if entry.withdrawn else None,
        "urgent": entry.urgent,
    }
    return {name: value for name, value in said.items() if value}


def _picture(one: Media) -> Mapping[str, Any]:
    said = {"url": one.address, "mime_type": one.media_type, "width": one.width, "height": one.height}
    said |= {"caption": one.caption or None, "credit": one.credit, "alt": one.alt}
    return {name: value for name, value in said.items() if value is not None}


def _dumped(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
