"""What is wrong with a document by the rules of its format: the judges of the tests, written from the specifications.

Each answers sentences, none where there is nothing to complain about. They read the document as strangers do: by its
bytes alone.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DC = "{http://purl.org/dc/elements/1.1/}"
SY = "{http://purl.org/rss/1.0/modules/syndication/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "rules" / "atom.rng"))
# A feed of ten thousand entries is longer than lxml reads from strangers by default.
PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False)
_TONGUE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ONCE = ("title", "link", "description", "language", "copyright", "generator", "ttl", "lastBuildDate")
_RELATIONS = {"alternate", "current", "enclosure", "hub", "license", "next-archive", "prev-archive", "self"}
"""Those that we use, all registered with IANA. Of archives a feed alone may speak (RFC 5005)."""
_ACTIVE = "script,style,iframe,frame,frameset,object,embed,applet,form,input,button,link,meta,base,svg,math,title"
_HARMLESS = frozenset(
    {"abbr", "alt", "cite", "class", "colspan", "datetime", "dir", "height", "href", "hreflang", "id", "lang"}
    | {"rowspan", "scope", "sizes", "src", "srcset", "title", "width"}
)
"""Attributes of a text that the public validator lets pass and that we write."""
_ITEM_ONCE = ("title", "link", "description", "guid", "pubDate", "enclosure", CONTENT, DC + "creator")


def problems_of_atom(document: bytes) -> list[str]:
    """RFC 4287 by its schema, and the rules that no schema can say."""
    root = etree.fromstring(document, PARSER)
    if not SCHEMA.validate(root):
        return [f"schema: {error.message}" for error in SCHEMA.error_log]
    found: list[str] = []
    entries = root.findall(ATOM + "entry")
    for element in (root, *entries):
        links = element.findall(ATOM + "link")
        kinds = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
        found += [f"two alternates of {kind}" for kind in _twice(kinds)]  # 4.1.1, 4.1.2
        if not kinds:
            found.append("no alternate")
    if len(root.findall(f"{ATOM}link[@rel='self']")) != 1:
        found.append("not one link to itself")
    dates = {name: [entry.findtext(ATOM + name) or "" for entry in entries] for name in ("updated", "published")}
    for updated, published in zip(dates["updated"], dates["published"], strict=True):
        if datetime.fromisoformat(updated) < datetime.fromisoformat(published):
            found.append(f"updated {updated} before it was published")
    found += [f"two entries updated at {one}" for one in _twice(dates["updated"])]
    found += [f"two entries of one id: {one}" for one in _twice([entry.findtext(ATOM + "id") for entry in entries])]
    latest = datetime.fromisoformat(root.findtext(ATOM + "updated") or "")
    if any(datetime.fromisoformat(one) > latest for one in dates["updated"]):
        found.append("an entry later than the feed")
    for entry in entries:
        found += _problems_of_html(entry.findtext(ATOM + "content") or "")
    return found


def problems_of_rss(document: bytes) -> list[str]:
    """RSS 2.0 of the Advisory Board, and what its Best Practices Profile and the public validator add."""
    root = etree.fromstring(document, PARSER)
    found = [] if (root.tag, root.get("version")) == ("rss", "2.0") else ["no RSS 2.0"]
    [channel] = root
    found += [f"channel: {what}" for what in _not_once(channel, _ONCE)]
    # What readers that take a title for HTML would make of it (Best Practices Profile, "Character Data").
    marked = re.findall(rb"<title>[^<]*(?:&amp;|&lt;)[^<]*</title>", document)
    found += [f"a title that some readers take for markup: {title[:60]!r}" for title in marked]
    if not _TONGUE.fullmatch(channel.findtext("language") or ""):
        found.append("channel: no language")
    if not (channel.findtext("ttl") or "").isdigit() or channel.findtext("ttl") == "0":
        found.append("channel: ttl is no number of minutes")
    minutes = {"hourly": 60, "daily": 1440}.get(channel.findtext(SY + "updatePeriod") or "")
    times = channel.findtext(SY + "updateFrequency") or ""
    if not minutes or not times.isdigit() or f"{minutes // int(times)}" != channel.findtext("ttl"):
        found.append("channel: its period and its ttl do not agree")
    if len(channel.findall(f"{ATOM}link[@rel='self']")) != 1:
        found.append("channel: not one link to itself")
    found += [f"two items of one guid: {one}" for one in _twice([one.text for one in channel.iter("guid")])]
    for item in channel.findall("item"):
        optional = () if item.find("enclosure") is not None else ("enclosure",)
        found += _not_once(item, [name for name in _ITEM_ONCE if name not in optional])
        found += _problems_of_html(item.findtext(CONTENT) or "")
        found += [
            "a guid that is no address and does not say so"
            for one in item.iter("guid")
            if one.get("isPermaLink") != "false"
        ]
        for file in item.iter("enclosure"):
            if not (_is_address(file.get("url")) and file.get("length", "").isdigit() and "/" in file.get("type", "")):
                found.append("an enclosure without address, length or type")
        for category in item.iter("category"):
            if not (category.text or "").strip() or not _is_address(category.get("domain")):
                found.append("a category without name or scheme")
    for element in (channel, *channel.findall("item")):
        links = [(one.get("rel"), one.get("type"), one.get("hreflang")) for one in element.findall(ATOM + "link")]
        found += [f"two links of {one}" for one in _twice([one for one in links if one[0] != "hub"])]
        found += [f"a relation that nobody registered: {rel}" for rel, *_ in links if rel not in _RELATIONS]
        if element is not channel:
            found += [f"an item that speaks of archives: {rel}" for rel, *_ in links if "archive" in (rel or "")]
    for date in (*channel.iter("pubDate"), *channel.iter("lastBuildDate")):
        if not re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date.text or ""):
            found.append(f"no date of RFC 822 with a year of four digits: {date.text}")
        elif parsedate_to_datetime(date.text).strftime("%a") != date.text[:3]:
            found.append(f"another day of the week: {date.text}")
    for link in (*channel.iter("link"), *channel.iter(ATOM + "link")):
        if not _is_address(link.get("href", link.text)):
            found.append(f"no absolute address: {link.get('href', link.text)}")
    children = [child.tag == "item" for child in channel]
    if any(before and not after for before, after in pairwise(children)):
        found.append("an element of the channel behind its items")
    return found


def problems_of_json(document: bytes) -> list[str]:
    """JSON Feed 1.1: each field by name, and nothing that it does not name but extensions."""
    whole = json.loads(document.decode("utf-8"), object_pairs_hook=_no_doubles)
    found = [f"feed: {what}" for what in _misfits(whole, _FEED_FIELDS, ("version", "title", "items"))]
    if whole.get("version") != "https://jsonfeed.org/version/1.1":
        found.append("feed: no version 1.1")
    if whole.get("next_url") == whole.get("feed_url"):
        found.append("feed: it goes on with itself")
    found += _problems_of_extension(whole)
    found += [f"two items of one id: {one}" for one in _twice([item.get("id") for item in whole.get("items", ())])]
    for item in whole.get("items", ()):
        found += [f"item: {what}" for what in _misfits(item, _ITEM_FIELDS, ("id",))]
        if not (item.get("content_html") or item.get("content_text")):
            found.append("item: neither content_html nor content_text")
        found += _problems_of_html(item.get("content_html", ""))
        for file in item.get("attachments", ()):
            found += [f"attachment: {what}" for what in _misfits(file, _FILE_FIELDS, ("url", "mime_type"))]
    for author in [*whole.get("authors", ()), *(one for item in whole.get("items", ()) for one in item["authors"])]:
        found += [f"author: {what}" for what in _misfits(author, _AUTHOR_FIELDS, ())]
        if not author:
            found.append("author: of whom nothing is said")
    return found


@lru_cache(maxsize=1_000)
def _problems_of_html(html: str) -> tuple[str, ...]:
    return tuple(_looked_at(html))


def _looked_at(html: str) -> Iterator[str]:
    """Addresses that lead nowhere from where a reader app shows the text, and what the validator calls a risk."""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return
    for node in tree.css(_ACTIVE):
        yield f"content: <{node.tag}>"
    for node in body.css("*"):
        named = {name for name in node.attributes if re.fullmatch("[a-z-]+", name)}  # others no browser heeds
        if node is not body and not named <= _HARMLESS:
            yield f"content: {node.tag} with {sorted(named - _HARMLESS)}"
    for node in body.css("[href],[src],[srcset]"):
        addresses = [node.attributes.get("href"), node.attributes.get("src")]
        addresses += [one.split()[0] for one in (node.attributes.get("srcset") or "").split(",") if one.strip()]
        for address in addresses:
            if address is not None and not re.match(r"(?:https?://|mailto:|tel:|data:)", address):
                yield f"content: relative address {address[:60]}"


def _not_once(element: etree._Element, names: Any) -> Iterator[str]:
    for name in names:
        times = len(element.findall(name))
        if times != 1 or not (element.findtext(name) or element.find(name).attrib):
            yield f"{name} stands {times} times, or is empty"


def _is_address(text: str | None) -> bool:
    parts = urlsplit(text or "")
    return (
        parts.scheme in ("http", "https") and bool(parts.netloc) and (text or "").isascii() and " " not in (text or "")
    )


def _twice(values: Any) -> list[Any]:
    return [value for value, times in Counter(values).items() if times > 1]


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs), "a name twice in one object"
    return dict(pairs)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _address(value: Any) -> bool:
    return isinstance(value, str) and _is_address(value)


def _instant(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def _tongue(value: Any) -> bool:
    return isinstance(value, str) and bool(_TONGUE.fullmatch(value))


def _list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(fits(one) for one in value)


def _object(value: Any) -> bool:
    return isinstance(value, dict)


Fields = Mapping[str, Callable[[Any], bool]]
_AUTHOR_FIELDS: Fields = {"name": _text, "url": _address, "avatar": _address}
_FILE_FIELDS: Fields = {
    "url": _address,
    "mime_type": _text,
    "title": _text,
    "size_in_bytes": lambda value: isinstance(value, int) and value >= 0,
    "duration_in_seconds": lambda value: isinstance(value, int | float),
}
_FEED_FIELDS: Fields = {
    "version": _address,
    "title": _text,
    "home_page_url": _address,
    "feed_url": _address,
    "description": _text,
    "user_comment": _text,
    "next_url": _address,
    "icon": _address,
    "favicon": _address,
    "authors": _list_of(_object),
    "language": _tongue,
    "expired": lambda value: isinstance(value, bool),
    "hubs": _list_of(lambda hub: _object(hub) and _text(hub.get("type")) and _address(hub.get("url"))),
    "items": _list_of(_object),
}
_ITEM_FIELDS: Fields = {
    "id": _text,
    "url": _address,
    "external_url": _address,
    "title": _text,
    "content_html": _text,
    "content_text": _text,
    "summary": _text,
    "image": _address,
    "banner_image": _address,
    "date_published": _instant,
    "date_modified": _instant,
    "authors": _list_of(_object),
    "tags": _list_of(_text),
    "language": _tongue,
    "attachments": _list_of(_object),
}


def _misfits(value: Mapping[str, Any], fields: Fields, demanded: Any) -> Iterator[str]:
    for name in demanded:
        if name not in value:
            yield f"no {name}"
    for name, given in value.items():
        if name.startswith("_"):
            if not re.fullmatch(r"_[A-Za-z][^.]*", name) or not isinstance(given, dict):
                yield f"{name} is no extension"
        elif name not in fields:
            yield f"{name} is no field"
        elif not fields[name](given):
            yield f"{name} is not as it should be: {given!r:.80}"


def _problems_of_extension(whole: Mapping[str, Any]) -> Iterator[str]:
    for name, given in whole.items():
        if name.startswith("_") and not _address(given.get("about")):
            yield f"feed: {name} does not say what it is about"


PROBLEMS: Mapping[str, Callable[[bytes], list[str]]] = {
    "rss": problems_of_rss,
    "atom": problems_of_atom,
    "json": problems_of_json,
}
