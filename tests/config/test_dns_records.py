"""Which DNS records mail needs, and what is said of those that the world sees."""

from collections.abc import Sequence

from config.dns_records import records, seen
from notifier.dkim import Key, Signer

SIGNER = Signer("city.example.org", (Key.made("a", algorithm="ed25519"), Key.made("b", algorithm="ed25519")))
WANTED = records("city.example.org", "bounces.city.example.org", SIGNER, "relay.example.org")


def test_every_selector_has_its_record_beside_spf_mx_and_dmarc() -> None:
    assert [(one.name, one.kind) for one in WANTED] == [
        ("bounces.city.example.org", "TXT"),
        ("bounces.city.example.org", "MX"),
        ("a._domainkey.city.example.org", "TXT"),
        ("b._domainkey.city.example.org", "TXT"),
        ("_dmarc.city.example.org", "TXT"),
    ]
    assert WANTED[2].value == SIGNER.keys[0].record
    assert [one.name for one in records("city.example.org", None, None, "r")] == [
        "city.example.org",
        "_dmarc.city.example.org",
    ]


def test_spf_names_the_relay_as_it_is_known() -> None:
    relays = ("relay.example.org", "127.0.0.1", "localhost", "192.0.2.7", "2001:db8::7")
    assert [records("city.example.org", None, None, relay)[0].value for relay in relays] == [
        "v=spf1 a:relay.example.org -all",
        "v=spf1 a -all",
        "v=spf1 a -all",
        "v=spf1 ip4:192.0.2.7 -all",
        "v=spf1 ip6:2001:db8::7 -all",
    ]


def test_what_is_published_is_found_and_a_changed_key_is_not() -> None:
    world = {
        ("bounces.city.example.org", "TXT"): ["something else", "v=spf1 include:relay.example.org -all"],
        ("bounces.city.example.org", "MX"): ["10 mx.city.example.org."],
        ("a._domainkey.city.example.org", "TXT"): [SIGNER.keys[0].record.replace("; ", ";")],
        ("b._domainkey.city.example.org", "TXT"): [SIGNER.keys[0].record],
    }
    found = seen(WANTED, lambda name, kind: world.get((name, kind), []))
    assert [there for _, there in found] == [True, True, True, False, False]


def test_where_no_resolver_answers_nothing_is_claimed_and_none_is_asked_again() -> None:
    asked = []

    def ask(name: str, kind: str) -> Sequence[str] | None:
        asked.append((name, kind))
        return None

    assert [there for _, there in seen(WANTED, ask)] == [None] * 5
    assert len(asked) == 1
