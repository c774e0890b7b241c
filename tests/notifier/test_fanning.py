"""What planning for many costs on PostgreSQL, whatever it knows of the tables."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine

from notifier.model import Cadence
from tests.notifier.conftest import Desk


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_first_alert_reads_the_notices_once_and_not_for_each_person(desk: Desk) -> None:
    """A table that was empty when it was analysed, as after an import, is taken for one that is read in no time."""
    for number in range(30):
        desk.follow(f"reader{number:02}@example.org", Cadence.IMMEDIATE)
    desk.publish()
    with desk.database.write() as session:
        session.execute(text("ANALYZE"))
    scans: list[int] = []

    def count(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO notice"):
            asked = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'notice'"
            scans.append(connection.exec_driver_sql(asked).scalar_one())

    event.listen(Engine, "after_cursor_execute", count)
    try:
        assert desk.alerts.run().planned == 30
    finally:
        event.remove(Engine, "after_cursor_execute", count)
    assert scans
    assert max(scans) <= 2
