"""Search on both engines: what is found, in which order, and that the index follows every change of an article."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from feeds.grams import parse, tokens
from feeds.marking import Piece
from feeds.model import Attachment, Content, Footnote, Picture, State
from feeds.store import articles, bulk, reading, search_index, search_postgres, topics
from feeds.store.articles import Filing, Source
from feeds.store.bulk import Incoming
from feeds.store.database import Database
from feeds.store.search import FARTHEST, Query, Results, ids, search
from feeds.store.search_engine import slot, slot_end
from tests.builders import NOW, content, correct, draft, publish, withdraw


def ask(database: Database, words: str = "", **filters: object) -> Results:
    with database.read() as session:
        return search(session, Query(text=words, **filters))  # type: ignore[arg-type]


def titles(database: Database, words: str = "", **filters: object) -> list[str]:
    return [hit.article.content.title for hit in ask(database, words, **filters).hits]


def staff(database: Database, words: str, limit: int = 50) -> tuple[int, ...]:
    with database.read() as session:
        return ids(session, words, limit=limit)


def add(database: Database, made: Content, *, topics: tuple[str, ...] = (), board: str | None = None) -> int:
    """Publish a text under topics and a board."""
    with database.write() as session:
        filing = Filing(division="climate", topics=topics, board=board)
        stored = articles.add(session, made, filing=filing, authority="riverton.example.org,2026", now=NOW)
        articles.publish(session, stored.id, fallback_division="press", now=NOW)
    return stored.id


def add_all(database: Database, made: Sequence[tuple[Content, datetime | None]]) -> list[int]:
    """Take texts in at once, as an import does."""
    incoming = [
        Incoming(
            content=one,
            filing=Filing(division="water"),
            source=Source(key=f"test/{n}/{one.title}", fingerprint=str(n)),
            published_at=at,
        )
        for n, (one, at) in enumerate(made)
    ]
    with database.write() as session:
        return bulk.store(session, incoming, authority="riverton.example.org,2026", fallback_division="press", now=NOW)


def test_two_korean_syllables_are_found_within_a_longer_word(database: Database) -> None:
    publish(database, "대구수출기업 지원", language="ko")
    publish(database, "수돗물 출연 기관", language="ko")
    assert titles(database, "수출") == ["대구수출기업 지원"]
    assert titles(database, "출기업") == ["대구수출기업 지원"]


def test_a_korean_word_is_found_only_as_it_stands_not_by_its_pairs_alone(database: Database) -> None:
    publish(database, "대구 구수한 한시", language="ko")
    assert titles(database, "대구수한시") == []
    assert titles(database, '"대구 구수"') == ["대구 구수한 한시"]
    assert titles(database, '"대구 한시"') == []


def test_a_phrase_in_quotes_is_found_as_it_is_spaced(database: Database) -> None:
    publish(database, "대구구수한 맛", language="ko")
    assert titles(database, '"대구 구수"') == []
    assert titles(database, '"대구구수한 맛"') == ["대구구수한 맛"]


def test_a_korean_word_is_found_however_it_is_spaced(database: Database) -> None:
    publish(database, "수돗물 관리 계획", language="ko", now=NOW - timedelta(days=1))
    publish(database, "수돗물관리 계획", language="ko", now=NOW - timedelta(days=2))
    publish(database, "돗물 관리 계획", language="ko", now=NOW - timedelta(days=3))
    both = ["수돗물 관리 계획", "수돗물관리 계획"]
    assert titles(database, "수돗물관리") == titles(database, "수돗물관리 계획") == both
    assert titles(database, "수돗물 관리") == both
    assert titles(database, '"수돗물 관리"') == both[:1]
    assert [one.title[0] for one in ask(database, "수돗물관리").hits] == [
        Piece("수돗물 관리", True),
        Piece("수돗물관리", True),
    ]
    assert len(staff(database, "수돗물관리")) == 2


def test_an_older_release_too_is_found_however_it_is_spaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL it is found by the index, not looked at."""
    monkeypatch.setattr(search_postgres, "NEWEST", 2)
    monkeypatch.setattr(search_postgres, "FARTHER", 0)
    texts = ["도시철도 공사", "도시철도공사", "도시 철도공사", "철도 공사 도시", "도시 철도 공사"]
    add_all(database, [(content(f"{one} {n}", "ko"), NOW - timedelta(days=n)) for n, one in enumerate(texts * 3)])
    assert ask(database, "도시철도공사").total == 9
    assert ask(database, '"도시철도 공사"').total == 3
    assert ask(database, '"도시 철도 공사"').total == 3
    assert ask(database, "도시 철도 공사").total == 15


def test_one_syllable_finds_the_words_that_begin_with_it(database: Database) -> None:
    publish(database, "물값을 내린다", language="ko")
    publish(database, "건물을 고친다", language="ko")
    assert titles(database, "물") == ["물값을 내린다"]


def test_a_number_with_its_unit_is_found_whatever_follows(database: Database) -> None:
    publish(database, "2026년도 예산", language="ko")
    publish(database, "2025년 예산", language="ko")
    assert titles(database, "2026년") == ["2026년도 예산"]
    assert titles(database, "제2026년") == []


def test_all_words_must_be_there_in_any_order_and_case(database: Database) -> None:
    publish(database, "Night buses run later")
    publish(database, "Night markets open")
    assert titles(database, "LATER night") == ["Night buses run later"]
    assert titles(database, "night bus") == []


def test_a_phrase_is_found_only_as_it_stands(database: Database) -> None:
    publish(database, "Night buses run later")
    publish(database, "Buses at night")
    assert titles(database, '"night buses"') == ["Night buses run later"]


def test_no_phrase_goes_from_the_title_into_the_text(database: Database) -> None:
    add(database, content("Roads close at night", summary="", body_text="Buses take another way."))
    assert titles(database, '"night buses"') == []
    assert titles(database, "night buses") == ["Roads close at night"]


def test_everything_that_is_told_is_found_by_its_words(database: Database) -> None:
    made = content(
        "A title",
        subtitle="Underneath",
        pictures=(Picture(caption="The bridge", alt="Seen from above"),),
        attachments=(Attachment(name="timetable.pdf", address="/x"),),
        footnotes=(Footnote(mark="*", term="catenary", note="A wire above the rails"),),
    )
    add(database, made)
    for words in ("underneath", "bridge", "above seen", "timetable", "catenary", "rails"):
        assert titles(database, words) == ["A title"], words


def test_a_title_counts_more_than_a_text_and_among_equals_the_newest_is_first(database: Database) -> None:
    add(database, content("One", summary="About something.", body_text="A festival."))
    publish(database, "A festival, earlier", now=NOW - timedelta(days=9))
    publish(database, "A festival, later", now=NOW - timedelta(days=2))
    assert titles(database, "festival") == ["A festival, later", "A festival, earlier", "One"]
    assert titles(database, "festival", newest=True) == ["One", "A festival, later", "A festival, earlier"]


def test_a_hit_shows_the_words_marked_in_title_and_text(database: Database) -> None:
    add(database, content("대구수출기업 지원", "ko", summary="요약이다.", body_text="지역 수출액 증가. <b>수출</b>"))
    (hit,) = ask(database, "수출").hits
    assert [piece.text for piece in hit.title if piece.marked] == ["수출"]
    assert "".join(piece.text for piece in hit.snippet) == "지역 수출액 증가. <b>수출</b>"
    assert [piece.text for piece in hit.snippet if piece.marked] == ["수출", "수출"]


def test_without_words_the_newest_of_a_filter_are_listed(database: Database) -> None:
    publish(database, "Earlier", division="water", now=NOW - timedelta(days=1))
    publish(database, "Elsewhere", division="transport")
    publish(database, "Later", division="water")
    assert titles(database, divisions=("water",)) == ["Later", "Earlier"]
    assert titles(database) == ["Later", "Elsewhere", "Earlier"]


def test_every_filter_narrows_and_all_hold_together(database: Database) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
    add(database, content("Festival with all"), topics=("summit",), board="news")
    add(database, content("Festival of no topic"), board="news")
    add(database, content("축제 festival", "ko"), topics=("summit",))
    publish(database, "Festival elsewhere", division="press")
    assert titles(database, "festival", topics=("summit",), language="en") == ["Festival with all"]
    assert set(titles(database, "festival", boards=("news",))) == {"Festival with all", "Festival of no topic"}
    assert titles(database, "festival", language="ko") == ["축제 festival"]
    assert titles(database, "festival", divisions=("press", "water")) == ["Festival elsewhere"]
    everything = {"divisions": ("climate",), "boards": ("news",), "topics": ("summit",), "language": "en"}
    assert titles(database, "festival", **everything) == ["Festival with all"]
    assert titles(database, "festival", topics=("nothing",)) == []


def test_days_bound_a_search_to_the_instant(database: Database) -> None:
    midnight = datetime.fromisoformat("2026-05-20T00:00+09:00")
    for title, at in {
        "Festival before": midnight - timedelta(seconds=1),
        "Festival at midnight": midnight,
        "Festival late": midnight + timedelta(days=1, seconds=-1),
        "Festival after": midnight + timedelta(days=1),
    }.items():
        publish(database, title, now=at)
    found = titles(database, "festival", since=midnight, until=midnight + timedelta(days=1))
    assert found == ["Festival late", "Festival at midnight"]
    assert titles(database, since=midnight + timedelta(days=1)) == ["Festival after"]
    assert titles(database, until=midnight) == ["Festival before"]


def test_releases_of_before_1970_are_found_by_their_days(database: Database) -> None:
    old = datetime.fromisoformat("1954-03-01T00:00+09:00")
    add_all(database, [(content("An old festival"), old), (content("A festival"), NOW)])
    assert titles(database, "festival", newest=True) == ["A festival", "An old festival"]
    assert titles(database, "festival", since=old, until=old + timedelta(days=1)) == ["An old festival"]
    assert titles(database, "festival", until=old) == []
    assert slot(old) < slot_end(old + timedelta(seconds=1)) <= 0


def test_what_is_not_public_is_found_by_staff_alone(database: Database) -> None:
    public = publish(database, "Festival published").article_id
    kept = draft(database, "Festival in draft").id
    waiting = draft(database, "Festival to come").id
    gone = publish(database, "Festival withdrawn").article_id
    with database.write() as session:
        articles.schedule(session, waiting, at=NOW + timedelta(hours=1))
    withdraw(database, gone)
    assert titles(database, "festival") == ["Festival published"]
    assert titles(database) == ["Festival published"]
    assert staff(database, "festival") == (gone, waiting, kept, public)
    assert staff(database, "festival", limit=1) == (gone,)
    assert staff(database, " ") == ()


def test_a_scheduled_release_is_found_from_its_publication_on(database: Database) -> None:
    waiting = draft(database, "Festival to come").id
    with database.write() as session:
        articles.schedule(session, waiting, at=NOW + timedelta(hours=1))
    assert titles(database, "festival") == []
    with database.write() as session:
        articles.publish(session, waiting, fallback_division="press", now=NOW + timedelta(hours=1))
    assert titles(database, "festival") == ["Festival to come"]


def test_a_correction_is_found_by_its_new_words_and_no_longer_by_the_old(database: Database) -> None:
    article_id = publish(database, "야간버스 증편", language="ko").article_id
    correct(database, article_id, "심야버스 증편")
    assert titles(database, "심야") == ["심야버스 증편"]
    assert titles(database, "야간") == []
    assert staff(database, "야간") == ()


def test_a_draft_is_found_by_its_last_text_and_forgotten_when_it_is_destroyed(database: Database) -> None:
    kept = draft(database, "First words").id
    with database.write() as session:
        articles.revise(session, kept, content("Second thoughts"), note=None, now=NOW)
    assert (staff(database, "first"), staff(database, "second")) == ((), (kept,))
    with database.write() as session:
        articles.discard(session, kept, now=NOW)
    assert staff(database, "second") == ()


def test_a_release_filed_anew_is_found_where_it_is_now(database: Database) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
    article_id = publish(database, "Night buses", division="climate").article_id
    filing = Filing(division="transport", topics=("summit",))
    with database.write() as session:
        articles.revise(session, article_id, content("Night buses"), note=None, now=NOW, filing=filing)
    assert titles(database, "buses", divisions=("climate",)) == []
    assert titles(database, "buses", divisions=("transport",), topics=("summit",)) == ["Night buses"]


def test_a_release_without_division_is_found_under_the_fallback(database: Database) -> None:
    publish(database, "Night buses", division=None)
    assert titles(database, "buses", divisions=("press",)) == ["Night buses"]


def test_b46_what_is_rolled_back_is_not_found(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        made = articles.add(
            session, content("Half done"), filing=Filing(), authority="riverton.example.org,2026", now=NOW
        )
        articles.publish(session, made.id, fallback_division="press", now=NOW)
        raise RuntimeError
    assert titles(database, "half") == []
    publish(database, "Half of it")
    assert titles(database, "half") == ["Half of it"]


def test_an_import_is_found_like_what_was_written_here_whatever_its_order(database: Database) -> None:
    dated = [NOW - timedelta(days=days) for days in (3, 900, 1, 40)]
    made = [(content(f"Festival {n}"), at) for n, at in enumerate(dated)]
    add_all(database, [*made, (content("Festival kept back"), None)])
    publish(database, "Festival today")
    assert titles(database, "festival", newest=True) == ["Festival today", *(f"Festival {n}" for n in (2, 0, 3, 1))]
    assert len(staff(database, "festival")) == 6


def test_of_many_the_newest_and_the_newest_by_title_are_listed(database: Database) -> None:
    number = FARTHEST + 50
    made = [
        (content(f"Release {n}", summary="", body_text="A festival."), NOW - timedelta(hours=n)) for n in range(number)
    ]
    oldest = (content("The first festival"), NOW - timedelta(days=4000))
    add_all(database, [*made, oldest])
    best = ask(database, "festival", limit=FARTHEST)
    assert (best.total, best.more) == (FARTHEST, True)
    shown = [hit.article.content.title for hit in best.hits]
    assert shown == ["The first festival", *(f"Release {n}" for n in range(FARTHEST - 1))]
    assert titles(database, "festival", newest=True, limit=3) == ["Release 0", "Release 1", "Release 2"]
    few = ask(database, "festival", until=NOW - timedelta(days=3000))
    assert (few.total, few.more) == (1, False)


def test_pages_follow_one_another_and_end(database: Database) -> None:
    add_all(database, [(content(f"Festival {n}"), NOW - timedelta(days=n)) for n in range(7)])
    pages = [titles(database, "festival", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [title for page in pages for title in page] == [f"Festival {n}" for n in range(7)]
    assert ask(database, "festival", limit=3, offset=6).total == 7


@pytest.mark.parametrize(("newest", "farther"), [(2, 0), (2, 300), (1, 0), (250, 1_500)])
def test_what_is_older_than_the_newest_is_found_too(
    database: Database, monkeypatch: pytest.MonkeyPatch, newest: int, farther: int
) -> None:
    """On PostgreSQL the newest are looked at one by one, then some more or none, and the rest by the index."""
    monkeypatch.setattr(search_postgres, "NEWEST", newest)
    monkeypatch.setattr(search_postgres, "FARTHER", farther)
    add_all(database, [(content(f"Festival {n}"), NOW - timedelta(days=n)) for n in range(8)])
    assert titles(database, "festival") == [f"Festival {n}" for n in range(8)]
    assert titles(database, "festival", until=NOW - timedelta(days=5)) == ["Festival 6", "Festival 7"]
    assert titles(database, "festival", since=NOW - timedelta(days=1)) == ["Festival 0", "Festival 1"]


HOSTILE = [
    "'", "''", '"', "\\", "\\'", "a'b", "a\\", "a:*", "a:A", "a & b", "a | !b", "<->", "a <-> b", "NEAR(a b)", "a AND",
    "title:a", "words : a", "-a", "^a", "a*", "(a", "a)", "{a}", "%", "_", ";--", "\x00", "a\x00b", "\ud800", "{{7*7}}",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_b09_no_character_means_anything_to_an_engine(database: Database, words: str) -> None:
    publish(database, "Night buses run later")
    assert titles(database, f"night {words}") in (["Night buses run later"], [])
    staff(database, words)


def test_b09_names_of_filters_are_only_compared(database: Database) -> None:
    publish(database, "Night buses")
    for value in HOSTILE:
        plain = value.replace("\x00", "").replace("\ud800", "")
        one = (plain or "x",)
        assert titles(database, divisions=one, boards=one, topics=one, language=plain) == [], value


def test_b61_the_longest_question_is_answered_by_both_engines(database: Database) -> None:
    words = ["".join(chr(0xAC00 + 97 * n + 11 * m) for m in range(12)) for n in range(15)]
    publish(database, f"{words[0][:5]} {words[0][5:]} {' '.join(words[1:])}", language="ko")
    assert ask(database, " ".join(words)).total == 1
    assert ask(database, " ".join(word[::-1] for word in words)).total == 0


def test_a_question_without_a_word_finds_nothing(database: Database) -> None:
    publish(database, "Night buses")
    assert ask(database, "!!!") == ask(database, '""') == Results()


def test_a_word_of_the_filters_is_no_word_of_the_text(database: Database) -> None:
    publish(database, "Night buses", division="climate")
    assert titles(database, "division:climate") == titles(database, "language") == []


def test_b33_a_text_of_any_characters_is_taken_in(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        kept = draft_id(session)
        search_index.index(session, kept, content("a\x00b \ud800 수출\udfff", body_text="\x00"))
    assert staff(sqlite_database, "수출") == (kept,)


def draft_id(session: object) -> int:
    made = articles.add(session, content(), filing=Filing(), authority="riverton.example.org,2026", now=NOW)  # type: ignore[arg-type]
    return made.id


def test_a_text_of_200000_characters_is_found_by_its_first_and_last_words(database: Database) -> None:
    pairs = [chr(0xAC00 + n % 9973) + chr(0xAC00 + n % 4999) for n in range(60_000)]
    long = "맨앞낱말 " + " ".join(pairs) + " 맨뒤낱말"
    assert 170_000 < len(long) < 200_000
    add(database, content("Long", body_text=long))
    assert titles(database, "맨앞낱말") == ["Long"]
    assert titles(database, pairs[700]) == ["Long"]


@pytest.mark.parametrize(
    ("written", "phrase"),
    [
        ("the city council met", '"city council"'),
        ("대구시 물관리 계획", '"대구시 물관리"'),
        ("KTX역에서 대구로", '"ktx역에서 대구로"'),
        ("2026년 계획", '"2026년 계획"'),
        ("대구에서 지원을 시민은", '"대구에서 지원을 시민은"'),
    ],
)
def test_a_phrase_has_the_marks_of_a_text_that_holds_it_and_not_of_its_words_apart(written: str, phrase: str) -> None:
    ((wanted, *_),) = parse(phrase).groups
    marks = search_postgres.side_by_side(wanted)
    assert marks
    assert marks <= search_postgres.side_by_side(tokens([written]))
    assert not marks <= search_postgres.side_by_side(tokens(written.split()))


def test_words_that_only_end_and_begin_alike_have_not_all_marks_of_a_phrase() -> None:
    ((wanted,),) = parse('"대구에서 지원을"').groups
    assert not search_postgres.side_by_side(wanted) <= search_postgres.side_by_side(tokens(["회의에서 지원하는"]))
    assert search_postgres.side_by_side(wanted) <= search_postgres.side_by_side(tokens(["동대구에서 지원을"]))


def test_a_phrase_is_found_beyond_the_last_position_an_engine_counts(database: Database) -> None:
    long = "말이 " * 20_000 + "맨뒤낱말"
    add(database, content("Long", body_text=long))
    assert titles(database, "맨뒤낱말") == ["Long"]
    assert titles(database, "뒤맨낱말") == []


def test_a_word_without_end_is_taken_in_and_found(database: Database) -> None:
    add(database, content("Long", body_text="x" * 200_000))
    assert titles(database, "x" * 100) == ["Long"]
    assert titles(database, "x" * 20) == []


def test_no_text_makes_a_vector_larger_than_postgresql_takes() -> None:
    many = [f"{n:x}{'장' * 60}" for n in range(20_000)]
    assert len(search_postgres.vector(many).encode()) < 1_048_575 * 1.2
    assert search_postgres.vector(["a", "b", "a"]) == "'a':1,3 'b':2"
    marks = search_postgres.side_by_side(many)
    assert "N" in search_postgres.vector(many, marks).split()
    assert search_postgres.vector(["a", "b"], ["N00001"]) == "'a':1 'b':2 N00001"
    assert search_postgres.vector(["it's", "a\\b"]) == "'it''s':1 'a\\\\b':2"


def test_a_search_reads_in_a_session_that_cannot_write(database: Database) -> None:
    publish(database, "Night buses")
    with database.read() as session:
        assert search(session, Query(text="night")).total == 1
        assert reading.get(session, 1).state is State.PUBLISHED


def test_a_damaged_article_hides_no_other(sqlite_database: Database) -> None:
    broken, sound = (publish(sqlite_database, f"Festival {n}").article_id for n in range(2))
    with sqlite_database.write() as session:
        session.execute(text("UPDATE revision SET footnotes = 'no json' WHERE article_id = :id"), {"id": broken})
    results = ask(sqlite_database, "festival")
    assert [hit.article.id for hit in results.hits] == [sound]
    assert results.total == 2


def test_what_fts5_keeps_is_sound_after_every_kind_of_change(sqlite_database: Database) -> None:
    first = publish(sqlite_database, "Night buses").article_id
    correct(sqlite_database, first, "심야버스")
    withdraw(sqlite_database, first)
    kept = draft(sqlite_database).id
    with sqlite_database.write() as session:
        articles.discard(session, kept, now=NOW)
        session.execute(text("INSERT INTO search_text (search_text) VALUES ('integrity-check')"))
        held = session.execute(text("SELECT count(*) FROM search_text WHERE search_text MATCH 'night'")).scalar_one()
    assert held == 0
