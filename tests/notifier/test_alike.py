"""B11: an open form asks the database the same whatever it is given, so that nobody learns who follows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from feeds.scope import Scope
from notifier.ledger import suppressions
from notifier.model import Cadence
from notifier.tokens import Tokens
from tests.builders import SECRET
from tests.notifier.conftest import Desk

ADDRESSES = {
    "new": "new@example.org",
    "existing": "existing@example.org",
    "pending": "pending@example.org",
    "suppressed": "suppressed@example.org",
    "asked too often": "often@example.org",
}


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of any database, without its values; taking a part back counts as keeping it."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        words = statement.split()
        asked.append("END OF PART" if words[0] in ("RELEASE", "ROLLBACK") else " ".join(words))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def known(desk: Desk) -> Desk:
    """A desk that knows each address but the new one in its way."""
    for way in ("existing", "suppressed"):
        desk.follow(ADDRESSES[way], Cadence.DAILY, "climate")
    desk.following.ask(ADDRESSES["pending"], Scope(), Cadence.DAILY, language="en")
    for _ in range(3):
        desk.following.ask(ADDRESSES["asked too often"], Scope(), Cadence.DAILY, language="en")
    with desk.database.write() as session:
        hashes = Tokens([SECRET]).address_hashes(ADDRESSES["suppressed"])
        suppressions.add(session, hashes[0], reason="hard_bounce", source="report 5.1.1", now=desk.clock())
    return desk


def asks(known: Desk, ask: Callable[[str], None]) -> dict[str, list[str]]:
    found = {}
    for way, address in ADDRESSES.items():
        with statements() as asked:
            ask(address)
        found[way] = asked
    return found


def test_b11_a_sign_up_asks_the_same_of_the_database_for_every_address(known: Desk) -> None:
    def sign_up(address: str) -> None:
        known.following.ask(address, Scope(("climate",)), Cadence.DAILY, language="en", host="198.51.100.7")

    before = known.counted()
    found = asks(known, sign_up)
    assert len(found["new"]) > 5
    for way, asked in found.items():
        assert asked == found["new"], way
    after = known.counted()
    assert {name: after[name] - before[name] for name in before} == {
        "run": 0,
        "mailing": 4,
        "delivery": 4,
        "notice": 0,
        "signup": 4,
    }
    assert len(known.mails(ADDRESSES["asked too often"])) == 3


def test_b11_asking_for_a_link_asks_the_same_of_the_database_for_every_address(known: Desk) -> None:
    def ask(address: str) -> None:
        known.following.ask_for_link(address, language="en", host="198.51.100.7")

    before = known.counted()
    found = asks(known, ask)
    again = asks(known, ask)
    assert len(found["new"]) > 5
    for way in ADDRESSES:
        assert found[way] == again[way] == found["new"], way
    after = known.counted()
    assert after["delivery"] - before["delivery"] == after["mailing"] - before["mailing"] == 2
