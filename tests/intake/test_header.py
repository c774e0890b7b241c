"""What the head of a page states, in the spellings a stranger may try, and what it must not be taken to state."""

import pytest

from feeds.intake.board_page import read
from feeds.intake.draft import Draft
from feeds.intake.report import as_json
from tests.intake.layouts import page


@pytest.mark.parametrize(
    ("values", "stated"),
    [
        ("( T. 120)", ("", None, "120")),
        ("(T.120)", ("", None, "120")),
        ("( T. )", ("", None, None)),
        ("(T. 053-803-4215)", ("", None, "053-803-4215")),
        ("\xa0( T.\xa0120 )\xa0", ("", None, "120")),
        ("대구시 ( T. 120)", ("대구시", None, "120")),
        ("대구시\t( T. 120)", ("대구시", None, "120")),
        ("Climate and Environment Policy Division ( T. 053-803-4215)",
         ("Climate and Environment Policy Division", None, "053-803-4215")),
        ("기후환경정책과 2021-05-25 ( T. 120)", ("기후환경정책과", "2021-05-25", "120")),
        ("Tax Division 2021.05.25", ("Tax Division", "2021-05-25", None)),
        ("2021/05/25", ("", "2021-05-25", None)),
        ("2021. 5. 25.", ("", "2021-05-25", None)),
        ("2021년 5월 25일 ( T. 120)", ("", "2021-05-25", "120")),
        ("2021-05-25 14:03 ( T. 120)", ("", "2021-05-25", "120")),
        ("May 25, 2021 ( T. 120)", ("", "2021-05-25", "120")),
        ("Office of the Mayor", ("Office of the Mayor", None, None)),
        ("대구시\n2021-05-25\n( T. 120)", ("대구시", "2021-05-25", "120")),
        ("", ("", None, None)),
    ],
)  # fmt: skip
def test_b54_the_line_of_values_is_read_in_every_spelling(
    values: str, stated: tuple[str, str | None, str | None]
) -> None:
    found = as_json(read(page(values).encode()))

    assert (found["division"], found["date"], found["telephone"]) == stated
    assert found["title"] == "Park opens"


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "1980-01-01", "9999-01-01"])
def test_b42_an_impossible_day_stays_unknown_and_is_remarked(day: str) -> None:
    draft = read(page(f"{day} ( T. 120)").encode())

    assert isinstance(draft, Draft)
    assert draft.registered_on is None
    assert any(day in remark for remark in draft.remarks)


@pytest.mark.parametrize(
    "first",
    [
        "The city opened the park on 2021-05-25.",
        "Call the Parks Division on 053-803-4215.",
        "2021.05.25",
        "Parks Division",
        "The Tax Division ( T. 120) answers.",
    ],
)
def test_what_the_body_says_is_never_taken_for_the_head(first: str) -> None:
    found = as_json(read(page("", body=f"{first}\n\nAll may come.").encode()))

    assert (found["kind"], found["division"], found["date"], found["telephone"]) == ("article", "", None, None)


def test_a_sentence_right_under_the_labels_is_body() -> None:
    text = "Park opens\nDivision name\nDate of registration\nThe park is open.\nAll may come.\n"
    draft = read(text.encode())

    assert isinstance(draft, Draft)
    assert draft.division == ""
    assert draft.content.body_text == "The park is open.\n\nAll may come."


@pytest.mark.parametrize(
    "head",
    [
        "Park opens\nDivision name: Tax Division\nDate of registration: 2021-05-25\n( T. 120)\n",
        "Park opens\n\nDivision name : Tax Division  Date of registration : 2021-05-25 ( T. 120)\n",
        "Park opens\nDIVISION NAME Date Of Registration\nTax Division 2021-05-25 (T. 120)\n",
        "Park opens\n부서명\n등록일자\nTax Division 2021-05-25 (T. 120)\n",
        "Park opens\n담당부서: Tax Division\n작성일: 2021. 5. 25.\n전화번호: 120\n조회수: 77\n",
    ],
)
def test_labels_and_values_may_share_lines(head: str) -> None:
    found = as_json(read(f"{head}\nThe park is open.\n".encode()))

    stated = (found["title"], found["division"], found["date"], found["telephone"])
    assert stated == ("Park opens", "Tax Division", "2021-05-25", "120")


def test_the_boards_own_heading_is_no_title() -> None:
    found = as_json(read(page(title="News").encode()))

    assert found["kind"] == "not_article"
    assert found["reasons"] == ["there is no title before the line “Division name”"]


def test_a_head_without_a_body_is_refused() -> None:
    found = as_json(read(page(body="").encode()))

    assert found["title"] == "Park opens"
    assert found["reasons"] == ["no text follows the line “Date of registration”"]


def test_a_missing_label_is_named() -> None:
    found = as_json(read(page().replace("Division name\n", "").encode()))

    assert found["reasons"] == ["there is no line “Division name”"]
