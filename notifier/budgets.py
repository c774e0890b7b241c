"""How many mails may be asked for on open forms, so that none becomes a weapon against strangers. Pure.

Whom these keep waiting is told so, and loses nothing: they say nothing of any address.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from feeds.errors import CivicwireError

FROM_A_NETWORK = 30
"""Mails an hour that one network may ask for: a school or an office stands behind one address."""
TO_A_DOMAIN = 300
"""Mails an hour to addresses of one mail domain; the largest ones serve many thousands of a city's people."""
FROM_EVERYBODY = 1000
"""Mails an hour that all sign-ups together may ask for."""
HOUR = timedelta(hours=1)


class BudgetSpent(CivicwireError):
    """No more mails may be asked for just now: `of` says by whom (`network`, `domain` or `everybody`)."""

    def __init__(self, of: str, seconds: int) -> None:
        super().__init__(f"too many mails were asked for ({of}): try again in {-(-seconds // 60)} minutes")
        self.of = of
        self.seconds = seconds
        """So long to wait."""


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


def rest_of_hour(now: datetime) -> int:
    """The seconds until mails are counted anew, at least one."""
    return max(1, round((hour_of(now) + HOUR - now).total_seconds()))
