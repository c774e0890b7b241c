"""Connections that are kept for one use."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from feeds.errors import StoreError
from feeds.store.database import Database
from feeds.store.kept import Line
from feeds.store.tables import division

pytestmark = [
    pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
]


@pytest.fixture
def line(database: Database) -> Iterator[Line]:
    with database.line("application_name = 'civicwire line'") as kept:
        assert kept is not None
        yield kept


def test_each_statement_on_a_line_is_a_transaction_of_its_own(database: Database, line: Line) -> None:
    with line.statement() as session:
        session.execute(division.update().values(position=99))
        with database.read() as elsewhere:
            assert set(elsewhere.execute(select(division.c.position)).scalars()) == {99}
        with database.write() as elsewhere:
            elsewhere.execute(division.update().values(position=98))
        assert set(session.execute(select(division.c.position)).scalars()) == {98}


def test_the_settings_of_a_line_are_nobody_elses(database: Database, line: Line) -> None:
    shown = text("SELECT current_setting('application_name'), current_setting('enable_seqscan')")
    with line.statement() as session:
        assert session.execute(shown).one() == ("civicwire line", "off")
    line.close()
    with database.read() as session:
        name, scans = session.execute(shown).one()
    assert name != "civicwire line"
    assert scans == "on"


def test_f48_a_line_that_was_cut_is_one_sentence_and_then_another_line(database: Database, line: Line) -> None:
    with line.statement() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with database.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with pytest.raises(StoreError, match="cannot use the database"), line.statement() as session:
        session.execute(text("SELECT 1"))
    with line.statement() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != pid


def test_what_a_line_refuses_leaves_it_to_be_used(line: Line) -> None:
    with pytest.raises(StoreError), line.statement() as session:
        session.execute(text("SELECT * FROM nowhere"))
    with line.statement() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
