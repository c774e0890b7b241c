"""Answers that tell nothing of an address: whatever it is, the same is done, and what was not to be is taken back.

Who asks at an open form sees the same page; with this, the database is also asked the same, so that the time says no
more than the page does.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from feeds.store.database import Session, attempt


class _TakenBack(Exception):
    """What was written is not to be."""


@contextmanager
def written(session: Session, *, keep: bool) -> Iterator[None]:
    """Write all the same, and keep it only if that is right; the transaction around it goes on either way."""
    with suppress(_TakenBack), attempt(session):
        yield
        if not keep:
            raise _TakenBack
