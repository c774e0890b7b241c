"""Looks through the whole database when the service has started, and holds sending where it is damaged (F47).

Beside everything else, for a large file takes seconds: pages are there meanwhile.
"""

import structlog

from feeds.clock import Clock
from feeds.errors import CivicwireError
from feeds.store.database import RESTORE, Database
from feeds.store.snapshot import damage
from notifier.ledger import holds

log = structlog.get_logger()


def hold_if_damaged(database: Database, clock: Clock) -> bool:
    """Whether sending had to be held: who is written to is not known for sure any more."""
    try:
        found = damage(database)
        if found is None:
            return False
    except CivicwireError as error:
        found = str(error)
        if RESTORE not in found:
            return False  # it could not be looked at: that says nothing of it
    log.error("database.damaged", cause=found)
    try:
        with database.write() as session:
            holds.put(session, f"the database is damaged ({found[:200]}): {RESTORE}", now=clock())
    except CivicwireError as error:
        log.error("hold.unwritten", cause=str(error))
    return True
