"""Whom a release would be mailed to and what became of its mails, as staff are told. Pure: the notifier counts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many people a release would be mailed to: `at_once` by the language of their mails, and those who hear of it
    in their next digest only."""

    at_once: Mapping[str, int]
    in_digests: int

    @property
    def immediate(self) -> int:
        """How many get a mail of its own, at once."""
        return sum(self.at_once.values())

    @property
    def everybody(self) -> int:
        """How many hear of it by mail at all."""
        return self.immediate + self.in_digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The mails of one kind (`alert`, `correction` or `digest`) that told of a release, and where they stand."""

    kind: str
    accepted: int
    waiting: int
    failed: int
    """Refused, given up, skipped, or of unknown fate."""

    @property
    def people(self) -> int:
        """How many they were planned for."""
        return self.accepted + self.waiting + self.failed
