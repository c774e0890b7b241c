"""The folder that is written: each file whole or not at all, with its encodings, and a mark that the folder is ours.

A reader sees the old file or the new one. Encodings are put in place before the file that they encode, so that a run
that ends between them finds the file old, and does it again.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from feeds.errors import CivicwireError, StoreError
from feeds.packed import pack

MARK = "civicwire-export"
SITE, SERVERS, STATE = "site", "servers", "state.db"
_DRAFTS = "drafts"
_ENCODINGS = {".zst": "zstd", ".gz": "gzip"}
_SAID = (
    "This folder is written by “civicwire export”: whatever stands in it may be replaced or removed.\n"
    "site/ is what a web server shows; servers/ is what its configuration includes.\n"
)


@dataclass
class Counts:
    """How many files, without their encodings, a run wrote, found as they should be, and removed."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass
class Tree:
    """Writes below one folder. StoreError where the disk will not."""

    root: Path
    counts: Counts = field(default_factory=Counts)
    _number: int = 0

    def place(self, path: str, content: bytes, *, at: datetime, encoded: bool = True, within: str = SITE) -> bool:
        """Put a file in place unless it is there as it should be; answers whether it was written.

        Its time is that of its last change, `at`: servers make their validators of that and of its length. So a file
        that is another than before is later, by a second at least.
        """
        target = self.root / within / path
        packed = None
        try:
            names = {ending: target.with_name(target.name + ending) for ending in _ENCODINGS} if encoded else {}
            files = [target, *names.values()]
            if _content(target) == content and all(one.is_file() for one in names.values()):
                self.counts.unchanged += 1
                return False
            stamp = max([int(at.timestamp()), *(int(one.stat().st_mtime) + 1 for one in files if one.is_file())])
            target.parent.mkdir(parents=True, exist_ok=True)
            packed = pack([content]) if encoded else None
            for ending, name in names.items():
                assert packed is not None  # noqa: S101 - there are names only of what is encoded
                self._put(name, packed.body(_ENCODINGS[ending]), stamp)
            self._put(target, content, stamp)
        except OSError as error:
            raise _refused(target, error) from error
        self.counts.written += 1
        return True

    def copy(self, path: str, source: Path) -> None:
        """Put a copy of a kept file in place, whose bytes never change, unless it is there."""
        target = self.root / SITE / path
        try:
            known = source.stat()
            if target.is_file() and target.stat().st_size == known.st_size:
                self.counts.unchanged += 1
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = self._draft()
            shutil.copyfile(source, draft)
            os.utime(draft, (int(known.st_mtime), int(known.st_mtime)))
            os.replace(draft, target)
        except OSError as error:
            raise _refused(target, error) from error
        self.counts.written += 1

    def remove(self, path: str) -> None:
        """Take a file away with its encodings, it first; one that is not there is no error."""
        target = self.root / SITE / path
        try:
            if not target.is_file():
                return
            target.unlink()
            for ending in _ENCODINGS:
                target.with_name(target.name + ending).unlink(missing_ok=True)
        except OSError as error:
            raise _refused(target, error) from error
        self.counts.removed += 1

    def files(self, folder: str = "") -> Iterator[str]:
        """The paths of the files in a folder of the site and below, without their encodings."""
        base = self.root / SITE
        for found, _, names in os.walk(base / folder):
            known = set(names)
            for name in names:
                stem, dot, ending = name.rpartition(".")
                if not (dot + ending in _ENCODINGS and stem in known):
                    yield (Path(found) / name).relative_to(base).as_posix()

    def holds(self, path: str) -> bool:
        """Whether the site has this file."""
        return (self.root / SITE / path).is_file()

    def names(self, folder: str) -> list[str]:
        """The names in one folder of the site; none where it is not there."""
        try:
            return sorted(os.listdir(self.root / SITE / folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def settle(self) -> None:
        """Return when everything that was written would survive a loss of power."""
        os.sync()

    def _put(self, target: Path, content: bytes, stamp: int) -> None:
        draft = self._draft()
        draft.write_bytes(content)
        os.utime(draft, (stamp, stamp))
        os.replace(draft, target)

    def _draft(self) -> Path:
        self._number += 1
        return self.root / _DRAFTS / str(self._number)


@contextmanager
def opened(root: Path) -> Iterator[Tree]:
    """The tree in a folder, made if there is none, for one run at a time.

    CivicwireError for a folder with anything in it that is not ours, and while another run is at it.
    """
    mark = root / MARK
    try:
        if root.exists() and not mark.is_file() and (not root.is_dir() or any(root.iterdir())):
            raise CivicwireError(
                f"{root} holds something that “civicwire export” has not written: name an empty folder, or a new one"
            )
        root.mkdir(parents=True, exist_ok=True)
        with mark.open("a+", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CivicwireError(f"another “civicwire export” is writing {root}: wait until it is done") from error
            if not mark.stat().st_size:
                handle.write(_SAID)
                handle.flush()
            shutil.rmtree(root / _DRAFTS, ignore_errors=True)  # what a run that was killed had begun
            (root / _DRAFTS).mkdir()
            (root / SITE).mkdir(exist_ok=True)
            yield Tree(root)
            (root / _DRAFTS).rmdir()
    except OSError as error:
        raise _refused(root, error) from error


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _refused(path: Path, error: OSError) -> StoreError:
    return StoreError(f"cannot write {path}: {error.strerror}")
