"""How many mails may be asked for on open forms, so that none becomes a weapon against strangers. Pure.

Whom it keeps waiting learns nothing: the answer is the same page, and nothing is sent.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

FROM_A_NETWORK = 30
"""Mails an hour that one network may ask for: a school or an office stands behind one address."""
TO_A_DOMAIN = 300
"""Mails an hour to addresses of one mail domain; the largest ones serve many thousands of a city's people."""
HOUR = timedelta(hours=1)


def network(host: str | None) -> str | None:
    """The network that a client's address is of, /24 or /48 (IPv6); None where the address is unknown."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def limits(address: str, host: str | None) -> dict[str, int]:
    """What a mail to an address, asked for from a client's address, counts against, and how many an hour each has."""
    counted = {f"domain:{address.rpartition('@')[2]}": TO_A_DOMAIN}
    origin = network(host)
    return counted | ({f"network:{origin}": FROM_A_NETWORK} if origin else {})


def hour_of(now: datetime) -> datetime:
    """The hour that a mail is counted in."""
    return now.replace(minute=0, second=0, microsecond=0)
