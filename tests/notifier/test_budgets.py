"""No open form becomes a weapon: budgets of networks, of mail domains and of all together, kept in the database."""

import contextlib

import pytest
from sqlalchemy import Engine, event

from feeds.scope import Scope
from notifier import budgets
from notifier.budgets import FROM_A_NETWORK, TO_A_DOMAIN, BudgetSpent
from notifier.ledger import budgets as ledger
from notifier.ledger import suppressions
from notifier.model import Cadence
from tests.notifier.conftest import Desk


def ask(desk: Desk, address: str, host: str | None = None) -> str | None:
    """Sign up; answers the budget that is spent, None where none is."""
    try:
        desk.following.ask(address, Scope(), Cadence.DAILY, language="en", host=host)
    except BudgetSpent as spent:
        return spent.of if 0 < spent.seconds <= 3600 else "for longer than an hour"
    return None


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.9", "198.51.100.0/24"),
        ("2001:db8:7:1::5", "2001:db8:7::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("unix", None),
        ("", None),
        (None, None),
    ],
)
def test_b12_an_address_counts_for_its_network(host: str | None, network: str | None) -> None:
    assert budgets.network(host) == network


def test_b12_one_network_that_names_a_hundred_addresses_sends_only_its_hours_budget(desk: Desk) -> None:
    answers = [
        ask(desk, f"stranger{number}@town{number}.example.org", f"198.51.100.{number}")
        for number in range(FROM_A_NETWORK + 10)
    ]
    assert answers == [None] * FROM_A_NETWORK + ["network"] * 10
    assert desk.counted()["delivery"] == FROM_A_NETWORK
    ask(desk, "neighbour@example.org", "203.0.113.5")
    assert desk.counted()["delivery"] == FROM_A_NETWORK + 1
    desk.clock.forward(hours=1)
    ask(desk, "later@example.org", "198.51.100.1")
    assert desk.counted()["delivery"] == FROM_A_NETWORK + 2


def test_b12_one_mail_domain_gets_only_its_hours_budget(desk: Desk) -> None:
    with desk.database.write() as session:
        marks = {desk.following.tokens.mark_of("budget:domain:victim.example.org"): TO_A_DOMAIN}
        for _ in range(TO_A_DOMAIN - 1):
            assert ledger.spend(session, marks, hour=budgets.hour_of(desk.clock())) is None
    assert [ask(desk, f"stranger{number}@victim.example.org", f"10.0.{number}.1") for number in range(3)] == [
        *(None, "domain", "domain")
    ]
    assert desk.counted()["delivery"] == 1
    ask(desk, "reader@example.org", "10.99.99.1")
    assert desk.counted()["delivery"] == 2


def test_b12_links_to_manage_count_too(desk: Desk) -> None:
    for number in range(FROM_A_NETWORK + 2):
        desk.follow(f"reader{number}@example.org", Cadence.DAILY)
        with contextlib.suppress(BudgetSpent):
            desk.following.ask_for_link(f"reader{number}@example.org", language="en", host="198.51.100.7")
    assert desk.counted()["delivery"] == FROM_A_NETWORK


def test_what_was_counted_is_forgotten_after_its_hour_and_names_nobody(desk: Desk) -> None:
    ask(desk, "reader@example.org", "198.51.100.7")
    with desk.database.read() as session:
        rows = session.exec_driver_sql("SELECT mark, number FROM budget").all()
    assert len(rows) == 2
    assert not any("198" in mark or "example" in mark for mark, _ in rows)
    desk.clock.forward(hours=1)
    desk.following.destroy_expired()
    with desk.database.read() as session:
        assert session.exec_driver_sql("SELECT * FROM budget").all() == []


def test_b12_changes_of_address_count_against_the_network_that_asks(desk: Desk) -> None:
    for number in range(FROM_A_NETWORK + 2):
        person = desk.follow(f"reader{number}@example.org", Cadence.DAILY)
        with contextlib.suppress(BudgetSpent):
            desk.personal.ask_to_move(person.id, f"stranger{number}@example.net", host="198.51.100.7")
    assert desk.counted()["delivery"] == FROM_A_NETWORK
    desk.personal.ask_to_move(person.id, "elsewhere@example.net", host="203.0.113.5")
    assert desk.counted()["delivery"] == FROM_A_NETWORK + 1


def test_b11_every_kind_of_address_costs_the_same_statements(desk: Desk) -> None:
    desk.follow("existing@example.org", Cadence.DAILY)
    desk.follow("suppressed@example.org", Cadence.DAILY)
    ask(desk, "pending@example.org", "203.0.113.5")
    with desk.database.write() as session:
        mark = desk.following.tokens.address_hashes("suppressed@example.org")[0]
        suppressions.add(session, mark, reason="complaint", source="test", now=desk.clock())
    asked = {}
    for kind in ("existing", "pending", "suppressed", "new"):
        statements: list[str] = []

        def note(
            _connection: object, _cursor: object, statement: str, *_: object, said: list[str] = statements
        ) -> None:
            said.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        ask(desk, f"{kind}@example.org", "198.51.100.7")
        event.remove(Engine, "before_cursor_execute", note)
        asked[kind] = statements
    assert asked["existing"] == asked["pending"] == asked["suppressed"] == asked["new"]
    assert len(asked["new"]) > 5
