"""The text part says what the HTML says: links with their addresses, lists, tables, headings and quotations."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from mail_samples import alert

from notifier.prose import prose
from notifier.typesetting import COLUMNS, columns, mail_html


def text_of(html: str) -> str:
    """The text of a body, as a mail has it."""
    return prose(mail_html(html, "https://news.daegu.example.org"))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://a.test/x'>the form</a>을", "the form <https://a.test/x>을"),
        ("<a href='/articles/2/x'>a</a>", "a <https://news.daegu.example.org/articles/2/x>"),
        ("<a href='https://www.a.test/'>www.a.test</a>", "www.a.test"),
        ("<a href='https://a.test/x'>https://a.test/x</a>", "https://a.test/x"),
        ("<a href='https://a.test'>one</a>, <a href='https://a.test'>two</a>", "one <https://a.test>, two"),
        ("<a href='mailto:press@a.test?subject=x'>the press office</a>", "the press office <press@a.test>"),
        ("<a href='mailto:press@a.test'>press@a.test</a>", "press@a.test"),
        ("<a href='tel:053-803-5120'>(053) 803-5120</a>", "(053) 803-5120"),
        ("<a href='#note'>a note</a>", "a note"),
        ("<a href='https://a.test/x'><img src='https://a.test/x.png' alt=''></a>after", "after"),
        ("<a href='https://a.test/%3Cb%3E c'>x</a>", "x <https://a.test/%3Cb%3E%20c>"),
    ],
)
def test_a_link_gives_its_address_once(html: str, text: str) -> None:
    assert text_of(f"<p>{html}</p>") == text


def test_the_text_part_of_a_mail_has_the_addresses_and_nothing_else_of_a_release_has() -> None:
    mail = alert(body_html="<p>See <a href='https://a.test/x'>the plan</a>.</p>", body_text="See the plan.")
    assert "See the plan <https://a.test/x>.\n" in mail.text


def test_lists_quotations_captions_and_headings_are_told_apart() -> None:
    html = (
        "<h3>심야버스</h3><p>One<br>two</p><ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>"
        "<ol start='3'><li>d</li><li value='7'>e <s>no more</s></li></ol><blockquote><p>f</p><p>g</p></blockquote>"
        "<figure><img src='/x.png'><figcaption>h</figcaption></figure><p><q>i</q></p>"
    )
    assert text_of(html).split("\n\n") == [
        "심야버스\n--------",
        "One\ntwo",
        "- a\n  - b\n- c",
        "3. d\n7. e",
        "> f\n>\n> g",
        "[h]",
        "“i”",
    ]


def test_a_table_stands_in_columns_where_they_have_room() -> None:
    html = (
        "<table><caption>Night buses</caption><tr><th>Line</th><th>노선</th><th>Last</th></tr>"
        "<tr><td>609</td><td>동대구역</td><td>00:40</td></tr><tr><td colspan='2'>all</td><td>01:00</td></tr></table>"
    )
    assert text_of(html).splitlines() == [
        "Night buses",
        "",
        "Line  노선      Last",
        "----  --------  -----",
        "609   동대구역  00:40",
        "all             01:00",
    ]


def test_a_wide_table_is_read_row_by_row_each_cell_under_its_heading() -> None:
    wide = (
        "<table><tr><th>Line</th><th>Why</th></tr>" + f"<tr><td>609</td><td>{'word ' * 20}</td></tr>" * 2 + "</table>"
    )
    first, second = text_of(wide).split("\n\n")
    assert first == second
    assert first.startswith("Line: 609\nWhy: word word")


inline = st.one_of(
    st.text(st.characters(exclude_categories=["C"]), max_size=30).map(lambda text: re.sub("[<>&]", "", text)),
    st.just("<a href='https://a.test/a%20long/way'>words</a>"),
    st.just("<br>"),
)
bodies = st.recursive(
    st.lists(inline, max_size=4).map("".join),
    lambda inner: st.tuples(
        st.sampled_from(["p", "ul><li", "ol><li", "blockquote", "table><tr><td", "h3", "aside", "strong"]),
        st.lists(inner, max_size=4).map("".join),
    ).map(lambda pair: f"<{pair[0]}>{pair[1]}" + "".join(f"</{tag}>" for tag in pair[0].split("><")[::-1])),
    max_leaves=12,
)


@settings(max_examples=40)
@given(bodies)
def test_no_word_is_lost_and_no_line_is_too_wide_but_for_an_address(html: str) -> None:
    clean = mail_html(html, "https://news.daegu.example.org")
    text = prose(clean)
    assert all(columns(line) <= COLUMNS for line in text.splitlines() if "://" not in line)
    said = re.sub(r"<https://\S*?>|[-|>\s“”]|\d+\. ", "", text)
    words = lxml_html.fromstring(f"<div>{clean}</div>").text_content()
    for word in words.split():
        assert re.sub(r"[-|>\s“”]|\d+\. ", "", word) in said


def test_a_body_that_is_nested_without_end_is_read_all_the_same() -> None:
    assert text_of("<blockquote>" * 3_000 + "deep").endswith("> deep")
