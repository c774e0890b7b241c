"""Markdown as newsrooms type it: dates, numbers and lines stay, and emphasis ends before Hangul."""

import pytest

from feeds.commonmark import markdown_html
from feeds.intake.clean import clean_html, plain_text
from feeds.intake.markdown import markdown_of


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
        ("5*3*2 규격, 2*3*4", "5*3*2 규격, 2*3*4"),
        ("2 * 3 * 4, a ** b", "2 * 3 * 4, a ** b"),
        ("**(a)**b", "**(a)**b"),
    ],
)
def test_emphasis_ends_and_begins_beside_hangul(markdown: str, html: str) -> None:
    assert rendered(markdown) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("일시: 5월\n장소: 시청", "<p>일시: 5월<br>장소: 시청</p>"),
        ("□ 대구시는\n ○ 첫째\n ○ 둘째", "<p>□ 대구시는<br>○ 첫째<br>○ 둘째</p>"),
        ("○ 요금\n  - 성인\n  - 어린이\n※ 문의", "<p>○ 요금</p><ul><li>성인</li><li>어린이</li></ul><p>※ 문의</p>"),
        ("1. 개요\n가. 목적\n① 하나", "<ol><li>개요</li></ol><p>가. 목적<br>① 하나</p>"),
        ("- 하나\n  ※ 그 아래", "<ul><li>하나<br>※ 그 아래</li></ul>"),
        ("One line  \nand another", "<p>One line<br>and another</p>"),
    ],
)
def test_a_line_that_was_typed_stays_a_line(markdown: str, html: str) -> None:
    assert rendered(markdown) == html


@pytest.mark.parametrize(
    "lines",
    [
        (
            "A text that a program has broken wherever the next word would not have fitted",
            "within its margin reads on as one paragraph, whatever ends where a line does.",
            "Nobody typed these lines as lines.",
        ),
        (
            "대구시는 올해 처음으로 지방정부 기후 정상회의를 열고 도시의 물관리 계획을",
            "소개한다",
        ),
    ],
)
def test_a_paragraph_that_was_broken_at_a_margin_stays_one(lines: tuple[str, ...]) -> None:
    assert clean_html(markdown_html("\n".join(lines)), base=None) == f"<p>{chr(10).join(lines)}</p>"


def test_long_lines_of_an_outline_are_no_broken_paragraph() -> None:
    lines = [f"○ {'대구시는 시민과 함께 물관리 계획을 세우고 이를 알린다 ' * 2}{n}" for n in range(3)]
    assert rendered("\n".join(lines)) == f"<p>{'<br>'.join(lines)}</p>"


@pytest.mark.parametrize("lines", [("일시: 5월", "장소: 시청"), ("가", "- 나", "2026. 5. 24."), ("a*b", "c | d")])
def test_lines_come_back_into_the_editor_as_they_were_typed(lines: tuple[str, ...]) -> None:
    html = f"<p>{'<br>'.join(lines)}</p>"
    written = markdown_of(html)
    assert rendered(written) == html
    assert written.count("\n") == len(lines) - 1
    assert not written.splitlines()[0].endswith("\\")


def test_lists_of_two_kinds_need_nothing_between_them() -> None:
    bullets, numbers = "<ul><li>가</li></ul>", "<ol><li>나</li></ol>"
    assert markdown_of(bullets + numbers + bullets) == "- 가\n\n1. 나\n\n- 가"
    assert rendered(markdown_of(bullets + numbers + bullets)) == bullets + numbers + bullets
    assert rendered(markdown_of(bullets + bullets + numbers + numbers)) == bullets + bullets + numbers + numbers
