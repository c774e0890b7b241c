"""Whose address a request comes from, where proxies stand between: only those that are trusted are believed."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import structlog

log = structlog.get_logger()
_MOST_KNOWN = 4096


class Proxies:
    """The proxies that are believed when they say for whom they ask (`X-Forwarded-For`)."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        """Trust these addresses and networks; ValueError for what is neither."""
        self._networks = tuple(ip_network(one) for one in trusted)
        self._known: dict[tuple[str, str], str] = {}
        self._noticed = False

    def client(self, peer: str, forwarded: str) -> str:
        """The address for which the peer of a connection asks.

        `forwarded` is the header's value, several joined by commas. Each proxy adds at its end from whom it was asked,
        so the last that is not itself trusted counts; what is no address ends the list. A peer nearby that says it and
        is not trusted is told of once in the log: it is a proxy that nobody has named, and everybody counts as one.
        """
        if not forwarded or (not self._networks and self._noticed):
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
        if not self._noticed and nearest is not None and nearest.is_private and not self._trusts(nearest):
            self._noticed = True
            log.warning("proxy.not_trusted", peer=str(nearest), name_it_in="CIVICWIRE_TRUSTED_PROXIES")
        for one in reversed(forwarded.split(",")):
            if nearest is None or not self._trusts(nearest):
                break
            further = _address(one)
            if further is None:
                break
            nearest = further
        return peer if nearest is None else str(nearest)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._networks)


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
