"""Whom a release would be mailed to and what became of its mails, as staff are told. Pure: the notifier counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.model import Article


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
class Bound:
    """How many people are told of what becomes of a public release: those to whom a correction would be mailed at once;
    those who follow it alone, whom its withdrawal is mailed in any case; and who else has it by mail, told if staff say
    so."""

    of_corrections: int
    followers: int
    holders: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """That a release was mailed to somebody under embargo; `fate` is `accepted`, `waiting` or `failed`."""

    who: str
    revision: int
    fate: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """That somebody looked at a release under embargo within an hour: by `feed`, `page` or `file`; and with what."""

    who: str
    way: str
    first_at: datetime
    last_at: datetime
    number: int
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embargoed:
    """Who has a release under embargo by mail, and who has looked at it; the latest first."""

    held: Sequence[Held]
    looked: Sequence[Looked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insider:
    """A journalist who may see releases before they are public: in which language they read, since when, which now.

    `saw` records that they looked at some of them: by `feed`, `page` or `file`, and with what program.
    """

    language: str
    since: datetime
    articles: Sequence[Article]
    saw: Callable[[Sequence[Article], str, str], None]
