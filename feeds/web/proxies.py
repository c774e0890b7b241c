"""Whose address a request comes from, where proxies stand between: only those that are trusted are believed. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_MOST_KNOWN = 4096


class Proxies:
    """The proxies that are believed when they say for whom they ask (`X-Forwarded-For`)."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        """Trust these addresses and networks; ValueError for what is neither."""
        self._networks = tuple(ip_network(one) for one in trusted)
        self._known: dict[tuple[str, str], str] = {}

    def client(self, peer: str, forwarded: str) -> str:
        """The address for which the peer of a connection asks.

        `forwarded` is the header's value, several joined by commas. Each proxy adds at its end from whom it was asked,
        so the last that is not itself trusted counts; what is no address ends the list.
        """
        if not self._networks or not forwarded:
            return peer
        known = self._known.get((peer, forwarded))
        if known is None:
            known = self._client(peer, forwarded)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[peer, forwarded] = known
        return known

    def _client(self, peer: str, forwarded: str) -> str:
        nearest = _address(peer)
        for one in reversed(forwarded.split(",")):
            if nearest is None or not any(nearest in network for network in self._networks):
                break
            further = _address(one)
            if further is None:
                break
            nearest = further
        return peer if nearest is None else str(nearest)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address with or without its port; None for what is none. One of IPv4 within IPv6 is of IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
