"""`civicwire run`: the same runs that the scheduler wakes, by hand."""

import time
from collections import Counter
from dataclasses import asdict

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.clock import absurd
from feeds.errors import CivicwireError
from notifier.ledger import deliveries, holds

_PATIENCE_SECONDS = 600
_PAUSE_SECONDS = 2
_OF_RENEWALS = {
    "asked": "asked for renewal",
    "reminded": "reminded of renewal",
    "lapsed": "let go without renewal",
}


def run(*, what: str, until_done: bool, now: str | None, as_json: bool) -> None:
    """Wake the runs once; with `until_done`, go on until no delivery is open, for ten minutes at most."""
    done: Counter[str] = Counter()
    with opened(now=now) as parts:
        # An instant that somebody names may be any.
        fault = absurd(parts.clock()) if now is None else None
        if fault is not None:
            raise CivicwireError(fault)
        if what in ("publications", "all"):
            done["releases published"] += parts.publications.run()
        if what in ("alerts", "all"):
            done["alerts planned"] += parts.alerts.run().planned
            done["withdrawals planned"] += parts.withdrawals.run()
        if what in ("digests", "all"):
            for digest in parts.digests.run():
                done[f"{digest.slot.cadence} digest {digest.outcome}"] += 1
                done["digests planned"] += digest.planned
        if what in ("renewals", "all"):
            renewed = parts.renewals.run()
            for said, number in asdict(renewed).items() if renewed else ():
                done[f"people {_OF_RENEWALS[said]}"] += number
        unavailable = _deliver(parts, done, until_done) if what in ("delivery", "all") else None
    if as_json:
        print_json({"done": dict(done), "unavailable": unavailable})
    else:
        print_table(
            ("what", "number"), [(what, number) for what, number in done.items() if number] or [("nothing was due", "")]
        )
    if unavailable:
        raise CivicwireError(f"mail is waiting: {unavailable}")


def _deliver(parts: Parts, done: Counter[str], until_done: bool) -> str | None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        sent = parts.sender.run()
        for state, number in sent.states.items():
            done[f"deliveries {state}"] += number
        with parts.database.read() as session:
            still_open = sum(
                number
                for states in deliveries.balance(session).values()
                for state, number in states.items()
                if state.is_open
            )
            held = holds.reason(session)
        done["deliveries waiting"] = still_open
        if held is not None and still_open:
            return f"sending is held: {held}"
        if sent.unavailable or not until_done or not still_open or time.monotonic() > deadline:
            return sent.unavailable
        time.sleep(_PAUSE_SECONDS)
