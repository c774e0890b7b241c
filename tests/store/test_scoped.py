"""Which articles a scope's feed shows, on both engines: the last changed first, withdrawn ones for a while."""

from datetime import datetime, timedelta

import pytest

from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store import articles, scoped, topics, twins
from feeds.store import changes as log
from feeds.store.articles import Filing
from feeds.store.database import Database
from tests.builders import NOW, content, correct, draft, publish, small_city, withdraw

NEWSROOM = Newsroom(small_city(), "https://riverton.example.org")
LONG_AGO = NOW - timedelta(days=30)


def newest(database: Database, scope: Scope, *, gone_since: datetime = LONG_AGO, limit: int = 50) -> list[int]:
    with database.read() as session:
        return [one for _, one in scoped.newest(session, scope, NEWSROOM, gone_since=gone_since, limit=limit)]


def filed(database: Database, title: str, *, language: str = "en", at: datetime = NOW, **filing: object) -> int:
    with database.write() as session:
        given = Filing(**({"division": "climate"} | filing))  # type: ignore[arg-type]
        one = articles.add(session, content(title, language), filing=given, authority="a.test,2026", now=at)
        return articles.publish(session, one.id, fallback_division="press", now=at).article_id


@pytest.mark.parametrize("words", ["", "buses"])
def test_what_changed_last_comes_first_and_drafts_are_not_there(database: Database, words: str) -> None:
    first, second, third = (publish(database, f"Buses {n}", now=NOW + timedelta(hours=n)).article_id for n in range(3))
    draft(database, "Buses in a draft")
    assert newest(database, Scope(words=words)) == [third, second, first]
    correct(database, first, "Buses 0, corrected", now=NOW + timedelta(days=1))
    assert newest(database, Scope(words=words)) == [first, third, second]
    assert newest(database, Scope(words=words), limit=2) == [first, third]


@pytest.mark.parametrize("words", ["", "buses"])
def test_a_withdrawn_one_is_there_until_its_time_is_over(database: Database, words: str) -> None:
    kept, gone = publish(database, "Buses").article_id, publish(database, "Night buses").article_id
    withdraw(database, gone, now=NOW + timedelta(hours=1))
    scope = Scope(words=words)
    assert newest(database, scope, gone_since=NOW) == [gone, kept]
    assert newest(database, scope, gone_since=NOW + timedelta(hours=1)) == [kept]
    with database.read() as session:
        assert scoped.last_gone(session, scope, NEWSROOM, before=NOW) is None
        at = NOW + timedelta(hours=1)
        assert scoped.last_gone(session, scope, NEWSROOM, before=at) == at
        assert scoped.last_gone(session, Scope(("water",)), NEWSROOM, before=at) is None


@pytest.mark.parametrize("words", ["", "기사"])
def test_divisions_topics_boards_and_language_each_narrow_and_a_bureau_is_all_below_it(
    database: Database, words: str
) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summits"})
    climate = filed(database, "기사 하나", topics=("summit",))
    water = filed(database, "기사 둘", division="water", board="news", language="ko")
    transport = filed(database, "기사 셋", division="transport", topics=("summit",), board="news")
    for scope, ids in (
        (Scope(words=words), [transport, water, climate]),
        (Scope(("environment",), words=words), [water, climate]),
        (Scope(("climate", "transport"), words=words), [transport, climate]),
        (Scope(topics=("summit",), words=words), [transport, climate]),
        (Scope(boards=("news",), words=words), [transport, water]),
        (Scope(language="ko", words=words), [water]),
        (Scope(("environment",), topics=("summit",), words=words), [climate]),
        (Scope(("press",), words=words), []),
    ):
        assert newest(database, scope) == ids, scope


def test_an_old_release_that_was_corrected_is_found_by_its_words_among_many_newer(database: Database) -> None:
    old = publish(database, "Buses of old", now=NOW - timedelta(days=900)).article_id
    for n in range(5):
        publish(database, f"Buses {n}", now=NOW + timedelta(hours=n))
    assert old not in newest(database, Scope(words="buses"), limit=3)
    correct(database, old, "Buses of old, corrected", now=NOW + timedelta(days=1))
    assert newest(database, Scope(words="buses"), limit=3)[0] == old


def test_the_last_change_of_each_article_is_known_by_number_and_instant(database: Database) -> None:
    first, second = publish(database).article_id, publish(database, "Another").article_id
    correct(database, first, "Corrected", now=NOW + timedelta(hours=1))
    with database.read() as session:
        assert scoped.latest_changes(session, [first, second, 99]) == {
            first: (3, NOW + timedelta(hours=1)),
            second: (2, NOW),
        }


def test_linking_and_unlinking_twins_is_in_the_log_of_those_that_are_public_and_nobody_is_mailed(
    database: Database,
) -> None:
    one = publish(database, "Night buses").article_id
    other = publish(database, "심야버스", language="ko").article_id
    with database.write() as session:
        japanese = content("夜行バス", "ja")
        hidden = articles.add(session, japanese, filing=Filing(), authority="a.test,2026", now=NOW).id
        before = log.head(session)
        twins.link(session, one, other, now=NOW)
        twins.link(session, one, hidden, now=NOW)
        twins.unlink(session, other, now=NOW)
        written = log.window(session, before, log.head(session))
    assert {change.article_id for change in written} == {one, other}
    assert all(change.quiet for change in written)


def test_f56_what_an_entry_is_dated_by_never_goes_back_even_when_the_clock_does(database: Database) -> None:
    ahead = NOW + timedelta(days=1)
    one, other = publish(database, "Buses", now=ahead).article_id, publish(database, "Trams", now=ahead).article_id
    with database.read() as session:
        before = dict(map(reversed, scoped.newest(session, Scope(), NEWSROOM, gone_since=LONG_AGO, limit=9)))
    correct(database, one, "Buses, corrected", now=NOW)
    withdraw(database, other, now=NOW)
    correct(database, one, "Buses, corrected again", now=NOW - timedelta(days=400))
    with database.read() as session:
        after = dict(map(reversed, scoped.newest(session, Scope(), NEWSROOM, gone_since=LONG_AGO, limit=9)))
    assert before == {one: ahead, other: ahead}
    assert set(after) == {one, other}
    assert all(after[number] >= before[number] for number in before)
