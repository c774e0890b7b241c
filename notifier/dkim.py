"""DKIM signatures (RFC 6376), with RSA and with Ed25519 (RFC 8463). Pure: keys, instants and bytes in, header out.

Heads are canonicalised the relaxed way, since relays fold them anew; bodies the simple way, since ours are canonical as
they are written.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
"""RFC 6376, section 3.1: labels of a domain name."""
_SHORTEST, _LONGEST = 2048, 4096
_SIGNED = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "cc", "mime-version", "content-type"),
    *("content-language", "auto-submitted", "feedback-id", "list-id", "list-help", "list-archive"),
    *("list-unsubscribe", "list-unsubscribe-post"),
)
"""Every field that we write, and two that nobody may add: a field is named whether or not it is there."""
_OVERSIGNED = ("from", "to", "subject", "date")
"""Named once more than they occur, so that a second one breaks the signature (RFC 6376, section 8.15)."""
_BLANKS = re.compile(rb"[ \t]+")


class KeyUnusable(ValueError):
    """A key that cannot sign; one sentence says why."""


@dataclass(frozen=True, slots=True)
class Key:
    """A private key, and the selector under which its public half is published."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @classmethod
    def read(cls, selector: str, pem: bytes) -> Self:
        """A key from a PEM file without a password. KeyUnusable unless RSA of 2048 to 4096 bits or Ed25519."""
        if not SELECTOR.fullmatch(selector):
            raise KeyUnusable("a selector is made of small letters, digits and hyphens")
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusable("it is no private key in PEM without a password") from error
        if isinstance(private, RSAPrivateKey):
            if not _SHORTEST <= private.key_size <= _LONGEST:
                raise KeyUnusable(f"an RSA key has {_SHORTEST} to {_LONGEST} bits, this one has {private.key_size}")
        elif not isinstance(private, Ed25519PrivateKey):
            raise KeyUnusable("it is neither an RSA nor an Ed25519 key")
        return cls(selector, private)

    @classmethod
    def made(cls, selector: str, *, algorithm: str) -> Self:
        """A new key, `rsa` (2048 bits) or `ed25519`."""
        new = Ed25519PrivateKey.generate() if algorithm == "ed25519" else generate_private_key(65537, _SHORTEST)
        return cls(selector, new)

    @property
    def pem(self) -> bytes:
        """The private key as `read` takes it (PKCS 8)."""
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, *form)

    @property
    def algorithm(self) -> str:
        """`rsa` or `ed25519`."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    @property
    def record(self) -> str:
        """The TXT record to publish at SELECTOR._domainkey.DOMAIN (RFC 6376, section 3.6.1; RFC 8463, section 4)."""
        public = self.private.public_key()
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        if self.algorithm == "ed25519":
            encoding, form = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return f"v=DKIM1; k={self.algorithm}; p={_base64(public.public_bytes(encoding, form))}"

    def sign(self, octets: bytes) -> bytes:
        """RSA signs the octets by their SHA-256, Ed25519 the SHA-256 itself (RFC 8463, section 3)."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(hashlib.sha256(octets).digest())


def body_hash(body: bytes) -> bytes:
    """The SHA-256 of a body.

    ValueError for one that does not end in exactly one CRLF: only then is it canonical (RFC 6376, section 3.4.3).
    """
    if not body.endswith(b"\r\n") or body.endswith(b"\r\n\r\n"):
        raise ValueError("a body ends in one line end")
    return hashlib.sha256(body).digest()


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs the mails of one domain with every one of its keys."""

    domain: str
    keys: tuple[Key, ...]

    def sign(self, message: bytes, *, now: datetime) -> bytes:
        """The message with a signature of every key before it. Its lines end in CRLF, and it has a From."""
        head, _, body = message.partition(b"\r\n\r\n")
        return b"".join(self.signatures(head, body_hash(body), now=now)) + message

    def signatures(self, head: bytes, hashed: bytes, *, now: datetime) -> Iterator[bytes]:
        """A DKIM-Signature for each key, each with its CRLF, given the head and the hash of the body."""
        fields = _fields(head)
        names = _names(fields)
        signed = b"".join(_canonical(fields, names))
        for key in self.keys:
            unsigned = _folded(
                [
                    f"v=1; a={key.algorithm}-sha256; c=relaxed/simple; d={self.domain};",
                    f"s={key.selector}; t={int(now.timestamp())};",
                    *_wrapped("h=", ":".join(names) + ";", ":"),
                    f"bh={_base64(hashed)};",
                    "b=",
                ]
            )
            signature = _base64(key.sign(signed + _relaxed(unsigned)))
            pieces = [signature[at : at + 70] for at in range(0, len(signature), 70)]
            yield unsigned + "\r\n ".join(pieces).encode() + b"\r\n"


def _fields(head: bytes) -> dict[str, list[bytes]]:
    """Every header field whole, by its name in lower case, in order."""
    found: dict[str, list[bytes]] = {}
    for field in re.split(rb"\r\n(?![ \t])", head):
        found.setdefault(field.partition(b":")[0].decode().strip().lower(), []).append(field)
    return found


def _names(fields: dict[str, list[bytes]]) -> list[str]:
    names = [one for name in _SIGNED for one in [name] * max(1, len(fields.get(name, ())))]
    return names + [name for name in _OVERSIGNED if name in fields]


def _canonical(fields: dict[str, list[bytes]], names: Sequence[str]) -> Iterator[bytes]:
    """The signed fields, each the last one that was not yet taken (RFC 6376, section 5.4.2)."""
    left = {name: list(values) for name, values in fields.items()}
    for name in names:
        if left.get(name):
            yield _relaxed(left[name].pop()) + b"\r\n"


def _relaxed(field: bytes) -> bytes:
    """RFC 6376, section 3.4.2."""
    name, _, value = field.partition(b":")
    return name.strip().lower() + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip()


def _folded(lines: Sequence[str]) -> bytes:
    return ("DKIM-Signature: " + "\r\n ".join(lines)).encode("ascii")


def _wrapped(first: str, text: str, between: str) -> Iterator[str]:
    """A tag over several lines, broken after its separator: white space there is no part of it."""
    line = first
    for piece in re.findall(rf"[^{between}]+{between}?", text):
        if len(line) + len(piece) > 74:
            yield line
            line = ""
        line += piece
    yield line


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
