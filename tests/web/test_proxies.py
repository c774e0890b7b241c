"""For whom a proxy asks: believed where it is trusted, and nowhere else."""

import pytest

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
