"""A database of an older version is brought up with everything in it, and back again. On both engines."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, event, text

from config.migrations.upgrading import newest, settings, upgrade
from feeds.model import State
from feeds.scope import Scope
from feeds.store import articles, embargoes, reading
from feeds.store.articles import Filing
from feeds.store.database import Database
from feeds.store.search import Query, search
from notifier.ledger import mailings, press, subscribers
from notifier.model import Cadence, Kind
from notifier.placeholders import MailContent, placeholder
from tests.builders import NOW

DIVISION = "INSERT INTO division (slug, names, aliases, position) VALUES ('water', '{\"en\": \"Water\"}', '[]', 1)"
ARTICLE = (
    "INSERT INTO article (id, guid, state, revision, division, urgent, created_at, published_at, updated_at) "
    "VALUES (7, 'tag:a.example.org,2026:7', 'published', 1, 'water', false, "
    "'2026-05-20 03:00:00', '2026-05-20 03:00:00', '2026-05-20 03:00:00')"
)
REVISION = (
    "INSERT INTO revision (article_id, number, language, title, summary, body_html, body_text, footnotes, created_at) "
    "VALUES (7, 1, 'ko', '수돗물 안내', '', '<p>물</p>', '물', '[]', '2026-05-20 03:00:00')"
)
PICTURE = "INSERT INTO picture (article_id, revision, position, caption) VALUES (7, 1, 0, 'The pump')"
CHANGE = (
    "INSERT INTO change (number, article_id, revision, kind, at, quiet) "
    "VALUES (1, 7, 1, 'published', '2026-05-20 03:00:00', false)"
)


@pytest.fixture
def first_version(database_url: str) -> Iterator[Database]:
    """A database as the first version made it, with one release."""
    store = Database(database_url)
    _move(store, "0001")
    with store.write() as session:
        for row in (DIVISION, ARTICLE, REVISION, PICTURE, CHANGE):
            session.execute(text(row.replace("false", "0") if store.is_sqlite and "change" in row else row))
    yield store
    store.close()


def _move(database: Database, version: str) -> None:
    with database.rebuild() as session:
        known = settings()
        known.attributes["connection"] = session
        here = MigrationContext.configure(session).get_current_revision()
        (command.upgrade if here is None or here < version else command.downgrade)(known, version)


def test_a_release_of_the_first_version_is_there_after_every_step(first_version: Database) -> None:
    assert upgrade(first_version) == ("0001", newest())
    with first_version.read() as session:
        found = reading.get(session, 7)
        revisions = reading.revisions(session, 7)
    assert (found.state, found.version, found.content.title) == (State.PUBLISHED, 1, "수돗물 안내")
    assert (found.content.pictures[0].caption, found.content.pictures[0].decorative) == ("The pump", False)
    assert [one.number for one in revisions] == [1]


def test_what_was_filed_is_known_of_the_present_revision_and_of_none_before(first_version: Database) -> None:
    with first_version.write() as session:
        session.execute(text(REVISION.replace("(7, 1,", "(7, 2,")))
        session.execute(text("UPDATE article SET revision = 2, telephone = '119'"))
    upgrade(first_version)
    with first_version.write() as session:
        stored = reading.get(session, 7)
        articles.revise(session, 7, stored.content, note="x", now=NOW, filing=Filing(division="water", telephone="120"))
        first, second, third = reading.revisions(session, 7)
    assert (first.filed, second.filed and second.filed.telephone, third.filed) == (None, "119", None)


def test_what_was_there_before_there_was_a_search_is_found(first_version: Database) -> None:
    upgrade(first_version)
    with first_version.read() as session:
        by_title = search(session, Query(text="수돗", divisions=("water",), language="ko"))
        by_caption = search(session, Query(text="pump"))
    assert [hit.article.id for hit in by_title.hits] == [hit.article.id for hit in by_caption.hits] == [7]


def test_an_index_of_older_tokens_is_filled_anew(first_version: Database) -> None:
    """Whatever the step before kept of a release, even nothing."""
    _move(first_version, "0004")
    upgrade(first_version)
    with first_version.read() as session:
        assert search(session, Query(text='"수돗물 안내"')).total == 1


def test_the_way_down_leads_back_and_up_again(first_version: Database) -> None:
    upgrade(first_version)
    with first_version.write() as session:
        session.execute(text("UPDATE article SET state = 'scheduled', publish_at = '2030-01-01 00:00:00'"))
    _move(first_version, "0001")
    with first_version.read() as session:
        row = session.execute(text("SELECT state, guid, published_at IS NULL FROM article")).one()
    assert (row[0], row[1]) == ("draft", "tag:a.example.org,2026:7")
    upgrade(first_version)
    with first_version.read() as session:
        assert reading.get(session, 7).content.title == "수돗물 안내"


def test_the_way_down_ends_wishes_that_an_earlier_version_would_take_for_everything(first_version: Database) -> None:
    upgrade(first_version)
    with first_version.write() as session:
        person = subscribers.ensure(session, "reader@example.org", language="en", source="page", now=NOW)
        for scope in (Scope(("water",)), Scope(topics=("summit",))):
            subscribers.follow(session, person.id, scope, Cadence.DAILY, now=NOW)
    _move(first_version, "0003")
    with first_version.read() as session:
        live = session.execute(text("SELECT scope FROM subscription WHERE ended_at IS NULL")).scalars().all()
    assert live == ["division=water"]
    upgrade(first_version)


def test_the_way_down_leaves_mails_that_an_earlier_version_can_fill(first_version: Database) -> None:
    upgrade(first_version)
    said = placeholder("reason", "You follow all.")
    with first_version.write() as session:
        content = MailContent("Night buses", f"a {said} b {placeholder('manage')}", f"<p>{said}</p>")
        sent = mailings.freeze(session, content, kind=Kind.ALERT, key="change:1:en", language="en", now=NOW)
        mailings.address(session, sent, to="reader@example.org", now=NOW)
    _move(first_version, "0014")
    with first_version.read() as session:
        row = session.execute(text("SELECT text, html FROM mailing")).one()
        kept = session.execute(text("SELECT address FROM delivery")).scalars().all()
    assert (row.text, row.html) == (f"a You follow all. b {placeholder('manage')}", "<p>You follow all.</p>")
    assert kept == ["reader@example.org"]
    upgrade(first_version)


def test_a_scheduled_article_has_its_instant(first_version: Database) -> None:
    upgrade(first_version)
    with pytest.raises(Exception, match="wrote the same"), first_version.write() as session:
        session.execute(text("UPDATE article SET state = 'scheduled'"))


def test_the_way_down_from_embargoes_leaves_a_schedule_and_mails_that_an_earlier_version_can_read(
    first_version: Database,
) -> None:
    """With rows in every table of theirs: what is under embargo comes out at its hour, and nothing of it before."""
    upgrade(first_version)
    hour = NOW + timedelta(hours=1)
    with first_version.write() as session:
        session.execute(text("UPDATE article SET state = 'scheduled', publish_at = '2026-05-20 04:00:00'"))
        embargoes.release(session, reading.get(session, 7), until=hour, now=NOW)
        person = subscribers.ensure(session, "reader@example.org", language="en", source="page", now=NOW)
        press.accredit(session, person.id, until=hour, divisions=["water"], by="operator", now=NOW)
        press.rotate(session, person.id, now=NOW)
        press.saw(session, person.id, [7], press.Way.PAGE, now=NOW, agent="a browser")
        kinds = {Kind.EMBARGO: "embargo:1:en", Kind.EMBARGO_NOTICE: "embargo:2:en", Kind.ALERT: "change:1:en"}
        for kind, key in kinds.items():
            mail = mailings.freeze(
                session, MailContent(key, "", ""), kind=kind, key=key, language="en", now=NOW, articles=[(7, 1)]
            )
            for state in ("pending", "accepted", "skipped_accreditation", "skipped_lifted"):
                mailings.address(session, mail, to=f"{state}@example.org", subscriber_id=person.id, now=NOW)
        session.execute(text("UPDATE delivery SET state = substr(address, 1, length(address) - 12)"))
        session.execute(text("UPDATE delivery SET settled_at = created_at WHERE state <> 'pending'"))
        filled = ("embargo_step", "accreditation", "press_key", "embargo_access")
        assert all(session.execute(text(f"SELECT 1 FROM {name}")).first() for name in filled)
    _move(first_version, "0013")
    known = {kind.value for kind in Kind} - {"embargo", "embargo_notice"}
    with first_version.read() as session:
        assert session.execute(text("SELECT state, publish_at FROM article")).one()[0] == "scheduled"
        mails = session.execute(
            text("SELECT m.key, d.state, count(*) FROM delivery d JOIN mailing m ON m.id = d.mailing_id GROUP BY 1, 2")
        )
        states = {(key, state): number for key, state, number in mails}
        assert set(session.execute(text("SELECT kind FROM mailing")).scalars()) <= known
        unsettled = session.execute(text("SELECT state FROM delivery WHERE settled_at IS NULL"))
        assert set(unsettled.scalars()) == {"pending"}
    for key in ("embargo:1:en", "embargo:2:en"):
        assert {state: number for (each, state), number in states.items() if each == key} == {
            "accepted": 1,
            "skipped_left": 3,
        }, "nothing of it is sent, and what was is not forgotten"
    assert states["change:1:en", "pending"] == 1
    upgrade(first_version)
    with first_version.read() as session:
        assert (reading.get(session, 7).state, reading.get(session, 7).embargoed) == (State.SCHEDULED, False)
        assert not embargoes.waiting(session)
        assert not press.everyone(session)


def _upgrade_and_die(url: str, statement: int) -> None:
    """Bring a database up, and be killed at so many statements."""
    seen = count(1)
    store = Database(url)

    @event.listens_for(Engine, "before_cursor_execute")
    def _die(*_told: object) -> None:
        if next(seen) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    upgrade(store)


@pytest.mark.parametrize("statement", [30, 90])
def test_f54_a_migration_that_is_killed_half_way_has_done_nothing_and_finishes_when_it_is_run_again(
    first_version: Database, statement: int
) -> None:
    address = first_version.url.render_as_string(hide_password=False)
    first_version.close()
    killed = multiprocessing.get_context("spawn").Process(target=_upgrade_and_die, args=(address, statement))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    with first_version.read() as session:
        assert MigrationContext.configure(session).get_current_revision() == "0001"
        assert session.execute(text("SELECT count(*) FROM article")).scalar_one() == 1
    assert upgrade(first_version) == ("0001", newest())
