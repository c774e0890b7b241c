"""Lists of feeds: OPML 2.0 that a reader app takes in whole."""

from lxml import etree

from feeds.documents.opml import Outline, render


def test_a_list_has_headings_and_subscriptions_with_what_each_needs() -> None:
    feed = Outline(title="R&D <b>", feed_url="https://a.test/f.rss?a=1&b=2", page_url="https://a.test/", language="en")
    document = etree.fromstring(render("Feeds\x00 of a city", [Outline(title="Economy", below=[feed])]))
    assert (document.tag, document.get("version")) == ("opml", "2.0")
    assert document.findtext("head/title") == "Feeds of a city"
    [heading] = document.findall("body/outline")
    assert dict(heading.attrib) == {"text": "Economy"}
    assert dict(heading[0].attrib) == {
        "text": "R&D <b>",
        "type": "rss",
        "title": "R&D <b>",
        "xmlUrl": "https://a.test/f.rss?a=1&b=2",
        "htmlUrl": "https://a.test/",
        "language": "en",
    }
