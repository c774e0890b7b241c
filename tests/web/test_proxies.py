"""For whom a proxy asks: believed where it is trusted, and nowhere else."""

import pytest
from structlog.testing import capture_logs

from feeds.web.proxies import Proxies

TRUSTED = Proxies(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.9.9.9", "192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.9, 192.0.2.1, 10.1.1.1", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.1:4711", "192.0.2.1"),
        ("127.0.0.1", "[2001:4860::1]:80", "2001:4860::1"),
        ("127.0.0.1", "2001:4860::1", "2001:4860::1"),
        ("127.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1, ' OR 1=1", "127.0.0.1"),
        ("127.0.0.1", "," * 3000, "127.0.0.1"),
        ("192.0.2.7", "192.0.2.1", "192.0.2.7"),
        ("", "192.0.2.1", ""),
    ],
)
def test_the_nearest_address_that_is_not_trusted_counts(peer: str, forwarded: str, client: str) -> None:
    assert TRUSTED.client(peer, forwarded) == client


def test_nobody_is_believed_unless_trusted() -> None:
    assert Proxies().client("127.0.0.1", "192.0.2.1") == "127.0.0.1"


def test_a_proxy_that_nobody_has_named_is_told_of_once() -> None:
    for trusted, peer, said in (
        ([], "172.18.0.1", ["172.18.0.1"]),
        (["10.0.0.1"], "127.0.0.1", ["127.0.0.1"]),
        (["127.0.0.1"], "127.0.0.1", []),
        ([], "8.8.8.8", []),
    ):
        proxies = Proxies(trusted)
        with capture_logs() as lines:
            for number in range(3):
                proxies.client(peer, f"198.51.100.{number}")
                proxies.client(peer, "")
        assert [line["peer"] for line in lines] == said
        assert all(line["name_it_in"] == "CIVICWIRE_TRUSTED_PROXIES" for line in lines)
