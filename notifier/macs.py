"""Keyed hashes of many messages under one key: HMAC with SHA-256 (RFC 2104), what the key alone decides hashed once.

The standard library lets other threads run at each message, and a sender waits its turn after that for many times as
long as a hash takes.
"""

from hashlib import sha256

_BLOCK = 64
_INNER, _OUTER = (bytes(octet ^ pad for octet in range(256)) for pad in (0x36, 0x5C))


class Mac:
    """Under one key."""

    def __init__(self, key: bytes) -> None:
        """Hash the key."""
        block = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = sha256(block.translate(_INNER))
        self._outer = sha256(block.translate(_OUTER))

    def of(self, message: bytes) -> bytes:
        """The keyed hash of a message, 32 octets."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
