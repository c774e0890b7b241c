"""What is pasted from Word, Google Docs, Hangul and web pages comes out as what its writer meant, and nothing else."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.commonmark import markdown_html
from feeds.documents.entry import entry_of
from feeds.intake.clean import clean_html
from feeds.intake.markdown import markdown_of
from feeds.intake.paste import is_foreign, pasted, tidied
from feeds.model import Newsroom
from feeds.words import load
from feeds.writing import LONGEST_TEXT, Form, Writing, content_of
from notifier.messages import Letters, environment
from tests.documents.sample_feed import article

BASE = "https://city.example.org/"
PASTES = Path(__file__).with_name("pastes")

CLEAN = {
    # As Word puts a document on the clipboard: its style sheet, conditional comments, lists as paragraphs with a level.
    "word": (
        "<h3>Night buses</h3><p>Buses run until <strong>01:30</strong> from <em>Monday</em>.</p><h4>Lines</h4>"
        "<ul><li>Line 401<ol><li>Weekdays</li><li>Weekends</li></ol></li><li>Line 937</li></ul>"
        "<table><thead><tr><th>Line</th><th>Last bus</th></tr></thead>"
        "<tbody><tr><td>401</td><td>01:30<br>daily</td></tr></tbody></table>"
        '<p>See the <a href="https://example.org/bus">timetable</a>, 10 m<sup>2</sup>.[1]</p>',
        1,
    ),
    # Google Docs wraps everything in <b> set normal, and puts an inner list beside the item it belongs to.
    "docs": (
        "<h3>심야버스</h3><p>노선은 <strong>(확대)</strong>된다. <em>월요일</em><sup>*</sup></p>"
        "<ul><li>하나<ul><li>둘</li></ul></li><li>셋</li></ul>"
        '<table><tbody><tr><td colspan="2">넓은 칸</td></tr><tr><td>1</td><td>2</td></tr></tbody></table>',
        0,
    ),
    # Hangul quotes its weights, boxes its titles in tables of one cell, and writes its lists as text.
    "hwp": (
        "<p><strong>보도자료</strong></p><p>□ 시는 <em>버스를</em> 늘린다.</p>"
        "<table><tbody><tr><td>노선</td><td>막차</td></tr><tr><td>401</td><td>01:30</td></tr></tbody></table>",
        2,
    ),
    # A browser writes out what the page's style sheet said.
    "page": (
        "<h3>Riverside road</h3><p>Closed <strong>tonight</strong>.</p><p>Use <em>Bridge Street</em>.<br>Or walk.</p>"
        "<ul><li>Menu</li></ul><blockquote><p>We are sorry.</p></blockquote>"
        '<figure><img src="https://example.org/r.jpg" alt="A road"><figcaption>The road</figcaption></figure>'
        "<p>When</p><p>Tonight</p>",
        1,
    ),
}


def copied(source: str) -> str:
    """What this program puts on the clipboard."""
    return (PASTES / f"{source}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", CLEAN)
def test_what_was_copied_is_what_its_writer_meant(source: str) -> None:
    wanted, images = CLEAN[source]
    found = tidied(copied(source))
    assert found.text == wanted
    assert found.images == images


@pytest.mark.parametrize("source", CLEAN)
def test_what_is_clean_is_pasted_unchanged(source: str) -> None:
    once = tidied(copied(source)).text
    assert tidied(once).text == once
    assert not is_foreign(once)
    assert is_foreign(copied(source))


@pytest.mark.parametrize("source", CLEAN)
def test_markdown_of_a_paste_renders_to_the_same_text(source: str) -> None:
    assert bare(rendered(pasted(copied(source), form=Form.MARKDOWN).text)) == bare(CLEAN[source][0])


def test_markdown_is_written_as_a_person_writes_it() -> None:
    assert pasted(copied("word"), form=Form.MARKDOWN).text == (
        "### Night buses\n\nBuses run until **01:30** from *Monday*.\n\n#### Lines\n\n"
        "- Line 401\n  1. Weekdays\n  2. Weekends\n- Line 937\n\n"
        "<table><thead><tr><th>Line</th><th>Last bus</th></tr></thead>"
        "<tbody><tr><td>401</td><td>01:30<br>daily</td></tr></tbody></table>\n\n"
        "See the [timetable](https://example.org/bus), 10 m<sup>2</sup>.[1]"
    )


def becomes(html: str, form: Form) -> str:
    """The HTML that what was copied becomes, in the end."""
    text = pasted(html, form=form).text
    return clean_html(rendered(text) if form is Form.MARKDOWN else text, base=None)


def test_emphasis_before_hangul_keeps_its_end() -> None:
    text = pasted("<p>시는 <b>(강조)</b>를 본다.</p>", form=Form.MARKDOWN).text
    assert text == "시는 **(강조)**를 본다."
    assert rendered(text) == "<p>시는 <strong>(강조)</strong>를 본다.</p>"


COMMENTED = """
<p class=MsoNormal>요금 <del cite="mailto:desk" datetime="2026-05-20T09:00">5,000</del><ins>3,000</ins>원
<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1" name="_msoanchor_1">[홍1]</a></span></p>
<div style='mso-element:comment-list'><hr class=msocomoff align=left>
<div style='mso-element:comment'><div class=msocomtxt><p class=MsoCommentText>내부 메모</p></div></div></div>
"""


@pytest.mark.parametrize("form", Form)
def test_what_word_has_deleted_and_what_reviewers_said_is_not_pasted(form: Form) -> None:
    assert becomes(COMMENTED, form) == "<p>요금 3,000원</p>"


@pytest.mark.parametrize(
    "struck", ["<s>old</s>", "<strike>old</strike>", "<span style='text-decoration:line-through'>old</span>"]
)
@pytest.mark.parametrize("form", Form)
def test_what_is_struck_out_is_seen_to_be(struck: str, form: Form) -> None:
    assert becomes(f"<p>The {struck} fare</p>", form) == "<p>The <s>old</s> fare</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>3. </span>Call us</p>"
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>4. </span>Come</p>",
        "<p class=MsoListParagraph>3. Call us</p><p class=MsoListParagraph>4. Come</p>",
        "<ol start=3><li>Call us</li><li>Come</li></ol>",
    ],
)
@pytest.mark.parametrize("form", Form)
def test_a_list_begins_with_the_number_that_it_had(html: str, form: Form) -> None:
    assert re.sub(r"\n", "", becomes(html, form)) == '<ol start="3"><li>Call us</li><li>Come</li></ol>'


@pytest.mark.parametrize(
    "text",
    [
        "1. a - b_c * d [x](y) 2 < 3 &lt; `z` \\ | # ![i](j)",
        "# not a heading",
        "- not an item",
        "+ nor this",
        "10) nor this",
        "2026. 3. 1.",
        "> no quotation",
        "***",
        "---",
        "===",
        "~~~",
        "[1]: no reference",
        "&copy; &#40; AT&T",
        "_밑줄_ 파일_이름_들",
        "<b>no element</b>",
        "https://example.org/?a=1&copy=2",
        "[[a]](b) [a [b](c) [a]: b",
    ],
)
def test_signs_that_mean_something_in_markdown_stay_text(text: str) -> None:
    clean = clean_html(f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>", base=None)
    assert rendered(markdown_of(clean)) == clean


def test_two_lists_in_a_row_stay_two() -> None:
    clean = "<ul><li>a</li></ul><ul><li>b</li></ul>"
    assert bare(rendered(markdown_of(clean))) == clean


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<h4>a</h4><p>b</p>", "<h4>a</h4><p>b</p>"),
        ("<h1>a</h1><h2>b</h2><h3>c</h3>", "<h3>a</h3><h4>b</h4><h4>c</h4>"),
        ("<p class=MsoTitle>a</p><p>b</p>", "<h3>a</h3><p>b</p>"),
        ("<h2><b>a</b> <i>b</i></h2>", "<h3>a <em>b</em></h3>"),
    ],
)
def test_headings_stand_below_the_title_of_the_release(html: str, wanted: str) -> None:
    assert tidied(html).text == wanted


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>a<b> b </b>c</p>", "<p>a <strong>b</strong> c</p>"),
        ("<p><b>a</b><b> b</b><i><b>c</b></i></p>", "<p><strong>a b<em>c</em></strong></p>"),
        ("<p><b>a <span style='font-weight:normal'>b</span></b></p>", "<p><strong>a</strong> b</p>"),
        ("<a href=//a.test/x><b>a</b> b</a>", "<p><strong>a</strong> b</p>"),
        ("<a href=https://a.test/><b>a</b> b</a>", '<p><a href="https://a.test/"><strong>a</strong> b</a></p>'),
        ("a<br><br><br>b<div>c</div>d", "<p>a</p><p>b</p><p>c</p><p>d</p>"),
        ("<p>a\u200b\ufeff\u00a0\u3000b</p>", "<p>a b</p>"),
        ("<p><b>&nbsp;</b></p><p> </p><ul><li> </li></ul><table><tr><td> </td></tr></table>", ""),
        ("<a href='file:///C:/x.hwp'>a</a> <a href='#top'>b</a> <a href='x.html'>c</a>", "<p>a b c</p>"),
        ("<p class=MsoListParagraph>· a</p><p class=MsoListParagraph>· b</p>", "<ul><li>a</li><li>b</li></ul>"),
        ("<p class=MsoListParagraph>not an item</p>", "<p>not an item</p>"),
        ("<table><tr><td><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></td></tr></table>",
         "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody></table>"),
        ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "<ol><li><p>a</p><p>b</p></li><li>c</li></ol>"),
        ("<ul>x<li>a</ul>", "<ul><li>x</li><li>a</li></ul>"),
        ("<table><caption>t</caption><tr><th>a<tr><td>b</table>",
         "<table><caption>t</caption><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"),
    ],
)  # fmt: skip
def test_small_things_of_other_programs(html: str, wanted: str) -> None:
    assert tidied(html).text == wanted


HOSTILE = {
    "script": "<p>a</p><script>alert(1)</script><img src=x onerror=alert(1)>",
    "svg": "<svg><style><img src=x onerror=alert(1)></style><a href='javascript:alert(1)'>x</a></svg><p>a</p>",
    "math": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript><p>a</p>',
    "template": "<template><script>alert(1)</script></template><p>a</p>",
    "links": "<a href='java\nscript:alert(1)'>a</a><a href=' &#1;javascript:x'>b</a><a href='data:text/html,x'>c</a>",
    "attribute": """<p><a href='https://a.test/"onmouseover="x'>a</a>"""
    """<img src='https://a.test/"onerror="x' alt='"><script>'></p>""",
    "text": "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(1)&gt;</p>",
    "style": "<p style='background:url(javascript:x);width:expression(x)'>a</p><style>@import url(//evil.test)</style>",
    "meta": "<meta http-equiv=refresh content='0;url=//evil.test'><base href=//evil.test><form action=/x>a</form>",
    "markdown": "<p>[a](javascript:alert(1)) &lt;javascript:alert(1)&gt; ![x](data:image/svg+xml,y)</p>",
    "picture": "<p>a<img src='https://evil.test/t.gif' width=1 height=1><img src='https://u:p@evil.test/x.png'></p>",
    "markers": "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'><script>x</script>1.</span>a</p>",
}
ACTS = (
    "<script",
    "<style",
    "<svg",
    "<form",
    "<meta",
    "<base",
    "<iframe",
    "<math",
    "evil.test",
    "expression(",
    "@import",
)


@pytest.mark.parametrize("attack", HOSTILE)
@pytest.mark.parametrize("form", list(Form))
def test_b37_b39_b40_nothing_that_acts_is_pasted_shown_fed_or_mailed(
    attack: str, form: Form, newsroom: Newsroom
) -> None:
    text = pasted(HOSTILE[attack], form=form, base=BASE).text
    content = content_of(Writing(language="en", title="t", text=text, form=form), languages=("en",), base=BASE)
    one = replace(article(), content=content)
    words = load("feeds", "notifier")
    mail = Letters(newsroom, words, environment()).alert(one, language="en", kind="published").html
    for shown in (content.body_html, entry_of(one, newsroom, words).content_html, _body(mail)):
        attributes = "".join(re.findall(r"<[^>]*>", shown)).lower()
        assert not [sign for sign in (*ACTS, "javascript:", "data:", " onerror", " onmouseover") if sign in attributes]
    closed = re.sub(r"<(br|img[^>]*)>", r"<\1/>", content.body_html)
    ElementTree.fromstring(f"<r>{closed}</r>")


def _body(mail: str) -> str:
    """A mail without its own style sheet and preview text."""
    return mail[mail.index("<body") :]


def test_b38_full_width_signs_stay_text() -> None:
    assert pasted("<p>＜script＞</p>", form=Form.MARKDOWN).text == "＜script＞"


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "p class=MsoListParagraph", "blockquote"])
@pytest.mark.parametrize("form", list(Form))
def test_b41_b50_depth_and_number_of_elements_are_bounded(tag: str, form: Form) -> None:
    for times in (300, 5_000, 60_000):
        assert "x" in rendered(pasted(f"<{tag}>" * times + "x", form=form).text)


@pytest.mark.parametrize(
    "html", ["<p>a</p>" * 1_001, "<p><strong>a.</strong>b</p>" * 1_001, f"<p>{'*a ' * 10_001}</p>"], ids=len
)
def test_b50_what_has_more_pieces_than_any_release_stays_html(html: str) -> None:
    assert markdown_of(html).startswith("<p>")
    assert bare(rendered(markdown_of(html))) == bare(html).strip()


def test_paragraphs_that_resist_are_written_one_by_one_and_the_others_as_they_were() -> None:
    plain, resists = "<p>a *b</p>", "<p><strong>a.</strong>b</p>"
    text = markdown_of(plain * 300 + resists + plain * 300)
    assert text.split("\n\n") == [*["a \\*b"] * 300, "<strong>a.</strong>b", *["a \\*b"] * 300]


def test_b36_what_is_longer_than_a_text_may_be_is_pasted_as_html() -> None:
    text = pasted("<p>" + "[*" * LONGEST_TEXT, form=Form.MARKDOWN).text
    assert text == f"<p>{'[*' * LONGEST_TEXT}</p>"
    assert rendered(text) == text


@pytest.mark.parametrize(
    "html", ["", "<", "<!--", "&nbsp;", "<p>]]> -- &amp;", "\x00\ud800", "<table>", "<li>a", "</p></ul>"]
)
def test_b41_broken_html_is_no_error(html: str) -> None:
    clean = pasted(html, form=Form.HTML).text
    ElementTree.fromstring(f"<r>{clean}</r>")


_TEXTS = st.text(alphabet="ab 가*_#[](){}<>&|`~!+-=.1\\:/\n\"'", max_size=12)
_PIECES = st.recursive(
    _TEXTS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(
            [
                *(
                    "p",
                    "div",
                    "h2",
                    "h3",
                    "h4",
                    "ul",
                    "ol",
                    "li",
                    "blockquote",
                    "table",
                    "tr",
                    "td",
                    "th",
                    "td colspan=2",
                ),
                *("b", "i", "em", "strong", "span", "sup", "a", "a href='https://example.org/(a)'"),
                *("span style='font-weight:700'", "b style='font-weight:normal'", "p style='mso-list:l0 level2 lfo1'"),
            ]
        ),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@given(_PIECES)
def test_any_paste_is_clean_and_loses_no_letter(html: str) -> None:
    text = tidied(html).text
    assert clean_html(text, base=None) == text
    # Word's mark before an item is no letter of the text; here nothing has one.
    assert _letters(text) == _letters(clean_html(html, base=None))


@given(_PIECES)
def test_any_clean_text_survives_markdown(html: str) -> None:
    clean = tidied(html).text
    assert bare(rendered(markdown_of(clean))) == bare(clean)


def _letters(html: str) -> str:
    return "".join(re.findall(r"\w", re.sub(r"<[^>]*>|&\w+;", " ", html)))


def rendered(markdown: str) -> str:
    return clean_html(markdown_html(markdown), base=None)


def bare(html: str) -> str:
    """HTML without the white space that says nothing: beside blocks."""
    blocks = "p|h3|h4|ul|ol|li|table|caption|thead|tbody|tr|td|th|blockquote|figure|figcaption|aside|br"
    return re.sub(rf"\s*(</?(?:{blocks})\b[^>]*>)\s*", r"\1", html)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?utm_source=mail&amp;utm_medium=x", ""),
        ("?id=7&amp;UTM_campaign=a#map", "?id=7#map"),
        ("?utm_source=a#utm_x", "#utm_x"),
        ("?id=7&amp;q=utm_", "?id=7&amp;q=utm_"),
        ("", ""),
    ],
)
def test_a_pasted_link_does_not_say_where_its_reader_came_from(query: str, wanted: str) -> None:
    found = tidied(f'<p><a href="https://city.example.org/x{query}">Map</a></p>').text
    assert f'href="https://city.example.org/x{wanted}"' in found
