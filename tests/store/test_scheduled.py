"""A scheduled release becomes public at its hour, once, in one transaction; a broken one keeps no other waiting."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update

from feeds.model import Article, ChangeKind, Newsroom, State
from feeds.publication import LATEST, Publications, is_overdue
from feeds.store import articles, audit, changes, desk_list, reading
from feeds.store.articles import Filing
from feeds.store.database import Database
from feeds.store.tables import revision
from tests.builders import NOW, Hands, content, draft

HOUR = timedelta(hours=1)


def scheduled(database: Database, title: str = "Not yet", *, at: datetime = NOW + HOUR) -> Article:
    """A release that becomes public at this instant."""
    one = draft(database, title)
    with database.write() as session:
        articles.schedule(session, one.id, at=at)
        return reading.get(session, one.id)


def published(database: Database) -> Sequence[int]:
    """Which changes of publication the log has, by article."""
    with database.read() as session:
        log = changes.window(session, 0, changes.head(session))
    return [one.article_id for one in log if one.kind is ChangeKind.PUBLISHED]


def damage(database: Database, article_id: int) -> None:
    """Break what is stored of a release, as a bad disk or a hand in the database would."""
    with database.write() as session:
        if session.dialect.name == "sqlite":
            session.execute(text("UPDATE revision SET footnotes = '[{' WHERE article_id = :id"), {"id": article_id})
        else:
            wanted = update(revision).where(revision.c.article_id == article_id)
            session.execute(wanted.values(footnotes=[{"no": "footnote"}]))


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def publications(database: Database, newsroom: Newsroom, clock: Hands) -> Publications:
    return Publications(database, newsroom, clock)


def test_nothing_is_published_a_moment_before_its_hour(
    database: Database, publications: Publications, clock: Hands
) -> None:
    scheduled(database)
    clock.at = NOW + HOUR - timedelta(microseconds=1)
    assert publications.run() == 0
    assert not published(database)


def test_at_its_hour_it_is_public_with_its_change_and_the_record_of_it(
    database: Database, publications: Publications, clock: Hands
) -> None:
    one = scheduled(database)
    clock.at = NOW + HOUR
    assert publications.run() == 1
    with database.read() as session:
        found = reading.get(session, one.id)
        newest = reading.newest(session, limit=10)
        entries = audit.entries(session, article_id=one.id)
    assert (found.state, found.publish_at, found.published_at) == (State.PUBLISHED, None, NOW + HOUR)
    assert [each.id for each in newest] == [one.id]
    assert published(database) == [one.id]
    assert [(entry.actor, entry.action) for entry in entries] == [("clock", "publish")]


def test_what_came_due_while_nobody_ran_is_published_after_a_restart(
    database: Database, newsroom: Newsroom, clock: Hands
) -> None:
    first, second = scheduled(database, at=NOW + 2 * HOUR), scheduled(database, at=NOW + HOUR)
    clock.at = NOW + timedelta(days=3)
    again = Publications(database, newsroom, clock)
    assert again.run() == 2
    assert again.run() == 0
    assert published(database) == [second.id, first.id]


def test_two_schedulers_at_once_publish_once(database: Database, newsroom: Newsroom, clock: Hands) -> None:
    ids = [scheduled(database, f"Number {number}").id for number in range(5)]
    clock.at = NOW + HOUR
    both, done = threading.Barrier(2), []

    def run() -> None:
        scheduler = Publications(database, newsroom, clock)
        both.wait()
        done.append(scheduler.run())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 5
    assert published(database) == ids


def test_a_release_taken_off_the_schedule_or_moved_is_not_published(
    database: Database, publications: Publications, clock: Hands
) -> None:
    off, moved = scheduled(database), scheduled(database)
    with database.write() as session:
        articles.unschedule(session, off.id, now=NOW)
        articles.schedule(session, moved.id, at=NOW + 5 * HOUR)
    clock.at = NOW + HOUR
    assert publications.run() == 0
    clock.at = NOW + 5 * HOUR
    assert publications.run() == 1
    assert published(database) == [moved.id]


def test_f57_what_is_overdue_by_more_than_a_month_waits_for_people(
    database: Database, publications: Publications, clock: Hands
) -> None:
    one = scheduled(database)
    clock.at = NOW + HOUR + LATEST + timedelta(seconds=1)
    assert publications.run() == 0
    with database.write() as session:
        still = reading.get(session, one.id)
        assert (still.state, is_overdue(still, clock())) == (State.SCHEDULED, True)
        articles.schedule(session, one.id, at=clock() + HOUR)
        assert not is_overdue(reading.get(session, one.id), clock())
    clock.forward(hours=1)
    assert publications.run() == 1


def test_f57_a_service_that_was_away_for_less_publishes_when_it_is_back(
    database: Database, publications: Publications, clock: Hands
) -> None:
    scheduled(database)
    clock.at = NOW + HOUR + LATEST
    assert publications.run() == 1


def test_f61_a_broken_release_keeps_no_other_waiting_and_an_editor_sees_why(
    database: Database, publications: Publications, clock: Hands
) -> None:
    broken, sound = scheduled(database, "Broken"), scheduled(database, "Sound")
    damage(database, broken.id)
    clock.at = NOW + HOUR
    assert publications.run() == 1
    assert publications.run() == 0
    assert published(database) == [sound.id]
    with database.read() as session:
        (entry,) = audit.entries(session, article_id=broken.id)
        assert (entry.actor, entry.action) == ("clock", "publish_failed")
        assert str(entry.details["cause"]).startswith(("JSONDecodeError", "TypeError"))
        assert reading.due(session, clock(), since=NOW) == ()


def test_f61_a_damaged_row_is_left_out_of_every_list_and_takes_no_other_with_it(database: Database) -> None:
    ids = []
    for title in ("First", "Broken", "Last"):
        with database.write() as session:
            one = articles.add(
                session, content(title), filing=Filing(division="water"), authority="a.test,2026", now=NOW
            )
            articles.publish(session, one.id, fallback_division="press", now=NOW)
        ids.append(one.id)
    first, broken, last = ids
    damage(database, broken)
    with database.read() as session:
        assert [one.id for one in reading.newest(session, limit=10)] == [last, first]
        assert [one.id for one in reading.newest(session, divisions=("water",), limit=2)] == [last]
        assert list(reading.newest_ids(session, limit=10)) == [last, broken, first]
        assert set(reading.by_id(session, ids)) == {first, last}
        assert [one.id for one in desk_list.listing(session)] == [last, first]
        with pytest.raises((ValueError, TypeError)):
            reading.get(session, broken)
        assert reading.get(session, last).content.title == "Last"


def test_who_may_be_named_as_a_twin_is_only_what_is_published(database: Database) -> None:
    hidden = scheduled(database)
    with database.write() as session:
        one = articles.add(session, content(), filing=Filing(division="water"), authority="a.test,2026", now=NOW)
        articles.publish(session, one.id, fallback_division="press", now=NOW)
    with database.read() as session:
        assert reading.readable(session, [one.id, hidden.id, 999]) == {one.id}
        assert reading.readable(session, []) == set()


def test_the_latest_public_revisions_come_in_order_and_by_number(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        articles.revise(session, one.id, content("Second draft"), note=None, now=NOW)
        articles.publish(session, one.id, fallback_division="press", now=NOW)
        for number in (3, 4, 5):
            articles.revise(session, one.id, content(f"Text {number}"), note="A word.", now=NOW)
    with database.read() as session:
        everything = [found.number for found in reading.revisions(session, one.id)]
        latest = [found.number for found in reading.revisions(session, one.id, limit=2)]
        before = [found.number for found in reading.revisions(session, one.id, below=4, limit=2)]
        far = reading.revisions(session, one.id, below=2)
        drafts = [found.number for found in reading.revisions(session, one.id, public=False, limit=9)]
    assert (everything, latest, before, far) == ([2, 3, 4, 5], [4, 5], [2, 3], ())
    assert drafts == [1, 2, 3, 4, 5]
