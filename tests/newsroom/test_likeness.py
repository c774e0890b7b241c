"""Which releases may be one and the same in two languages: made-up pairs, and neighbours that only look like it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from feeds.likeness import ENOUGH, likeliest, likeness, marks
from feeds.model import Article, Picture, State
from tests.builders import content

SEOUL = ZoneInfo("Asia/Seoul")
TAKEN_IN = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
PICTURES = (Picture(caption="One"), Picture(caption="Two"))


def release(number: int, language: str, title: str, text: str = "", *, day: date | None = None) -> Article:
    """One of an archive that was taken in at one moment, of an office with one telephone that shows two pictures."""
    return Article(
        id=number,
        guid=f"tag:{number}",
        state=State.DRAFT,
        revision=1,
        content=content(title, language, body_text=text, body_html="", pictures=PICTURES),
        division="climate",
        telephone="053-803-2114",
        registered_on=day,
        created_at=TAKEN_IN,
    )


BUSES = release(
    1,
    "en",
    "Daegu opens 14 night bus lines",
    "From 3 March, 14 lines run until 00:40. The city expects 11,000 passengers a night; it spends 1.2 billion won.",
    day=date(2026, 2, 24),
)
PAIRS = [
    (
        BUSES,
        release(
            2,
            "ko",
            "대구시, 심야버스 14개 노선 운행",
            "3월 3일부터 14개 노선이 밤 00시 40분까지 다닌다. 하룻밤 1만 1천 명이 탈 것으로 보며 12억 원을 쓴다.",
            day=date(2026, 2, 25),
        ),
    ),
    (
        release(3, "en", "ISO 37122 for the city", "The British Standards Institution (BSI) gave it.", day=None),
        release(4, "ko", "스마트도시 국제표준 ISO 37122 획득", "영국표준협회(BSI)가 인증했다.", day=None),
    ),
    (
        release(5, "en", "Marathon on April 5, 2026", "40,000 runners start at the stadium.", day=date(2026, 1, 7)),
        release(6, "ko", "2026. 4. 5. 마라톤", "4만 명이 스타디움에서 출발한다.", day=date(2026, 1, 12)),
    ),
]


@pytest.mark.parametrize(("english", "korean"), PAIRS)
def test_one_release_in_two_languages_is_proposed(english: Article, korean: Article) -> None:
    among = [english, korean, *(one for pair in PAIRS for one in pair)]
    others = {one.id: one for one in among if one.content.language == "ko"}.values()
    assert likeliest(english, others, SEOUL) == [korean]
    assert likeness(english, korean, SEOUL) == likeness(korean, english, SEOUL)


def test_a_neighbour_of_the_same_day_telephone_and_pictures_is_not_proposed() -> None:
    same_day = release(7, "ko", "수돗물 수질 검사 결과", "모든 항목이 기준에 맞았다.", day=BUSES.registered_on)
    same_year = release(8, "ko", "2026년 예산 확정", "2026년 예산은 9조 원이다.", day=BUSES.registered_on)
    one_figure = release(
        9,
        "ko",
        "어린이집 14곳 점검",
        "점검반 25명이 320개 항목, 1,870명의 식단을 5월 7일까지 본다.",
        day=BUSES.registered_on,
    )
    assert likeliest(BUSES, [same_day, same_year, one_figure], SEOUL) == []


def test_the_same_day_outweighs_the_same_figures_of_another_day() -> None:
    title, text = "심야버스 14개 노선", "3월 3일부터 1만 1천 명이 탄다."
    days = {10: date(2026, 2, 20), 11: date(2026, 2, 24), 12: date(2026, 2, 25)}
    repeated = [release(number, "ko", title, text, day=day) for number, day in days.items()]
    assert [one.id for one in likeliest(BUSES, repeated, SEOUL)] == [11, 12, 10]


def test_at_most_three_are_proposed() -> None:
    alike = [
        release(number, "ko", "노선 14개", "3월 3일, 1만 1천 명", day=BUSES.registered_on) for number in range(20, 26)
    ]
    assert [one.id for one in likeliest(BUSES, alike, SEOUL)] == [20, 21, 22]


def test_what_an_office_shares_by_itself_is_never_enough() -> None:
    assert likeness(BUSES, release(13, "ko", "제목", "본문", day=BUSES.registered_on), SEOUL) < ENOUGH


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("3 March", "3월 3일"),
        ("March 3rd week, 3rd March", "3월3일"),
        ("Mar. 3", "2026-03-03"),
        ("11,000", "1만 1천"),
        ("40,000", "4만"),
        ("1.2 billion", "12억"),
        ("3.5 million", "350만"),
        ("ISO 37122", "ISO 37122"),
        ("BRT", "BRT"),
    ],
)
def test_a_figure_is_the_same_however_it_is_written(english: str, korean: str) -> None:
    assert marks(english) & marks(korean)
    assert marks(korean) <= marks(english)


def test_years_single_digits_telephones_and_plain_words_are_no_marks() -> None:
    assert marks("In 2026, call 053-803-2114 for 5 of the tickets.") == {"in"}
    assert marks("2026년 5명, 053-803-2114") == frozenset()
