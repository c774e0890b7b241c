"""What may stand in a feed: allowed characters, single lines, absolute addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.documents.text import absolute, absolute_html, clean, one_line

BASE = "https://city.example.org/articles/1/x"
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_cleaned_text_is_always_allowed_in_xml(text: str) -> None:
    element = etree.Element("title")
    element.text = clean(text)
    assert etree.fromstring(etree.tostring(element)).text == (clean(text) or None)


@pytest.mark.parametrize("text", ["가나다", "🎆 축제", "مرحبا", "a\tb\nc", "𝒳 & <b>"])
def test_text_without_forbidden_characters_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\x7f", "\x80", "\ud800", "\ufffe", "\uffff"])
def test_control_characters_and_lone_surrogates_are_removed(character: str) -> None:
    """B35, B41"""
    assert clean(f"a{character}b") == "ab"


def test_a_line_holds_no_line_ends_and_no_doubled_spaces() -> None:
    assert one_line(" one\r\n two\t\x0b three\u2028four\x0bfive \x1b six") == "one two three four five six"


def test_every_line_end_is_a_line_feed() -> None:
    assert clean("a\r\nb\rc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("/files/plan.pdf", "https://city.example.org/files/plan.pdf"),
        ("plan.pdf?a=1&b=2", "https://city.example.org/articles/1/plan.pdf?a=1&b=2"),
        ("//cdn.example.org/a", "https://cdn.example.org/a"),
        ("/files/표 1.hwp", "https://city.example.org/files/%ED%91%9C%201.hwp"),
        ("/files/a%20b", "https://city.example.org/files/a%20b"),
        ('/a"b<c>', "https://city.example.org/a%22b%3Cc%3E"),
    ],
)
def test_an_address_is_seen_from_the_article_and_percent_encoded(address: str, whole: str) -> None:
    assert absolute(BASE, address) == whole


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:image/png;base64,AA", "mailto:a@example.org", "//["])
def test_what_is_no_web_address_is_not_offered(address: str) -> None:
    """B69"""
    assert absolute(BASE, address) is None


@pytest.mark.parametrize(
    ("html", "whole"),
    [
        ('<a href="/a?x=1&amp;y=2">', '<a href="https://city.example.org/a?x=1&amp;y=2">'),
        ("<img alt='' src='b.png'/>", "<img alt='' src=\"https://city.example.org/articles/1/b.png\"/>"),
        ('<a href="#note-1">', '<a href="https://city.example.org/articles/1/x#note-1">'),
        ('<q cite="/law">', '<q cite="https://city.example.org/law">'),
        ("<video poster=/p.jpg src = '/v.mp4'>", '<video poster="{}/p.jpg" src="{}/v.mp4">'),
        ('<td background="/b.gif">', '<td background="{}/b.gif">'),
        ('<object data="/o.pdf" codebase="/x/">', '<object data="{}/o.pdf" codebase="{}/x/">'),
        ('<img longdesc="/why">', '<img longdesc="{}/why">'),
        ('<form action="/go"><button formaction="/by">', '<form action="{}/go"><button formaction="{}/by">'),
        ('<p style="background: url(/x.png)">', '<p style="background: url({}/x.png)">'),
        ('<img srcset="/a.png 1x, /b.png 2x">', '<img srcset="{}/a.png 1x, {}/b.png 2x">'),
        ('<img srcset="/a,b.png 480w,/c.png">', '<img srcset="{}/a,b.png 480w, {}/c.png">'),
        ('<img srcset=",/a.png">', '<img srcset="{}/a.png">'),
        ('<link imagesrcset="/a.png 2x">', '<link imagesrcset="{}/a.png 2x">'),
        ('<img srcset="/a.png,&#10; /b.png 2x">', '<img srcset="{}/a.png, {}/b.png 2x">'),
    ],
)
def test_relative_addresses_in_html_become_absolute(html: str, whole: str) -> None:
    assert absolute_html(BASE, html) == whole.replace("{}", "https://city.example.org")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/a">x</a>',
        '<p>write href="/a" by hand</p>',
        "<img alt=\"say href='/a'\">",
        '<a href="mailto:office@example.org">',
        '<a href="//[">broken</a>',
        '<p title="/a">1 < 2</p>',
        '<p data-src="/a" hreflang="/b">',
        "<a href>x</a>",
        '<img srcset="https://example.org/a.png 1x,https://example.org/b.png  2x">',
        "<p style=\"color: red; content: '/a'\">",
    ],
)
def test_everything_else_in_html_stays_byte_for_byte(html: str) -> None:
    assert absolute_html(BASE, html) == html
