"""Passwords of staff: which ones may be chosen, how one is made up, and how they are kept (argon2id, RFC 9106)."""

import secrets
import threading
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from feeds.errors import CivicwireError

SHORTEST = 12
LONGEST = 200
_GROUPS, _GROUP = 4, 5
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What a made-up password is made of: nothing that is mistaken for another when it is read out or copied."""
_AT_ONCE = 4
_PATIENCE_SECONDS = 10


class PasswordRefused(CivicwireError):
    """A password that cannot be chosen; `word` is the key of the sentence a person is shown."""

    def __init__(self, word: str) -> None:
        super().__init__(f"a password needs {SHORTEST} to {LONGEST} characters, none of them a control character")
        self.word = word


class Busy(CivicwireError):
    """So many passwords are being checked that this one has to wait: try again."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs; the default is the second recommendation of RFC 9106, section 4. Tests pass a low one."""

    passes: int = 3
    kibibytes: int = 64 * 1024
    lanes: int = 4


def prepared(text: str) -> str:
    """A password in the form in which it is compared, by the OpaqueString profile of RFC 8265, section 4.2:

    every kind of space is a space, the rest NFC, the case kept. PasswordRefused for one that is out of bounds. The
    bound comes first: nothing long is ever normalised or hashed.
    """
    if len(text) > LONGEST:
        raise PasswordRefused("account.password_long")
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in text)
    if any(unicodedata.category(one) in ("Cc", "Cs") for one in spaced):
        raise PasswordRefused("account.password_control")
    password = unicodedata.normalize("NFC", spaced)
    if len(password) < SHORTEST:
        raise PasswordRefused("account.password_short")
    return password


def made_up() -> str:
    """A new password that nobody can guess and anybody can copy from paper."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


class Passwords:
    """Makes and checks hashes; only a few at once, so that many tries do not use up the memory."""

    def __init__(self, cost: Cost | None = None) -> None:
        """Take what a hash costs."""
        cost = cost or Cost()
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.kibibytes, parallelism=cost.lanes)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash of a prepared password, with its own salt. Busy if too many are being made."""
        with _Turn(self._turns):
            return self._hasher.hash(password)

    def verify(self, kept: str | None, text: str) -> bool:
        """Whether the text is the password of this hash. Without one it works as long, and says no."""
        against = kept or self._nobodys
        try:
            password = prepared(text)
        except PasswordRefused:
            password, kept = "", None
        with _Turn(self._turns):
            try:
                return self._hasher.verify(against, password) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_dated(self, kept: str) -> bool:
        """Whether a hash was made at another cost than today's, and is to be made again."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(made_up())


class _Turn:
    """One of the places in which a hash may be made. Busy if none becomes free."""

    def __init__(self, turns: threading.BoundedSemaphore) -> None:
        self._turns = turns

    def __enter__(self) -> None:
        if not self._turns.acquire(timeout=_PATIENCE_SECONDS):
            raise Busy("too many people are signing in at this moment: try again in a minute")

    def __exit__(self, *_: object) -> None:
        self._turns.release()
