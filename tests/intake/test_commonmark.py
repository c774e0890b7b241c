"""Markdown as newsrooms type it: dates and numbers stay, and emphasis ends before Hangul."""

import pytest

from feeds.commonmark import markdown_html
from feeds.intake.clean import clean_html, plain_text


def rendered(markdown: str) -> str:
    return clean_html(markdown_html(markdown), base=None).replace("\n", "")


@pytest.mark.parametrize(
    "line", ["2026. 5. 24.(일) 개최", "5. 24. 행사", "5. 24.(일)", "5. 24(일) 개막", "2026. 행사", "2026) 계획"]
)
@pytest.mark.parametrize(
    ("before", "html"),
    [("", "<p>{}</p>"), ("> ", "<blockquote><p>{}</p></blockquote>"), ("- ", "<ul><li>{}</li></ul>")],
)
def test_a_date_at_the_beginning_of_a_line_is_no_list(line: str, before: str, html: str) -> None:
    assert rendered(before + line) == html.format(line)


def test_a_date_within_a_list_or_after_a_line_stays_as_it_is() -> None:
    assert plain_text(rendered("1. 일시:  \n2026. 5. 24.")) == "1. 일시:\n2026. 5. 24."
    assert rendered("행사\n\n2026. 5. 24.") == "<p>행사</p><p>2026. 5. 24.</p>"
    assert rendered("`2026. 5. 24.`") == "<p>2026. 5. 24.</p>"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("3. 문의처", "3. 문의처"),
        ("3. a\n5. b\n6. c", "3. a\n5. b\n6. c"),
        ("1. a\n1. b\n1. c", "1. a\n2. b\n3. c"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("7. a\n5. b\n6. c", "7. a\n5. b\n6. c"),
        ("0. a\n1. b\n3. c", "0. a\n1. b\n3. c"),
        ("1. 3.5톤 트럭\n2. 4.5톤 트럭", "1. 3.5톤 트럭\n2. 4.5톤 트럭"),
        ("5. 24~26. A\n5. 27~28. B", "5. 24~26. A\n5. 27~28. B"),
        ("- a\n- b", "- a\n- b"),
    ],
)
def test_a_list_has_the_numbers_that_were_typed(markdown: str, text: str) -> None:
    assert plain_text(clean_html(markdown_html(markdown), base=None)) == text


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**대구(Daegu)**는", "<strong>대구(Daegu)</strong>는"),
        ('**"기후"**를', '<strong>"기후"</strong>를'),
        ("**[링크](https://example.org/)**로", '<strong><a href="https://example.org/">링크</a></strong>로'),
        ('제목은**"기후"**다', '제목은<strong>"기후"</strong>다'),
        ("*대구(Daegu)*는", "<em>대구(Daegu)</em>는"),
        ("신청자*(본인)는 서류*(원본)를", "신청자*(본인)는 서류*(원본)를"),
        ("**市(し)**は", "<strong>市(し)</strong>は"),
        ("가**나**다", "가<strong>나</strong>다"),
        ("2 * 3 * 4, a ** b", "2 * 3 * 4, a ** b"),
        ("**(a)**b", "**(a)**b"),
    ],
)
def test_emphasis_ends_and_begins_beside_hangul(markdown: str, html: str) -> None:
    assert rendered(markdown) == f"<p>{html}</p>"
