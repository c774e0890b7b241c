"""Subtitle, captions, lists and notes: how a page sets them says what they are."""

import pytest

from feeds.intake.board_page import read
from feeds.intake.draft import Draft
from feeds.model import Content
from tests.intake.layouts import page

LONG = "The park is open.\n\nAll may come.\n\nThe gate is wide."


def content(body: str, title: str = "Park opens") -> Content:
    draft = read(page(body=body, title=title).encode())
    assert isinstance(draft, Draft), draft
    return draft.content


@pytest.mark.parametrize(
    ("first", "subtitle"),
    [
        ("Gates open in April", "Gates open in April"),
        ("Gates open in April!", "Gates open in April!"),
        ("Who needs a gate?", "Who needs a gate?"),
        ("The mayor, “This is a day for all of us.”", "The mayor, “This is a day for all of us.”"),
        ("- Gates open in April -", "Gates open in April"),
        ("The mayor said, “This is a day for all of us.”", None),
        ("Gates open in April.", None),
        ("○ Gates open in April", None),
        ("<Gates open in April>", None),
        ("word " * 60, None),
    ],
)
def test_a_first_line_that_is_a_headline_is_the_subtitle(first: str, subtitle: str | None) -> None:
    assert content(f"{first}\n\n\n{LONG}").subtitle == subtitle


@pytest.mark.parametrize("repeated", ["Park opens", "PARK OPENS!", "Park\n\nopens", "“Park opens”"])
def test_a_repeated_title_is_dropped(repeated: str) -> None:
    found = content(f"{repeated}\n\nGates open in April\n\n{LONG}")

    assert found.subtitle == "Gates open in April"
    assert found.body_text == LONG


def test_a_line_alone_is_text_and_no_subtitle() -> None:
    assert content("Gates open in April").body_text == "Gates open in April"


def test_a_second_headline_before_the_text_stays_text() -> None:
    found = content(f"Gates open in April\n\n\n\nNight bus too\n\n{LONG}")

    assert found.pictures == ()
    assert found.body_html.startswith("<p>Night bus too</p>")


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("\n\nThe lawn from above\n\n", "The lawn from above"),
        ("<The lawn from above>", "The lawn from above"),
        ("▲ The lawn from above", "The lawn from above"),
        ("[사진] 위에서 본 잔디밭", "위에서 본 잔디밭"),
        ("Photo: The lawn from above", "The lawn from above"),
        ("\n\n○ The lawn from above\n\n", None),
        ("\n\nThe lawn is large.\n\n", None),
        ("The lawn from above", None),
        ("\n\nSee https://park.example.org\n\n", None),
    ],
)
def test_a_line_set_off_or_marked_is_a_caption(line: str, caption: str | None) -> None:
    found = content(f"The park is open.\n\nAll may come.\n\n{line}\n\nThe gate is wide.\n\nThe end is near.")

    assert [picture.caption for picture in found.pictures] == ([caption] if caption else [])


def test_a_short_line_between_paragraphs_is_a_subheading() -> None:
    assert "<h3>Getting there</h3>" in content("The park is open.\n\nGetting there\n\nTake the bus.").body_html


@pytest.mark.parametrize("bullet", ["○ ", "●", "□ ", "■", "◦ ", "• ", "- ", "▶ ", "* ", "ㅇ "])
def test_every_bullet_makes_a_list(bullet: str) -> None:
    found = content(f"The park is open.\n\n{bullet}One thing\n\n{bullet}Another thing.")

    assert "<ul><li>One thing</li><li>Another thing.</li></ul>" in found.body_html
    assert "- One thing\n- Another thing." in found.body_text


def test_the_letter_of_a_symbol_font_is_a_bullet_only_where_lines_share_it() -> None:
    assert "<ul><li>One.</li><li>Two.</li></ul>" in content("Open.\n\nm  One.\n\nm  Two.").body_html
    assert "<p>m One.</p>" in content("Open.\n\nm  One.\n\nTwo.").body_html


def test_an_enumeration_within_a_sentence_is_no_list() -> None:
    assert "<ol>" not in content("It scores 1) trees, 2) paths and 3) water.\n\nAll may come.").body_html


def test_a_remark_keeps_its_sign() -> None:
    assert "<p>※ Closed on Mondays</p>" in content("The park is open.\n\n※ Closed on Mondays\n\nCome.").body_html


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("See the Net-Zero* plan.\n\n* Net-Zero: balance", [("*", "Net-Zero", "balance")]),
        ("See the Net Zero Plan* now.\n\n * Net Zero Plan: balance", [("*", "Net Zero Plan", "balance")]),
        ("See “DDP”* now.\n\n* a plaza", [("*", "DDP", "a plaza")]),
        ("See P4G* and DDP**.\n\n* P4G: a\n\n** DDP: b", [("*", "P4G", "a"), ("**", "DDP", "b")]),
        ("See P4G*.\n\n* P4G: a\n\nSee DDP*.\n\n* DDP: b", [("*", "P4G", "a"), ("*", "DDP", "b")]),
        ("See P4G† now.\n\nAll may come.", [("†", "P4G", None)]),
        ("공원*은 열렸다.\n\n* 공원: 쉬는 곳", [("*", "공원", "쉬는 곳")]),
        ("Two * three and a*b and **bold** text.\n\nAll may come.", []),
        ("Open.\n\n* A star without a mark\n\n* Another", []),
    ],
)
def test_a_footnote_is_a_mark_on_a_word_and_a_note(text: str, notes: list[tuple[str, str, str | None]]) -> None:
    found = content(f"The park is open.\n\n{text}\n\nThe end.")

    assert [(note.mark, note.term, note.note) for note in found.footnotes] == notes
    assert found.body_html.count("<sup>") == len(notes)


def test_a_note_that_comes_as_a_list_item_is_a_note() -> None:
    html = "<div><h1>Park</h1><p>Division name</p><p>Date of registration</p><p>( T. 120)</p>"
    draft = read(f"{html}<p>The Net-Zero<sup>*</sup> plan.</p><ul><li>Net-Zero: balance</li></ul></div>".encode())

    assert isinstance(draft, Draft)
    assert draft.content.footnotes[0].note == "balance"
    assert "<sup>*</sup>" in draft.content.body_html
    assert "<sup><sup>" not in draft.content.body_html


def test_the_summary_is_the_subtitle_else_the_first_words() -> None:
    assert content(f"Gates open in April\n\n\n{LONG}").summary == "Gates open in April"
    assert content(LONG).summary == "The park is open."


def test_markup_in_a_text_page_stays_text() -> None:
    found = content("The <script>alert(1)</script> is text.\n\nAll may come.")

    assert "<p>The &lt;script&gt;alert(1)&lt;/script&gt; is text.</p>" in found.body_html
