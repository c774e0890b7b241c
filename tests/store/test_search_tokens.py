"""How texts and questions become tokens, and where marks belong. Pure."""

import unicodedata
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.grams import BREAK, GAP, QUERY_WORDS, WORD_CHARACTERS, holds, line, parse, tokens
from feeds.marking import SNIPPET, Marker, Texts


def phrases(text: str) -> set[tuple[str, ...]]:
    """As they stand in the question."""
    return {group[0] for group in parse(text).groups}


def marked(query: str, text: str) -> list[str]:
    return [piece.text for piece in Marker(parse(query)).pieces(text) if piece.marked]


def shown(query: str, *texts: str) -> str:
    return "".join(f"[{one.text}]" if one.marked else one.text for one in Marker(parse(query)).snippet(texts))


def test_korean_runs_become_pairs_and_words_stay_whole() -> None:
    assert tokens(["대구수출기업, Night 5G"])[:8] == ["대구", "구수", "수출", "출기", "기업", "night", "5g", BREAK]


def test_a_lone_syllable_is_a_token() -> None:
    assert tokens(["물"]) == ["물", BREAK]


def test_the_first_syllable_of_a_word_is_a_token_at_the_end() -> None:
    found = tokens(["물값 오른다"])
    assert found[found.index(BREAK) :] == [BREAK, "물", BREAK, "오", BREAK]


def test_between_two_korean_words_there_is_a_gap_that_only_a_phrase_asks_for() -> None:
    assert tokens(["대구 구시"])[:3] == ["대구", f"구{GAP}구", "구시"]
    assert phrases('"대구 구시"') == {("대구", f"구{GAP}구", "구시")}
    assert phrases("대구시") == {("대구", "구시")}
    assert tokens(["대구 2026 구시"])[:3] == ["대구", "2026", "구시"]


def test_a_number_is_found_with_its_korean_unit_whatever_follows() -> None:
    assert phrases("2026년") == {("2026년",)}
    assert "2026년" in tokens(["2026년도 예산"])
    assert "2026년" in tokens(["2026년 예산"])


def found_in(text: str, query: str) -> bool:
    return holds(line([text]), parse(query).groups)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("수돗물 관리 계획", "수돗물관리"),
        ("대구시 수돗물 관리과", "수돗물관리"),
        ("물 관리", "물관리"),
        ("우리 집", "우리집"),
        ("도시철도 공사 3호선", "도시철도공사3호선"),
        ("도시철도 3호선", "도시철도3호선"),
        ("수돗물관리", "수돗물 관리"),
        ("大邱 市民會館", "大邱市民"),
    ],
)
def test_a_word_is_found_with_one_space_more_or_less_than_it_was_asked_with(text: str, query: str) -> None:
    assert found_in(text, query)
    assert marked(query, text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("도시 민원", "시민"),
        ("대구시 민은행", "시민은"),
        ("수돗물 물관리", "수돗물관"),
        ("수 돗 물 관리", "수돗물관리"),
        ("수돗물. 관리가 필요하다", '"수돗물관리 필요"'),
        ("대구 구수", '"대구구 수"'),
        ("대구구수", '"대구 구수"'),
    ],
)
def test_a_space_joins_no_words_that_are_others(text: str, query: str) -> None:
    assert not found_in(text, query)


def test_a_syllable_that_would_stand_alone_is_marked_only_where_it_does() -> None:
    assert marked("물관리", "물 관리, 수돗물 관리, 물관리") == ["물 관리", "물관리"]
    assert marked("우리집", "우리 집과 우리 집중 우리 집") == ["우리 집"]


def test_full_width_compatibility_and_upper_case_letters_are_the_same() -> None:
    assert tokens(["ＡＢＣ ﬁne STRASSE"])[:3] == tokens(["abc fine straße"])[:3] == ["abc", "fine", "strasse"]


def test_korean_from_another_keyboard_is_the_same() -> None:
    assert tokens([unicodedata.normalize("NFD", "수출기업")]) == tokens(["수출기업"])


def test_no_phrase_goes_from_one_text_to_the_next() -> None:
    found = tokens(["night", "buses"])
    assert found[:3] == ["night", BREAK, "buses"]


def test_a_very_long_word_is_known_by_its_beginning() -> None:
    assert tokens(["x" * 5000])[0] == "x" * WORD_CHARACTERS
    assert phrases("x" * 150) == {("x" * WORD_CHARACTERS,)}


def test_all_words_are_asked_for_each_once() -> None:
    assert phrases("night buses Night") == {("night",), ("buses",)}


@pytest.mark.parametrize("quoted", ['"night buses"', "“night buses”", "「night buses」", '"night buses'])
def test_words_in_quotes_of_any_kind_are_one_phrase(quoted: str) -> None:
    assert phrases(quoted) == {("night", "buses")}


def test_a_korean_word_is_a_phrase_of_its_pairs() -> None:
    assert phrases("수출기업") == {("수출", "출기", "기업")}


def test_b61_a_question_is_bounded() -> None:
    assert len(parse(" ".join(f"word{n}" for n in range(100))).words) == QUERY_WORDS
    assert sum(len(token) for phrase in phrases("가" * 6000) for token in phrase) <= 400
    assert sum(map(len, phrases("\ufdfa" * 6000))) < 400


@pytest.mark.parametrize("text", ["", "   ", "!!!", '"', '""', "* - : ( )", "\x00", "\ud800", "…", "​"])
def test_b61_what_holds_no_word_asks_for_nothing(text: str) -> None:
    assert parse(text).words == ()


@given(st.text(max_size=300))
def test_b61_no_token_holds_what_an_engine_could_take_for_syntax(text: str) -> None:
    for token in [one for group in parse(text).groups for phrase in group for one in phrase] + tokens([text]):
        assert token
        assert not [one for one in token if one.isascii() and not one.isalnum()]
        assert not [one for one in token if category(one) in ("Zs", "Cc", "Cs")]


@given(st.text(max_size=300), st.text(max_size=40))
def test_pieces_are_the_text_itself_whatever_is_marked(text: str, query: str) -> None:
    assert "".join(piece.text for piece in Marker(parse(query)).pieces(text)) == text


@given(st.text(min_size=1, max_size=40))
def test_what_is_asked_as_it_stands_is_marked(text: str) -> None:
    if parse(text.replace('"', " ")).words:
        assert marked(text, text)


@given(st.lists(st.sampled_from(["수출", "대구", "물", "2026", "년", "bus", "5G", " ", ", ", "!"]), max_size=12))
def test_the_index_holds_every_word_of_its_own_text(parts: list[str]) -> None:
    text = "".join(parts)
    found = f" {' '.join(tokens([text]))} "
    for group in parse(text).groups:
        assert f" {' '.join(group[0])} " in found


def test_korean_is_marked_within_longer_words_and_words_only_whole() -> None:
    assert marked("수출", "대구수출기업, 수출") == ["수출", "수출"]
    assert marked("BUS", "Bus, buses, night-bus, 야간bus") == ["Bus", "bus", "bus"]


def test_one_syllable_is_marked_where_a_word_begins_as_the_index_has_it() -> None:
    assert marked("물", "건물의 물값과 물") == ["물", "물"]


def test_marks_keep_the_spelling_of_the_text() -> None:
    assert marked("strasse fine", "Straße ﬁne") == ["Straße", "ﬁne"]
    decomposed = unicodedata.normalize("NFD", "수출")
    assert marked("수출", f"대구{decomposed}") == [decomposed]


def test_a_phrase_is_marked_as_one() -> None:
    assert marked('"night buses"', "The night, buses; night buses") == ["night, buses", "night buses"]


def test_a_snippet_shows_where_most_words_are() -> None:
    text = "수출 이야기. " + "다른 말이 이어진다. " * 40 + "수출기업을 위한 지원 정책. " + "또 다른 말. " * 40
    found = shown("수출 지원", text)
    assert "[수출]기업을 위한 [지원] 정책" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < SNIPPET + 20


def test_a_snippet_comes_from_the_text_that_holds_more_words() -> None:
    assert shown("night buses", "A night.", "The buses of the night.") == "The [buses] of the [night]."


def test_without_a_match_the_beginning_is_shown() -> None:
    assert shown("nothing", "A short text.", "Another.") == "A short text."
    assert shown("nothing") == shown("nothing", "") == ""


def test_a_snippet_of_a_text_without_spaces_is_bounded() -> None:
    assert len(shown("수출", "가" * 9000 + "수출" + "나" * 9000)) < SNIPPET + 20


def test_a_title_counts_most_then_the_summary_then_the_text() -> None:
    marker = Marker(parse("night buses"))
    fits = [
        marker.fit(Texts(title=title, summary=summary, text=text))
        for title, summary, text in [
            ("Night buses", "", ""),
            ("Buses at night", "", ""),
            ("", "night buses", ""),
            ("", "", "night buses night buses night buses"),
            ("", "", "night buses"),
        ]
    ]
    assert fits == sorted(fits, reverse=True)
    assert len(set(fits)) == len(fits)
