"""The reader and a careful person agree on the twelve pages, in text and in HTML."""

import re
from typing import Any

import pytest

from feeds.intake.board_page import read
from feeds.intake.draft import Draft
from feeds.intake.report import as_json
from tests.intake.layouts import SHARED, in_line_breaks, in_paragraphs, index

FORMS = {
    "as given": lambda text: text,
    "in paragraphs": in_paragraphs,
    "in line breaks": in_line_breaks,
    "with carriage returns": lambda text: text.replace("\n", "\r\n"),
    "with a byte order mark": lambda text: "\ufeff" + text,
    "with blanks at line ends": lambda text: text.replace("\n", " \t\n"),
    "with no-break spaces on blank lines": lambda text: text.replace("\n\n", "\n\xa0\n"),
    "with colons": lambda text: re.sub(r"(?m)^(Division name|Date of registration)$", r"\1 :", text),
    "with small letters": lambda text: text.replace("Division name", "division name"),
    "with labels on one line": lambda text: text.replace("Division name\n", "Division name "),
}


@pytest.mark.parametrize("wanted", index())
@pytest.mark.parametrize("form", FORMS)
def test_a_shared_page_reads_as_a_careful_reader_reads_it(wanted: dict[str, Any], form: str) -> None:
    text = (SHARED / wanted["file"]).read_text(encoding="utf-8")

    found = as_json(read(FORMS[form](text).encode(), address=wanted["address"]))

    notes = [{key: note[key] for key in ("mark", "term", "note_present")} for note in found["footnotes"]]
    assert found | {"footnotes": notes} == found | {
        "kind": wanted["kind"],
        "title": wanted["title"],
        "subtitle": wanted["subtitle"],
        "division": wanted["division"],
        "date": wanted["date"],
        "telephone": wanted["tel"],
        "captions": wanted["captions"],
        "footnotes": wanted["footnotes"],
        "language": wanted["language"],
    }
    assert found["identity"] == f"www.daegu.go.kr/BBS_00131/{wanted['ntt_id']}"


@pytest.mark.parametrize("wanted", index())
@pytest.mark.parametrize("form", ["in paragraphs", "in line breaks", "with carriage returns"])
def test_the_body_does_not_depend_on_the_form(wanted: dict[str, Any], form: str) -> None:
    text = (SHARED / wanted["file"]).read_text(encoding="utf-8")
    plain, other = read(text.encode()), read(FORMS[form](text).encode())

    assert isinstance(plain, Draft)
    assert isinstance(other, Draft)
    assert other.content == plain.content
    assert plain.content.body_text.count("\n\n") > 0


@pytest.mark.parametrize("wanted", index())
def test_a_page_cut_off_within_its_head_is_refused_with_reasons(wanted: dict[str, Any]) -> None:
    text = (SHARED / wanted["file"]).read_text(encoding="utf-8")
    end = text.index("Date of registration") + len("Date of registration")

    for cut in range(5, end, 7):
        found = as_json(read(text[:cut].encode()))
        assert found["kind"] == "not_article", text[:cut]
        assert found["reasons"]


@pytest.mark.parametrize("wanted", [row for row in index() if row.id in {None, "0001.txt"}])
def test_b54_the_seed_keeps_its_note_caption_and_marks_in_html_and_text(wanted: dict[str, Any]) -> None:
    draft = read((SHARED / wanted["file"]).read_bytes())

    assert isinstance(draft, Draft)
    html, text = draft.content.body_html, draft.content.body_text
    assert "Net-Zero<sup>*</sup> Local Government" in html
    assert '<aside role="note"><p>* Net-Zero: the balance between' in html
    assert "<figure><figcaption>Special Session of the P4G Seoul Summit</figcaption></figure>" in html
    assert "\n\n* Net-Zero: the balance" in text
    assert "\n\n[Special Session of the P4G Seoul Summit]\n\n" in text
    assert "Skip Navigation" not in text
    assert "Division name" not in html
    assert draft.remarks == ("the page names no division", "the page gives no date of registration")


@pytest.mark.parametrize("wanted", index())
def test_a_text_that_ends_within_a_sentence_is_remarked_on(wanted: dict[str, Any]) -> None:
    draft = read((SHARED / wanted["file"]).read_bytes())
    assert isinstance(draft, Draft)
    assert any("middle of a sentence" in remark for remark in draft.remarks) is wanted["truncated"]
