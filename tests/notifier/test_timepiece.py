"""By a clock that cannot be right nothing is done, and sending is held until somebody has looked (F57)."""

from datetime import UTC, datetime

import pytest

from feeds.clock import EARLIEST, LATEST, absurd
from feeds.store.database import Database
from notifier.ledger import holds
from notifier.schedule import guarded_by
from notifier.timepiece import Timepiece
from tests.builders import NOW, Hands


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), LATEST])
def test_f57_by_an_absurd_clock_nothing_is_done_and_sending_is_held_for_a_reason_until_staff_release_it(
    sqlite_database: Database, at: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, done = Hands(at), list[str]()
    timepiece = Timepiece(sqlite_database, clock)
    tick = guarded_by(timepiece.is_believed, lambda *_: None, lambda: done.append("published"))
    tick()
    tick()
    with sqlite_database.read() as session:
        held = holds.current(session)
    assert held is not None
    assert (held.reason, held.by) == (
        f"the clock of this machine says {at:%Y-%m-%d %H:%M} UTC, which cannot be: set it",
        None,
    )
    assert capsys.readouterr().out.count("clock.absurd") == 1
    assert done == []
    clock.at = NOW
    tick()
    assert done == ["published"]
    with sqlite_database.read() as session:
        assert holds.reason(session) == held.reason


def test_f57_a_hold_of_staff_keeps_its_reason(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        holds.put(session, "relay moves", by="operator", now=NOW)
    assert not Timepiece(sqlite_database, Hands(LATEST)).is_believed()
    with sqlite_database.read() as session:
        assert holds.reason(session) == "relay moves"


@pytest.mark.parametrize("at", [EARLIEST, NOW])
def test_f57_a_clock_that_can_be_right_is_believed(sqlite_database: Database, at: datetime) -> None:
    assert absurd(at) is None
    assert Timepiece(sqlite_database, Hands(at)).is_believed()
    with sqlite_database.read() as session:
        assert holds.reason(session) is None
