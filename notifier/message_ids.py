"""Message-IDs: each says which delivery it is of, with a keyed mark that nobody can make up. Pure.

RFC 5322, section 3.6.4.
"""

import hmac
import re

from notifier.tokens import Tokens

_OURS = re.compile(r"<([1-9][0-9]{0,17})\.([0-9a-f]{16})@([a-z0-9.-]{1,253})>", re.IGNORECASE)


def message_id(tokens: Tokens, domain: str, *, delivery_id: int, mailing_id: int, address: str) -> str:
    """That of a delivery of a mailing to an address: a repeat is recognisable, and nobody can guess another's."""
    return f"<{delivery_id}.{tokens.mark_of(_subject(delivery_id, mailing_id, address))}@{domain}>"


def claimed(text: str, domain: str) -> int | None:
    """The delivery that a Message-ID says it is of; None for one that is not ours. Nothing is proven by it yet."""
    found = _OURS.fullmatch(text.strip())
    return int(found[1]) if found and found[3].lower() == domain.lower() else None


def fits(text: str, tokens: Tokens, *, delivery_id: int, mailing_id: int, address: str) -> bool:
    """Whether we wrote this Message-ID for this delivery, by a key that we have still."""
    found = _OURS.fullmatch(text.strip())
    known = tokens.marks_of(_subject(delivery_id, mailing_id, address))
    return found is not None and any(hmac.compare_digest(found[2].lower(), one) for one in known)


def _subject(delivery_id: int, mailing_id: int, address: str) -> str:
    return f"{delivery_id}:{mailing_id}:{address}"
