"""The columns of our own form, as CSV and as JSON Lines."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from feeds.errors import PageRefused
from feeds.intake.draft import Draft, Refused
from feeds.intake.own_columns import COLUMNS
from tests.intake.given import csv_of, draft, reasons, records

RECORD = {
    "id": "42",
    "language": "en",
    "title": "Night buses run later",
    "subtitle": "Until two",
    "summary": "In short.",
    "markdown": "From **Monday** on.\n\n- line one",
    "division": "Transport Bureau",
    "board": "City News",
    "topics": "buses night",
    "telephone": "053-1",
    "registered": "2019-07-17T00:30:00+09:00",
    "address": "https://city.example.org/news/42",
}


def table(*different: dict[str, str]) -> bytes:
    names = sorted({name for record in different for name in RECORD | record})
    rows = [[(RECORD | record).get(name, "") for name in names] for record in different]
    return csv_of([names, *rows]).encode()


def lines(*different: dict[str, object]) -> bytes:
    return "".join(json.dumps(RECORD | one, ensure_ascii=False) + "\n" for one in different).encode()


def one(**different: str) -> Draft:
    return draft(records(table(different))[0])


def bad(**different: str) -> str:
    return reasons(records(table(different))[0])


def test_a_record_gives_every_column_it_has() -> None:
    found = one()
    assert (found.content.title, found.content.subtitle, found.content.summary) == (
        "Night buses run later",
        "Until two",
        "In short.",
    )
    assert "<strong>Monday</strong>" in found.content.body_html
    assert (found.division, found.board, found.telephone) == ("Transport Bureau", "City News", "053-1")
    assert found.topics == ("buses", "night")
    assert (found.registered_on, found.registered_at) == (date(2019, 7, 17), datetime(2019, 7, 16, 15, 30, tzinfo=UTC))
    assert found.remarks == ()


def test_csv_and_json_lines_of_the_same_record_are_the_same_draft() -> None:
    assert records(lines({}))[0].reading == records(table({}))[0].reading


def test_every_column_that_is_known_is_documented_in_the_order_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operate" / "intake.md").read_text(encoding="utf-8")
    places = [text.index(f"| `{name}` |") for name in COLUMNS]
    assert places == sorted(places)


def test_an_id_makes_a_record_the_same_whatever_its_text_becomes() -> None:
    assert str(one().identity) == "www.example.org/record/42"
    assert one(title="Another").identity == one().identity


def test_a_record_whose_address_is_a_boards_post_is_that_post() -> None:
    found = one(address="https://city.example.org/v.do?bbsId=B_1&nttId=7")
    assert str(found.identity) == "city.example.org/B_1/7"


def test_a_record_without_id_is_known_by_what_it_says() -> None:
    assert one(id="").identity is None


def test_plain_text_keeps_its_paragraphs_and_is_never_markup() -> None:
    assert (
        one(markdown="", text="a <b>\r\nb\r\n\r\nc & d").content.body_html
        == "<p>a &lt;b&gt;<br>b</p>\n<p>c &amp; d</p>"
    )


def test_html_is_cleaned() -> None:
    assert one(markdown="", html="<p onclick=x>a</p><script>b</script>").content.body_html == "<p>a</p>"


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"html": "<p>x</p>"}, "it has html and markdown: give one of them"),
        ({"title": "  "}, "it has no title"),
        ({"title": "x" * 501}, "title is longer"),
        ({"subtitle": "x" * 501}, "subtitle is longer"),
        ({"summary": "x" * 1001}, "summary is longer"),
        ({"language": "Klingon!"}, "is no tag such as en"),
        ({"language": "en-" + "x" * 20}, "is no tag such as en"),
        ({"registered": "2019-02-30"}, "the date “2019-02-30” is none"),
        ({"registered": "05/06/19"}, "the date “05/06/19” is none"),
        ({"registered": "9999-01-01"}, "the date “9999-01-01” is none"),
        ({"registered": "1066-10-14"}, "the date “1066-10-14” is none"),
        ({"address": "javascript:x()"}, "the address is none of http or https"),
        ({"address": "https://name:pass@city.example.org/"}, "the address is none of http or https"),
        ({"telephone": "1" * 41}, "telephone is longer than 40"),
        ({"id": "1" * 1001}, "id is longer than 1000"),
    ],
)
def test_b42_b51_a_bad_record_is_refused_with_the_reason(different: dict[str, str], reason: str) -> None:
    assert reason in bad(**different)


def test_every_reason_is_told_at_once() -> None:
    told = bad(language="?", registered="?", address="?")
    assert told.count(";") == 2


def test_a_bad_record_is_refused_alone() -> None:
    found = records(table({}, {"title": ""}, {"id": "43"}))
    assert [type(record.reading) for record in found] == [Draft, Refused, Draft]
    assert [record.place for record in found] == ["line 2", "line 5", "line 8"]


@pytest.mark.parametrize("name", ["Titel", "password", "body", "=cmd"])
def test_an_unknown_column_of_a_table_refuses_it_and_is_named(name: str) -> None:
    with pytest.raises(PageRefused, match=f"unknown columns: {name.lower()}; known are id, language"):
        records(csv_of([["title", "text", name], ["a", "b", "c"]]).encode(), "archive.csv")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": "a", "body": "b"}', "unknown columns: body"),
        ('{"title": "a", "title": "b"}', "it gives a name twice"),
        ('{"title": NaN}', "NaN is no JSON"),
        ('{"title": 7}', "title has to be a text"),
        ('{"title": ["a"]}', "title has to be a text"),
        ('{"title": "a\\u0000b", "text": "c"}', "NUL, or half of a sign"),
        ('{"title": "\\ud800", "text": "c"}', "NUL, or half of a sign"),
        ('{"title": "a"', "it is no JSON"),
        ('{"title": ' + "9" * 5000 + "}", "it is no JSON"),
        ('{"title": ' + "[" * 100_000 + "}", "it is no JSON"),
        ('["title"]', "it is no JSON object"),
        ("null", "it is no JSON object"),
    ],
)
def test_b32_b33_a_line_that_is_no_record_is_refused_alone(line: str, reason: str) -> None:
    found = records(line.encode() + b"\n\n" + lines({}), "archive.jsonl")
    assert reason in reasons(found[0])
    assert [record.place for record in found] == ["line 1", "line 3"]
    assert isinstance(found[1].reading, Draft)


def test_json_lines_may_give_topics_as_a_list_an_id_as_a_number_and_null_for_nothing() -> None:
    found = draft(records(lines({"topics": ["b", "a"], "id": 42, "subtitle": None}))[0])
    assert found.topics == ("a", "b")
    assert (str(found.identity), found.content.subtitle) == ("www.example.org/record/42", None)


def test_b52_a_line_that_is_not_utf_8_is_refused_alone() -> None:
    found = records(lines({}) + '{"title": "심야"}\n'.encode("cp949") + lines({"id": "43"}))
    assert "its bytes are not UTF-8" in reasons(found[1])
    assert isinstance(found[2].reading, Draft)


@given_that(st.lists(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=20)), max_size=4))
def test_b51_every_line_is_answered_once_whatever_is_in_it(found: list[dict[str, str]]) -> None:
    content = "".join(json.dumps(one) + "\n" for one in found).encode()
    answered = records(content, "archive.jsonl")
    assert [record.place for record in answered] == [f"line {n + 1}" for n in range(len(found))]
    assert all(isinstance(record.reading, Draft | Refused) for record in answered)


def test_a_record_is_refused_with_every_reason_of_every_stage() -> None:
    found = bad(title="", registered="2019-02-30")
    assert "the date “2019-02-30” is none that can be read" in found
    assert "it has no title" in found


@pytest.mark.parametrize(("encoding", "order"), [("utf-16-le", "little"), ("utf-16-be", "big")])
@pytest.mark.parametrize("name", ["own.csv", "page.txt"])
def test_utf_16_without_its_mark_is_told_and_what_to_save_it_as(name: str, encoding: str, order: str) -> None:
    with pytest.raises(PageRefused) as told:
        content = "id,title,text\r\n1,가로등,켜집니다.\r\n".encode(encoding)
        found = records(content, name)
        raise PageRefused((reasons(found[0]),))
    assert str(told.value) == (
        "the file is not text in UTF-8 or CP949: it seems to be in UTF-16 "
        f"({order}-endian) without the mark that says so: save it as UTF-8"
    )


def test_columns_that_are_not_ours_are_named_as_they_are_written_and_bytes_never_are() -> None:
    with pytest.raises(PageRefused, match="unknown columns: 제목, 본문; known are"):
        records("제목,본문\r\n가,나\r\n".encode("cp949"), "own.csv")
    with pytest.raises(PageRefused) as told:
        records(b"\x01\x1b[31m,title,text\r\n1,a,b\r\n", "own.csv")
    assert "unknown columns: (unreadable)" in str(told.value)
    with pytest.raises(PageRefused, match="not text") as told:
        records(bytes(range(256)) * 40, "own.csv")
    assert str(told.value).isprintable()
