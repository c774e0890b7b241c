"""AND, OR and NOT mean the same to the search of both engines, to feeds and to a text that is held against a wish."""

import random
from datetime import timedelta

import pytest

from feeds import grams, query
from feeds.model import Content
from feeds.scope import Scope
from feeds.store import search_postgres, search_sqlite
from feeds.store.database import Database
from feeds.store.search import Query, search
from feeds.store.search_engine import Sought
from feeds.store.search_index import engine_of
from tests.builders import NOW, content
from tests.store.test_search import add_all

WORDS = ("수출", "지방정부", "대구", "물관리", "축제", "city", "council", "bus", "2026년", "대구시")
RELEASES = 60


def text(rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) + rng.choice(("", "", "을", "기업")) for _ in range(rng.randint(2, 9)))


def asked(rng: random.Random, depth: int = 3) -> str:
    kind = rng.choice(("word", "phrase", "not", "both", "either")) if depth else "word"
    if kind == "word":
        return rng.choice(WORDS)
    if kind == "phrase":
        return f'"{rng.choice(WORDS)} {rng.choice(WORDS)}"'
    if kind == "not":
        return f"NOT ({asked(rng, depth - 1)})"
    between = " AND " if kind == "both" else " OR "
    return "(" + between.join(asked(rng, depth - 1) for _ in range(rng.randint(2, 3))) + ")"


@pytest.mark.parametrize("newest", [4, 250])
def test_a_question_finds_on_each_engine_the_texts_that_it_holds_of(
    database: Database, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    """On PostgreSQL looked at one by one, and by the index."""
    monkeypatch.setattr(search_postgres, "NEWEST", newest)
    monkeypatch.setattr(search_postgres, "FARTHER", 0)
    rng = random.Random(20261128 + newest)
    made = [content(text(rng), "ko", summary=text(rng), body_text=text(rng)) for _ in range(RELEASES)]
    stored = add_all(database, [(one, NOW - timedelta(hours=n)) for n, one in enumerate(made)])
    lines = dict(zip(stored, (grams.line(one.texts) for one in made), strict=True))
    found_any = found_none = 0
    for _ in range(150):
        question = asked(rng)
        wish = query.read(question)
        assert wish is not None
        expected = {one for one, line in lines.items() if query.holds(line, wish)}
        with database.read() as session:
            found = engine_of(session).find(session, Sought(wish=wish, limit=RELEASES))
            listed = search(session, Query(text=question, limit=RELEASES))
        assert set(found) == expected, question
        assert {hit.article.id for hit in listed.hits} == expected, question
        found_any += bool(expected)
        found_none += not expected
    assert found_any > 30
    assert found_none > 5


def test_what_is_to_be_absent_is_absent_from_the_text_too_where_the_title_holds_the_words(database: Database) -> None:
    """More than are listed, so that those with the words in their titles are sought by themselves."""
    made: list[tuple[Content, object]] = [(content(f"Night buses {n}"), NOW - timedelta(hours=n)) for n in range(205)]
    made.append((content("Night buses of old", body_text="They end with the festival."), NOW - timedelta(days=400)))
    made.append((content("Night buses of long ago"), NOW - timedelta(days=401)))
    add_all(database, made)  # type: ignore[arg-type]
    with database.read() as session:
        found = search(session, Query(text="buses NOT festival", limit=300))
        everything = search(session, Query(text="buses", limit=300))
    shown = {hit.article.content.title for hit in found.hits}
    assert "Night buses of old" not in shown
    assert found.more
    assert everything.more


def test_only_the_words_that_are_to_be_there_are_marked(database: Database) -> None:
    add_all(database, [(content("Export of the city", summary="", body_text="No festival, but a council."), NOW)])
    with database.read() as session:
        (hit,) = search(session, Query(text="(export OR council) NOT holiday")).hits
    assert [piece.text for piece in hit.title if piece.marked] == ["Export"]
    assert [piece.text for piece in hit.snippet if piece.marked] == ["council"]


def test_a_question_of_what_is_to_be_absent_finds_the_rest(database: Database) -> None:
    add_all(database, [(content("Festival"), NOW), (content("Roadworks"), NOW - timedelta(hours=1))])
    with database.read() as session:
        found = search(session, Query(text="-festival"))
    assert [hit.article.content.title for hit in found.hits] == ["Roadworks"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("수출 AND 지방정부", "지방정부 수출"),
        ("bus OR tram", "tram | bus"),
        ("NOT festival bus", "bus -festival"),
        ('("city council" OR 지방정부) 수출', '수출 (지방정부 | "city council")'),
    ],
)
def test_a_scope_spells_one_wish_in_one_way(one: str, other: str) -> None:
    assert Scope(words=one) == Scope(words=other)
    assert Scope.parse(str(Scope(words=one))) == Scope(words=one)


def test_several_questions_of_one_address_must_all_hold() -> None:
    assert Scope.of([("q", "bus | tram"), ("q", "night")]) == Scope(words="night (bus OR tram)")
    assert Scope.of([("q", "night buses")]) == Scope(words="buses night")


def test_no_question_is_an_error_to_an_engine(database: Database) -> None:
    add_all(database, [(content("Night buses"), NOW)])
    for question in (
        "NOT",
        "OR OR",
        "((((((((((bus",
        "a OR",
        ") bus (",
        "-",
        "--bus",
        '-"night',
        "bus NOT NOT",
        "|",
        "NOT ()",
    ):
        with database.read() as session:
            search(session, Query(text=question))


def test_each_document_of_fts5_can_be_told_from_what_is_absent() -> None:
    assert grams.BREAK in grams.tokens(["a title"])
    assert search_sqlite._asked(query.read("-a")) == '"␞" NOT (("a"))'  # type: ignore[arg-type]
