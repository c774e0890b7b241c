"""Counts a mail that an open form asks for against the budgets of its network and its mail domain. A shell."""

from datetime import datetime

import structlog

from feeds.store.database import Session
from notifier import budgets
from notifier.ledger import budgets as ledger
from notifier.tokens import Tokens

log = structlog.get_logger()


def is_spent(session: Session, tokens: Tokens, address: str, host: str | None, *, now: datetime) -> bool:
    """Count a mail to an address, asked for by a client at `host`; True, and nothing counted, where none is left."""
    limits = budgets.limits(address, host)
    names = {tokens.mark_of(f"budget:{what}"): what for what in limits}
    marks = {mark: limits[what] for mark, what in names.items()}
    spent = ledger.spend(session, marks, hour=budgets.hour_of(now))
    if spent is not None:
        log.warning("signup.budget_spent", of=names[spent].partition(":")[0], mark=spent)
    return spent is not None
