"""The reader answers everything with a value, and the same page with the same fingerprint."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.board_page import identity_of, read
from feeds.intake.draft import Draft, ListPage, Refused
from feeds.intake.fingerprint import fingerprint
from feeds.intake.report import as_json
from tests.intake.layouts import OWN, own, page

LABELS = ["Division name", "Date of registration", "부서명", "( T. 120)", "2021-05-25", "  1. home", "Title here"]
TEXT = ["", "\xa0", "A sentence.", "○ item", "m  x", "1. one", "2. two", "word* here.", "* note: x", "<caption>"]
MARKUP = ["<p>", "<br>", "<img src=x>", "</div>", "<li>", "<td>", "<h3>"]
LINES = st.sampled_from([*LABELS, *TEXT, *MARKUP])
PAGES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=30).map(
        lambda lines: "\n".join(lines).encode("utf-8", "replace")
    ),
    st.binary(max_size=60).map(lambda tail: page().encode() + tail),
    st.integers(0, 4000).map(lambda cut: (OWN / "harbour_dl.html").read_bytes()[:cut]),
)


@given(PAGES, st.one_of(st.none(), st.text(max_size=60)), st.one_of(st.none(), st.text(max_size=40)))
def test_b51_any_bytes_are_answered_with_a_value(content: bytes, address: str | None, media_type: str | None) -> None:
    reading = read(content, address=address, media_type=media_type)

    assert isinstance(reading, Draft | ListPage | Refused)
    assert as_json(reading)["kind"] in {"article", "list", "not_article"}
    if isinstance(reading, Draft):
        assert reading.content.title
        assert "\ufffd" not in reading.content.body_text
        assert "<script" not in reading.content.body_html
        assert reading.content.body_text
        assert len(fingerprint(reading)) == 64
    else:
        assert reading.reasons


@given(st.text(max_size=80))
def test_any_text_is_an_address_with_an_identity_or_without(address: str) -> None:
    identity = identity_of(address)

    assert identity is None or identity.host


def test_b55_reading_twice_gives_the_same_fingerprint_wherever_the_page_stood() -> None:
    first = own("harbour.txt")
    moved = own("harbour.txt", address="http://city.example.org/v.do?bbsId=B&nttId=1")

    assert fingerprint(first) == fingerprint(own("harbour.txt")) == fingerprint(moved)


def test_b55_whatever_a_reader_would_notice_changes_the_fingerprint() -> None:
    draft = own("harbour_dl.html")
    content = draft.content
    changed = [
        replace(draft, division="Tax Division"),
        replace(draft, registered_on=date(2026, 3, 5)),
        replace(draft, telephone="120"),
        replace(draft, content=replace(content, title="Other")),
        replace(draft, content=replace(content, subtitle=None)),
        replace(draft, content=replace(content, body_html=content.body_html.replace("map?x=1", "map?x=2"))),
        replace(draft, content=replace(content, attachments=())),
        replace(draft, content=replace(content, pictures=())),
        replace(draft, content=replace(content, footnotes=())),
    ]

    assert len({fingerprint(one) for one in [draft, *changed]}) == len(changed) + 1


def test_the_report_of_every_reading_has_the_same_keys() -> None:
    reports = [as_json(read((OWN / name).read_bytes())) for name in ("harbour.txt", "list.html", "error.html")]

    assert [report["kind"] for report in reports] == ["article", "list", "not_article"]
    assert {frozenset(report) for report in reports} == {frozenset(reports[0])}
    assert {"title", "subtitle", "division", "date", "telephone", "captions", "footnotes", "reasons"} <= set(reports[0])
    assert reports[0]["date"] == "2026-03-04"
