"""What may stand in an article's HTML and lines, whatever a stranger sends."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.clean import clean_html, clean_line, is_blank, plain_text, summary_of

BASE = "https://city.example.org/board/view.do"
ACTIVE = ("<script", "<style", "<svg", "<form", "<meta", "<base", "<iframe", "javascript:", "data:", "vbscript:")


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script><p onclick=alert(1)>x</p>",
        "<img src=x onerror=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<template><script>alert(1)</script></template>",
        '<a href="java\nscript:alert(1)">x</a><a href=" &#1;javascript:alert(1)">y</a>',
        '<a href="data:text/html,x">x</a><img src="data:image/svg+xml,x">',
        "<p style='background:url(javascript:x)'>x</p><style>@import url(https://x.test)</style>",
        "<meta http-equiv=refresh content='0;url=https://x.test'><base href=https://x.test><form action=/>x</form>",
        "<iframe src=https://x.test></iframe><object data=x></object><embed src=x>",
        "<aside role=alert onfocus=x tabindex=0>x</aside>",
    ],
)
def test_b37_nothing_that_acts_survives(attack: str) -> None:
    cleaned = clean_html(attack, base=BASE)

    assert not any(sign in cleaned.lower() for sign in (*ACTIVE, " onerror=", " onclick=", " style=", 'role="alert'))
    assert clean_html(cleaned, base=BASE) == cleaned


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<div>일시: 5월 24일</div><div>장소: 시청</div>", "<p>일시: 5월 24일</p><p>장소: 시청</p>"),
        ("<div>a<div>b</div>c<br></div>d", "<p>a</p><p>b</p><p>c</p><p>d</p>"),
        ("<h1>개요</h1>내용<h2>가</h2>", "<h3>개요</h3><p>내용</p><h3>가</h3>"),
        ("<dl><dt>When</dt><dd>Noon</dd></dl>", "<p>When</p><p>Noon</p>"),
        ("<center>공고</center><hr>Text", "<p>공고</p><p>Text</p>"),
        ("<pre>\none\n two\n</pre>", "<p>one<br> two</p>"),
        ("<b><div>a</div><div>b</div></b>", "<p><strong>a<br>b</strong></p>"),
        ("<blockquote><div>a</div><div>b</div></blockquote>", "<blockquote><p>a</p><p>b</p></blockquote>"),
        ("<ul><li><div>a</div><div>b</div></li></ul>", "<ul><li>a<br>b</li></ul>"),
        ("<section><p>a</p><div><br></div><p>b</p></section>", "<p>a</p><p>b</p>"),
        ("<h2>a<div>b</div></h2>", "<h3>a<br>b</h3>"),
        (
            "<b><div>x</div><ul><li>y</li></ul></b>z",
            "<p><strong>x</strong></p><ul><li>y</li></ul><p>z</p>",
        ),
        ("<div>a" + " " * 100_000 + "b<br>" + "<br> " * 5_000 + "</div>", "<p>a" + " " * 100_000 + "b</p>"),
        (
            "<table><tr><td><div>a</div><div>b</div></td></tr></table>",
            "<table><tbody><tr><td>a<br>b</td></tr></tbody></table>",
        ),
    ],
)
def test_what_stood_on_a_line_of_its_own_stays_so_whatever_block_it_was_in(html: str, kept: str) -> None:
    cleaned = clean_html(html, base=None)
    assert cleaned == kept
    assert clean_html(cleaned, base=None) == cleaned


def test_what_is_struck_out_is_seen_to_be_and_is_left_out_of_plain_text() -> None:
    cleaned = clean_html("<p>Fare <del>5,000</del> <ins>3,000</ins> won</p>", base=None)
    assert cleaned == "<p>Fare <s>5,000</s> 3,000 won</p>"
    assert plain_text(cleaned) == "Fare 3,000 won"


def test_lists_keep_their_numbers() -> None:
    cleaned = clean_html(
        '<ol start="3"><li>a</li><li value="7">b</li><li>c</li></ol><ol start="x"><li>d</li></ol>', base=None
    )
    assert cleaned == '<ol start="3"><li>a</li><li value="7">b</li><li>c</li></ol><ol><li>d</li></ol>'
    assert plain_text(cleaned) == "3. a\n7. b\n8. c\n\n1. d"


def test_b38_full_width_signs_stay_text() -> None:
    assert clean_line("＜script＞") == "＜script＞"
    assert clean_html("<p>＜script＞</p>", base=None) == "<p>＜script＞</p>"


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("/map", "https://city.example.org/map"),
        ("view.do?a=1&amp;b=2", "https://city.example.org/board/view.do?a=1&amp;b=2"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        ("HTTP://Example.org/ä b", "http://example.org/%C3%A4%20b"),
        ("mailto:press@example.org", "mailto:press@example.org"),
        ("tel:+8253120", "tel:+8253120"),
        ("https://user:pw@example.org/", None),
        ("//user@example.org/", None),
        ("https:\\\\user@example.org", None),
        ("ftp://example.org/", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_b39_links_are_absolute_or_dropped_and_their_text_stays(href: str, kept: str | None) -> None:
    wanted = f'<p><a href="{kept}">x</a></p>' if kept else "<p>x</p>"

    assert clean_html(f'<p><a href="{href}">x</a></p>', base=BASE) == wanted


@pytest.mark.parametrize("base", [BASE, None])
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (
            '<p>Plan<sup id="r"><a href="#n">1</a></sup></p><ol><li id="n">Until 2030 <a href="#r">back</a></li></ol>',
            '<p>Plan<sup id="place-r"><a href="#place-n">1</a></sup></p>'
            '<ol><li id="place-n">Until 2030 <a href="#place-r">back</a></li></ol>',
        ),
        (
            '<p id="주1">x</p><p><a href="#%EC%A3%BC1">y</a></p>',
            '<p id="place-주1">x</p><p><a href="#place-주1">y</a></p>',
        ),
        ('<p><a id="n">x</a><a href="#n">y</a></p>', '<p><a id="place-n">x</a><a href="#place-n">y</a></p>'),
        ('<p id="n">1</p><p id="n">2</p><a href="#n">y</a>', '<p id="place-n">1</p><p>2</p><a href="#place-n">y</a>'),
        ('<p id="q">Nobody leads here.</p>', "<p>Nobody leads here.</p>"),
        ('<p><a href="#">x</a><a href="#none">y</a></p>', "<p>xy</p>"),
        ('<p id="a b">x</p><a href="#a b">y</a>', "<p>x</p>y"),
        ('<p> id="n" href="#n"</p><p id="n">x</p>', '<p> id="n" href="#n"</p><p>x</p>'),
    ],
)
def test_b39_a_link_into_the_text_itself_stays_one(given: str, kept: str, base: str | None) -> None:
    cleaned = clean_html(given, base=base)
    assert cleaned == kept
    assert clean_html(cleaned, base=base) == cleaned


def test_b39_without_a_base_a_relative_link_is_text() -> None:
    assert clean_html('<p><a href="/x">x</a><a href="//a.test/">y</a><img src="z.png"></p>', base=None) == "<p>xy</p>"


def test_b39_credentials_in_an_images_address_drop_the_image() -> None:
    assert clean_html('<p>x<img src="https://u:p@example.org/i.png"></p>', base=BASE) == "<p>x</p>"


@pytest.mark.parametrize(
    "size",
    [
        "width=1 height=1",
        "height=0",
        "width='1px' height='1px'",
        "style='width:1px;height:1px'",
        "style='display:none'",
    ],
)
def test_b40_pictures_that_only_count_readers_are_dropped(size: str) -> None:
    assert clean_html(f"<p>x<img src=https://example.org/t.gif {size}></p>", base=None) == "<p>x</p>"


def test_a_picture_keeps_its_size_and_words() -> None:
    html = clean_html("<img src=/i.png alt='a &quot;b&quot;' width=640px height=50% class=x loading=lazy>", base=BASE)

    assert html == '<img src="https://city.example.org/i.png" alt="a &quot;b&quot;" width="640">'


@pytest.mark.parametrize(
    "html",
    [
        "<p>]]> -- &nbsp; &amp; &lt;",
        "<ul><li>a<li>b",
        "<table><tr><th scope=col>a<td colspan=2>b",
        "<p><b>x</p>y</b>",
        "a\x0bb&#11;",
    ],
)
def test_b41_what_comes_out_is_well_formed(html: str) -> None:
    ElementTree.fromstring(f"<r>{clean_html(html, base=None).replace('<br>', '<br/>')}</r>")


@pytest.mark.parametrize("tag", ["div", "blockquote", "b", "ul><li", "table><tr><td"])
def test_b41_b50_sixty_thousand_open_elements_are_bounded(tag: str) -> None:
    cleaned = clean_html(f"<{tag}>" * 60_000 + "x", base=None)

    assert cleaned == "<p>x</p>"


def test_b35_controls_and_overrides_of_direction_are_removed() -> None:
    assert clean_line("a\x00\x07b\u202ec\u2066d\ud800 \t\r\n e\u0301\xa0f\ufeff") == "abcd é f"
    assert clean_html("<p>a\x00&#7;b\u202ec\ud800</p>", base=None) == "<p>abc</p>"


def test_the_elements_of_an_article_are_kept() -> None:
    html = (
        '<h3>a</h3><p lang="ko">b <strong>c</strong> <em>d</em><sup>*</sup><br>e</p><ol><li>f</li></ol>'
        "<blockquote><p>g</p></blockquote><figure><figcaption>h</figcaption></figure>"
        '<aside role="note"><p>i</p></aside>'
        '<table><caption>j</caption><tbody><tr><th scope="row">k</th><td colspan="2">l</td></tr></tbody></table>'
        '<p><abbr title="m">n</abbr> <q>o</q> <cite>p</cite></p>'
    )

    assert clean_html(html, base=None) == html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>10<sup>-3</sup>과 10<sup>6</sup>명</p>", "10⁻³과 10⁶명"),
        ("<p>H<sub>2</sub>O, 3 ㎍/m<sup>3</sup></p>", "H₂O, 3 ㎍/m³"),
        ("<p>x<sup>n-1</sup>, 각주<sup>1)</sup></p>", "xⁿ⁻¹, 각주¹⁾"),
        ("<p>1<sup>st</sup>, C<sup>*</sup>, a<sup>+</sup></p>", "1st, C*, a+"),
    ],
)
def test_a_number_that_stands_higher_or_lower_is_no_digit_of_the_one_beside_it(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize("nothing", ["\u3164", "\u115f\u1160", "\u2800", "\ufe0f", "\u180e", "\u200b \u00a0"])
def test_b35_what_is_not_seen_is_no_line(nothing: str) -> None:
    assert clean_line(f"{nothing} ") == ""
    assert is_blank(nothing)
    assert clean_line(f"가{nothing}").startswith("가")


def test_plain_text_is_for_reading() -> None:
    html = (
        "<h3>Head</h3><p>One<br>two <a href='https://example.org'>three</a>.</p><ul><li>a</li><li><p>b</p></li></ul>"
        "<ol>\n<li>x</li>\n<li>y</li></ol><figure><img src=x><figcaption>Lawn</figcaption></figure>"
        "<table><tr><th>a</th> <td>b</td></tr></table><aside role=note><p>* c: d</p></aside><script>no</script>"
    )

    assert plain_text(html) == ("Head\n\nOne\ntwo three.\n\n- a\n- b\n\n1. x\n2. y\n\n[Lawn]\n\na | b\n\n* c: d")


@pytest.mark.parametrize("length", [1, 199, 200, 201, 350])
def test_a_summary_ends_at_a_word_within_its_limit(length: int) -> None:
    text = ("seven by nine " * 40)[:length].strip()
    summary = summary_of(None, text)

    assert len(summary) <= 200
    assert summary == text or (summary.endswith("…") and text.startswith(summary[:-1] + " "))


PIECES = (
    "<p>|</p>|<b>|</b>|<a href='|javascript:x|'>|</a>|<script>|</script>|<img src=x |onerror=y |>|<table>|<td>|<svg>|"
    '<style>|</style>|<!--|-->|<button>|<ul><li>|&#0;|&lt;|<math>|<select>|<title>|"|<aside role=note>|'
    "<plaintext>|<h3>|<br>"
)
MARKUP = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(PIECES.split("|")),
    ),
    max_size=25,
).map("".join)


@given(MARKUP)
def test_b37_whatever_comes_in_nothing_active_comes_out_and_cleaning_is_done_once(html: str) -> None:
    cleaned = clean_html(html, base=BASE)
    attributes = {name for tag in re.findall(r"<[a-z][^<>]*>", cleaned) for name in re.findall(r' ([a-z]+)="', tag)}

    assert "<script" not in cleaned.lower()
    assert attributes <= {"href", "src", "alt", "role"}
    assert 'href="javascript:' not in cleaned
    assert clean_html(cleaned, base=BASE) == cleaned
    assert isinstance(plain_text(cleaned), str)


def test_old_names_of_emphasis_become_the_present_ones() -> None:
    given = "<p><b>bold</b> <i lang='ko'>slanted</i><br><blockquote>b i</blockquote></p>"
    assert '<strong>bold</strong> <em lang="ko">slanted</em><br>' in clean_html(given, base=None)
