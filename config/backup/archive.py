"""The file of a backup: a ZIP with a manifest that names every other file in it by size and SHA-256.

The manifest is written last and read first. What is cut short, damaged, or not ours is refused before anything is done.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from feeds.errors import CivicwireError
from feeds.media.folder import stored_name

MANIFEST = "manifest.json"
DATABASE = "database"
RECEIPTS = "receipts"
MEDIA = "media/"
_FORMAT = "civicwire backup 1"
_CHUNK = 1 << 20
_LONGEST_MANIFEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a backup: how many bytes, and their SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup is: of which city and engine, by which version, of which instant, and what it holds."""

    name: str
    taken_at: datetime
    city: str
    city_name: str
    engine: str
    tables: str
    program: str
    change: int
    counts: dict[str, int] = field(default_factory=dict)
    key_marks: tuple[str, ...] = ()
    """Marks of the secret keys, by which they are recognised; no key can be told from its mark."""
    members: dict[str, Member] = field(default_factory=dict)

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps({"format": _FORMAT, **asdict(self), "taken_at": self.taken_at.isoformat()}, indent=1)

    @classmethod
    def read(cls, text: str) -> "Manifest":
        """The manifest of this JSON. ValueError for anything else."""
        try:
            found = json.loads(text)
            if found.pop("format") != _FORMAT:
                raise ValueError("another format")
            found["taken_at"] = datetime.fromisoformat(found["taken_at"]).astimezone(UTC)
            found["members"] = {name: Member(**one) for name, one in found["members"].items()}
            found["key_marks"] = tuple(found["key_marks"])
            return cls(**found)
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("no manifest of a backup") from error


class Writer:
    """Adds files to a backup that is being made."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Nothing is in it yet."""
        self._archive = archive
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes], *, packed: bool = False) -> None:
        """A file with these bytes, a piece in memory at a time; `packed` where it is worth it."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as target:
            size, digest = 0, hashlib.sha256()
            while piece := source.read(_CHUNK):
                target.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members[name] = Member(size, digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """The last file: what all the others are."""
        self._archive.writestr(MANIFEST, manifest.to_text())


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A new file of a backup, whole and durable after the block, or not there at all. CivicwireError if not."""
    if path.exists():
        raise CivicwireError(f"there is a file {path} already: a backup overwrites none")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".backup", delete=False) as draft:  # mode 0600
            try:
                with zipfile.ZipFile(draft, "w", compresslevel=1) as archive:
                    yield Writer(archive)
                draft.flush()
                os.fsync(draft.fileno())
                os.link(draft.name, path)  # unlike a renaming, it never overwrites
                settle(path.parent)
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(draft.name)
    except OSError as error:
        raise CivicwireError(f"cannot write the backup {path}: {error.strerror or error}") from error


class Reader:
    """A backup all of which has been looked at."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        """Take what `read` has found sound."""
        self._archive = archive
        self.manifest = manifest

    def write_to(self, name: str, target: IO[bytes]) -> None:
        """Copy a file of the backup, a piece in memory at a time."""
        with self._archive.open(name) as source:
            while piece := source.read(_CHUNK):
                target.write(piece)

    def content(self, name: str) -> bytes:
        """The whole of a small file."""
        return self._archive.read(name)

    @property
    def media(self) -> list[str]:
        """The names of the pictures and files in it."""
        return [name.rpartition("/")[2] for name in self.manifest.members if name.startswith(MEDIA)]


@contextmanager
def read(path: Path) -> Iterator[Reader]:
    """The backup in a file, every byte of it checked. CivicwireError, in one line, if it is no whole one."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Reader(archive, _checked(archive))
    except FileNotFoundError as error:
        raise CivicwireError(f"there is no file {path}") from error
    except OSError as error:
        raise CivicwireError(f"cannot read {path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, CivicwireError):
            raise
        raise CivicwireError(f"{path} is no whole backup of Civicwire: {error}") from error


def _checked(archive: zipfile.ZipFile) -> Manifest:
    names = archive.namelist()
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > _LONGEST_MANIFEST:
        raise ValueError("it has no manifest")
    manifest = Manifest.read(archive.read(MANIFEST).decode())
    if sorted(names) != sorted([MANIFEST, *manifest.members]) or DATABASE not in manifest.members:
        raise ValueError("its files are not those of its manifest")
    for name, member in manifest.members.items():
        if not _is_ours(name) or archive.getinfo(name).file_size != member.size:
            raise ValueError(f"{name[:80]!r} is not what its manifest says")
        digest = hashlib.sha256()
        with archive.open(name) as source:
            while piece := source.read(_CHUNK):
                digest.update(piece)
        if digest.hexdigest() != member.sha256:
            raise ValueError(f"{name} is damaged")
    return manifest


def _is_ours(name: str) -> bool:
    return name in (DATABASE, RECEIPTS) or (
        name.startswith(MEDIA) and stored_name(name.removeprefix(MEDIA)) is not None
    )


def settle(folder: Path) -> None:
    """The name of a new file survives a loss of power when its folder is synced too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
