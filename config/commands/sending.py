"""`civicwire hold`, `civicwire release` and `civicwire status`."""

from contextlib import suppress
from math import ceil

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.errors import CivicwireError
from feeds.staff import SHELL
from feeds.store import changes, reading, undoing
from notifier import holding
from notifier.balance import Balance
from notifier.ledger import history, holds, renewals, restorations, standing
from notifier.ledger.holds import Held

_MAILINGS = 50
_COLUMNS = (
    *("audience", "accepted", "rejected", "skipped", "expired", "pending", "unknown"),
    *("bounced", "complained"),
)


def run(*, action: str, reason: str = "", resend: bool = False, as_json: bool = False) -> None:
    """Stop sending, let it go on, or say how it stands."""
    with opened() as parts:
        if action == "hold":
            _hold(parts, reason)
        elif action == "release":
            _release(parts, resend)
        else:
            _status(parts, as_json)


def _hold(parts: Parts, reason: str) -> None:
    reason = " ".join(reason.split())
    if not reason:
        raise CivicwireError("give a reason, for whoever looks next")
    with parts.database.write() as session:
        holding.hold(session, SHELL.name, reason, now=parts.clock())
    print(f"Sending is held: {reason}")


def _release(parts: Parts, resend: bool) -> None:
    with parts.database.write() as session:
        now = parts.clock()
        skipped = holding.release(session, SHELL.name, newsroom=parts.newsroom, now=now, resend=resend)
    if skipped:
        print(f"{skipped} mails that may have been sent since the backup are skipped.")
    print("Sending was not held." if skipped is None else "Sending goes on.")


def _status(parts: Parts, as_json: bool) -> None:
    with parts.database.read() as session:
        held = holds.current(session)
        mailings = standing.mailings(session, limit=_MAILINGS, of_people=True)
        head = changes.head(session)
        asked = renewals.count(session)
        quiet = history.in_quiet_hours(session)
        doubt = restorations.waiting(session)
        undone = undoing.waiting(session)
        titles = {
            number: one.content.title
            for number, one in reading.by_id(session, [one.article_id for one in undone]).items()
        }
        doubtful = restorations.doubtful(session, doubt) if doubt else 0
    backup = None
    with suppress(OSError):
        backup = parts.journal.last_backup()
    if as_json:
        print_json(
            {
                "last_backup": backup,
                "held": held.reason if held else None,
                "held_since": held.at if held else None,
                "held_by": held.by if held else None,
                "change": head,
                "renewals": asked,
                "in_quiet_hours": quiet,
                "in_undo_window": [
                    {"article": one.article_id, "kind": str(one.kind), "until": one.until} for one in undone
                ],
                "restored_from": doubt.taken_at if doubt else None,
                "mailings": [
                    {
                        "id": one.id,
                        "kind": str(one.kind),
                        "subject": one.subject,
                        "created": one.planned_at,
                        "took_seconds": round(one.took.total_seconds()) if one.took else None,
                        "audience": one.balance.audience,
                        "states": {str(state): number for state, number in one.states.items()},
                        "balance": one.balance.to_document(),
                    }
                    for one in mailings
                ],
            }
        )
        return
    print(_held(held) if held else "Sending is not held.")
    if doubt:
        print(
            f"Restored from the backup of {doubt.taken_at:%Y-%m-%d %H:%M} UTC: nothing is planned before "
            f"“civicwire release”, which skips what may have been sent since ({doubtful} mails wait); "
            "with --resend it is all sent."
        )
    if backup:
        days, hours = divmod((parts.clock() - backup).total_seconds() // 3600, 24)
        print(f"The last backup is {days:.0f} days and {hours:.0f} hours old ({backup:%Y-%m-%d %H:%M} UTC).")
    else:
        print("No backup is known.")
    if asked:
        said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(asked.items()))
        print(f"Renewals of consent: {said}.")
    if quiet:
        print(f"Pending because of quiet hours: {quiet} deliveries of advertising.")
    for one in undone:
        left = max(0, ceil((one.until - parts.clock()).total_seconds()))
        print(f"Can still be undone for {left} seconds: {titles.get(one.article_id, one.article_id)} ({one.kind}).")
    rows = [(one.id, one.kind, one.subject, *_balance(one.balance)) for one in mailings]
    print_table(("mailing", "kind", "subject", *_COLUMNS), rows)


def _held(held: Held) -> str:
    by = f" by {held.by}" if held.by else ""
    return f"Sending is held: {held.reason} (since {held.at:%Y-%m-%d %H:%M} UTC{by})"


def _balance(balance: Balance) -> tuple[object, ...]:
    """The numbers of the columns; a zero says nothing, but for who got it."""
    parts = (balance.rejected, balance.skipped_in_all, balance.expired, balance.pending, balance.unknown)
    beside = (balance.bounced, balance.complained)
    return (balance.audience, balance.accepted, *(number or "" for number in (*parts, *beside)))
