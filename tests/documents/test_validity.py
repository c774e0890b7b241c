"""Feeds are what their formats say: judged by rules that were written from the specifications (`feed_rules`)."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from feed_rules import PROBLEMS, problems_of_atom, problems_of_json, problems_of_rss
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_feed import MORNING, NEWSROOM, WORDS, article, feed, many, plain_feedgen, rich_article
from test_repairs import everything

from feeds.caps import DOCUMENT_BYTES, ENTRIES, GONE_BYTES, fitting, longest
from feeds.documents.entry import NOTHING, Entry, entry_of
from feeds.documents.feed import closing_of
from feeds.documents.splice import joined
from feeds.documents.text import one_line
from feeds.intake.clean import clean_html
from feeds.model import Article, Attachment, Footnote, Picture, State
from feeds.renderings import FORMATS, LONGEST_ENTRY, Renderings

RICH_LONG = "그" * 5_000
FEEDS = {
    "empty": feed(),
    "many": feed(*many()),
    "korean": feed(rich_article(), language="ko"),
    "everything": everything(),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("which", FEEDS)
def test_a_feed_keeps_every_rule_of_its_format(name: str, which: str) -> None:
    assert PROBLEMS[name](FORMATS[name].render(FEEDS[which])) == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_note_beside_the_text_and_places_within_it_are_nothing_to_complain_about(name: str) -> None:
    text = clean_html('<aside role="note"><p id="n">Note</p></aside><p><a href="#n">1</a></p>', base=None)
    beside = Footnote(mark="*", term="Term", note="Another")
    document = FORMATS[name].render(feed(article(body_html=text, footnotes=(beside,))))
    assert PROBLEMS[name](document) == []
    assert b"aside" in document


@pytest.mark.parametrize("name", FORMATS)
def test_a_division_that_was_closed_ends_with_an_entry_that_keeps_them_too(name: str) -> None:
    gone = replace(NEWSROOM.city.divisions[2], retired=MORNING.date())
    made = replace(feed(article()), entries=(closing_of(gone, NEWSROOM, WORDS, "en"),))
    made = replace(made, updated=made.entries[0].updated)
    assert PROBLEMS[name](FORMATS[name].render(made)) == []


@pytest.mark.parametrize(
    "title",
    [
        "a\x00b\x0bc\x1bd\x7fe\x85f",
        "lone \ud83d surrogates \udc00",
        "\ufffe\uffff noncharacters \U0001ffff",
        "<p>broken <b>html</i> &nbsp; &#0; ]]> <!-- <![CDATA[",
        "‏שלום‎ مهرجان دايغو‮gnol‬",
        "🎆👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "가" * 5_000,
        "&<>\"'" * 1_000,
    ],
    ids=["controls", "surrogates", "noncharacters", "html", "right-to-left", "emoji", "5,000", "5,000 signs"],
)
@pytest.mark.parametrize("name", FORMATS)
def test_b35_b41_b69_a_title_of_any_kind_leaves_the_feed_valid_and_is_read_back(name: str, title: str) -> None:
    made = feed(
        article(title=title, summary=title, body_html=f"<p>{title}</p>", body_text=title, correction_note=title),
        article(2, state=State.WITHDRAWN, title=title, withdrawal_reason=title),
    )
    document = FORMATS[name].render(made)
    assert PROBLEMS[name](document) == []
    if name == "json":
        read = [item["title"] for item in json.loads(document)["items"]]
    else:
        read = [entry.title for entry in feedparser.parse(document, sanitize_html=False).entries]
    assert read == [f"Withdrawn: {one_line(title)}", one_line(title)]


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_entries_are_a_valid_feed(name: str) -> None:
    first = feed(article()).entries[0]
    entries = [
        replace(first, id=f"tag:city.example.org,2026:article/{n}", updated=first.updated + timedelta(seconds=n))
        for n in range(10_000, 0, -1)
    ]
    document = FORMATS[name].render(replace(feed(), entries=tuple(entries), updated=entries[0].updated))
    assert PROBLEMS[name](document) == []
    assert document.count(b"tag:city.example.org,2026:article/") == 10_000


WRONG = {
    "atom: no id": ("atom", rb"<entry ([^>]+)><id>[^<]+</id>", rb"<entry \1>"),
    "atom: an id that is no tag": ("atom", rb"<id>tag:[^<]+", rb"<id>https://a.test/1"),
    "atom: two titles": ("atom", rb"(<title>[^<]+</title>)", rb"\1\1"),
    "atom: an instant without a zone": ("atom", rb"\+00:00</updated>", rb"</updated>"),
    "atom: one instant twice": ("atom", rb"<updated>[^<]+", rb"<updated>2026-03-11T00:00:00+00:00"),
    "atom: changed before it was published": ("atom", rb"<published>2026", rb"<published>2027"),
    "atom: a relative link": ("atom", rb'href="https://city.example.org', rb'href="'),
    "atom: content of no type": ("atom", rb'<content type="html">', b"<content>"),
    "atom: an element of nobody's": ("atom", rb"<summary", rb"<nobody/><summary"),
    "atom: a tombstone of nothing": ("atom", rb' ref="[^"]+"', b""),
    "atom: a credit of nobody": ("atom", rb"(credit)>[^<]+<", rb"\1><"),
    "rss: no guid": ("rss", rb"<guid [^>]+>[^<]+</guid>", b""),
    "rss: one guid twice": ("rss", rb"article/\d", rb"article/1"),
    "rss: a title as markup": ("rss", b"&#x3C;b&gt;", b"&lt;b&gt;"),
    "rss: a year of two digits": ("rss", rb"<pubDate>Mon, 02 Mar 2026", rb"<pubDate>Mon, 02 Mar 26"),
    "rss: an enclosure of no length": ("rss", rb' length="\d+"', b""),
    "rss: another day of the week": ("rss", rb"<pubDate>Mon,", rb"<pubDate>Tue,"),
    "rss: a relation of nobody's": ("rss", rb'rel="license"', b'rel="terms"'),
    "rss: a link twice": ("rss", rb'(<atom:link [^>]*rel="license"[^>]*/>)', rb"\1\1"),
    "rss: an item of archives": ("rss", rb'rel="license"', b'rel="prev-archive"'),
    "rss: a script within": ("rss", rb"&lt;p&gt;", b"&lt;script&gt;x&lt;/script&gt;&lt;p&gt;"),
    "rss: an attribute that acts": ("rss", rb"&lt;p&gt;", b"&lt;p onclick=x&gt;"),
    "rss: a style within": ("rss", rb"&lt;p&gt;", b"&lt;p style=x&gt;"),
    "rss: no link to itself": ("rss", rb' rel="self"', b' rel="alternate"'),
    "rss: a channel without description": ("rss", rb"<description>Every[^<]+</description>", b""),
    "rss: a relative address within": ("rss", rb"&lt;a href=\"https://city.example.org/", rb'&lt;a href="/'),
    "json: no id": ("json", rb'"id":"tag:city[^"]+article/1",', b""),
    "json: a field of nobody's": ("json", rb'"title"', rb'"headline"'),
    "json: an author of nothing": ("json", rb'"authors":\[\{[^}]+\}\]', rb'"authors":[{}]'),
    "json: a size in words": ("json", rb'"size_in_bytes":\d+', rb'"size_in_bytes":"2 KB"'),
    "json: it goes on with itself": (
        "json",
        rb'"next_url":"[^"]+"',
        rb'"next_url":"https://city.example.org/feeds/all.json"',
    ),
    "json: an instant without a zone": ("json", rb"\+00:00", b""),
}


@pytest.mark.parametrize(("name", "pattern", "instead"), WRONG.values(), ids=WRONG)
def test_the_rules_would_tell(name: str, pattern: bytes, instead: bytes) -> None:
    document = FORMATS[name].render(everything())
    assert PROBLEMS[name](document) == []
    broken = re.sub(pattern, instead, document)
    assert broken != document
    assert PROBLEMS[name](broken) != []


def test_feedgen_alone_keeps_neither_the_rules_of_rss_nor_those_of_atom() -> None:
    plain = plain_feedgen(feed(rich_article()))
    assert problems_of_rss(plain.rss_str())
    assert problems_of_atom(plain.atom_str())
    assert problems_of_json(FORMATS["json"].render(feed(rich_article()))) == []


TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    [
        "",
        " ",
        "]]>",
        "<b>x",
        "&nbsp;",
        "<a href='/x'>",
        '<img src="x y" srcset="a 1x, b 2x">',
        "\ud83d",
        "a\x00b",
        RICH_LONG,
    ]
)
ADDRESS = st.sampled_from(["/a b.pdf", "//[", "javascript:x", "https://a.test/표.hwp", "../x?y=1&z=2", "", "http://"])
ARTICLES = st.builds(
    lambda number, hours, later, texts, address, state, language: article(
        number,
        title=texts[0],
        summary=texts[1],
        body_html=texts[2],
        body_text=texts[1],
        correction_note=texts[3],
        withdrawal_reason=texts[3],
        telephone=texts[3],
        topics=("summit",),
        board="news",
        language=language,
        state=state,
        published_at=MORNING + timedelta(hours=hours),
        updated_at=MORNING + timedelta(hours=hours + later),
        pictures=(Picture(caption=texts[0], credit=texts[1], alt=texts[3], address=address),),
        attachments=(Attachment(name=texts[0], address=address), Attachment(name=texts[1], address=address, length=7)),
    ),
    number=st.integers(1, 9_999),
    hours=st.integers(0, 5),
    later=st.integers(-3, 3),
    texts=st.tuples(TEXT, TEXT, TEXT, TEXT),
    address=ADDRESS,
    state=st.sampled_from([State.PUBLISHED, State.PUBLISHED, State.WITHDRAWN]),
    language=st.sampled_from(["ko", "en", "zh-Hant"]),
)


def shown(articles: Sequence[Article], name: str) -> tuple[bytes, list[Entry]]:
    """The document of these articles as the shelf makes it, and the entries in it."""
    renderings = Renderings(NEWSROOM, WORDS)
    made = [(renderings.make(one, NOTHING, number=one.id, at=MORNING), one) for one in articles]
    good = [(one, entry_of(article, NEWSROOM, WORDS)) for one, article in made if one.stamp]
    good = sorted(good, key=lambda pair: (pair[1].updated, pair[0].number), reverse=True)
    entries = [entry for _, entry in good]
    whole = replace(feed(), entries=())
    whole = replace(whole, updated=max((entry.updated for entry in entries), default=whole.updated))
    whole = replace(whole, gone=tuple(entry.tombstone for entry in entries if entry.tombstone))
    around = {form: module.around(whole) for form, module in FORMATS.items()}
    while len(whole.gone) > 1 and longest(around) > GONE_BYTES:
        whole = replace(whole, gone=whole.gone[: len(whole.gone) // 2])
        around = {form: module.around(whole) for form, module in FORMATS.items()}
    kept = fitting([one for one, _ in good], around)
    numbers = {one.number for one in kept}
    entries = [entry for one, entry in good if one.number in numbers]
    module = FORMATS[name]
    return joined(around[name], (renderings.pieces(one)[name] for one in kept), module.BETWEEN), entries


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=25)
@given(articles=st.lists(ARTICLES, max_size=60, unique_by=lambda one: one.id), order=st.randoms())
def test_any_set_of_articles_gives_a_valid_deterministic_and_capped_feed(
    name: str, articles: list[Article], order: object
) -> None:
    document, entries = shown(articles, name)
    assert PROBLEMS[name](document) == []
    assert len(document) <= DOCUMENT_BYTES
    assert len(entries) <= ENTRIES
    order.shuffle(articles)  # type: ignore[attr-defined]
    assert shown(articles, name)[0] == document
    readable = [one for one in articles if one_line(one.content.title)]
    assert entries or not readable
    if len(document) < DOCUMENT_BYTES - LONGEST_ENTRY:
        assert len(entries) == min(ENTRIES, len(readable))


@pytest.mark.parametrize("name", FORMATS)
def test_the_longest_withdrawn_and_corrected_are_capped_with_their_tombstones(name: str) -> None:
    long = "&" * 5_000
    gone = [article(n, title=long, state=State.WITHDRAWN, withdrawal_reason=long) for n in range(1, 9)]
    there = [article(n, title=long, body_html="<b></b>" * 6_000, summary=long) for n in range(9, 12)]
    for articles in (gone, there, gone + there):
        document, entries = shown(articles, name)
        assert 1 <= len(entries) < len(articles)
        assert len(document) <= DOCUMENT_BYTES
        assert PROBLEMS[name](document) == []


def test_what_was_withdrawn_keeps_its_place_however_many_and_long_are_newer() -> None:
    gone = [article(n, state=State.WITHDRAWN, withdrawal_reason="It was wrong.") for n in (1, 2)]
    for body, number in (("<p>Short.</p>", 80), ("<b></b>" * 6_000, 12)):
        newer = [article(n, body_html=body) for n in range(3, 3 + number)]
        for name in FORMATS:
            document, entries = shown([*gone, *newer], name)
            assert [entry.withdrawn is not None for entry in entries[-2:]] == [True, True]
            assert 3 < len(entries) <= ENTRIES
            assert len(document) <= DOCUMENT_BYTES


def test_many_withdrawals_leave_half_of_a_feed_to_what_is_news() -> None:
    gone = [article(n, state=State.WITHDRAWN, withdrawal_reason="It was wrong.") for n in range(1, 90)]
    there = [article(n) for n in range(90, 150)]
    document, entries = shown([*gone, *there], "atom")
    assert sum(entry.withdrawn is None for entry in entries) == ENTRIES // 2
    assert document.count(b"<at:deleted-entry") == 89


def test_f61_what_is_longer_than_any_release_is_left_out_with_the_reason() -> None:
    files = tuple(Attachment(name="x" * 2_000, address=f"/{n}.pdf") for n in range(60))
    made = Renderings(NEWSROOM, WORDS).make(article(1, attachments=files), NOTHING, number=1, at=MORNING)
    assert made.stamp is None
    assert re.fullmatch(r"its entry has \d{3},\d{3} bytes, and 180,000 are the most", made.problem)


def test_an_entry_is_never_longer_than_what_is_allowed_however_it_is_swollen() -> None:
    swollen = article(title="&" * 5_000, summary="&" * 9_000, body_html="&" * 30_000, correction_note="<" * 2_000)
    assert entry_of(swollen, NEWSROOM, WORDS).title == "&" * 5_000
    assert Renderings(NEWSROOM, WORDS).make(swollen, NOTHING, number=1, at=MORNING).problem == ""
