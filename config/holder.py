"""Only one process keeps the schedule of a SQLite database; the next one is told which it is.

The lock is the operating system's (flock) on a file beside the database, so that it ends with its process however that
ends. The file says who holds it; what a dead one wrote is nobody's.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from feeds.errors import CivicwireError
from feeds.store.database import Database


class AlreadyServed(CivicwireError):
    """Another process keeps the schedule of this database."""


@contextmanager
def schedule_held(database: Database, now: datetime) -> Iterator[None]:
    """Be the one that keeps the schedule for the length of the block; nothing is held for PostgreSQL.

    AlreadyServed, naming the holder, if another process does.
    """
    if not database.is_sqlite:
        yield
        return
    path = Path(database.url.database or "")
    lock = path.with_name(path.name + ".schedule")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise CivicwireError(f"cannot write beside the database: {lock}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 200).decode(errors="replace").strip() or "another process"
            raise AlreadyServed(
                f"{path} is served already by {holder}: end that one first, or use PostgreSQL"
            ) from None
        os.ftruncate(handle, 0)
        os.write(
            handle, f"process {os.getpid()} on {socket.gethostname()}, since {now:%Y-%m-%d %H:%M:%S} UTC\n".encode()
        )
        yield
    finally:
        os.close(handle)
