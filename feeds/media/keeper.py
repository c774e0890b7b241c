"""Keeps pictures and files under the hash of their bytes: the same file twice is one file. A shell.

A file is on the disk, whole and durable, before a row names it. If the program ends between the two, a file lies there
that nothing shows, and the next upload of it finds it.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feeds.addresses import attachment_path, media_path, smaller_name
from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.intake.clean import clean_line
from feeds.media import files, pictures
from feeds.media.folder import Folder
from feeds.media.refusal import MediaRefused
from feeds.model import Attachment, Picture
from feeds.store import audit, media
from feeds.store.database import Session
from feeds.store.media import Kept

MAX_PICTURE_BYTES = 15 * 1024 * 1024
MAX_FILE_BYTES = 20 * 1024 * 1024
_AT_ONCE = 1
"""Pictures worked on at the same moment: the largest take up to 700 MB."""
_WAITING = 6
"""How many more may wait for their turn: each holds one of the threads that answer everybody else too."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that is on the disk and waits for its row; what its owner called it."""

    kept: Kept
    file_name: str


class MediaStore:
    """Takes files in, and finds them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Take the folder; it is made when the first file comes."""
        self.folder = Folder(folder)
        self._clock = clock
        self._turn = threading.Semaphore(_AT_ONCE)
        self._queue = threading.BoundedSemaphore(_AT_ONCE + _WAITING)

    def prepare(self, content: bytes, *, file_name: str) -> Prepared:
        """Write a file to the disk, a picture made anew and with its smaller ones. Hold no transaction meanwhile.

        `file_name` is what its owner calls it. MediaRefused for what is too large, broken, or of a kind that we do
        not keep; StoreError if the disk will not take it.
        """
        if not content:
            raise MediaRefused("media.empty")
        if len(content) > MAX_FILE_BYTES:
            raise MediaRefused("media.too_large")
        if not pictures.is_picture(content):
            kind = files.kind_of(content, file_name)
            name = f"{hashlib.sha256(content).hexdigest()}.{kind.extension}"
            self.folder.write(name, content)
            return Prepared(Kept(name=name, media_type=kind.media_type, length=len(content)), file_name)
        if len(content) > MAX_PICTURE_BYTES:
            raise MediaRefused("media.picture_too_large")
        with self._in_line(), self._turn:
            made = pictures.make(content)
        name = f"{hashlib.sha256(made.content).hexdigest()}.{made.extension}"
        for width, smaller in made.smaller.items():
            self.folder.write(smaller_name(name, width), smaller)
        self.folder.write(name, made.content)
        return Prepared(
            Kept(
                name=name,
                media_type=made.media_type,
                length=len(made.content),
                width=made.width,
                height=made.height,
                variants=tuple(made.smaller),
            ),
            file_name,
        )

    @contextlib.contextmanager
    def _in_line(self) -> Iterator[None]:
        if not self._queue.acquire(blocking=False):
            raise StoreError("too many pictures are being worked on: upload it again in a moment")
        try:
            yield
        finally:
            self._queue.release()

    def keep(self, session: Session, prepared: Prepared, *, by: str) -> Kept:
        """Write down, in the caller's transaction, that a file is kept and who brought it."""
        now, kept = self._clock(), prepared.kept
        media.add(session, kept, by=by, now=now)
        called = clean_line(prepared.file_name) or kept.name
        audit.record(session, at=now, actor=by, action="upload", subject=called, details={"media": kept.name})
        return kept

    def find(self, session: Session, name: str) -> Kept | None:
        """What is known of a file; None if there is none of this name."""
        return media.find(session, name)

    def path(self, name: str) -> Path | None:
        """Where a file or a smaller picture lies; None if there is none of this name."""
        return self.folder.path(name)


def picture(
    kept: Kept, *, caption: str = "", credit: str | None = None, alt: str | None = None, decorative: bool = False
) -> Picture:
    """A picture of an article from one that we keep. MediaRefused if it is a file of another kind."""
    if kept.width is None or kept.height is None:
        raise MediaRefused("media.no_picture")
    said = [clean_line(text or "") for text in (caption, credit, alt)]
    return Picture(
        caption=said[0],
        credit=said[1] or None,
        alt=None if decorative else said[2] or None,
        address=media_path(kept.name),
        media=kept.name,
        width=kept.width,
        height=kept.height,
        decorative=decorative,
    )


def attachment(kept: Kept, file_name: str) -> Attachment:
    """A file beside an article from one that we keep, under the name that readers see."""
    name = clean_line(file_name)[:200]
    return Attachment(
        name=name,
        address=attachment_path(kept.name, name),
        media_type=kept.media_type,
        length=kept.length,
        media=kept.name,
    )
