"""Keyed marks: what only this installation can have written, and what is kept in place of a name. Pure.

Keys are given newest first: the first one marks, every one is accepted, so that what browsers hold survives a rotation.
"""

import hashlib
import hmac
from collections.abc import Sequence


class Seals:
    """Marks texts with the installation's secret keys. Each purpose has marks of its own."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the secret keys, the newest first; at least one."""
        if not keys:
            raise ValueError("at least one secret key is needed")
        self._keys = tuple(key.encode() for key in keys)

    def mark(self, purpose: str, text: str) -> str:
        """The mark of a text for this purpose: 64 hexadecimal digits."""
        return _mark(self._keys[0], purpose, text)

    def holds(self, purpose: str, text: str, mark: str) -> bool:
        """Whether this is our mark of the text for this purpose, under any of the keys."""
        given = mark.encode(errors="replace")
        return any(hmac.compare_digest(_mark(key, purpose, text).encode(), given) for key in self._keys)


def _mark(key: bytes, purpose: str, text: str) -> str:
    message = f"civicwire.{purpose}\0{text}".encode(errors="replace")
    return hmac.new(key, message, hashlib.sha256).hexdigest()
