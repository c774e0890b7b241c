"""Links that carry a right: signed, bound to one purpose, with an expiry of that purpose's own. No clock is read here.

Keys are given newest first: the first one signs, every one is accepted, so that links survive a rotation.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from feeds.errors import CivicwireError
from notifier.macs import Mac


class Purpose(StrEnum):
    """What a token may be used for; each has a salt of its own, so that none opens another's door."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    """Everything of one's own mail: of the mail alone that was asked for at the address."""
    FOLLOWS = "follows"
    """Sees, pauses and stops what is followed: of every other mail, which may be passed on."""
    UNSUBSCRIBE = "unsubscribe"
    FORM = "form"
    UNDO = "undo"
    """Takes a change of address back: of the mail that told of it."""
    RENEW = "renew"
    """Says that a consent goes on."""
    AGAIN = "again"
    """Takes the end of all mail back, on the page that says it has ended."""
    MAIL = "mail"
    """A web copy: of a mailing, the same for everybody who got it."""
    EMBARGO = "embargo"
    """What an accredited journalist may see before it is public: of their personal address, until it is ended."""


LIFETIMES: dict[Purpose, timedelta | None] = {
    Purpose.CONFIRM: timedelta(hours=48),
    Purpose.MANAGE: timedelta(days=7),
    Purpose.FOLLOWS: timedelta(days=30),
    Purpose.UNSUBSCRIBE: None,
    Purpose.FORM: timedelta(hours=24),
    Purpose.UNDO: timedelta(days=7),
    # Longer than anybody is waited for, however late the mail came.
    Purpose.RENEW: timedelta(days=90),
    Purpose.AGAIN: timedelta(hours=1),
    Purpose.MAIL: None,
    Purpose.EMBARGO: None,
}
_LONGEST = 300
_IN_ADDRESSES = bytes.maketrans(b"+/", b"-_")


class TokenInvalid(CivicwireError):
    """Not a token of ours, or not for this purpose."""


class TokenExpired(CivicwireError):
    """A token of ours whose time has passed."""


class Tokens:
    """Issues and reads tokens, and derives keyed hashes, with the installation's secret keys."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the secret keys, the newest first; at least one."""
        if not keys:
            raise ValueError("at least one secret key is needed")
        self._keys = tuple(keys)
        self._macs = tuple(Mac(key.encode()) for key in keys)
        self._serializers = {purpose: self._made_serializer(purpose) for purpose in Purpose}
        self._signing = {
            purpose: Mac(serializer.make_signer(serializer.salt).derive_key())
            for purpose, serializer in self._serializers.items()
        }

    def issue(self, purpose: Purpose, subject: int, *, now: datetime) -> str:
        """A token for this purpose about a row's id, valid for the purpose's lifetime from `now`."""
        lifetime = LIFETIMES[purpose]
        expires = int((now + lifetime).timestamp()) if lifetime else 0
        # As the serializer writes it, without asking it for its key and its form anew: mail has several links each.
        payload = _letters(b"[%d,%d]" % (subject, expires))
        return (payload + b"." + _letters(self._signing[purpose].of(payload))).decode()

    def read(self, purpose: Purpose, token: str, *, now: datetime) -> int:
        """The id that the token speaks of. TokenInvalid, or TokenExpired once its time has passed."""
        try:
            if len(token) > _LONGEST or not _is_canonical(token):
                raise TokenInvalid("this link is not valid")
            subject, expires = self._serializers[purpose].loads(token)
        except (BadData, ValueError, TypeError) as error:
            raise TokenInvalid("this link is not valid") from error
        if expires and now >= datetime.fromtimestamp(expires, UTC):
            raise TokenExpired("this link has expired")
        return int(subject)

    def address_hashes(self, address: str) -> tuple[str, ...]:
        """Keyed hashes of an address, under the newest key first: what is kept of it after erasure."""
        return tuple(mac.hex() for mac in self._hashes("address", address))

    def mark_of(self, subject: str) -> str:
        """A short keyed mark, stable for the same subject, for ids that must not be guessable."""
        return self.marks_of(subject)[-1]

    def marks_of(self, subject: str) -> tuple[str, ...]:
        """The same under every key, the newest first: by which of them it was made depends on when."""
        return tuple(mac.hex()[:16] for mac in self._hashes("mark", subject))

    def return_marks(self, subject: str) -> tuple[str, ...]:
        """Keyed marks of 24 letters and digits in lower case, under the newest key first: they prove a return address.

        Mail servers may change the case of an address and cut a long one, so nothing here depends on either.
        """
        return tuple(base64.b32encode(mac[:15]).decode().lower() for mac in self._hashes("return", subject))

    def _hashes(self, use: str, subject: str) -> Iterator[bytes]:
        """Keyed hashes of a subject for one use, under the newest key first."""
        octets = f"civicwire.{use}\0{subject}".encode()
        return (mac.of(octets) for mac in self._macs)

    def _made_serializer(self, purpose: Purpose) -> URLSafeSerializer:
        return URLSafeSerializer(
            list(reversed(self._keys)),
            salt=f"civicwire.{purpose}",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )


def _letters(octets: bytes) -> bytes:
    """Base64 for addresses, without its padding (RFC 4648, section 5)."""
    return binascii.b2a_base64(octets, newline=False).rstrip(b"=").translate(_IN_ADDRESSES)


def _is_canonical(token: str) -> bool:
    """Whether every part is written as we write it: base64 leaves spare bits, by which a changed letter could pass."""
    return all(base64_encode(base64_decode(part)).decode() == part for part in token.split(".") if part)
