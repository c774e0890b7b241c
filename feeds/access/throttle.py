"""How often somebody may try to sign in. Pure: who counts the tries, and where they come from, is passed.

A stranger can use up only what strangers have: who has signed in with a browser before has tries of their own there,
so that nobody is locked out for good by others.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

WINDOW = timedelta(minutes=15)
A_NAME_FROM_A_NETWORK = 5
A_NETWORK = 30
A_NAME = 50
A_KNOWN_BROWSER = 10
ALARM_AT = (10, A_NAME)
"""At how many tries of one name from anywhere the log is told."""


def wait(newest_first: Sequence[datetime], allowed: int, now: datetime) -> timedelta | None:
    """How long to wait until one more try is allowed, after those of the window; None for not at all."""
    if len(newest_first) < allowed:
        return None
    return max(newest_first[allowed - 1] + WINDOW - now, timedelta(seconds=1))


def network(host: str | None) -> str:
    """What one person may well have all addresses of: an IPv4 address, or a network of IPv6 (/64)."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
