"""Hostile and broken texts sent by a program: cleaned alike on the page, in both feeds and in the mail."""

import re
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from typing import Any
from xml.etree import ElementTree

import pytest

from feeds.store import reading
from notifier.mime import build
from notifier.model import Kind
from tests.api.program import RELEASE, Program, demand_problem, read
from tests.messages.headers import headers_for
from tests.web.browser import path_of
from tests.web.conftest import Site

HOSTILE = {
    "script": "<script>alert(1)</script><p>Text</p>",
    "handler": '<p onclick="alert(1)">Text</p><img src=x onerror=alert(1)><svg onload=alert(1)>',
    "link": '<p><a href="javascript:alert(1)">Text</a> <a href="JaVa\tScRiPt:alert(1)">x</a></p>',
    "entity link": '<p><a href="&#106;avascript:alert(1)">Text</a></p>',
    "data": '<p><a href="data:text/html,<script>alert(1)</script>">Text</a><img src="data:image/svg+xml,<svg/>"></p>',
    "svg style": "<svg><style><img src=x onerror=alert(1)></style></svg><p>Text</p>",
    "math": "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--><img src=1 onerror=alert(1)>'></table></math>Text",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript><p>Text</p>',
    "template": "<template><script>alert(1)</script></template><p>Text</p>",
    "css": '<p style="background:url(http://track.example.org/x)">Text</p><style>@import "http://track.example.org"</style>',
    "refresh": '<meta http-equiv="refresh" content="0;url=http://evil.example.org"><base href="http://evil.example.org/"><p>Text</p>',
    "form": '<form action="http://evil.example.org"><input name="password"><button>Go</button></form><p>Text</p>',
    "frame": '<iframe src="http://evil.example.org"></iframe><object data="x"></object><embed src="x"><p>Text</p>',
    "comment": "<!--[if mso]><script>alert(1)</script><![endif]--><p>Text</p>",
    "cdata": "<p>Text ]]> <![CDATA[<script>alert(1)</script>]]> -- </p>",
    "unclosed": "<p>Text <strong>never <em>closed <table><tr><td>cell",
    "entities": "<p>Text &nbsp;&euro;&bogus;&#0;&#xD800;&lt;script&gt;</p>",
    "controls": "<p>Te\x01xt \x0b\x0c\x1b[31m \u202egpj.exe \ufffe\uffff</p>",
    "password": '<p>Text <a href="http://user:pw@evil.example.org/x">x</a><img src="https://user:pw@evil.example.org/x.png"></p>',
    "relative": '<p>Text <a href="/divisions/climate">ours</a> <a href="//evil.example.org/x">x</a></p>',
    "pixel": '<p>Text<img src="http://track.example.org/p.gif" width="1" height="1"></p>',
    "full width": "<p>Text ＜script＞alert(1)＜/script＞</p>",
    "deep": "<div>" * 19_000 + "Text",
}
FORBIDDEN = re.compile(
    r"<(script|style|svg|math|iframe|object|embed|form|input|button|meta|base|template|noscript)\b"
    r"|\son\w+\s*=|javascript:|data:text|data:image/svg|user:pw@|track\.example\.org/p\.gif|@import"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\u202e]",
    re.I,
)


def _body_of(page: str) -> str:
    """What the newsroom's own frame holds is not the article's."""
    return page.partition("<main")[2].partition("</main>")[0].partition('class="follow"')[0]


@pytest.mark.parametrize("form", ["html", "markdown"])
@pytest.mark.parametrize("name", HOSTILE)
def test_b37_b38_b39_b40_b41_a_hostile_text_is_cleaned_on_page_in_feeds_and_in_mail(
    site: Site, cms: Program, name: str, form: str
) -> None:
    fields = {key: value for key, value in RELEASE.items() if key != "markdown"}
    article = cms.create(**(fields | {"markdown": HOSTILE[name]})) if form == "markdown" else _create(cms, fields, name)
    published = cms.change(article, "/publish")
    if published.status == 409:
        assert read(published)["errors"][0]["field"] == "text"  # nothing but what is hidden was in it
        return
    article = read(published)
    page = site.browser.get(path_of(article["url"]))
    rss, atom = (site.browser.get(f"/feeds/climate.{kind}") for kind in ("rss", "atom"))
    with site.database.read() as session:
        mail = site.parts.letters.alert(reading.get(session, article["id"]), language="en", kind="published")
    in_feeds = [
        one.text or ""
        for feed in (rss, atom)
        for one in ElementTree.fromstring(feed.body).iter()
        if one.get("type") != "text" and "Text" in (one.text or "")
    ]
    shown = [article["html"], _body_of(page.text), *in_feeds]
    assert len(in_feeds) >= 2 or "Text" not in article["text"]
    assert page.status == 200
    assert not [found[0] for text in shown for found in FORBIDDEN.finditer(text)]
    assert not [found[0] for found in FORBIDDEN.finditer(_article_in(mail.html))]
    assert "Text" in article["text"] or name in ("math",)


def _create(cms: Program, fields: dict[str, Any], name: str) -> dict[str, Any]:
    answer = cms.post("/articles", fields | {"html": HOSTILE[name]})
    assert answer.status == 201
    return read(answer)  # type: ignore[no-any-return]


def _article_in(html: str) -> str:
    """A mail without its own head, whose style is ours."""
    return html.partition("</head>")[2]


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?=0ABcc:_evil=40x.test?=",
        "=?utf-8?b?CkJjYzogZXZpbEB4LnRlc3Q=?=",
        "Night =?utf-8?q?=0D=0ABcc:_evil=40x.test?= buses",
        "Night buses\r\nBcc: evil@x.test",
        "Night buses\u2028Bcc: evil@x.test",
        "Night\x0bbuses\x85Bcc: evil@x.test",
    ],
)
def test_b34_a_title_is_kept_as_it_was_written_and_adds_no_header_to_the_mail(
    site: Site, cms: Program, title: str
) -> None:
    article = cms.create(title=title, publish=True)
    assert article["title"] == " ".join(re.sub(r"[\x0b\x85]", " ", title).split())
    assert ("=?" in title) == ("=?" in article["title"])
    with site.database.read() as session:
        mail = site.parts.letters.alert(reading.get(session, article["id"]), language="en", kind="published")
    headers = headers_for(
        newsroom=site.parts.newsroom,
        language="en",
        subject=mail.subject,
        sender_name="Riverton Newsroom",
        sender_address="newsroom@riverton.example.org",
        recipient="reader@example.org",
        message_id="<delivery.1@riverton.example.org>",
        date=datetime(2026, 5, 20, tzinfo=UTC),
        kind=Kind.ALERT,
        unsubscribe_url="http://newsroom.test/unsubscribe/x",
        manage_url="http://newsroom.test/manage/x",
    )
    raw = build(headers=headers, text=mail.text, html=mail.html)
    parsed = BytesParser(policy=policy.compat32).parsebytes(raw)
    assert parsed["Bcc"] is None
    assert len(parsed.get_all("Subject") or []) == 1
    assert article["title"] in str(make_header(decode_header(str(parsed["Subject"]))))


@pytest.mark.parametrize("field", ["title", "subtitle", "summary", "telephone"])
def test_b35_controls_are_cleaned_out_of_every_line(site: Site, cms: Program, field: str) -> None:
    article = cms.create(**{field: "Bus\x01\x08\x1b lines\ufffe"}, publish=True)
    assert article[field] == "Bus lines"
    for path in ("/feeds/climate.rss", "/feeds/climate.atom"):
        ElementTree.fromstring(site.browser.get(path).body)


def test_b35_controls_are_cleaned_out_of_footnotes(site: Site, cms: Program) -> None:
    article = cms.create(footnotes=[{"mark": "*\x01", "term": "N\x08ight", "note": "from\x1b 23:00"}])
    assert article["footnotes"] == [{"mark": "*", "term": "Night", "note": "from 23:00"}]


@pytest.mark.parametrize("size", [2 * 1024 * 1024 + 1, 50 * 1024 * 1024])
def test_b36_a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not(cms: Program, size: int) -> None:
    body = b'{"title": "' + b"x" * size + b'"}'
    demand_problem(cms.post("/articles", body), 413)
    demand_problem(cms.post("/articles", body, content_length=str(len(body))), 413)
    demand_problem(cms.post("/articles", b"{}", content_length="9" * 30), 413)


def test_b36_a_title_of_three_megabytes_is_refused_before_it_is_read(cms: Program) -> None:
    demand_problem(cms.post("/articles", RELEASE | {"title": "x" * 3 * 1024 * 1024}), 413)


def test_b36_a_title_of_two_megabytes_is_refused_by_its_field(cms: Program) -> None:
    told = demand_problem(cms.post("/articles", RELEASE | {"title": "x" * (2 * 1024 * 1024 - 500)}), 422)
    assert [error["field"] for error in told["errors"]] == ["title"]


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_b36_a_hundred_thousand_links_are_no_release(cms: Program, form: str) -> None:
    fields = {key: value for key, value in RELEASE.items() if key != "markdown"}
    text = '<a href="/">x</a> ' * 100_000 if form == "html" else "[x](/) " * 100_000
    told = demand_problem(cms.post("/articles", fields | {form: text}), 422)
    assert [error["field"] for error in told["errors"]] == [form]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con"),
        ("🚌", "release"),
        ("…!?", "release"),
        ("심야버스, 연장!", "%EC%8B%AC%EC%95%BC%EB%B2%84%EC%8A%A4-%EC%97%B0%EC%9E%A5"),
        ("x" * 300, "x" * 60),
        ("a/b\\c?d#e%2f", "a-b-c-d-e-2f"),
    ],
)
def test_b43_any_title_has_an_address_that_leads_to_it(site: Site, cms: Program, title: str, slug: str) -> None:
    article = cms.create(title=title, publish=True)
    assert article["url"] == f"http://newsroom.test/articles/{article['id']}/{slug}"
    assert site.browser.get(path_of(article["url"])).status == 200


def test_b43_the_same_title_twice_has_two_addresses(cms: Program) -> None:
    assert cms.create(publish=True)["url"] != cms.create(publish=True)["url"]


def test_b47_what_is_withdrawn_is_in_no_mail_that_is_still_to_be_written(site: Site, cms: Program) -> None:
    site.follow("reader@example.org", "climate", cadence="immediate")
    article = cms.create(publish=True)
    cms.change(article, "/withdraw", {"reason": "Wrong."})
    site.parts.alerts.run()
    assert not site.dump()["delivery"]


@pytest.mark.parametrize("tag", ["<b>" * 100_000, f"<p {' '.join(f'a{n}=1' for n in range(50_000))}>"])
@pytest.mark.parametrize("form", ["html", "markdown"])
def test_b50_a_text_too_deep_or_too_wide_is_refused_by_its_field(cms: Program, form: str, tag: str) -> None:
    fields = {key: value for key, value in RELEASE.items() if key != "markdown"}
    told = demand_problem(cms.post("/articles", fields | {form: tag + "x"}), 422)
    assert [error["field"] for error in told["errors"]] == [form]


@pytest.mark.parametrize("tag", ["<b>", "<ul><li>", "<blockquote>"])
def test_b50_the_deepest_text_that_is_short_enough_is_cleaned(cms: Program, tag: str) -> None:
    fields = {key: value for key, value in RELEASE.items() if key != "markdown"}
    answer = cms.post("/articles", fields | {"html": tag * (190_000 // len(tag)) + "x"})
    assert (read(answer)["text"], read(answer)["html"].count("<") < 1_000) == ("x", True)


@pytest.mark.parametrize("nothing", ["\u3164", "\u115f\u1160", "\u2800\ufe0f", "\u200b"])
def test_b35_what_nobody_would_see_is_not_published(cms: Program, nothing: str) -> None:
    demand_problem(cms.post("/articles", RELEASE | {"title": nothing}), 422)
    told = demand_problem(cms.post("/articles", RELEASE | {"markdown": nothing, "publish": True}), 409)
    assert [one["field"] for one in told["errors"]] == ["text"]
