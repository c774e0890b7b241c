"""What follows from a mail that came back: pure. Nothing follows from one that does not prove whom it speaks of.

An enhanced status code (RFC 3463) is read as the one in an answer to RCPT is: 5.1.x and 5.2.1 speak of the address,
x.7.x of us, and whatever else failed may pass.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from notifier.envelope import COMPLAINTS, Mark, Way
from notifier.reports import Report, Sort


class Finding(StrEnum):
    """What a mail that came back is to us.

    HARD: no mail will reach the address. SOFT: this one did not. REFUSED: we, and not the address, are unwelcome.
    COMPLAINT: the reader calls it unwanted. LEFT: the reader leaves by mail. IGNORED: an automatic answer, or a delay.
    FORGED: nothing in it proves that it answers a mail of ours. PARKED: a person has to look at it.
    """

    HARD = "hard"
    SOFT = "soft"
    REFUSED = "refused"
    COMPLAINT = "complaint"
    LEFT = "left"
    IGNORED = "ignored"
    FORGED = "forged"
    PARKED = "parked"


class Reason(StrEnum):
    """Why no list mail goes to an address: what the ledger keeps, and the pages have a sentence for."""

    HARD = "hard_bounce"
    SOFT = "soft_bounces"
    COMPLAINT = "complaint"
    UNASKED = "unasked"
    """A mail that asked whether a wish was its reader's own was called unwanted: no form sends another one."""
    NOWHERE = "nowhere"
    """A mail that asked so found no such address: for a while no form sends another one."""
    OPERATOR = "operator"

    @property
    def bars_forms(self) -> bool:
        """Whether no form sends this address anything, whoever fills it in."""
        return self in (Reason.UNASKED, Reason.NOWHERE)


HALF_LIFE = timedelta(days=30)
"""In this time half of a soft bounce is forgotten."""
SOFT_LIMIT = 6.0
"""At this score an address is given up: a mailbox that was full on each of seven days, or for 14 weekly digests."""
REFUSALS_SINCE = timedelta(hours=24)
REFUSED_SHARE = 50
"""Sending is held where more than one in so many of a day's mails were refused for what we are."""
_OF_THE_ADDRESS = re.compile(r"5\.1\.(?![578]$)\d+|5\.2\.1")
_OF_US = re.compile(r"[45]\.7\.\d+|5\.1\.[78]")


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Who we are: the domain that mail comes back to, and the address it is written from."""

    bounce_domain: str
    address: str


def finding(report: Report, mark: Mark | None, *, recipient: str | None, us: Ourselves) -> Finding:
    """What a report is, given what it proves; `recipient` is whom the delivery that it speaks of was for."""
    if report.sort is Sort.UNDECIDABLE:
        return Finding.PARKED
    if report.sort is Sort.AUTOMATIC or is_own(report.whence.senders, us):
        return Finding.IGNORED
    if mark is None:
        return Finding.FORGED
    if report.sort is Sort.COMPLAINT:
        return Finding.COMPLAINT
    if mark.way is Way.LEAVE:
        return Finding.IGNORED if report.formal else Finding.LEFT
    if report.sort is Sort.OTHER:
        return Finding.PARKED
    return _failure(report, recipient)


def _failure(report: Report, recipient: str | None) -> Finding:
    if _OF_US.fullmatch(report.status):
        return Finding.REFUSED
    # A list behind the address may have lost a member: that is not the address's own end.
    another = bool(report.recipients) and recipient not in report.recipients
    certain = report.formal and not another and _OF_THE_ADDRESS.fullmatch(report.status)
    return Finding.HARD if certain else Finding.SOFT


def is_of_the_address(status: str) -> bool:
    """Whether an enhanced status code (RFC 3463) says that there is no such address, or that it takes no more mail."""
    return _OF_THE_ADDRESS.fullmatch(status) is not None


def is_own(senders: Sequence[str], us: Ourselves) -> bool:
    """Whether a mail came from an address of our own: a loop, which ends here. A mail server of ours is not meant."""
    own = re.compile(rf"(bounce\+|leave\+|{COMPLAINTS}@)[^\s<>]*{re.escape(us.bounce_domain)}", re.IGNORECASE)
    return any(own.search(value) or us.address.lower() in value.lower() for value in senders)


def score(bounced_at: Sequence[datetime], now: datetime) -> float:
    """The weight of an address's soft bounces: one for each day with any, halved with every 30 days since."""
    days = {at.date(): at for at in sorted(bounced_at)}
    return float(sum(0.5 ** (max(now - at, timedelta()) / HALF_LIFE) for at in days.values()))


def is_refusing_us(refusals: int, sent: int) -> bool:
    """Whether so many refusals of so many mails speak of us. One server's odd rule must not stop a city's mail."""
    return refusals > 0 and refusals * REFUSED_SHARE > sent
