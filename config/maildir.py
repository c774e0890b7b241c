"""A folder in which a mail server leaves mails, one file each (Maildir), and its neighbours for what has been read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feeds.errors import CivicwireError


@dataclass(frozen=True, slots=True)
class Maildir:
    """One Maildir. CivicwireError where it is none, or where a mail cannot be read or moved."""

    folder: Path

    def mails(self) -> Iterator[Path]:
        """Every mail, the oldest names first; those that arrive meanwhile wait for the next time."""
        if not all((self.folder / name).is_dir() for name in ("new", "cur")):
            raise CivicwireError(f"{self.folder} is no Maildir: it has no folders “new” and “cur”")
        try:
            found = [path for name in ("new", "cur") for path in (self.folder / name).iterdir()]
        except OSError as error:
            raise CivicwireError(f"cannot read {self.folder}: {error.strerror}") from error
        return iter(sorted(path for path in found if path.is_file() and not path.is_symlink()))

    def read(self, path: Path, *, at_most: int) -> bytes | None:
        """A mail's first bytes; None where another reader was quicker."""
        try:
            with path.open("rb") as file:
                return file.read(at_most)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CivicwireError(f"cannot read {path}: {error.strerror}") from error

    def move(self, path: Path, name: str) -> None:
        """Put a mail that was read into a folder of this name beside the others (Maildir++)."""
        other = self.folder / name
        try:
            for inner in ("cur", "new", "tmp"):
                (other / inner).mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(other / "cur" / (path.name if ":2," in path.name else f"{path.name}:2,S"))
        except FileNotFoundError:
            return  # another reader was quicker
        except OSError as error:
            raise CivicwireError(f"cannot move {path} to {other}: {error.strerror}") from error
