"""What a source of articles is: it recognises an input, and yields its records one by one.

A source is one module in `feeds.intake.sources` that holds a `SOURCE`; adding one is adding a file there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

from feeds.intake.draft import Reading


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is none of ours by a rule, for example a reply. Its text is not told: it may be secret."""

    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an input: where it stands in it ("line 12"; empty where it is all of it), and what it is."""

    place: str
    reading: Reading | Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all sources are told: the city they read for, the present instant, and the editor's word on the origin.

    `site` is the host that a post is known by, in lower case; `site_address` its address, for relative links.
    `is_division` says whether a name is exactly a division's: whatever else stands in its place may be a person.
    """

    zone: ZoneInfo
    now: datetime
    site: str | None = None
    site_address: str | None = None
    is_division: Callable[[str], bool] = field(default=lambda name: False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file, a folder, or an address that was fetched. Opening it again begins again.

    `files` lists what is in a folder, in a stable order, and is None for anything else. `head` is the beginning of
    the bytes; `address` is where it was found, `media_type` what a server called it.
    """

    name: str
    open: Callable[[], BinaryIO]
    head: bytes
    setting: Setting
    address: str | None = None
    media_type: str | None = None
    files: Callable[[], Iterator["Input | Record"]] | None = None


class Source(Protocol):
    """One way in which articles come."""

    @property
    def name(self) -> str:
        """What `--source` calls it."""
        ...

    def recognises(self, given: Input) -> bool:
        """Whether the input is certainly of this kind, by its head alone."""
        ...

    def records(self, given: Input) -> Iterator[Record]:
        """The records in the order of the input, without holding them all.

        PageRefused where the input as a whole cannot be read, or not any further.
        """
        ...
