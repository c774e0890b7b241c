"""Addresses that mail comes back to: each says of whom it speaks, with a keyed mark that nobody can make up. Pure.

Every mail has an envelope sender of its own (VERP), so that a report needs no guessing about whom it means; and the
mailto of List-Unsubscribe is such an address too. A report that names none of them proves nothing.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from notifier.tokens import Tokens

COMPLAINTS = "complaints"
"""The local part to which mail services are asked to send their complaint reports (RFC 5965)."""
_LONGEST = 320
_OURS = re.compile(r"(bounce|leave)\+([1-9][0-9]{0,17})\.([a-z2-7]{24})@([a-z0-9.-]{1,253})", re.IGNORECASE)


class Way(StrEnum):
    """What mail to such an address means: a delivery came back, or a subscriber leaves."""

    BOUNCE = "bounce"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a valid address speaks of: the id of a delivery, or of a subscriber."""

    way: Way
    subject: int


@dataclass(frozen=True, slots=True)
class ReturnAddresses:
    """Writes and reads the addresses of one bounce domain."""

    domain: str
    tokens: Tokens

    def address(self, way: Way, subject: int) -> str:
        """The address that speaks of this id: at most 51 characters before the @ (RFC 5321, section 4.5.3.1.1)."""
        mark = self.tokens.return_marks(f"{way}:{subject}")[0]
        return f"{way}+{subject}.{mark}@{self.domain}"

    def read(self, address: str) -> Mark | None:
        """What a single address speaks of; None for one that we never wrote. Marks of older keys count too."""
        found = _OURS.fullmatch(address) if len(address) <= _LONGEST else None
        return self._proven(found) if found else None

    def find(self, texts: Iterable[str]) -> Mark | None:
        """The first valid address of ours in these header values."""
        for text in texts:
            for found in _OURS.finditer(text):
                mark = self._proven(found)
                if mark is not None:
                    return mark
        return None

    def takes(self, address: str) -> bool:
        """Whether mail to this address can mean anything to us."""
        local, _, domain = address.lower().rpartition("@")
        return (local == COMPLAINTS and domain == self.domain) or self.read(address) is not None

    def _proven(self, found: re.Match[str]) -> Mark | None:
        way, subject, mark, domain = found.groups()
        if domain.lower().rstrip(".") != self.domain:
            return None
        known = self.tokens.return_marks(f"{way.lower()}:{subject}")
        if not any(hmac.compare_digest(mark.lower(), one) for one in known):
            return None
        return Mark(Way(way.lower()), int(subject))
