"""Counts a mail that an open form asks for against the budgets of its network and its mail domain. A shell."""

from datetime import datetime

import structlog

from feeds.store.database import Session
from notifier import budgets
from notifier.budgets import BudgetSpent
from notifier.ledger import budgets as ledger
from notifier.tokens import Tokens

log = structlog.get_logger()


def spend(session: Session, tokens: Tokens, address: str, host: str | None, *, now: datetime) -> None:
    """Count a mail to an address, asked for by a client at `host`. BudgetSpent, and nothing counted, beyond a budget.

    Which one depends on where the client and the mailbox are, and not on whether anybody is known there.
    """
    limits = budgets.limits(address, host)
    names = {tokens.mark_of(f"budget:{what}"): what for what in limits}
    marks = {mark: limits[what] for mark, what in names.items()}
    spent = ledger.spend(session, marks, hour=budgets.hour_of(now))
    if spent is not None:
        of = names[spent].partition(":")[0]
        log.warning("signup.budget_spent", of=of, mark=spent)
        raise BudgetSpent(of, budgets.rest_of_hour(now))
