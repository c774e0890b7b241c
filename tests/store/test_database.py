"""What the database promises whichever engine it is, and what is said when it cannot be used."""

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

import feeds.store.staff_tables
import notifier.ledger.tables
from config.migrations.tables import compared
from config.migrations.upgrading import demand_current, newest, upgrade
from feeds.errors import StoreError, StoreOutdated
from feeds.store import divisions
from feeds.store.database import Database
from feeds.store.schema import metadata
from feeds.store.sets import numbers, pairs, strings
from feeds.store.tables import division
from tests.builders import publish, small_city


def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    assert notifier.ledger.tables.delivery.metadata is feeds.store.staff_tables.audit.metadata is metadata
    with database.read() as session:
        options = compared(session.dialect.name)
        assert compare_metadata(MigrationContext.configure(session, opts=options), metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert upgrade(database) == (newest(), newest())
    demand_current(database)


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_migration_is_not_cut_off_by_the_bound_on_statements(database: Database) -> None:
    bound = text("SHOW statement_timeout")
    with database.rebuild() as session:
        assert session.execute(bound).scalar_one() == "0"
    with database.write() as session:
        assert session.execute(bound).scalar_one() == "1min"


def test_f55_tables_of_another_version_are_refused(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreOutdated, match="another version"):
        demand_current(database)
    with pytest.raises(StoreOutdated, match="another version"):
        upgrade(database)


def test_an_empty_database_asks_to_be_migrated(database_url: str) -> None:
    store = Database(database_url)
    with pytest.raises(StoreOutdated, match="civicwire migrate"):
        demand_current(store)
    store.close()


def test_a_failed_migration_leaves_no_table(database_url: str) -> None:
    store = Database(database_url)
    with pytest.raises(StoreError), store.write() as session:
        session.execute(text("CREATE TABLE delivery (id INTEGER)"))
        session.execute(text("SELECT * FROM nowhere"))
    upgrade(store)
    store.close()


def test_nothing_can_be_written_in_a_reading_session(database: Database) -> None:
    with pytest.raises((StoreError, DBAPIError)), database.read() as session:
        session.execute(text("DELETE FROM division"))
    with database.read() as session:
        assert divisions.slugs(session)


def test_divisions_follow_the_city_file_and_old_ones_stay(database: Database) -> None:
    with database.write() as session:
        session.execute(division.insert().values(slug="old", names={"en": "Old"}, aliases=[], position=99))
        divisions.sync(session, small_city())
        names = session.execute(select(division.c.names).where(division.c.slug == "water")).scalar_one()
        assert divisions.slugs(session) == ("environment", "climate", "water", "transport", "press", "old")
    assert names == {"en": "Water", "ko": "물과"}


@pytest.mark.parametrize("address", ["mysql://localhost/x", "sqlite://", "nonsense", "sqlite:///:memory:"])
def test_an_address_of_no_database_is_refused_in_a_sentence(address: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///PATH"):
        Database(address)


def test_an_unreachable_server_is_named_without_its_password() -> None:
    store = Database("postgresql://somebody:hidden@127.0.0.1:1/nothing")
    with pytest.raises(StoreError) as refused, store.read():
        pass
    assert "127.0.0.1:1" in str(refused.value)
    assert "hidden" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_f47_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "civicwire.db"
    path.write_bytes(b"this is no database" * 400)
    store = Database(f"sqlite:///{path}")
    with pytest.raises(StoreError, match=r"not a database; .*civicwire restore"):
        demand_current(store)


def test_sqlite_keeps_every_commit_through_a_power_cut(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL


def _publish_elsewhere(url: str, start: str, number: int) -> None:
    while not Path(start).exists():
        pass
    store = Database(url)
    for n in range(number):
        publish(store, f"From another process {n}")
    store.close()


def test_two_processes_write_to_one_sqlite_file_in_turn(sqlite_database: Database, tmp_path: Path) -> None:
    url = sqlite_database.url.render_as_string()
    start = tmp_path / "start"
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_publish_elsewhere, args=(url, str(start), 15)) for _ in range(2)]
    for other in others:
        other.start()
    start.touch()
    for n in range(15):
        publish(sqlite_database, f"From here {n}")
    for other in others:
        other.join(60)
    assert [other.exitcode for other in others] == [0, 0]
    sqlite_database.close()
    with closing(sqlite3.connect(str(sqlite_database.url.database))) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert plain.execute("SELECT count(*), max(number) FROM change").fetchone() == (45, 45)


def test_a_pulse_feels_what_anybody_commits_but_what_its_owner_passes_over(sqlite_database: Database) -> None:
    other = Database(sqlite_database.url.render_as_string(hide_password=False))
    with sqlite_database.pulse() as pulse:
        assert pulse is not None
        before = pulse()
        assert pulse() == before
        with sqlite_database.write(unfelt=pulse) as session:
            session.execute(text("CREATE TABLE mine (id INTEGER)"))
        assert pulse() == before
        for database in (sqlite_database, other):
            with database.write() as session:
                session.execute(text("INSERT INTO mine VALUES (1)"))
            assert pulse() != before
            before = pulse()
        with other.write() as session:
            session.execute(text("INSERT INTO mine VALUES (2)"))
        with sqlite_database.write(unfelt=pulse) as session:
            session.execute(text("INSERT INTO mine VALUES (3)"))
        assert pulse() != before, "what somebody else committed just before is felt all the same"
    other.close()


def test_a_set_of_values_is_one_parameter_on_either_engine(database: Database) -> None:
    with database.read() as session:
        asked = pairs(session, [(7, "seven, 일곱\0"), (8, None)])
        rows = session.execute(select(asked.c.number, asked.c.string)).all()
        assert sorted(map(tuple, rows)) == [(7, "seven, 일곱"), (8, None)]
        assert session.execute(select(asked.c.number).where(asked.c.number.in_(numbers(session, [8, 9])))).all() == [
            (8,)
        ]
        found = select(asked.c.number).where(asked.c.string.in_(strings(session, ["seven, 일곱", "'"])))
        assert session.execute(found).all() == [(7,)]
        none = select(asked.c.number).where(asked.c.number.in_(numbers(session, [])))
        assert session.execute(none).all() == []
