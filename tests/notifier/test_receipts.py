"""What a killed process had sent is known to the next one, and nothing else is."""

import os
from pathlib import Path

import pytest

from feeds.errors import StoreError
from notifier.claims import Claims
from notifier.ledger import deliveries
from notifier.model import Cadence, DeliveryState
from notifier.receipts import Receipts, left_behind, receipts
from tests.notifier.conftest import Desk


def test_f01_what_a_dead_owner_noted_is_found_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), receipts(tmp_path / "r", "dead") as noted:
        noted.note(7)
        noted.note(12)
        raise KeyboardInterrupt  # its file is left, as by a kill
    assert list(left_behind(tmp_path / "r")) == [("dead", [7, 12])]
    assert list(left_behind(tmp_path / "r")) == []


def test_the_file_of_one_that_lives_is_left_alone_and_ends_with_it(tmp_path: Path) -> None:
    with receipts(tmp_path / "r", "alive") as noted:
        noted.note(7)
        assert list(left_behind(tmp_path / "r")) == []
        assert noted.path.read_bytes() == b"7\n"
        noted.forget()
        noted.note(8)
        assert noted.path.read_bytes() == b"8\n"
    assert list((tmp_path / "r").iterdir()) == []


def test_f11_a_line_cut_short_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "owner").write_bytes(b"5\n\n\x00\x00\n61")
    assert list(left_behind(tmp_path)) == [("owner", [5])]


def test_f42_where_the_disk_is_full_that_is_said() -> None:
    handle = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(StoreError, match="cannot write down what was sent"):
            Receipts(handle, Path("receipts")).note(1)
    finally:
        os.close(handle)


def test_f09_a_receipt_of_a_claim_that_is_anothers_by_now_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.follow("a@example.org", Cadence.IMMEDIATE)
    desk.follow("b@example.org", Cadence.IMMEDIATE)
    desk.publish()
    desk.alerts.run()
    with desk.database.write() as session:
        one, two = deliveries.claim(session, owner="dead", now=desk.clock(), limit=9)
        deliveries.give_back(session, [two.id], owner="dead", at=desk.clock())
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "dead").write_bytes(b"%d\n%d\n" % (one.id, two.id))
    Claims(desk.database, desk.newsroom, desk.following.tokens, desk.clock, "alive").recover(tmp_path / "r")
    with desk.database.read() as session:
        (states,) = deliveries.balance(session).values()
    assert states == {DeliveryState.ACCEPTED: 1, DeliveryState.DEFERRED: 1}
