"""An article's life in the store, on both engines: scheduled, revised, twinned, destroyed, and never by two at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from feeds.errors import Conflict, NotFound, Stale
from feeds.model import ChangeKind, Picture, State, filed_of
from feeds.store import articles, audit, changes, desk_list, reading, topics, twins
from feeds.store.articles import Filing
from feeds.store.database import Database
from feeds.store.tables import article, article_topic, picture, revision
from tests.builders import NOW, content, correct, draft, publish, withdraw

HOUR = timedelta(hours=1)
DAY = date(2026, 5, 19)


def test_a_scheduled_article_writes_no_change(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        articles.schedule(session, one.id, at=NOW + HOUR)
    with database.read() as session:
        found = reading.get(session, one.id)
        assert (found.state, found.publish_at, found.published_at) == (State.SCHEDULED, NOW + HOUR, None)
        assert changes.head(session) == 0
        assert not reading.newest(session, limit=10)
        assert reading.count(session) == 0


def test_only_what_has_come_is_due_the_earliest_first(database: Database) -> None:
    early, late, far = (draft(database) for _ in range(3))
    with database.write() as session:
        articles.schedule(session, late.id, at=NOW)
        articles.schedule(session, early.id, at=NOW - HOUR)
        articles.schedule(session, far.id, at=NOW + timedelta(microseconds=1))
    with database.read() as session:
        assert reading.due(session, NOW, since=NOW - timedelta(days=1)) == (early.id, late.id)


def test_a_scheduled_article_becomes_a_draft_again(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        articles.schedule(session, one.id, at=NOW + HOUR)
        articles.unschedule(session, one.id, now=NOW)
        found = reading.get(session, one.id)
        with pytest.raises(Conflict, match="not scheduled"):
            articles.unschedule(session, one.id, now=NOW)
    assert (found.state, found.publish_at) == (State.DRAFT, None)


def test_a_published_article_cannot_be_scheduled(database: Database) -> None:
    one = publish(database)
    with pytest.raises(Conflict, match="is published"), database.write() as session:
        articles.schedule(session, one.article_id, at=NOW + HOUR)


def test_every_change_of_the_row_counts_its_version_up(database: Database) -> None:
    one = draft(database)
    assert one.version == 1
    with database.write() as session:
        articles.revise(session, one.id, content("Again"), note=None, now=NOW)
        articles.schedule(session, one.id, at=NOW + HOUR)
        articles.publish(session, one.id, fallback_division="press", now=NOW)
        articles.withdraw(session, one.id, reason="It was wrong.", now=NOW)
        assert reading.get(session, one.id).version == 5


@pytest.mark.parametrize(
    "act",
    [
        lambda session, one: articles.publish(session, one, fallback_division="press", now=NOW, expected=1),
        lambda session, one: articles.schedule(session, one, at=NOW + HOUR, expected=1),
        lambda session, one: articles.revise(session, one, content("Mine"), note=None, now=NOW, expected=1),
        lambda session, one: articles.ask_approval(session, one, by="a", now=NOW, publish_at=None, expected=1),
        lambda session, one: articles.discard(session, one, now=NOW, expected=1),
    ],
    ids=["publish", "schedule", "revise", "ask_approval", "discard"],
)
def test_b45_an_act_on_a_stale_version_changes_nothing(database: Database, act: Callable[..., object]) -> None:
    one = draft(database)
    with database.write() as session:
        articles.revise(session, one.id, content("Theirs"), note=None, now=NOW, expected=1)
    with database.read() as session:
        before = reading.get(session, one.id)
    with pytest.raises(Stale) as stale, database.write() as session:
        act(session, one.id)
    assert stale.value.current == 2
    with database.read() as session:
        assert reading.get(session, one.id) == before
        assert changes.head(session) == 0


def test_b45_of_two_editors_at_once_one_is_told(database: Database) -> None:
    one = draft(database)
    outcomes: list[str] = []
    both = threading.Barrier(2)

    def edit(title: str) -> None:
        both.wait()
        try:
            with database.write() as session:
                articles.revise(session, one.id, content(title), note=None, now=NOW, expected=one.version)
        except Stale:
            outcomes.append("told")
        else:
            outcomes.append(title)

    threads = [threading.Thread(target=edit, args=(title,)) for title in ("First", "Second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        kept = reading.get(session, one.id)
    assert sorted(outcomes) == sorted([kept.content.title, "told"])
    assert (kept.revision, kept.version) == (2, 2)


def test_a_correction_moves_updated_and_keeps_the_guid(database: Database) -> None:
    one = publish(database)
    with database.read() as session:
        before = reading.get(session, one.article_id)
    correct(database, one.article_id, "Night buses run earlier", note="The hour.", now=NOW + HOUR)
    with database.read() as session:
        after = reading.get(session, one.article_id)
    assert after.guid == before.guid
    assert after.published_at == before.published_at
    assert after.updated_at == NOW + HOUR
    assert after.correction_note == "The hour."


def test_a_minor_edit_is_a_quiet_change_that_moves_no_date(database: Database) -> None:
    one = publish(database)
    with database.write() as session:
        change = articles.revise(session, one.article_id, content("Night busses"), note=None, now=NOW + HOUR)
    assert change is not None
    assert (change.kind, change.quiet) == (ChangeKind.EDITED, True)
    with database.read() as session:
        found = reading.get(session, one.article_id)
    assert (found.content.title, found.updated_at, found.revision) == ("Night busses", NOW, 2)


def test_what_a_correction_said_outlives_a_minor_edit(database: Database) -> None:
    one = publish(database)
    correct(database, one.article_id, "Night buses run earlier", note="The hour.")
    with database.write() as session:
        articles.revise(session, one.article_id, content("Night buses run early"), note=None, now=NOW)
        assert reading.get(session, one.article_id).correction_note == "The hour."
        notes = [one.note for one in reading.revisions(session, one.article_id)]
    assert notes == [None, "The hour.", None]


def test_readers_see_no_revision_from_before_publication(database: Database) -> None:
    one = draft(database, "First thoughts")
    with database.write() as session:
        assert reading.revisions(session, one.id) == ()
        articles.revise(session, one.id, content("Second thoughts"), note=None, now=NOW, author="editor")
        articles.publish(session, one.id, fallback_division="press", now=NOW)
        articles.revise(session, one.id, content("Third thoughts"), note="Better.", now=NOW)
        seen = [each.content.title for each in reading.revisions(session, one.id)]
        every = [(each.number, each.author) for each in reading.revisions(session, one.id, public=False)]
    assert seen == ["Second thoughts", "Third thoughts"]
    assert every == [(1, None), (2, "editor"), (3, None)]


def test_an_approval_is_void_when_the_article_changes(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        articles.ask_approval(session, one.id, by="editor", now=NOW, publish_at=NOW + HOUR)
        asked = reading.get(session, one.id)
        assert asked.approval is not None
        assert (asked.approval.asked_by, asked.approval.version) == ("editor", asked.version)
        assert desk_list.listed(session, desk_list.Desk(waiting=True)) == 1
        articles.revise(session, one.id, content("Other words"), note=None, now=NOW)
        changed = reading.get(session, one.id)
        assert desk_list.listed(session, desk_list.Desk(waiting=True)) == 0
    assert (changed.approval, changed.publish_at) == (None, None)


def test_filing_it_elsewhere_voids_an_approval_too(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        articles.ask_approval(session, one.id, by="editor", now=NOW, publish_at=None)
        articles.file(session, one.id, division="transport", board=None)
        assert reading.get(session, one.id).approval is None
        assert desk_list.listed(session, desk_list.Desk(waiting=True)) == 0


def test_twins_are_linked_both_ways(database: Database) -> None:
    english, korean = draft(database, "Fire"), draft(database)
    with database.write() as session:
        articles.revise(session, korean.id, content("불", "ko"), note=None, now=NOW)
        twins.link(session, korean.id, english.id, now=NOW)
        assert reading.get(session, english.id).twins == (("ko", korean.id),)
        assert reading.get(session, korean.id).twins == (("en", english.id),)
        twins.unlink(session, english.id, now=NOW)
        assert reading.get(session, korean.id).twins == reading.get(session, english.id).twins == ()


def test_no_version_moves_for_a_twin(database: Database) -> None:
    published, one = publish(database, language="en").article_id, draft(database).id
    with database.write() as session:
        articles.revise(session, one, content("불", "ko"), note=None, now=NOW)
        before = [reading.get(session, each).version for each in (published, one)]
        twins.link(session, published, one, now=NOW)
        assert [reading.get(session, each).version for each in (published, one)] == before
        twins.unlink(session, one, now=NOW)
        assert [reading.get(session, each).version for each in (published, one)] == before


def test_two_articles_of_one_language_are_no_twins(database: Database) -> None:
    first, second = draft(database), draft(database)
    with pytest.raises(Conflict, match="one language"), database.write() as session:
        twins.link(session, first.id, second.id, now=NOW)


def test_a_family_of_twins_keeps_its_others_when_one_leaves(database: Database) -> None:
    ids = {}
    for language in ("en", "ko", "ja"):
        one = draft(database)
        with database.write() as session:
            articles.revise(session, one.id, content("Fire", language), note=None, now=NOW)
        ids[language] = one.id
    with database.write() as session:
        twins.link(session, ids["en"], ids["ko"], now=NOW)
        twins.link(session, ids["ja"], ids["ko"], now=NOW)
        assert reading.get(session, ids["ja"]).twins == (("en", ids["en"]), ("ko", ids["ko"]))
        twins.unlink(session, ids["en"], now=NOW)
        assert reading.get(session, ids["ja"]).twins == (("ko", ids["ko"]),)
        assert reading.get(session, ids["en"]).twins == ()


def test_topics_are_set_whole_and_left_alone_where_nobody_speaks_of_them(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        for slug in ("summit", "water"):
            topics.add(session, slug, {"en": slug.title()})
        articles.revise(
            session, one.id, content(), note=None, now=NOW, filing=Filing(division="water", topics=("water", "summit"))
        )
        assert reading.get(session, one.id).topics == ("summit", "water")
        articles.revise(session, one.id, content(), note=None, now=NOW, filing=Filing(division="water"))
        assert reading.get(session, one.id).topics == ("summit", "water")
        assert desk_list.listed(session, desk_list.Desk(topic="summit")) == 1
        articles.revise(session, one.id, content(), note=None, now=NOW, filing=Filing(topics=()))
        assert reading.get(session, one.id).topics == ()
        assert topics.used(session) == {}


def test_the_vocabulary_holds_each_topic_once(database: Database) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summits", "ko": "정상회의"})
        with pytest.raises(Conflict, match="already"):
            topics.add(session, "summit", {"en": "Peaks"})
        topics.change(session, "summit", names={"en": "Summit"}, retired=True)
        assert [one.name("ko") for one in topics.known(session)] == ["Summit"]
        assert topics.known(session, retired=False) == ()
        with pytest.raises(NotFound, match="topic"):
            topics.change(session, "peaks", names={"en": "Peaks"}, retired=False)


def test_a_discarded_draft_leaves_nothing_but_what_the_audit_log_says(database: Database) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
        one = articles.add(
            session,
            content(pictures=(Picture(caption="The hall", media="a.jpg"),)),
            filing=Filing(division="water", topics=("summit",)),
            authority="riverton.example.org,2026",
            now=NOW,
        )
        audit.record(session, at=NOW, actor="editor", action="create", article_id=one.id)
        articles.discard(session, one.id, now=NOW, expected=one.version)
        for table in (article, revision, picture, article_topic):
            assert session.execute(select(table)).first() is None
        (entry,) = audit.entries(session)
    assert (entry.actor, entry.action, entry.article_id) == ("editor", "create", None)


def test_what_was_public_is_never_destroyed(database: Database) -> None:
    one = publish(database)
    withdraw(database, one.article_id)
    with pytest.raises(Conflict, match="no draft"), database.write() as session:
        articles.discard(session, one.article_id, now=NOW)


def test_a_picture_that_we_keep_is_read_back_whole(database: Database) -> None:
    kept = Picture(caption="The hall", credit="City", media="ab.jpg", width=1600, height=900, decorative=True)
    with database.write() as session:
        one = articles.add(
            session, content(pictures=(kept,), markdown="*x*"), filing=Filing(), authority="a.example.org,2026", now=NOW
        )
    assert one.content.pictures == (kept,)
    assert one.content.markdown == "*x*"


def test_the_desk_finds_articles_by_state_division_and_language(database: Database) -> None:
    published = publish(database, division="climate").article_id
    waiting = draft(database).id
    with database.write() as session:
        assert [one.id for one in desk_list.listing(session)] == [waiting, published]
        for desk, found in (
            (desk_list.Desk(states=(State.PUBLISHED,)), [published]),
            (desk_list.Desk(divisions=("water",)), [waiting]),
            (desk_list.Desk(language="ko"), []),
            (desk_list.Desk(ids=(published,)), [published]),
            (desk_list.Desk(ids=()), []),
        ):
            assert [one.id for one in desk_list.listing(session, desk)] == found
            assert desk_list.listed(session, desk) == len(found)
        assert [one.id for one in desk_list.listing(session, limit=1, offset=1)] == [published]


def test_the_audit_log_is_read_latest_first_and_by_whom_or_what(database: Database) -> None:
    one = draft(database)
    with database.write() as session:
        audit.record(session, at=NOW, actor="editor", action="create", article_id=one.id)
        audit.record(session, at=NOW, actor="chief", action="topic_add", subject="summit", details={"en": "Summit"})
        latest, first = audit.entries(session)
        assert (latest.subject, latest.details, first.article_id) == ("summit", {"en": "Summit"}, one.id)
        assert audit.entries(session, actor="editor") == [first]
        assert audit.entries(session, article_id=one.id) == [first]
        assert audit.entries(session, before=latest.id) == [first]


def test_a_twin_that_comes_or_goes_leaves_a_request_for_approval_standing(database: Database) -> None:
    one, twin = draft(database), draft(database)
    with database.write() as session:
        articles.revise(session, twin.id, content("불", "ko"), note=None, now=NOW)
        articles.ask_approval(session, one.id, by="editor", now=NOW, publish_at=None)
        twins.link(session, twin.id, one.id, now=NOW)
        assert reading.get(session, one.id).approval is not None
        twins.unlink(session, twin.id, now=NOW)
        assert reading.get(session, one.id).approval is not None
        assert reading.get(session, twin.id).approval is None


def test_a_revision_keeps_what_was_filed_until_the_next_one(database: Database) -> None:
    """Also where it was filed elsewhere without a new text, as a draft is; the present one says it with its article."""
    one = draft(database)
    with database.write() as session:
        articles.file(session, one.id, division="water", board=None)
        articles.publish(session, one.id, fallback_division="press", now=NOW)
        filing = replace(articles.filing_of(reading.get(session, one.id)), telephone="120", registered_on=DAY)
        articles.revise(session, one.id, content(), note="x", now=NOW, filing=filing)
        articles.revise(session, one.id, content(), note="y", now=NOW, filing=replace(filing, telephone="121"))
        found = reading.revisions(session, one.id)
        now = reading.get(session, one.id)
    before = filed_of(now)
    assert [each.filed for each in found] == [
        replace(before, telephone=one.telephone, registered_on=one.registered_on),
        replace(before, telephone="120"),
        None,
    ]
    assert (before.division, before.telephone, before.registered_on) == ("water", "121", DAY)
