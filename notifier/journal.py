"""The suppression journal: who left, was erased or must get no mail, in a file of its own beside all backups.

A backup is older than what people decided since. Each such decision is appended here, durably, before the transaction
that makes it ends; a restored database is told of them again (`notifier.restored`). Addresses stand in it as keyed
hashes alone. A line is an instant, what was done, the hash, and one word more or `-`:

    2026-11-28T10:34:57.120000Z left 5f0c…9a -

Several processes and machines may share the file: each line is written under the operating system's lock.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import structlog

from feeds.clock import Clock
from feeds.scope import Scope
from notifier.tokens import Tokens

log = structlog.get_logger()
KEPT = timedelta(days=400)
"""How long a line is kept. No backup that is older can be brought up to what people decided since."""
SLACK = timedelta(minutes=1)
"""So much before a backup is read too, where its own line is missing: clocks of several machines differ."""
_LINE = re.compile(r"(\S{20,32}) ([a-z]+) ([0-9a-f]{64}|-) (\S{1,80})")
_NONE = "-"


class Deed(StrEnum):
    """What a line says."""

    BEGUN = "begun"
    """The journal begins: nothing is known of before."""
    BACKUP = "backup"
    """A backup was made here; its name follows."""
    WHOLE = "whole"
    """The backup whose name follows is whole."""
    LEFT = "left"
    """Somebody follows nothing any more."""
    ENDED = "ended"
    """Somebody ended one wish, of which a keyed hash follows."""
    AGAIN = "again"
    """Somebody took back the end of one wish, of which a keyed hash follows."""
    BACK = "back"
    """Somebody took the end of everything back: as it was written before there was `again`."""
    ERASED = "erased"
    SUPPRESSED = "suppressed"
    """No list mail goes to an address; the reason follows."""
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, what, the hash of an address, and one word more."""

    at: datetime
    deed: Deed
    mark: str = _NONE
    word: str = _NONE

    def __str__(self) -> str:
        instant = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return f"{instant} {self.deed} {self.mark} {self.word}\n"


@dataclass(frozen=True, slots=True)
class Decided:
    """What people have decided by some lines, the last word of each counting; by the hashes of their addresses."""

    left: set[str] = field(default_factory=set)
    again: dict[str, set[str]] = field(default_factory=dict)
    """The wishes that those who left follow again."""
    ended: dict[str, set[str]] = field(default_factory=dict)
    erased: dict[str, datetime] = field(default_factory=dict)
    suppressed: dict[str, Entry] = field(default_factory=dict)
    lifted: set[str] = field(default_factory=set)


def decided(entries: Iterable[Entry]) -> Decided:
    """The sum of these lines, in their order."""
    found = Decided()
    for one in entries:
        match one.deed:
            case Deed.LEFT:
                found.left.add(one.mark)
                found.again.pop(one.mark, None)
            case Deed.BACK:
                found.left.discard(one.mark)  # what was ended by itself before stays ended
            case Deed.ENDED:
                found.ended.setdefault(one.mark, set()).add(one.word)
                found.again.get(one.mark, set()).discard(one.word)
            case Deed.AGAIN:
                found.again.setdefault(one.mark, set()).add(one.word)
                found.ended.get(one.mark, set()).discard(one.word)
            case Deed.ERASED:
                found.erased[one.mark] = one.at
            case Deed.SUPPRESSED:
                found.suppressed[one.mark] = one
                found.lifted.discard(one.mark)
            case Deed.LIFTED:
                found.suppressed.pop(one.mark, None)
                found.lifted.add(one.mark)
    return found


@dataclass(frozen=True, slots=True)
class Journal:
    """Appends to the file, and reads it."""

    path: Path
    tokens: Tokens
    clock: Clock

    def left(self, address: str) -> None:
        """This person follows nothing any more."""
        self._note(Deed.LEFT, address)

    def ended(self, address: str, scope: Scope) -> None:
        """This person ended one wish."""
        self._note(Deed.ENDED, address, self.marks(address, scope)[0])

    def again(self, address: str, scopes: Iterable[Scope]) -> None:
        """This person took back the end of these wishes."""
        now, mark = self.clock(), self.marks(address)[0]
        self._keep(*(Entry(now, Deed.AGAIN, mark, self.marks(address, scope)[0]) for scope in scopes))

    def erased(self, address: str) -> None:
        """Everything kept of this person is destroyed."""
        self._note(Deed.ERASED, address)

    def suppressed(self, address: str, reason: str) -> None:
        """This address gets no list mail."""
        self._note(Deed.SUPPRESSED, address, reason)

    def lifted(self, address: str) -> None:
        """This address gets list mail again."""
        self._note(Deed.LIFTED, address)

    def marks(self, address: str, scope: Scope | None = None) -> tuple[str, ...]:
        """The keyed hashes of an address, or of one wish of its person, under the newest key first."""
        return self.tokens.address_hashes(address if scope is None else f"{address} {scope}")

    def mark_backup(self, name: str) -> bool:
        """A backup of this name is begun: what comes after this line is not in it. False where it cannot be written."""
        return self._keep(Entry(self.clock(), Deed.BACKUP, word=name))

    def mark_whole(self, name: str) -> bool:
        """The backup of this name, begun before, is whole. False where that cannot be written."""
        return self._keep(Entry(self.clock(), Deed.WHOLE, word=name))

    def last_backup(self) -> datetime | None:
        """When the newest whole backup was begun, None where none is known. OSError if it cannot be read."""
        begun: dict[str, datetime] = {}
        newest = None
        for one in self._read(of=(f" {Deed.BACKUP} ", f" {Deed.WHOLE} ")):
            if one.deed is Deed.BACKUP:
                begun[one.word] = one.at
            else:
                newest = begun.get(one.word, one.at)
        return newest

    def since_backup(self, name: str, taken_at: datetime) -> tuple[list[Entry], bool]:
        """What was decided since a backup, and whether the journal reaches back to it. OSError if it cannot be read."""
        known = begun = False
        found: list[Entry] = []
        for one in self._read():
            begun = begun or one.at <= taken_at
            known = known or (one.deed is Deed.BACKUP and one.word == name)
            if known or one.at >= taken_at - SLACK:
                found.append(one)
        return found, known or begun

    def demand_writable(self) -> None:
        """OSError unless lines can be written."""
        with self._open():
            pass

    def tidy(self) -> int:
        """Destroy the lines whose time is over; answers how many. The file is replaced whole."""
        until = self.clock() - KEPT
        first = next(self._read(), None) if self.path.exists() else None
        if first is None or first.at >= until:
            return 0
        with self._open():
            entries = list(self._read())
            kept = [Entry(until, Deed.BEGUN), *(one for one in entries if one.at >= until)]
            draft = self.path.with_name(f".{self.path.name}.new")
            with open(draft, "w", encoding="ascii", opener=_private) as file:
                file.writelines(map(str, kept))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.path)
            _settle(self.path.parent)
        return sum(one.at < until and one.deed is not Deed.BEGUN for one in entries)

    def _note(self, deed: Deed, address: str, word: str = _NONE) -> None:
        self._keep(Entry(self.clock(), deed, self.marks(address)[0], word))

    def _keep(self, *entries: Entry) -> bool:
        """Append lines. A disk that will not is logged: nobody is kept from leaving by it."""
        try:
            with self._open() as handle:
                _write(handle, "".join(map(str, entries)))
                os.fdatasync(handle)
        except OSError as error:
            log.error("journal.unwritten", deed=entries[0].deed, file=str(self.path), cause=error.strerror)
            return False
        return True

    @contextmanager
    def _open(self) -> Iterator[int]:
        """The file under its lock, ending with a whole line; made if need be."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                with contextlib.suppress(FileNotFoundError):
                    if os.stat(self.path).st_ino == os.fstat(handle).st_ino:  # else it was replaced meanwhile
                        self._make_whole(handle)
                        yield handle
                        return
            finally:
                os.close(handle)

    def _make_whole(self, handle: int) -> None:
        size = os.fstat(handle).st_size
        if size == 0:
            _write(handle, str(Entry(self.clock(), Deed.BEGUN)))
            os.fsync(handle)
            _settle(self.path.parent)
        elif os.pread(handle, 1, size - 1) != b"\n":
            _write(handle, "\n")  # what lost power cut short must not take the next line with it

    def _read(self, of: tuple[str, ...] = ()) -> Iterator[Entry]:
        """Every line that says something, in order; where `of` is given, those that hold a word of it."""
        with open(self.path, encoding="ascii", errors="replace") as file:
            for line in file:
                if of and not any(word in line for word in of):
                    continue
                found = _entry(line)
                if found is not None:
                    yield found


def _entry(line: str) -> Entry | None:
    found = _LINE.fullmatch(line.removesuffix("\n")) if line.endswith("\n") else None
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[1])
        return Entry(at, Deed(found[2]), found[3], found[4]) if at.tzinfo else None
    except ValueError:
        return None


def _write(handle: int, line: str) -> None:
    text = line.encode("ascii")
    if os.write(handle, text) != len(text):
        raise OSError(28, "No space left on device")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o640)


def _settle(folder: Path) -> None:
    """The name of a new file survives a loss of power when its folder is synced too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
