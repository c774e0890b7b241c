"""The accounts, the stays and the tries in the store, on both engines."""

from datetime import timedelta

import pytest

from feeds.access.accounts import AccountRefused, Accounts
from feeds.access.passwords import PasswordRefused, Passwords
from feeds.errors import NotFound, StoreError
from feeds.model import Newsroom
from feeds.staff import Role
from feeds.store import audit, sign_in_failures, staff, staff_sessions, tidying
from feeds.store.database import Database
from tests.builders import NOW, QUICK, Hands, draft

WEEK = timedelta(days=7)


@pytest.fixture
def accounts(database: Database, newsroom: Newsroom) -> Accounts:
    return Accounts(database, newsroom, Hands(), Passwords(QUICK))


@pytest.fixture
def quick_accounts(sqlite_database: Database, newsroom: Newsroom) -> Accounts:
    """Where the engine makes no difference."""
    return Accounts(sqlite_database, newsroom, Hands(), Passwords(QUICK))


def _deeds(database: Database) -> list[tuple[str, str, str | None]]:
    with database.read() as session:
        return [(one.actor, one.action, one.subject) for one in reversed(audit.entries(session))]


def test_an_account_is_what_was_asked_for_and_its_password_is_handed_over_once(
    database: Database, accounts: Accounts
) -> None:
    handed = accounts.add("shell", "Water-Editor", role=Role.EDITOR, divisions=["water", "climate", "water"])
    assert handed.password not in repr(handed)
    with database.read() as session:
        kept = staff.get(session, handed.person.id)
        hashed = staff.password_of(session, kept.id)
    assert kept == handed.person
    assert (kept.name, kept.role, kept.divisions) == ("water-editor", Role.EDITOR, ("climate", "water"))
    assert (kept.active, kept.must_change) == (True, True)
    assert Passwords(QUICK).verify(hashed, handed.password)
    assert handed.password not in str(_deeds(database))


def test_a_name_is_nobody_elses_however_it_is_written(accounts: Accounts) -> None:
    accounts.add("shell", "editor-a", role=Role.CHIEF)
    with pytest.raises(AccountRefused) as refused:
        accounts.add("shell", "ＥＤＩＴＯＲ-A", role=Role.CHIEF)
    assert refused.value.word == "staff.fault.taken"


def test_the_table_itself_refuses_a_second_person_of_a_name(database: Database) -> None:
    values = {"role": Role.CHIEF, "divisions": (), "password_hash": "x", "must_change": False, "now": NOW}
    with pytest.raises(StoreError), database.write() as session:
        for _ in range(2):
            staff.add(session, name="chief", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "role", "divisions", "word"),
    [
        ("a b", Role.CHIEF, (), "staff.fault.name"),
        ("shell", Role.CHIEF, (), "staff.fault.name"),
        ("editor-a", Role.EDITOR, (), "staff.fault.divisions"),
    ],
)
def test_an_account_that_cannot_be_leaves_nothing(
    sqlite_database: Database,
    quick_accounts: Accounts,
    name: str,
    role: Role,
    divisions: tuple[str, ...],
    word: str,
) -> None:
    with pytest.raises(AccountRefused) as refused:
        quick_accounts.add("shell", name, role=role, divisions=divisions)
    assert refused.value.word == word
    with sqlite_database.read() as session:
        assert not staff.everyone(session)
    assert not _deeds(sqlite_database)


def test_a_division_there_is_not_and_a_password_too_short_are_refused(quick_accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        quick_accounts.add("shell", "editor-a", role=Role.EDITOR, divisions=["nowhere"])
    with pytest.raises(PasswordRefused):
        quick_accounts.add("shell", "editor-a", role=Role.CHIEF, password="short")


def test_b92_what_a_person_may_do_changes_with_the_end_of_their_stays(database: Database, accounts: Accounts) -> None:
    person = accounts.add("shell", "editor-a", role=Role.EDITOR, divisions=["water"]).person
    with database.write() as session:
        staff_sessions.begin(session, "t" * 64, person.id, now=NOW, expires_at=NOW + WEEK)
    accounts.change("operator-a", person.id, role=Role.EDITOR, divisions=["water"])
    with database.read() as session:
        assert staff_sessions.find(session, "t" * 64) is not None, "nothing was changed"
    accounts.change("operator-a", person.id, role=Role.CHIEF, divisions=["water"])
    with database.read() as session:
        assert staff_sessions.find(session, "t" * 64) is None
        assert staff.get(session, person.id).divisions == ()
    assert _deeds(database) == [("shell", "staff_add", "editor-a"), ("operator-a", "staff_change", "editor-a")]


def test_b92_a_closed_account_ends_its_stays_and_can_be_opened_again(database: Database, accounts: Accounts) -> None:
    person = accounts.add("shell", "chief-a", role=Role.CHIEF).person
    with database.write() as session:
        staff_sessions.begin(session, "t" * 64, person.id, now=NOW, expires_at=NOW + WEEK)
    assert not accounts.close("shell", person.id).active
    with database.read() as session:
        assert staff_sessions.find(session, "t" * 64) is None
    assert accounts.reopen("shell", person.id).active
    assert accounts.reopen("shell", person.id).active
    assert [action for _, action, _ in _deeds(database)] == ["staff_add", "staff_close", "staff_reopen"]


def test_the_last_operator_stays_one(database: Database, accounts: Accounts) -> None:
    first = accounts.add("shell", "operator-a", role=Role.OPERATOR).person
    for deed in (
        lambda: accounts.close("shell", first.id),
        lambda: accounts.change("shell", first.id, role=Role.CHIEF),
    ):
        with pytest.raises(AccountRefused) as refused:
            deed()
        assert refused.value.word == "staff.fault.last"
    second = accounts.add("shell", "operator-b", role=Role.OPERATOR).person
    accounts.close("shell", first.id)
    with pytest.raises(AccountRefused):
        accounts.close("shell", second.id)


def test_a_reset_asks_for_a_new_password_and_ends_every_stay(database: Database, accounts: Accounts) -> None:
    old = accounts.add("shell", "chief-a", role=Role.CHIEF)
    with database.write() as session:
        staff.set_password(session, old.person.id, "x", must_change=False)
        staff_sessions.begin(session, "t" * 64, old.person.id, now=NOW, expires_at=NOW + WEEK)
    new = accounts.reset("operator-a", old.person.id)
    with database.read() as session:
        assert staff_sessions.find(session, "t" * 64) is None
        assert Passwords(QUICK).verify(staff.password_of(session, old.person.id), new.password)
    assert new.person.must_change
    assert new.password != old.password


@pytest.mark.parametrize("deed", ["change", "reset", "close", "reopen"])
def test_somebody_there_is_not_cannot_be_changed(quick_accounts: Accounts, deed: str) -> None:
    with pytest.raises(NotFound):
        getattr(quick_accounts, deed)("shell", 999, **({"role": Role.CHIEF} if deed == "change" else {}))


def test_people_are_listed_by_name_and_closed_accounts_last(database: Database, accounts: Accounts) -> None:
    for name in ("c", "a", "b"):
        accounts.add("shell", f"chief-{name}", role=Role.CHIEF)
    with database.read() as session:
        (first, *_) = staff.everyone(session)
    accounts.close("shell", first.id)
    with database.read() as session:
        assert [one.name for one in staff.everyone(session)] == ["chief-b", "chief-c", "chief-a"]


def test_tries_are_counted_by_name_by_network_and_by_both(database: Database) -> None:
    with database.write() as session:
        for minute, name, place in ((0, "a", "x"), (1, "a", "y"), (2, "b", "x"), (3, "a", "x")):
            sign_in_failures.take_turn(session)
            at = NOW + timedelta(minutes=minute)
            sign_in_failures.add(session, name_key=name, network_key=place, at=at)
    since = NOW - timedelta(seconds=1)

    def minutes(**by: str) -> list[float]:
        with database.read() as session:
            found = sign_in_failures.latest(session, since=since, limit=9, **by)
        return [(one - NOW).total_seconds() / 60 for one in found]

    assert minutes(name_key="a") == [3, 1, 0]
    assert minutes(network_key="x") == [3, 2, 0]
    assert minutes(name_key="a", network_key="x") == [3, 0]
    with database.write() as session:
        sign_in_failures.forget(session, name_key="a", network_key="x")
    assert minutes(name_key="a") == [1]
    assert minutes(network_key="x") == [2]


def test_what_has_had_its_time_is_destroyed_and_nothing_else(database: Database, accounts: Accounts) -> None:
    person = accounts.add("shell", "chief-a", role=Role.CHIEF).person
    with database.write() as session:
        staff_sessions.begin(session, "o" * 64, person.id, now=NOW - WEEK, expires_at=NOW)
        staff_sessions.begin(session, "n" * 64, person.id, now=NOW, expires_at=NOW + WEEK)
        sign_in_failures.add(session, name_key="a", network_key="x", at=NOW - timedelta(days=1, seconds=1))
        sign_in_failures.add(session, name_key="a", network_key="x", at=NOW - timedelta(days=1))
    with database.write() as session:
        assert tidying.destroy_expired(session, NOW) == 2
        assert tidying.destroy_expired(session, NOW) == 0
        assert staff_sessions.find(session, "n" * 64) is not None


def test_a_reader_of_the_audit_log_sees_their_own_deeds_and_divisions(database: Database) -> None:
    with database.read() as session:
        assert audit.entries(session, reader="editor-a", divisions=()) == []
    article = draft(database)
    with database.write() as session:
        for actor, action, article_id, subject in (
            ("editor-a", "sign_in", None, None),
            ("editor-b", "sign_in", None, None),
            ("editor-b", "edit", article.id, None),
            ("operator-a", "staff_reset", None, "editor-a"),
        ):
            audit.record(session, at=NOW, actor=actor, action=action, article_id=article_id, subject=subject)
    with database.read() as session:
        own = audit.entries(session, reader="editor-a", divisions=("climate",))
        water = audit.entries(session, reader="editor-a", divisions=("climate", "water"))
        assert [one.action for one in own] == ["staff_reset", "sign_in"]
        assert [one.action for one in water] == ["staff_reset", "edit", "sign_in"]
        assert [one.actor for one in audit.entries(session, action="sign_in")] == ["editor-b", "editor-a"]
        assert audit.actors(session) == ("editor-a", "editor-b", "operator-a")
        assert audit.actions(session) == ("edit", "sign_in", "staff_reset")
