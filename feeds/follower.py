"""Follows the change log for the shelf, in a thread of its own, as long as the web application runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from feeds.errors import CivicwireError
from feeds.shelf import Shelf

log = structlog.get_logger()
SECONDS = 0.05
"""How long a change waits at most until the shelf hears of it."""


@contextmanager
def following(shelf: Shelf, *, seconds: float = SECONDS) -> Iterator[None]:
    """The shelf is kept fresh for the length of the block.

    While the database does not answer, readers get what there was before.
    """
    told = threading.Event()

    def follow() -> None:
        well = True
        while not told.wait(seconds):
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
        thread.join(10)
