"""Each repair of feedgen on its own: the same look at our document and at one that feedgen alone made of the same feed.

What feedgen alone gets right is no repair of ours, and fails here: then the repair may go. Its own extensions `dc` and
`media` are loaded for it, and it is handed everything that its manual has a place for.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

import feedparser
import pytest
from lxml import etree
from sample_feed import MORNING, article, feed, plain_feedgen, rich_article

from feeds.documents import atom, rss
from feeds.documents.entry import Beside
from feeds.documents.feed import Feed
from feeds.model import State

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
KOREAN = article(7, language="ko", title="보도자료")


def everything() -> Feed:
    """A feed that needs each repair."""
    gone = article(3, state=State.WITHDRAWN, withdrawal_reason="Wrong.", updated_at=MORNING + timedelta(days=3))
    rich = replace(rich_article(1), twins=(("ko", 7),))
    older = {"rss": "https://a.test/1.rss", "atom": "https://a.test/1.atom", "json": "https://a.test/1.json"}
    made = feed(
        rich, article(2, summary="5 < 6"), gone, beside=Beside(twins={7: KOREAN}), hubs=["https://hub.example.org/"]
    )
    return replace(made, archives={"prev-archive": older}, is_archive=True)


MADE = everything()
Found = Callable[[str], list[str]]
"""The texts at an XPath of a document, which is also there whole under the empty path."""

RSS: dict[str, Callable[[Found], bool]] = {
    "its link is its page": lambda at: at("/rss/channel/link/text()") == [MADE.alternate_url],
    "the other formats are named": lambda at: len(at("/rss/channel/a:link[@rel='alternate']/@href")) == 2,
    "the hub is named": lambda at: at("/rss/channel/a:link[@rel='hub']/@href") == ["https://hub.example.org/"],
    "the archive is named": lambda at: at("//a:link[@rel='prev-archive']/@href") == ["https://a.test/1.rss"],
    "an archive says that it is one": lambda at: len(at("/rss/channel/fh:archive")) == 1,
    "its pace is told": lambda at: at("//sy:updateFrequency/text()") == ["12"],
    "its date is that of its latest entry": lambda at: (
        at("//lastBuildDate/text()") == ["Wed, 11 Mar 2026 00:00:00 GMT"]
    ),
    "no address of feedgen's makers stands in it": lambda at: at("//docs/text()") == [],
    "entries stand as they were given": lambda at: at("//guid/text()") == [entry.id for entry in MADE.entries],
    "titles are safe from readers that take them for markup": lambda at: "R&#x26;D &#x3C;b&gt;" in at("")[0],
    "a summary never becomes markup": lambda at: "5 &lt; 6" in at("//item/description/text()"),
    "the first file is the enclosure": lambda at: at("//enclosure/@url") == [MADE.entries[0].enclosures[0].address],
    "an entry says when it changed": lambda at: len(at("//item/a:updated")) == 3,
    "an entry says its language": lambda at: at("//item/dc:language/text()") == ["en"] * 3,
    "an entry says its rights": lambda at: at("//item/dc:rights/text()") == [MADE.rights] * 3,
    "an entry names its division": lambda at: len(at("//item/dc:creator/text()")) == 3,
    "an entry leads to its licence": lambda at: len(at("//item/a:link[@rel='license']")) == 3,
    "an entry leads to its twin": lambda at: at("//item/a:link[@rel='alternate']/@hreflang") == ["ko"],
    "a picture has its caption": lambda at: at("//media:description/text()") == ["The mayor speaks"],
    "a picture has its credit": lambda at: at("//media:credit/text()") == ["Press Office"],
    "a picture has its alt text": lambda at: at("//media:title/text()") == ["A hall"],
    "a browser is told how to show it": lambda at: "<?xml-stylesheet" in at("")[0],
}
ATOM: dict[str, Callable[[Found], bool]] = {
    "entries stand as they were given": lambda at: at("//a:entry/a:id/text()") == [one.id for one in MADE.entries],
    "an entry is dated by itself": lambda at: "2026-03-02T02:00:00.000002+00:00" in at("//a:entry/a:updated/text()"),
    "its page is an alternate with its language": lambda at: (
        at("//a:entry/a:link[@rel='alternate'][@type='text/html'][@hreflang='en']/@href")
        == [one.url for one in MADE.entries]
    ),
    "an entry leads to its twin": lambda at: at("//a:entry/a:link[@hreflang='ko']/@rel") == ["alternate"],
    "every file is an enclosure": lambda at: len(at("//a:entry/a:link[@rel='enclosure']/@type")) == 2,
    "a file has its length": lambda at: at("//a:entry/a:link[@rel='enclosure']/@length") == ["2048"],
    "an entry leads to its licence": lambda at: len(at("//a:entry/a:link[@rel='license']")) == 3,
    "an entry says its language": lambda at: at("//a:entry/@xml:lang") == ["en"] * 3,
    "what was withdrawn has a tombstone": lambda at: at("//at:deleted-entry/@ref") == [MADE.entries[1].id],
    "an archive says that it is one": lambda at: len(at("/a:feed/fh:archive")) == 1,
    "a picture has its caption": lambda at: at("//media:description/text()") == ["The mayor speaks"],
    "a picture has its credit": lambda at: at("//media:credit/text()") == ["Press Office"],
    "a picture has its alt text": lambda at: at("//media:title/text()") == ["A hall"],
    "a browser is told how to show it": lambda at: "<?xml-stylesheet" in at("")[0],
}


def looking(document: bytes) -> Found:
    tree = etree.fromstring(document)

    def at(path: str) -> list[str]:
        return [str(found) for found in tree.xpath(path, namespaces=NAMES)] if path else [document.decode()]

    return at


CASES = [pytest.param(rss, rule, holds, id=f"rss: {rule}") for rule, holds in RSS.items()]
CASES += [pytest.param(atom, rule, holds, id=f"atom: {rule}") for rule, holds in ATOM.items()]


@pytest.mark.parametrize(("module", "rule", "holds"), CASES)
def test_a_rule_holds_for_ours_and_not_for_what_feedgen_alone_makes(
    module: ModuleType, rule: str, holds: Callable[[Found], bool]
) -> None:
    plain = plain_feedgen(MADE)
    alone = plain.rss_str() if module is rss else plain.atom_str()
    assert holds(looking(module.render(MADE))), rule
    assert not holds(looking(alone)), f"feedgen alone keeps this rule now: {rule}"


@pytest.mark.parametrize("module", [rss, atom])
@pytest.mark.parametrize("poison", ["\x00", "\x1b", "\ud800", "\uffff"])
def test_b35_one_character_costs_feedgen_the_whole_feed_and_us_nothing(module: ModuleType, poison: str) -> None:
    made = feed(article(1, title=f"one{poison}two"), article(2))
    assert [entry.title for entry in feedparser.parse(module.render(made)).entries] == ["Release 2", "onetwo"]
    plain = plain_feedgen(feed(article(2)))
    plain.add_entry().title(f"one{poison}two")
    with pytest.raises(ValueError, match=r"XML compatible|surrogates|Required fields"):
        plain.rss_str() if module is rss else plain.atom_str()


def test_what_feedgen_writes_right_is_left_to_it() -> None:
    """These need no repair: if feedgen stops writing them, whole documents differ from those that were reviewed."""
    plain = looking(plain_feedgen(MADE).atom_str())
    assert plain("//a:entry/a:category/@scheme")
    assert plain("/a:feed/a:link[@rel='hub']/@href") == ["https://hub.example.org/"]
    assert plain("//a:entry/a:rights/text()") == [MADE.rights] * 3
    assert json.dumps(plain("//a:entry/a:published/text()")).count("+00:00") == 3
