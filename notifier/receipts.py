"""Acceptances that the ledger does not hold yet, in a small file: what a killed process sent, the next one reads.

A line is written after each 250 and before the next message of that connection, and sets of them go into the ledger
together. The file outlives its process, not the machine's loss of power: the last set is as safe as the ledger is, and
what is only in the file by then may be sent again, under its old Message-ID.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from feeds.errors import StoreError
from feeds.store.database import Database


@dataclass(frozen=True, slots=True)
class Receipts:
    """The open file of one owner, which holds its lock as long as its process lives."""

    handle: int
    path: Path

    def note(self, delivery_id: int) -> None:
        """This delivery was accepted. StoreError where that cannot be written."""
        line = b"%d\n" % delivery_id
        try:
            written = os.write(self.handle, line)
        except OSError as error:
            raise StoreError(f"cannot write down what was sent: {self.path}: {error.strerror}") from error
        if written != len(line):
            raise StoreError(f"cannot write down what was sent: {self.path}: the disk is full")

    def forget(self) -> None:
        """Everything noted is in the ledger."""
        os.ftruncate(self.handle, 0)


@contextmanager
def receipts(folder: Path, owner: str) -> Iterator[Receipts]:
    """This owner's file; it is gone after the block unless that ends in an error. StoreError if there can be none."""
    path = folder / owner
    try:
        folder.mkdir(mode=0o750, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise StoreError(f"cannot write down what is sent: {path}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"cannot write down what is sent: {path} is another's") from error
        yield Receipts(handle, path)
        path.unlink()
    finally:
        os.close(handle)


def receipts_of(database: Database) -> Path | None:
    """Where acceptances are noted before they are in the ledger: beside a database that is a file."""
    path = Path(database.url.database or "")
    return path.with_name(path.name + ".receipts") if database.is_sqlite else None


def noted(folder: Path) -> set[int]:
    """Every delivery that some owner, dead or alive, has noted as accepted; nothing is changed by asking."""
    return {number for path in _files(folder) for number in _lines(path)}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _lines(path: Path) -> list[int]:
    try:
        lines = path.read_bytes().split(b"\n")[:-1]  # of a line cut short nothing can be said
    except FileNotFoundError:
        return []  # its owner has just ended well
    return [int(line) for line in lines if line.isdigit()]


def left_behind(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """The owners that died with acceptances in their files, and these; a file is gone when the next is asked for."""
    for path in _files(folder):
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # its owner has just ended well
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # its owner lives
        else:
            yield path.name, _lines(path)
            path.unlink(missing_ok=True)
        finally:
            os.close(handle)
