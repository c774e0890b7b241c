"""The suppression journal: what people decided is in it before they are answered, and survives what goes wrong."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.scope import Scope
from notifier import restored
from notifier.bounces import Finding, Reason
from notifier.journal import KEPT, Deed, Entry, Journal, decided
from notifier.ledger import suppressions
from notifier.model import Cadence
from notifier.tokens import Tokens
from tests.builders import SECRET, Hands, journal_of
from tests.notifier.conftest import Desk
from tests.notifier.returned import delivery_status
from tests.notifier.test_returns import READER, House, make_house

FAR = timedelta(days=3650)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def journal(tmp_path: Path, clock: Hands) -> Journal:
    return Journal(tmp_path / "kept" / "suppressions.journal", Tokens([SECRET]), clock)


def said(journal: Journal) -> list[tuple[str, str, str]]:
    """What the journal's lines say, all of them, without their instants."""
    entries, _ = journal.since_backup("none", journal.clock() - FAR)
    return [(str(one.deed), one.mark, one.word) for one in entries if one.deed is not Deed.BEGUN]


def test_f53_whoever_leaves_ends_one_wish_takes_it_back_or_is_erased_is_in_the_journal(desk: Desk) -> None:
    journal = journal_of(desk.database, desk.clock)
    mark = journal.marks(READER)[0]
    person = desk.follow(READER, Cadence.DAILY, "climate")
    desk.follow(READER, Cadence.DAILY, "water")
    first = desk.live(person)[0]
    desk.following.stop(person.id, only=first.id, reason="manage page")
    desk.following.stop(person.id, only=first.id, reason="manage page")  # a second press decides nothing
    desk.clock.forward(minutes=1)
    desk.following.stop(person.id, reason="one click")
    desk.clock.forward(minutes=1)
    desk.personal.take_back_end(person.id)
    desk.personal.erase(person.id)
    scope, other = (journal.marks(READER, Scope((one,)))[0] for one in ("climate", "water"))
    assert said(journal) == [
        ("ended", mark, scope),
        ("left", mark, "-"),
        ("again", mark, other),
        ("erased", mark, "-"),
    ]


def test_f53_whoever_must_get_no_mail_any_more_is_in_the_journal_until_they_confirm_again(
    desk: Desk, tmp_path: Path
) -> None:
    house: House = make_house(desk, tmp_path / "parked")
    journal = house.returns.journal
    desk.follow(READER, Cadence.IMMEDIATE)
    assert house.returns.take(delivery_status(house.send(), status="5.1.1")) is Finding.HARD
    desk.follow(READER, Cadence.IMMEDIATE)
    mark = journal.marks(READER)[0]
    assert said(journal) == [("suppressed", mark, Reason.HARD), ("lifted", mark, "-")]
    with desk.database.read() as session:
        assert suppressions.find(session, [mark]) is None


def test_no_address_stands_in_the_journal(journal: Journal) -> None:
    journal.left(READER)
    journal.suppressed(READER, Reason.OPERATOR)
    text = journal.path.read_text()
    assert "@" not in text
    assert "example" not in text
    assert journal.path.stat().st_mode & 0o007 == 0


def test_f11_a_line_cut_short_by_a_loss_of_power_takes_no_other_with_it(journal: Journal) -> None:
    journal.left(READER)
    with open(journal.path, "ab") as file:
        file.write(b"2026-05-20T03:00:00Z left 0a1b2c")
    journal.erased(READER)
    assert [deed for deed, _, _ in said(journal)] == ["left", "erased"]


def test_f11_a_line_is_on_the_disk_before_it_is_answered(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fdatasync

    def watched(handle: int) -> None:
        real(handle)
        synced.append(journal.path.read_text())

    monkeypatch.setattr(os, "fdatasync", watched)
    journal.left(READER)
    assert synced == [journal.path.read_text()]


def test_f42_a_journal_that_cannot_be_written_keeps_nobody_from_leaving(desk: Desk) -> None:
    journal = journal_of(desk.database, desk.clock)
    journal.path.unlink(missing_ok=True)
    journal.path.mkdir(parents=True)
    person = desk.follow(READER, Cadence.DAILY)
    assert desk.following.stop(person.id, reason="one click") == 1
    assert desk.live(person) == []


def test_what_was_decided_since_a_backup_is_what_comes_after_its_line(journal: Journal, clock: Hands) -> None:
    journal.left("a@example.org")
    clock.forward(hours=1)
    journal.mark_backup("b1")
    clock.forward(hours=-2)  # a clock that goes back hides nothing
    journal.left("b@example.org")
    entries, reaches = journal.since_backup("b1", clock() + timedelta(hours=2))
    assert reaches
    assert [one.mark for one in entries if one.deed is Deed.LEFT] == [journal.marks("b@example.org")[0]]


def test_the_last_backup_is_the_newest_that_is_whole(journal: Journal, clock: Hands) -> None:
    """One that failed half-way is none, and one is as old as what is in it."""
    journal.left(READER)
    assert journal.last_backup() is None
    began = clock()
    journal.mark_backup("b1")
    clock.forward(minutes=9)
    journal.mark_whole("b1")
    clock.forward(hours=24)
    journal.mark_backup("b2")
    journal.left("whole@example.org")
    assert journal.last_backup() == began


def test_a_journal_that_begins_after_a_backup_says_so(journal: Journal, clock: Hands) -> None:
    journal.left(READER)
    assert not journal.since_backup("b1", clock() - timedelta(days=1))[1]
    assert journal.since_backup("b1", clock() + timedelta(days=1))[1]


def test_what_counts_is_the_last_word() -> None:
    now = Hands()()
    lines = [
        Entry(now, Deed.ENDED, "a", "wish"),
        Entry(now, Deed.LEFT, "a"),
        Entry(now, Deed.BACK, "a"),
        Entry(now, Deed.SUPPRESSED, "b", "operator"),
        Entry(now, Deed.LIFTED, "b"),
        Entry(now, Deed.LIFTED, "c"),
        Entry(now, Deed.SUPPRESSED, "c", "hard_bounce"),
    ]
    found = decided(lines)
    assert (found.left, found.ended, found.lifted) == (set(), {"a": {"wish"}}, {"b"})
    assert {mark: one.word for mark, one in found.suppressed.items()} == {"c": "hard_bounce"}


def test_an_end_that_was_taken_back_is_none_and_takes_no_other_back() -> None:
    now = Hands()()

    def of(*lines: tuple[Deed, str]) -> tuple[bool, set[str], set[str]]:
        found = decided(Entry(now, deed, "a", word) for deed, word in lines)
        return "a" in found.left, found.ended.get("a", set()), found.again.get("a", set())

    assert of((Deed.ENDED, "bus"), (Deed.ENDED, "tram"), (Deed.AGAIN, "bus")) == (False, {"tram"}, {"bus"})
    assert of((Deed.AGAIN, "bus"), (Deed.ENDED, "bus")) == (False, {"bus"}, set())
    # Who left, came back for one thing, and took the end of that alone back still follows nothing else.
    assert of((Deed.LEFT, "-"), (Deed.ENDED, "bus"), (Deed.AGAIN, "bus")) == (True, set(), {"bus"})
    assert of((Deed.AGAIN, "bus"), (Deed.LEFT, "-")) == (True, set(), set())
    assert of((Deed.LEFT, "-"), (Deed.BACK, "-")) == (False, set(), set())


def test_f53_a_restored_backup_ends_what_was_ended_and_nothing_that_was_taken_back(desk: Desk) -> None:
    journal = journal_of(desk.database, desk.clock)
    people = {name: f"{name}@example.org" for name in ("stayed", "one", "all")}
    known = {}
    for name, address in people.items():
        desk.follow(address, Cadence.DAILY, "climate")
        known[name] = desk.follow(address, Cadence.DAILY, "water")
    lines = [
        Entry(desk.clock(), Deed.ENDED, journal.marks(address)[0], journal.marks(address, Scope(("climate",)))[0])
        for address in (people["stayed"], people["one"])
    ]
    lines.append(Entry(desk.clock(), Deed.LEFT, journal.marks(people["all"])[0]))
    lines += [
        Entry(desk.clock(), Deed.AGAIN, journal.marks(people[name])[0], journal.marks(people[name], Scope((wish,)))[0])
        for name, wish in (("stayed", "climate"), ("all", "water"))
    ]
    with desk.database.write() as session:
        applied = restored.apply(session, decided(lines), journal, now=desk.clock())
    follows = {name: {str(each.scope) for each in desk.live(person)} for name, person in known.items()}
    climate, water = str(Scope(("climate",))), str(Scope(("water",)))
    assert follows == {"stayed": {climate, water}, "one": {water}, "all": {water}}
    assert (applied.left, applied.ended) == (0, 2)


def test_what_has_had_its_time_is_destroyed_and_the_rest_stays(journal: Journal, clock: Hands) -> None:
    journal.left("a@example.org")
    clock.forward(days=KEPT.days - 1)
    journal.left("b@example.org")
    assert journal.tidy() == 0
    clock.forward(days=2)
    assert journal.tidy() == 1
    assert [mark for _, mark, _ in said(journal)] == [journal.marks("b@example.org")[0]]
    journal.left("c@example.org")
    assert len(said(journal)) == 2
