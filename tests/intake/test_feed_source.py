"""RSS and Atom of an existing site: what an entry becomes, and that a feed can make us load or hold nothing."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from feeds.errors import PageRefused
from feeds.intake.draft import Draft
from feeds.intake.fingerprint import fingerprint
from feeds.intake.xml_guard import MAX_DEPTH, safe_xml
from feeds.model import Attachment, Picture
from tests.intake.given import SETTING, draft, reasons, records

ITEM = """<item><title>Night buses run later</title><link>https://city.example.org/news/1</link>
<guid isPermaLink="false">post-1</guid><pubDate>Wed, 17 Jul 2019 00:30:00 +0900</pubDate>
<description>In short.</description>
<content:encoded><![CDATA[<p>They run <a href="/until">until two</a>.</p><script>x()</script>]]></content:encoded>
</item>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ko">
<title>News</title><id>tag:example.org,2019:feed</id><updated>2019-07-17T00:00:00Z</updated>
<link href="https://city.example.org/"/>
<entry><title type="html">심야 &lt;b&gt;버스&lt;/b&gt;</title><id>tag:example.org,2019:1</id>
<link href="https://city.example.org/news/1"/><updated>2019-07-17T09:00:00Z</updated>
<published>2019-07-16T20:00:00Z</published><author><name>교통국</name></author><category term="buses"/>
<summary>요약</summary><content type="html">&lt;p&gt;두 시까지 운행&lt;/p&gt;</content></entry></feed>"""


def rss(*items: str, head: str = "") -> str:
    namespaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    channel = f"<title>News</title><link>https://city.example.org/</link><description>d</description>{''.join(items)}"
    return f'{head}<rss version="2.0" {namespaces}><channel>{channel}</channel></rss>'


def one(item: str) -> Draft:
    (record,) = records(rss(item).encode())
    return draft(record)


def test_an_rss_item_becomes_a_draft_with_its_content_cleaned() -> None:
    found = one(ITEM)
    assert found.content.title == "Night buses run later"
    assert found.content.body_html == '<p>They run <a href="https://city.example.org/until">until two</a>.</p>'
    assert found.content.summary == "In short."
    assert found.address == "https://city.example.org/news/1"
    assert found.registered_on == date(2019, 7, 17)
    assert found.registered_at == datetime(2019, 7, 16, 15, 30, tzinfo=UTC)


def test_an_atom_entry_becomes_a_draft_in_the_language_it_states() -> None:
    (record,) = records(ATOM.encode(), setting=replace(SETTING, is_division=lambda name: name == "교통국"))
    found = draft(record)
    assert record.place == "entry 1"
    assert (found.content.title, found.content.language, found.division) == ("심야 버스", "ko", "교통국")
    assert found.content.body_html == "<p>두 시까지 운행</p>"
    assert found.registered_on == date(2019, 7, 17)
    assert found.topics == ()
    assert found.remarks == ()


def test_an_author_who_is_no_division_may_be_a_person_and_is_not_kept() -> None:
    found = one(ITEM.replace("<description>", "<author>somebody@example.org</author><description>"))
    assert found.division == ""
    assert "somebody" not in str(found)


def test_an_entry_is_known_by_its_own_id_wherever_the_feed_was_read() -> None:
    first = one(ITEM)
    assert str(first.identity) == "www.example.org/entry/post-1"
    moved = one(ITEM.replace("/news/1", "/elsewhere"))
    assert moved.identity == first.identity
    assert fingerprint(moved) == fingerprint(first)


def test_an_entry_that_links_to_a_boards_post_is_that_post() -> None:
    link = "https://city.example.org/view.do?bbsId=BBS_1&amp;nttId=7"
    found = one(ITEM.replace("https://city.example.org/news/1", link))
    assert str(found.identity) == "city.example.org/BBS_1/7"


def test_an_id_of_any_form_fits_into_a_key() -> None:
    found = one(ITEM.replace("post-1", "https://city.example.org/" + "x" * 900))
    assert re.fullmatch(r"www\.example\.org/entry/[0-9a-f]{64}", str(found.identity))


def test_a_feed_that_gives_summaries_only_says_so() -> None:
    found = one(re.sub(r"<content:encoded>.*</content:encoded>", "", ITEM, flags=re.S))
    assert found.content.body_text == "In short."
    assert "the feed gives a summary only: look whether that is all of it" in found.remarks


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Wed, 17 Jul 2019 00:30:00 KST", date(2019, 7, 17)),
        ("Wed, 17 Jul 2019 00:30:00", date(2019, 7, 17)),
        ("Tue, 16 Jul 2019 15:30:00 GMT", date(2019, 7, 17)),
        ("2019-07-17 00:30:00", date(2019, 7, 17)),
        ("Wed, 31 Feb 2019 00:30:00 +0900", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_b42_a_date_without_a_zone_is_the_citys_and_an_unreadable_one_is_unknown(
    written: str, day: date | None
) -> None:
    found = one(ITEM.replace("Wed, 17 Jul 2019 00:30:00 +0900", written))
    assert found.registered_on == day
    assert ("the entry gives no date that can be read" in found.remarks) is (day is None)
    assert found.unread_date == ("" if day else written)


def test_enclosures_are_files_by_their_address_and_pictures_where_they_say_what_they_show() -> None:
    parts = """<enclosure url="https://city.example.org/f/plan%20a.pdf" type="application/pdf" length="1200"/>
    <enclosure url="javascript:x()" type="image/png" length="1"/>
    <media:content url="https://city.example.org/p.jpg" type="image/jpeg" medium="image"/>"""
    found = one(ITEM.replace("<description>", f"{parts}<description>"))
    assert found.content.attachments == (
        Attachment(
            name="plan a.pdf",
            address="https://city.example.org/f/plan%20a.pdf",
            media_type="application/pdf",
            length=1200,
        ),
        Attachment(name="p.jpg", address="https://city.example.org/p.jpg", media_type="image/jpeg"),
    )
    assert found.content.pictures == tuple[Picture, ...]()


def test_an_entry_without_title_is_refused_alone() -> None:
    found = records(rss(ITEM.replace("Night buses run later", " "), ITEM).encode())
    assert "it has no title" in reasons(found[0])
    assert isinstance(found[1].reading, Draft)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_b44_b52_a_feed_is_read_in_the_character_set_it_is_in(encoding: str) -> None:
    declared = "euc-kr" if encoding == "cp949" else encoding.removesuffix("-sig")
    head = f'<?xml version="1.0" encoding="{declared}"?>\n'
    (record,) = records(rss(ITEM.replace("Night buses", "심야 버스"), head=head).encode(encoding))
    assert draft(record).content.title == "심야 버스 run later"


def test_b52_a_declaration_that_lies_is_not_believed() -> None:
    head = '<?xml version="1.0" encoding="iso-8859-1"?>'
    (record,) = records(rss(ITEM.replace("Night buses", "심야 버스"), head=head).encode("utf-8"))
    assert draft(record).content.title == "심야 버스 run later"


def test_b52_utf_7_is_refused() -> None:
    with pytest.raises(PageRefused, match="UTF-7"):
        records(rss(ITEM, head='<?xml version="1.0" encoding="utf-7"?>').encode())


LAUGHS = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n > 1 else '<!ENTITY a1 "&a;&a;">' for n in range(1, 12)
)


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS + "]>",
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>',
        "<!DOCTYPE rss>",
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://city.example.org/rss.dtd">',
        '<?xml version="1.0"?><!-- x --><!DOCTYPE rss SYSTEM "file:///etc/passwd">',
    ],
)
def test_b48_any_doctype_is_refused(head: str) -> None:
    with pytest.raises(PageRefused, match="DOCTYPE"):
        records(rss(ITEM.replace("In short.", "&a11;" * 1000), head=head).encode())


def test_b49_a_feed_makes_us_ask_nobody(canary: tuple[str, list[object]]) -> None:
    address, came = canary
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{address}"><!ENTITY % y SYSTEM "{address}"> %y;]>'
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{address}"/>'
    for text in (
        rss(ITEM.replace("In short.", "&x;"), head=entity),
        rss(ITEM, head=f'<!DOCTYPE rss SYSTEM "{address}">'),
        rss(ITEM.replace("In short.", include)),
    ):
        with pytest.raises(PageRefused):
            records(text.encode())
    plain = rss(ITEM, head=f'<?xml-stylesheet href="{address}"?>').replace("https://city.example.org/", address)
    assert draft(records(plain.encode())[0]).content.title
    assert not came


def test_b40_pictures_and_styles_in_an_entry_are_not_fetched(canary: tuple[str, list[object]]) -> None:
    address, came = canary
    html = f'<img src="{address}"><img src="{address}" width="1" height="1"><link rel="stylesheet" href="{address}">'
    found = one(ITEM.replace("<p>They", f"{html}<p>They"))
    assert found.content.body_html.count("<img") == 1
    assert not came


@pytest.mark.parametrize("cut", [80, 400, 700, -8, -20])
def test_b51_a_feed_that_is_cut_off_is_refused_whole_with_the_line(cut: int) -> None:
    with pytest.raises(PageRefused, match=r"line \d+: the file is no well-formed XML"):
        records(rss(ITEM, ITEM).encode()[:cut], source="feed")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1), "nested deeper"),
        ("<a " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>", "more attributes"),
        (f'<a b="{"x" * 200_001}"/>', "more attributes, or longer"),
        ("<title>&nbsp;</title>", "no well-formed XML"),
        ("<title>a\x0bb</title>", "no well-formed XML"),
    ],
)
def test_b50_what_no_feed_can_be_is_refused(item: str, reason: str) -> None:
    with pytest.raises(PageRefused, match=reason):
        records(rss(item).encode())


def test_b50_a_hundred_thousand_levels_are_refused() -> None:
    with pytest.raises(PageRefused, match="nested deeper"):
        records(rss("<a>" * 100_000).encode())


def test_xml_that_is_no_feed_is_refused() -> None:
    with pytest.raises(PageRefused, match="no feed"):
        records(b"<note><to>you</to></note>", source="feed")


def test_a_text_that_names_a_file_opens_none(tmp_path) -> None:  # type: ignore[no-untyped-def]
    kept = tmp_path / "feed.xml"
    kept.write_text(rss(ITEM), encoding="utf-8")
    with pytest.raises(PageRefused):
        records(str(kept).encode(), source="feed")


def test_an_empty_feed_has_no_entries() -> None:
    assert records(rss().encode()) == []


@given_that(st.text(max_size=200))
def test_b51_any_text_in_an_entry_is_answered(text: str) -> None:
    escaped = "".join(
        sign for sign in text if sign in "\t\n\r" or " " <= sign <= "\ud7ff" or "\ue000" <= sign <= "\ufffd"
    )
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    (record,) = records(rss(ITEM.replace("Night", escaped).replace("In short.", escaped)).encode())
    assert record.place == "entry 1"


@given_that(st.binary(max_size=200))
def test_b51_any_bytes_are_a_feed_or_refused_with_a_reason(content: bytes) -> None:
    try:
        found = [record.place for record in records(b"<rss>" + content, source="feed")]
    except PageRefused as refusal:
        found = list(refusal.reasons)
    assert all(found)


@pytest.mark.parametrize(
    "declared", ['xmlns="' + "a" * 1_000 + '"', " ".join(f'xmlns:n{number}="u"' for number in range(2_001))]
)
def test_b48_a_feed_with_endless_namespaces_is_refused(declared: str) -> None:
    with pytest.raises(PageRefused, match=r"namespaces|attributes"):
        safe_xml(f"<rss {declared}><channel/></rss>")
