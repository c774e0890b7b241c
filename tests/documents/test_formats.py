"""What the three formats say alike of one entry: twins, files, withdrawals, corrections, archives, hubs and pace."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sample_feed import MORNING, NEWSROOM, article, feed, many, rich_article

from feeds.documents import atom, jsonfeed, rss
from feeds.documents.entry import Beside
from feeds.documents.feed import Feed
from feeds.model import State, Topic
from feeds.scope import Scope

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
SUMMIT = Topic(slug="summit", names={"en": "Summits", "ko": "정상회의"})
FORMATS = (rss, atom, jsonfeed)


def items(made: Feed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(jsonfeed.render(made))["items"]
    return found


def found(document: bytes, path: str) -> list[Any]:
    return list(etree.fromstring(document).xpath(path, namespaces=NAMES))


def withdrawn() -> Feed:
    gone = article(1, state=State.WITHDRAWN, withdrawal_reason="It was sent by mistake.")
    return feed(replace(gone, updated_at=MORNING + timedelta(days=3)), article(2))


@pytest.mark.parametrize("module", [rss, atom])
def test_entries_put_together_are_what_feedgen_writes_of_the_whole_feed(module: ModuleType) -> None:
    for made in (feed(*many()), withdrawn(), feed()):
        whole = module.generator(made)
        written = whole.rss_str(xml_declaration=False) if module is rss else whole.atom_str(xml_declaration=False)
        assert module.render(made).split(b"?>\n", 2)[2] == written


@pytest.mark.parametrize("module", FORMATS)
@settings(deadline=None, max_examples=25)
@given(numbers=st.lists(st.integers(1, 40), unique=True, max_size=12), order=st.randoms())
def test_the_same_articles_in_any_order_are_the_same_bytes(module: ModuleType, numbers: list[int], order: Any) -> None:
    releases = [article(number) for number in numbers]
    document = module.render(feed(*releases))
    order.shuffle(releases)
    assert module.render(feed(*releases)) == document


def test_what_changed_last_comes_first() -> None:
    corrected = article(1, correction_note="The date was wrong.", updated_at=MORNING + timedelta(days=2))
    assert [entry.id[-1] for entry in feed(article(2), corrected, article(3)).entries] == ["1", "3", "2"]


def test_a_change_is_never_dated_before_its_publication() -> None:
    [entry] = feed(article(1, updated_at=MORNING - timedelta(days=2))).entries
    assert entry.updated == entry.published


def test_a_withdrawn_release_is_an_entry_that_says_so_and_a_tombstone() -> None:
    """RFC 6721, section 3"""
    document = atom.render(withdrawn())
    [tomb] = found(document, "/a:feed/at:deleted-entry")
    [entry] = found(document, "//a:entry[a:id=/a:feed/at:deleted-entry/@ref]")
    assert tomb.get("when") == entry.findtext("a:updated", namespaces=NAMES) == "2026-03-05T00:00:00.000001+00:00"
    assert tomb.findtext("at:comment", namespaces=NAMES) == "This release has been withdrawn."
    content = entry.findtext("a:content", namespaces=NAMES)
    assert "It was sent by mistake." in content
    assert "Body 1" not in content
    first = items(withdrawn())[0]
    assert first["_civicwire"]["withdrawn"] == "2026-03-05T00:00:00.000001+00:00"
    assert feedparser.parse(rss.render(withdrawn())).entries[0].title == "Withdrawn: Release 1"


def test_a_correction_is_told_at_the_top_of_the_text_and_keeps_the_id() -> None:
    before, after = feed(article(1)), feed(rich_article(1))
    assert before.entries[0].id == after.entries[0].id
    for content in (items(after)[0]["content_html"], feedparser.parse(rss.render(after)).entries[0].content[0].value):
        assert content.startswith("<p><strong>Correction:</strong> The date was wrong.</p>")
    assert items(after)[0]["_civicwire"]["correction"] == "The date was wrong."
    assert items(after)[0]["date_modified"] > items(before)[0]["date_modified"]


def test_public_twins_are_links_with_their_language_and_no_others_are() -> None:
    public = article(7, language="ko", title="보도자료")
    hidden = article(8, language="ja", title="下書き", state=State.DRAFT, published_at=None)
    made = feed(article(1, twins=(("ko", 7), ("ja", 8), ("zh", 9))), beside=Beside(twins={7: public, 8: hidden}))
    address = "https://city.example.org/articles/7/%EB%B3%B4%EB%8F%84%EC%9E%90%EB%A3%8C"
    for document, path in ((atom.render(made), "//a:entry/a:link"), (rss.render(made), "//item/a:link")):
        twins = [link for link in found(document, path) if link.get("hreflang") not in (None, "en")]
        assert [(link.get("rel"), link.get("hreflang"), link.get("href")) for link in twins] == [
            ("alternate", "ko", address)
        ]
    assert items(made)[0]["_civicwire"]["translations"] == [{"language": "ko", "url": address}]


def test_division_bureau_board_and_topic_are_categories_each_in_its_scheme() -> None:
    made = feed(article(1, board="news", topics=("summit", "old")), beside=Beside(topics={"summit": SUMMIT}))
    terms = [(one.get("term"), one.get("scheme"), one.get("label")) for one in found(atom.render(made), "//a:category")]
    assert terms == [
        ("industry", "https://city.example.org/divisions", "Industry & Trade Division"),
        ("economy", "https://city.example.org/divisions", "Economy Bureau"),
        ("news", "https://city.example.org/feeds#boards", "City News"),
        ("summit", "https://city.example.org/feeds#topics", "Summits"),
        ("old", "https://city.example.org/feeds#topics", "old"),
    ]
    assert items(made)[0]["tags"] == [label for _, _, label in terms]
    assert [one.text for one in found(rss.render(made), "//item/category")] == [label for _, _, label in terms]


def test_every_file_is_in_atom_and_json_and_the_first_in_rss() -> None:
    made = feed(rich_article())
    files = [file.address for file in made.entries[0].enclosures]
    assert [link.get("href") for link in found(atom.render(made), "//a:link[@rel='enclosure']")] == files
    assert [one["url"] for one in items(made)[0]["attachments"]] == files
    assert items(made)[0]["attachments"][0]["size_in_bytes"] == 2048
    assert "size_in_bytes" not in items(made)[0]["attachments"][1]
    assert [one.get("url") for one in found(rss.render(made), "//enclosure")] == files[:1]


def test_json_feed_has_every_field_the_specification_demands_and_knows_whom_to_call() -> None:
    """JSON Feed 1.1: version and title; each item an id and content; an extension says what it is about."""
    document = json.loads(jsonfeed.render(feed(rich_article(), scope=Scope(("industry",)))))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == "https://city.example.org/feeds/industry.json"
    assert document["home_page_url"] == "https://city.example.org/divisions/industry"
    assert document["_civicwire"]["about"] == "https://city.example.org/feeds"
    [item] = document["items"]
    assert item["id"] == "tag:city.example.org,2026:article/1"
    assert item["title"] == "R&D <b> summit"
    assert item["image"] == "https://city.example.org/p/1.jpg"
    assert item["_civicwire"]["telephone"] == "053-803-0002"
    assert item["_civicwire"]["rights_url"] == "https://www.kogl.or.kr/info/licenseType1.do"


def test_hubs_archives_and_the_other_formats_are_named_in_every_format() -> None:
    older = {"rss": "https://a.test/1.rss", "atom": "https://a.test/1.atom", "json": "https://a.test/1.json"}
    made = replace(feed(hubs=["https://hub.example.org/"]), archives={"prev-archive": older}, is_archive=True)
    for module, name, path in ((atom, "atom", "/a:feed/a:link"), (rss, "rss", "/rss/channel/a:link")):
        document = module.render(made)
        links = {(link.get("rel"), link.get("href")) for link in found(document, path)}
        assert {("hub", "https://hub.example.org/"), ("prev-archive", older[name])} <= links
        others = {("alternate", url) for other, url in made.self_urls.items() if other != name}
        assert others | {("self", made.self_urls[name])} <= links
        assert len(found(document, "//fh:archive")) == 1
        assert found(module.render(feed()), "//fh:archive") == []
    document = json.loads(jsonfeed.render(made))
    assert document["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]
    assert document["next_url"] == older["json"]


@pytest.mark.parametrize(
    ("seconds", "ttl", "period", "times"),
    [(60, "1", "hourly", "60"), (300, "5", "hourly", "12"), (3600, "60", "hourly", "1"), (86400, "1440", "daily", "1")],
)
def test_rss_says_in_both_its_ways_how_often_to_ask(seconds: int, ttl: str, period: str, times: str) -> None:
    document = rss.render(feed(max_age=seconds))
    assert [one.text for one in found(document, "/rss/channel/ttl")] == [ttl]
    assert [one.text for one in found(document, "//sy:updatePeriod")] == [period]
    assert [one.text for one in found(document, "//sy:updateFrequency")] == [times]


@pytest.mark.parametrize("module", [rss, atom])
def test_a_browser_is_told_how_to_show_the_raw_feed(module: ModuleType) -> None:
    instruction = re.search(rb"<\?xml-stylesheet (.+?)\?>", module.render(feed()))
    assert instruction
    assert instruction[1] == b'type="text/css" href="https://city.example.org/feeds.css"'


def test_any_scope_has_one_address_one_id_and_a_title_in_words() -> None:
    scope = Scope(("industry",), "ko", topics=("summit",), boards=("news",), words="물 관리")
    made = feed(scope=scope, beside=Beside(topics={"summit": SUMMIT}))
    query = "division=industry&topic=summit&board=news&q=%EA%B4%80%EB%A6%AC+%EB%AC%BC&lang=ko"
    assert made.self_urls["json"] == f"{NEWSROOM.base_url}/feeds/select.json?{query}"
    assert made.id == f"tag:city.example.org,2026:feed/select?{query}"
    assert made.title == "Example Newsroom: Industry & Trade Division, Summits, City News, “관리 물”, Korean"
    assert made.alternate_url == f"{NEWSROOM.base_url}/search?{query.replace('lang=', 'language=')}"
