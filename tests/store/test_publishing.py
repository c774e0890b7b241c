"""What the store promises about articles and the change log, on both engines."""

import threading
from datetime import timedelta

import pytest

from feeds.errors import Conflict, NotFound
from feeds.model import Attachment, ChangeKind, Footnote, Picture, State
from feeds.store import articles, bulk, changes, reading
from feeds.store.articles import Filing, Source
from feeds.store.database import Database
from tests.builders import NOW, content, correct, draft, publish, withdraw


def test_a_draft_is_stored_whole_and_read_back_equal(database: Database) -> None:
    text = content(
        "대구, 세계와 만나다",
        "ko",
        subtitle="부제",
        pictures=(Picture(caption="사진", credit="뉴스룸", alt="무대", address="https://newsroom.test/1.jpg"),),
        attachments=(Attachment(name="표.hwp", address="https://newsroom.test/t.hwp", length=12),),
        footnotes=(Footnote(mark="*", term="Net-Zero", note="balance"), Footnote(mark="†", term="P4G")),
    )
    with database.write() as session:
        stored = articles.add(session, text, filing=Filing(telephone="120"), authority="a.example.org,2026", now=NOW)
    with database.read() as session:
        found = reading.get(session, stored.id)
    assert found == stored
    assert found.content == text
    assert found.guid.startswith("tag:a.example.org,2026:")
    assert (found.state, found.division, found.telephone) == (State.DRAFT, None, "120")


def test_publishing_writes_the_change_in_the_same_transaction(database: Database) -> None:
    with database.write() as session:
        one = articles.add(session, content(), filing=Filing(), authority="a.example.org,2026", now=NOW)
    with pytest.raises(RuntimeError, match="power"), database.write() as session:
        articles.publish(session, one.id, fallback_division="press", now=NOW)
        raise RuntimeError("power cut")
    with database.read() as session:
        assert reading.get(session, one.id).state is State.DRAFT
        assert changes.head(session) == 0


def test_an_article_of_unknown_division_is_published_under_the_fallback(database: Database) -> None:
    change = publish(database, division=None)
    with database.read() as session:
        assert reading.get(session, change.article_id).division == "press"


def test_only_a_draft_can_be_published(database: Database) -> None:
    change = publish(database)
    with pytest.raises(Conflict, match="is published"), database.write() as session:
        articles.publish(session, change.article_id, fallback_division="press", now=NOW)


def test_an_unknown_article_is_named_in_the_error(database: Database) -> None:
    with pytest.raises(NotFound, match="there is no article 42"), database.read() as session:
        reading.get(session, 42)


def test_a_correction_keeps_the_guid_and_moves_updated(database: Database) -> None:
    change = publish(database, "First")
    with database.read() as session:
        before = reading.get(session, change.article_id)
    corrected = correct(database, change.article_id, "Second", note="The day.", now=NOW + timedelta(hours=1))
    with database.read() as session:
        after = reading.get(session, change.article_id)
    assert (corrected.kind, corrected.number, corrected.revision) == (ChangeKind.CORRECTED, change.number + 1, 2)
    assert (after.guid, after.published_at) == (before.guid, before.published_at)
    assert after.updated_at == NOW + timedelta(hours=1)
    assert (after.content.title, after.correction_note) == ("Second", "The day.")


def test_updated_never_goes_back_when_the_clock_does(database: Database) -> None:
    change = publish(database, now=NOW)
    corrected = correct(database, change.article_id, "Again", now=NOW - timedelta(days=1))
    with database.read() as session:
        after = reading.get(session, change.article_id)
    assert corrected.at == NOW
    assert after.updated_at == NOW


def test_a_changed_draft_writes_no_change(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        assert articles.revise(session, one.id, content("Better"), note="n", now=NOW) is None
    with database.read() as session:
        assert changes.head(session) == 0
        assert reading.get(session, one.id).correction_note is None


def test_a_withdrawn_article_leaves_the_lists_and_takes_no_correction(database: Database) -> None:
    change = publish(database)
    withdraw(database, change.article_id)
    with database.read() as session:
        assert reading.newest(session, limit=10) == []
        assert reading.get(session, change.article_id).withdrawal_reason == "It was wrong."
    with pytest.raises(Conflict, match="withdrawn"):
        correct(database, change.article_id, "Once more")
    with pytest.raises(Conflict, match="is withdrawn"):
        withdraw(database, change.article_id)


def test_lists_are_newest_first_and_by_division_and_language(database: Database) -> None:
    publish(database, "A", division="water", now=NOW)
    publish(database, "B", division="climate", now=NOW + timedelta(hours=1))
    publish(database, "C", division="water", language="ko", now=NOW + timedelta(hours=2))
    draft(database)
    with database.read() as session:
        titles = [one.content.title for one in reading.newest(session, limit=10)]
        of_water = [one.content.title for one in reading.newest(session, divisions=["water"], limit=10)]
        korean = [one.content.title for one in reading.newest(session, language="ko", limit=10)]
        assert reading.count(session, divisions=["water"], since=NOW + timedelta(hours=1)) == 1
    assert (titles, of_water, korean) == (["C", "B", "A"], ["C", "A"], ["C"])


def test_a_source_is_found_again_by_its_key(database: Database) -> None:
    source = Source(key="www.example.org/BBS_1/7", fingerprint="abc", address="https://www.example.org/?nttId=7")
    with database.write() as session:
        one = articles.add(session, content(), filing=Filing(), authority="a,2026", now=NOW, source=source)
    with database.read() as session:
        found = bulk.known(session, [source.key, "elsewhere"])
    assert {key: (known.article_id, known.fingerprint) for key, known in found.items()} == {source.key: (one.id, "abc")}


def test_a_window_holds_what_is_after_one_number_up_to_another(database: Database) -> None:
    numbers = [publish(database, title).number for title in "ABCD"]
    with database.read() as session:
        assert [change.number for change in changes.window(session, numbers[0], numbers[2])] == numbers[1:3]
        assert changes.after(session, numbers[2]) == numbers[3]
        assert changes.after(session, numbers[3]) is None


def test_numbers_are_in_commit_order_however_many_publish_at_once(database: Database) -> None:
    """A reader that follows the log while many publish never finds a number behind its cursor."""
    ids = [draft(database, f"Release {n}").id for n in range(40)]
    stop = threading.Event()
    seen: list[int] = []
    failures: list[Exception] = []

    def publish_some(mine: list[int]) -> None:
        try:
            for article_id in mine:
                with database.write() as session:
                    articles.publish(session, article_id, fallback_division="press", now=NOW)
        except Exception as error:
            failures.append(error)

    def follow() -> None:
        cursor = 0
        while not stop.is_set() or cursor < _head(database):
            with database.read() as session:
                found = changes.window(session, cursor, 10**9)
            seen.extend(change.number for change in found)
            cursor = found[-1].number if found else cursor

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=publish_some, args=(ids[n::4],)) for n in range(4)]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    reader.join()
    assert not failures
    assert seen == list(range(1, 41))


def test_b46_two_who_publish_at_once_write_one_change(database: Database) -> None:
    one = draft(database)
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def try_it() -> None:
        start.wait()
        try:
            with database.write() as session:
                articles.publish(session, one.id, fallback_division="press", now=NOW)
            outcomes.append("published")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "published"]
    with database.read() as session:
        assert changes.head(session) == 1


def _head(database: Database) -> int:
    with database.read() as session:
        return changes.head(session)
