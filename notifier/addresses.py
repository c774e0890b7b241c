"""Which e-mail addresses we write to, in the one spelling that we keep. Stricter than RFC 5321 on purpose.

Accepted: a dot-atom local part of ASCII letters, digits and the signs of RFC 5322, section 3.2.3, at most 64 long, and
a domain name of at least two labels, international ones as A-labels (RFC 5891). Refused: display names, comments,
quoted local parts, address literals, several addresses, control and invisible characters, and "%", which old relays
take for a route and careless ones for an encoded control.
"""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from feeds.errors import AddressRefused

_LONGEST = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
_LOCAL = re.compile(r"[a-z0-9!#$&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def normalise(text: str) -> str:
    """The address in lower case with its domain as A-labels. AddressRefused, with the word to show, if it is none."""
    text = text.strip(" \t\r\n") if len(text) <= 2 * _LONGEST else text
    if not text:
        raise AddressRefused("subscribe.error.email_empty", "no address was given")
    if len(text) > _LONGEST:
        raise AddressRefused("subscribe.error.email_long", "the address is too long")
    plain = unicodedata.normalize("NFKC", text).lower()
    if any(unicodedata.category(sign)[0] in "CZ" for sign in text) or plain.count("@") != 1:
        raise AddressRefused("subscribe.error.email_form", "the address is not of the form name@example.org")
    local, domain = plain.split("@")
    if not local.isascii():
        raise AddressRefused("subscribe.error.email_ascii", "the part before the @ has a letter we cannot write to")
    labels = _labels(domain)
    address = f"{local}@{labels}"
    if "=?" in local or not labels or not (len(local) <= 64 and _LOCAL.fullmatch(local) and len(address) <= _LONGEST):
        raise AddressRefused("subscribe.error.email_form", "the address is not of the form name@example.org")
    return address


@lru_cache(maxsize=5000)
def _labels(domain: str) -> str | None:
    """A mail domain as A-labels; None where it is none. Kept, for a list of people names the same ones all along."""
    try:
        known = validate_email(f"a@{domain}", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    labels = known.ascii_domain.lower()
    return labels if _DOMAIN.fullmatch(labels) else None


def masked(address: str) -> str:
    """The address as logs and shared screens may show it: `r…@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
