"""What people name on the command line, opened: files, folders, and addresses that are fetched into a passing file."""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO
from urllib.parse import urlsplit

from feeds.errors import CivicwireError, PageRefused
from feeds.fetching import fetch
from feeds.intake.draft import Refused
from feeds.intake.links import web_address
from feeds.intake.source import Input, Record, Setting, Skipped
from feeds.outgoing import MAX_BYTES, Rules

_HEAD = 64 * 1024
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)


@dataclass(slots=True, kw_only=True)
class Opener:
    """Opens what is named. `address` is where the one page was posted, by the editor's word."""

    setting: Setting
    address: str | None = None
    rules: Rules | None = None
    _reading: BinaryIO | None = field(default=None, init=False)

    def position(self) -> tuple[int, int]:
        """How many bytes of how many are read of the file that was opened last; zeros where none is open."""
        if self._reading is None or self._reading.closed:
            return 0, 0
        return self._reading.tell(), os.fstat(self._reading.fileno()).st_size

    @contextmanager
    def opened(self, name: str) -> Iterator[Input]:
        """The input of this name, for the length of the block.

        PageRefused where it cannot be read; FetchRefused where it may not be fetched, or cannot be.
        """
        if _ADDRESS.match(name):
            with tempfile.NamedTemporaryFile(prefix="civicwire-") as kept:
                found = fetch(name, kept.file, self.rules)
                yield self._input(Path(kept.name), shown(name), self.address or found.address, found.media_type)
            return
        path = Path(name)
        with readable():
            mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            yield Input(
                name=shown(name), open=_no_bytes, head=b"", setting=self.setting, files=lambda: self._files(path)
            )
        elif stat.S_ISREG(mode):
            yield self._input(path, shown(name), self.address)
        else:
            with tempfile.NamedTemporaryFile(prefix="civicwire-") as kept:
                with readable():
                    _copy(path, kept.file)
                yield self._input(Path(kept.name), shown(name), self.address)

    def _input(self, path: Path, name: str, address: str | None, media_type: str | None = None) -> Input:
        with readable(), path.open("rb") as file:
            head = file.read(_HEAD)
        return Input(
            name=name,
            open=lambda: self._open(path),
            head=head,
            setting=self.setting,
            address=address,
            media_type=media_type,
        )

    def _open(self, path: Path) -> BinaryIO:
        self._reading = path.open("rb")
        return self._reading

    def _files(self, folder: Path) -> Iterator[Input | Record]:
        """What is in a folder, in the order of its paths. Links are not followed: they may lead out of it."""
        for here, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(here) / name
                place = shown(str(path.relative_to(folder)))
                if name.startswith("."):
                    continue
                if path.is_symlink() or not path.is_file():
                    yield Record(place, Skipped("it is a link, or no file"))
                    continue
                try:
                    yield self._input(path, place, None)
                except PageRefused as refusal:
                    yield Record(place, Refused(title=None, reasons=refusal.reasons))


@contextmanager
def readable() -> Iterator[None]:
    """What goes wrong with a file is a refusal of what is in it."""
    try:
        yield
    except OSError as error:
        raise PageRefused((f"the file cannot be read: {error.strerror or error}",)) from error


def shown(name: str) -> str:
    """A file's name as it can be printed, whatever its bytes are."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def host_of(site: str) -> tuple[str, str]:
    """The host and the address that `--site` means, given as either. CivicwireError if it is neither."""
    address = web_address(site if "://" in site else f"https://{site}/")
    host = (urlsplit(address).hostname or "").rstrip(".") if address else ""
    if address is None or not host or len(host) > 100:
        raise CivicwireError(f"--site must be a host or an address, such as www.example.org, not “{shown(site)}”")
    return host, address


def _no_bytes() -> BinaryIO:
    raise PageRefused(("it is a folder",))


def _copy(path: Path, into: IO[bytes]) -> None:
    """The bytes of what can be read only once, such as a pipe."""
    length = 0
    with path.open("rb") as file:
        while piece := file.read(_HEAD):
            length += len(piece)
            if length > MAX_BYTES:
                raise PageRefused((f"it gives more than {MAX_BYTES // 1024 // 1024} MB",))
            into.write(piece)
    into.flush()
