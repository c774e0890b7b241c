"""`civicwire hold`, `civicwire release` and `civicwire status`."""

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.errors import CivicwireError
from feeds.store import changes
from notifier.ledger import history, holds, renewals
from notifier.model import OPEN, DeliveryState


def run(*, action: str, reason: str = "", as_json: bool = False) -> None:
    """Stop sending, let it go on, or say how it stands."""
    with opened() as parts:
        if action == "hold":
            _hold(parts, reason)
        elif action == "release":
            with parts.database.write() as session:
                was_held = holds.release(session)
            print("Sending goes on." if was_held else "Sending was not held.")
        else:
            _status(parts, as_json)


def _hold(parts: Parts, reason: str) -> None:
    reason = " ".join(reason.split())
    if not reason:
        raise CivicwireError("give a reason, for whoever looks next")
    with parts.database.write() as session:
        holds.put(session, reason, now=parts.clock())
    print(f"Sending is held: {reason}")


def _status(parts: Parts, as_json: bool) -> None:
    with parts.database.read() as session:
        held = holds.reason(session)
        mailings = history.mailings(session)
        head = changes.head(session)
        asked = renewals.count(session)
        quiet = history.in_quiet_hours(session)
    if as_json:
        print_json(
            {
                "held": held,
                "change": head,
                "renewals": asked,
                "in_quiet_hours": quiet,
                "mailings": [
                    {
                        "id": one.id,
                        "kind": str(one.kind),
                        "subject": one.subject,
                        "created": one.created_at,
                        "audience": one.audience,
                        "states": {str(state): number for state, number in one.states.items()},
                    }
                    for one in mailings
                ],
            }
        )
        return
    print(f"Sending is held: {held}" if held else "Sending is not held.")
    if asked:
        said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(asked.items()))
        print(f"Renewals of consent: {said}.")
    if quiet:
        print(f"Pending because of quiet hours: {quiet} deliveries of advertising.")
    rows = []
    for one in mailings:
        accepted = one.states.get(DeliveryState.ACCEPTED, 0)
        waiting = sum(one.states.get(state, 0) for state in OPEN)
        rest = ", ".join(f"{number} {state}" for state, number in one.states.items() if not state.is_open)
        rows.append((one.id, one.kind, one.subject, one.audience, accepted, waiting, rest))
    print_table(("mailing", "kind", "subject", "audience", "accepted", "open", "outcome"), rows)
