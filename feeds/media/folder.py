"""The folder in which files are kept, each whole or not at all: `ab/abcd….jpg` by the first two signs of its name."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feeds.errors import StoreError

_NAME = re.compile(r"([0-9a-f]{64})(?:-([1-9]\d{1,4}))?\.([a-z]{2,5})")
_DRAFT = ".new"


@dataclass(frozen=True, slots=True)
class StoredName:
    """The name of a file as it lies in the folder: `width` where it is a smaller picture, made from `whole`."""

    whole: str
    width: int | None


def stored_name(text: str) -> StoredName | None:
    """What a name says; None for one that no file of ours can have, whatever it would lead to on a disk."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    return StoredName(f"{found[1]}.{found[3]}", int(found[2]) if found[2] else None)


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes, finds and removes files. StoreError where the disk will not."""

    root: Path

    def path(self, name: str) -> Path | None:
        """Where a file lies; None if there is none of this name."""
        if stored_name(name) is None:
            return None
        path = self.root / name[:2] / name
        return path if path.is_file() else None

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, durably. One that is there already stays, and is as if new."""
        folder = self.root / name[:2]
        path = folder / name
        try:
            if path.is_file() and path.stat().st_size == len(content):
                os.utime(path)
                return
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                _settle(self.root)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=_DRAFT, delete=False) as draft:
                try:
                    draft.write(content)
                    draft.flush()
                    os.fsync(draft.fileno())
                    os.replace(draft.name, path)
                except BaseException:
                    with contextlib.suppress(OSError):
                        os.unlink(draft.name)
                    raise
            _settle(folder)
        except OSError as error:
            raise StoreError(f"cannot keep a file in {folder}: {error.strerror}") from error

    def names(self) -> Iterator[str]:
        """Every file that is kept, in no order but that of its first two signs; no draft."""
        for prefix in sorted(self.root.iterdir()) if self.root.is_dir() else ():
            yield from (path.name for path in sorted(prefix.iterdir()) if stored_name(path.name) is not None)

    def old(self, prefix: str, *, before: datetime) -> list[str]:
        """The names of the files under `prefix`, two signs, that were written before this instant; drafts included."""
        try:
            with os.scandir(self.root / prefix) as entries:
                return sorted(one.name for one in entries if one.stat().st_mtime < before.timestamp())
        except FileNotFoundError:
            return []  # no file has begun with these signs yet, or it went meanwhile: the next time tells
        except OSError as error:
            raise StoreError(f"cannot read {self.root / prefix}: {error.strerror}") from error

    def remove(self, prefix: str, names: Iterable[str], *, before: datetime) -> None:
        """Remove those of these files under `prefix` that were written before this instant: one that has come back
        meanwhile stays. One that is gone already is no error."""
        for name in names:
            path = self.root / prefix / name
            try:
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(f"cannot remove {path}: {error.strerror}") from error


def _settle(folder: Path) -> None:
    """The name of a new file survives a loss of power when its folder is synced too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
