"""Connections to where somebody else says: to the public internet alone, and never for longer than they may take.

The host is resolved once, every address of it has to be public, and one of those very addresses is connected to, so
that a name cannot change its mind in between.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import httpcore

from feeds.errors import CivicwireError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_BYTES = 200 * 1024 * 1024
MAX_SECONDS = 120.0
_STEP_SECONDS = 15.0
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))

_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Special purposes (RFC 6890, 7526, 9637) that some Pythons still call global."""


class FetchRefused(CivicwireError):
    """An address that is not fetched, or whose answer cannot be used; the sentence says why."""


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to the public internet: also the one that is wrapped in it (RFC 4291, 6052, 3056)."""
    if isinstance(address, ipaddress.IPv6Address):
        within = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _NAT64) or int(address) >> 32 == 0:
            within.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(inner) for inner in within if inner is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
        if address.is_site_local:
            return False
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a host, by the machine's resolver. FetchRefused if it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchRefused(f"there is no host {host}") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be fetched. `ports` None means any; `permits` decides on an address after resolution."""

    permits: Callable[[IpAddress], bool] = is_public
    resolves: Callable[[str, int], Sequence[str]] = resolve
    ports: frozenset[int] | None = frozenset({80, 443})
    most_bytes: int = MAX_BYTES
    most_seconds: float = MAX_SECONDS
    tls: ssl.SSLContext = field(default_factory=httpcore.default_ssl_context)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a fetch has to be over, on the clock that never goes back."""

    at: float
    seconds: float

    def left(self, wanted: float | None) -> float:
        """How long one step may take. FetchRefused when there is nothing left."""
        self.check()
        return min(wanted if wanted is not None else _STEP_SECONDS, _STEP_SECONDS, self.at - time.monotonic())

    def check(self) -> None:
        """FetchRefused if it has passed."""
        if time.monotonic() >= self.at:
            raise FetchRefused(f"the answer takes longer than {self.seconds:g} seconds")


class PublicNetwork(httpcore.NetworkBackend):
    """Connects to public addresses alone, and lets no step outlast the whole."""

    def __init__(self, rules: Rules, deadline: Deadline) -> None:
        self._rules = rules
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve once, ask about every address, and connect to one of those very addresses."""
        self._deadline.check()
        found = self._rules.resolves(host, port)
        refused = [one for one in found if not self._rules.permits(ipaddress.ip_address(one.partition("%")[0]))]
        if refused or not found:
            raise FetchRefused(f"{host} is not in the public internet: what is inside a network is not fetched")
        for place, one in enumerate(found):
            try:
                stream = self._network.connect_tcp(one, port, self._deadline.left(timeout), None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(found) - 1:
                    raise
            else:
                return _Timed(stream, self._deadline)
        raise AssertionError("unreachable")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        """Never: no web address names one."""
        raise FetchRefused("only addresses of http and https are fetched")


class _Timed(httpcore.NetworkStream):
    """A connection on which no step outlasts the whole, so that a server that drips its answer is left in time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Speak TLS from here on; the certificate has to be that of the host's name."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)
