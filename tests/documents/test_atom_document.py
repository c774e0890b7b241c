"""Atom 1.0: the rules of RFC 4287, what a reader gets, and where feedgen alone would have got it wrong."""

import re
from datetime import datetime

import feedparser
import pytest
from lxml import etree
from sample_feed import EMPTY_AT, article, feed, many, plain_feedgen, rich_article

from feeds.documents import atom
from feeds.documents.feed import Feed

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def found(document: bytes, path: str) -> list[etree._Element]:
    return list(etree.fromstring(document).xpath(path, namespaces=NAMES))


def plain(made: Feed) -> bytes:
    document: bytes = plain_feedgen(made).atom_str()
    return document


def test_a_reader_gets_back_what_was_published() -> None:
    made = feed(rich_article())
    read = feedparser.parse(atom.render(made))
    [shown], [entry] = read.entries, made.entries
    assert not read.bozo
    assert (read.version, read.feed.id, read.feed.title) == ("atom10", made.id, made.title)
    assert (shown.id, shown.link, shown.title, shown.summary) == (entry.id, entry.url, entry.title, entry.summary)
    assert shown.content[0].value == entry.content_html
    assert shown.content[0].type == "text/html"
    assert shown.author == entry.division
    assert shown.published_parsed[:6] == entry.published.timetuple()[:6]
    assert shown.updated_parsed[:6] == entry.updated.timetuple()[:6]
    assert [file.href for file in shown.enclosures] == [file.address for file in entry.enclosures]


@pytest.mark.parametrize("made", [feed(), feed(*many()), feed(rich_article(), language="ko")])
def test_the_document_keeps_the_rules_of_rfc_4287(made: Feed) -> None:
    root = etree.fromstring(atom.render(made))
    entries = root.findall("a:entry", NAMES)
    for element in (root, *entries):
        for name in ("id", "title", "updated"):  # 4.1.1, 4.1.2: exactly one of each
            assert len(element.findall(f"a:{name}", NAMES)) == 1
        for name in ("rights", "subtitle", "generator", "published", "summary", "content"):  # at most one
            assert len(element.findall(f"a:{name}", NAMES)) <= 1
        assert element.findall("a:author/a:name", NAMES)  # 4.1.1
        assert element.findtext("a:id", namespaces=NAMES).startswith("tag:")  # 4.2.6: an IRI
        links = element.findall("a:link", NAMES)
        kinds = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
        assert len(kinds) == len(set(kinds))  # 4.1.1, 4.1.2: no two alternates of one type and language
        assert kinds
        assert all(link.get("href").startswith("https://") for link in links)
        for date in element.findall("a:updated", NAMES) + element.findall("a:published", NAMES):
            assert datetime.fromisoformat(date.text).tzinfo is not None  # 3.3
    assert [link.get("href") for link in root.findall("a:link[@rel='self']", NAMES)] == [made.self_urls["atom"]]
    ids = [entry.findtext("a:id", namespaces=NAMES) for entry in entries]
    assert len(ids) == len(set(ids))
    children = [child.tag for child in root if child.tag == f"{{{NAMES['a']}}}entry"]
    assert [child.tag for child in root][len(root) - len(children) :] == children  # the feed's own elements first


def test_the_document_begins_with_its_declaration_and_declares_its_prefixes_once() -> None:
    document = atom.render(feed(*many()))
    assert re.match(rb'<\?xml version="1.0" encoding="UTF-8"\?>\n<\?xml-stylesheet [^>]+\?>\n<feed ', document)
    assert document.count(b"xmlns") == 4
    prefixes = {name: NAMES[name] for name in ("media", "at", "fh")}
    assert dict(etree.fromstring(document).nsmap) == {None: NAMES["a"]} | prefixes


def test_the_feed_names_its_page_and_its_other_formats() -> None:
    document = atom.render(feed())
    links = [dict(link.attrib) for link in found(document, "/a:feed/a:link[@rel='alternate']")]
    assert links == [
        {"href": "https://city.example.org/", "rel": "alternate", "type": "text/html", "hreflang": "en"},
        {"href": "https://city.example.org/feeds/all.rss", "rel": "alternate", "type": "application/rss+xml"},
        {"href": "https://city.example.org/feeds/all.json", "rel": "alternate", "type": "application/feed+json"},
    ]


def test_entry_links_keep_what_feedgen_drops() -> None:
    made, path = feed(rich_article()), "//a:entry/a:link"
    page, licence, known, unknown = (dict(link.attrib) for link in found(atom.render(made), path))
    assert page == {
        "rel": "alternate",
        "type": "text/html",
        "hreflang": "en",
        "href": "https://city.example.org/articles/1/r-d-b-summit",
    }
    assert licence == {"rel": "license", "href": "https://www.kogl.or.kr/info/licenseType1.do"}
    assert (known["rel"], known["type"], known["length"]) == ("enclosure", "application/pdf", "2048")
    assert set(unknown) == {"rel", "type", "title", "href"}
    assert {tuple(link.attrib) for link in found(plain(made), path)} == {("href",)}


def test_entries_state_their_language_of_which_feedgen_knows_nothing() -> None:
    made = feed(article(1), article(2, language="ko", title="대구 소식"), language="en")
    assert found(atom.render(made), "/a:feed")[0].get(LANG) == "en"
    assert [entry.get(LANG) for entry in found(atom.render(made), "//a:entry")] == ["ko", "en"]
    assert [entry.get(LANG) for entry in found(plain(made), "//a:entry")] == [None, None]


def test_dates_are_the_articles_where_feedgen_stamps_the_present() -> None:
    made = feed(article())
    latest = made.entries[0].updated.isoformat()
    assert [date.text for date in found(atom.render(made), "//a:updated")] == [latest, latest]
    assert latest not in [date.text for date in found(plain(made), "//a:updated")]


def test_an_empty_feed_has_the_instant_it_was_given() -> None:
    assert [date.text for date in found(atom.render(feed()), "//a:updated")] == [EMPTY_AT.isoformat()]


def test_entries_stand_newest_first_where_feedgen_turns_them_round() -> None:
    made = feed(*many())
    ids = [entry.id for entry in made.entries]
    assert [element.text for element in found(atom.render(made), "//a:entry/a:id")] == ids
    assert [element.text for element in found(plain(made), "//a:entry/a:id")] == ids[::-1]


def test_pictures_come_with_alternative_caption_and_credit() -> None:
    [picture] = found(atom.render(feed(rich_article())), "//media:content")
    assert picture.get("medium") == "image"
    assert [said.text for said in picture] == ["A hall", "The mayor speaks", "Press Office"]


def test_an_entry_is_filed_under_its_divisions() -> None:
    [first, _] = found(atom.render(feed(article())), "//a:entry/a:category")
    assert dict(first.attrib) == {
        "term": "industry",
        "scheme": "https://city.example.org/divisions",
        "label": "Industry & Trade Division",
    }


@pytest.mark.parametrize(
    "title", ["🎆 Fireworks 👨‍👩‍👧", "مهرجان دايغو", "‏שלום‎ Daegu", "대구 & 경북 <함께>", "]]> -- &nbsp;", "AT&amp;T"]
)
def test_titles_of_every_script_come_back_as_published(title: str) -> None:
    """B41"""
    assert feedparser.parse(atom.render(feed(article(title=title)))).entries[0].title == title


def test_a_body_of_ten_thousand_nested_elements_is_still_one_piece_of_text() -> None:
    """B41"""
    deep = "<div>" * 10_000 + "]]>"
    [content] = found(atom.render(feed(article(body_html=deep))), "//a:content")
    assert content.text.startswith(deep)


def test_a_text_beyond_all_measure_is_given_as_its_summary_with_the_way_to_the_whole() -> None:
    """B36, B41"""
    made = feed(article(body_html="<div>" * 60_000))
    [content] = found(atom.render(made), "//a:content")
    assert content.text.startswith("<p>Summary 1</p>")
    assert f'<a href="{made.entries[0].url}">' in content.text
