"""Follows the change log for the shelf, in a thread of its own, as long as the web application runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from feeds.errors import CivicwireError
from feeds.shelf import Shelf

log = structlog.get_logger()
SECONDS = 0.05
"""How long a change of another process waits at most until the shelf hears of it."""
_AT_LEAST = 0.01
"""How long the log is left alone after it was looked at, whatever is written meanwhile."""


@contextmanager
def following(shelf: Shelf, *, seconds: float = SECONDS) -> Iterator[None]:
    """The shelf is kept fresh for the length of the block.

    While the database does not answer, readers get what there was before.
    """
    told, written = threading.Event(), shelf.database.written

    def follow() -> None:
        well = True
        while not told.wait(min(seconds, _AT_LEAST)):
            written.wait(seconds)  # of this process: heard of at once
            written.clear()
            try:
                shelf.catch_up()
            except CivicwireError as error:
                if well:
                    log.warning("shelf.waits", cause=str(error))
                well = False
            except Exception as error:  # the next round tries again; readers have what there was
                if well:
                    log.error("shelf.broken", cause=f"{type(error).__name__}: {error}", exc_info=error)
                well = False
            else:
                if not well:
                    log.info("shelf.follows")
                well = True

    shelf.catch_up()
    shelf.following = True
    thread = threading.Thread(target=follow, name="shelf", daemon=True)
    thread.start()
    try:
        yield
    finally:
        shelf.following = False
        told.set()
        written.set()
        thread.join(10)
