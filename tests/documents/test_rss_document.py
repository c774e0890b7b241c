"""RSS 2.0: what a reader gets, and each place where feedgen alone would have got it wrong."""

import re
from datetime import datetime

import feedparser
import pytest
from feedgen.feed import FeedGenerator
from lxml import etree
from sample_feed import INDUSTRY, PRESS, article, feed, many, plain_feedgen, rich_article

from feeds.documents import rss
from feeds.documents.feed import Feed

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "fh": "http://purl.org/syndication/history/1.0",
}


def texts(document: bytes, path: str) -> list[str]:
    return [str(found) for found in etree.fromstring(document).xpath(path, namespaces=NAMES)]


def plain(made: Feed) -> bytes:
    document: bytes = plain_feedgen(made).rss_str()
    return document


def test_a_reader_gets_back_what_was_published() -> None:
    made = feed(rich_article())
    read = feedparser.parse(rss.render(made))
    [item], [entry] = read.entries, made.entries
    assert not read.bozo
    assert (read.feed.title, read.feed.link, read.feed.language) == (made.title, made.alternate_url, "en")
    assert (item.id, item.link, item.title, item.summary) == (entry.id, entry.url, entry.title, entry.summary)
    assert item.content[0].value == entry.content_html
    assert item.published_parsed[:6] == entry.published.timetuple()[:6]
    assert item.updated_parsed[:6] == entry.updated.timetuple()[:6]
    assert [dict(file) for file in item.enclosures] == [
        {
            "href": "https://city.example.org/files/plan.pdf",
            "length": "2048",
            "type": "application/pdf",
        }
    ]


def test_the_document_begins_with_its_declaration() -> None:
    start = rb'<\?xml version="1.0" encoding="UTF-8"\?>\n<\?xml-stylesheet type="text/css" href="[^"]+"\?>\n<rss '
    assert re.match(start, rss.render(feed()))


def test_the_prefixes_are_declared_once_at_the_root() -> None:
    document = rss.render(feed(*many()))
    assert document.count(b"xmlns") == 6
    assert dict(etree.fromstring(document).nsmap) == NAMES


def test_the_channel_names_its_page_its_twin_and_its_maker() -> None:
    document = rss.render(feed(division=INDUSTRY))
    assert texts(document, "/rss/channel/link/text()") == ["https://city.example.org/divisions/industry"]
    assert texts(document, "/rss/channel/generator/text()") == ["Civicwire"]
    assert texts(document, "/rss/channel/atom:link[@rel='self']/@href") == [
        "https://city.example.org/feeds/industry.rss"
    ]


def test_nothing_in_the_document_leads_to_a_host_that_is_not_ours() -> None:
    made = feed(rich_article())
    addresses = [text for text in texts(rss.render(made), "//@*|//text()") if text.startswith("http")]
    assert {address.split("/")[2] for address in addresses} == {"city.example.org", "www.kogl.or.kr"}  # its licence
    assert etree.fromstring(plain(made)).findtext("channel/docs").startswith("http://www.rssboard.org")


def test_the_channel_links_to_its_page_where_feedgen_takes_the_last_link() -> None:
    made, path = feed(), "/rss/channel/link/text()"
    assert texts(rss.render(made), path) == [made.alternate_url]
    assert texts(plain(made), path) == [made.self_urls["rss"]]


def test_the_atom_twin_is_named_where_feedgen_omits_all_but_self() -> None:
    made, path = feed(), "/rss/channel/atom:link[@rel='alternate'][@type='application/atom+xml']/@href"
    assert texts(rss.render(made), path) == [made.self_urls["atom"]]
    with_twin = plain_feedgen(made)
    with_twin.link(href=made.self_urls["atom"], rel="alternate", type="application/atom+xml")
    assert texts(with_twin.rss_str(), path) == []


def test_the_channels_date_is_its_latest_entrys_where_feedgen_stamps_the_present() -> None:
    made, path = feed(rich_article()), "/rss/channel/lastBuildDate/text()"
    assert texts(rss.render(made), path) == ["Wed, 11 Mar 2026 00:00:00 GMT"]
    [stamped] = texts(plain(made), path)
    assert datetime.strptime(stamped, "%a, %d %b %Y %H:%M:%S %z") > made.updated


def test_an_empty_feed_has_the_instant_it_was_given() -> None:
    assert texts(rss.render(feed()), "//lastBuildDate/text()") == ["Thu, 01 Jan 2026 00:00:00 GMT"]


def test_items_stand_newest_first_where_feedgen_turns_them_round() -> None:
    made = feed(*many())
    ids = [entry.id for entry in made.entries]
    assert texts(rss.render(made), "//guid/text()") == ids
    assert texts(plain(made), "//guid/text()") == ids[::-1]


def test_titles_spell_out_ampersand_and_less_than_as_readers_prefer() -> None:
    """RSS Best Practices Profile, "Character Data"; feedgen leaves it to the serialiser."""
    made = feed(rich_article())
    document = rss.render(made)
    assert b"<title>R&#x26;D &#x3C;b&gt; summit</title>" in document
    assert feedparser.parse(document).entries[0].title == "R&D <b> summit"
    assert b"<title>R&amp;D &lt;b&gt; summit</title>" in plain(made)


def test_a_channel_title_is_spelt_out_as_well() -> None:
    assert b"<title>Example Newsroom: Industry &#x26; Trade Division</title>" in rss.render(feed(division=INDUSTRY))


def test_a_summary_is_text_and_never_becomes_markup() -> None:
    """B69: a description is HTML, so the plain summary is escaped once more; feedgen passes it through."""
    made = feed(article(summary="5 < 6 <script>alert(1)</script>"))
    path = "//item/description/text()"
    assert texts(rss.render(made), path) == ["5 &lt; 6 &lt;script&gt;alert(1)&lt;/script&gt;"]
    assert texts(plain(made), path) == ["5 < 6 <script>alert(1)</script>"]


def test_each_item_states_its_language_and_division_of_which_feedgen_knows_nothing() -> None:
    made = feed(article(1), article(2, language="ko", division="spokesperson"))
    document = rss.render(made)
    assert texts(document, "//item/dc:language/text()") == ["ko", "en"]
    assert texts(document, "//item/dc:creator/text()") == [PRESS.names["ko"], INDUSTRY.names["en"]]
    assert texts(plain(made), "//item/dc:*") == []


def test_the_first_attachment_is_the_enclosure_where_feedgen_takes_the_last() -> None:
    made, path = feed(rich_article()), "//enclosure/@url"
    assert texts(rss.render(made), path) == [made.entries[0].enclosures[0].address]
    assert texts(plain(made), path) == [made.entries[0].enclosures[1].address]


def test_an_enclosure_of_unknown_size_and_type_says_zero_and_what_its_name_says() -> None:
    release = rich_article()
    _, unknown = release.content.attachments
    [element] = etree.fromstring(rss.render(feed(article(attachments=(unknown,))))).iter("enclosure")
    assert (element.get("length"), element.get("type")) == ("0", "application/x-hwp")


def test_pictures_come_with_alternative_caption_and_credit() -> None:
    document = rss.render(feed(rich_article()))
    assert texts(document, "//media:content/@url") == ["https://city.example.org/p/1.jpg"]
    assert texts(document, "//media:content/media:*/text()") == ["A hall", "The mayor speaks", "Press Office"]


def test_an_item_is_filed_under_its_divisions() -> None:
    document = rss.render(feed(article()))
    assert texts(document, "//item/category/text()") == ["Industry & Trade Division", "Economy Bureau"]
    assert set(texts(document, "//item/category/@domain")) == {"https://city.example.org/divisions"}


def test_guids_are_no_addresses() -> None:
    assert texts(rss.render(feed(article())), "//guid/@isPermaLink") == ["false"]


def test_a_control_character_is_removed_where_feedgen_refuses_the_whole_feed() -> None:
    """B35, B41"""
    made = feed(article(title="one\x00two", summary="a\x0bb", body_html="<p>\ud800\uffff</p>"))
    assert not feedparser.parse(rss.render(made)).bozo
    poisoned = FeedGenerator()
    poisoned.title("one\x00two")
    poisoned.link(href="https://city.example.org/")
    poisoned.description("x")
    with pytest.raises(ValueError, match="XML compatible"):
        poisoned.rss_str()
