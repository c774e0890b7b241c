"""`civicwire suppressions`: which addresses get no list mail, and why."""

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.errors import CivicwireError
from notifier.addresses import normalise
from notifier.bounces import Reason
from notifier.ledger import suppressions
from notifier.received import one_line

_SHOWN = 100


def run(*, action: str, email: str = "", note: str = "", as_json: bool) -> None:
    """List, add or remove."""
    address = normalise(email) if action != "list" else ""
    with opened() as parts:
        if action == "list":
            _list(parts, as_json)
        elif action == "add":
            _add(parts, address, note, as_json)
        else:
            _remove(parts, address, as_json)


def _list(parts: Parts, as_json: bool) -> None:
    with parts.database.read() as session:
        counted, newest = suppressions.count(session), suppressions.newest(session, limit=_SHOWN)
    if as_json:
        latest = [{"hash": one.address_hash, "reason": one.reason, "by": one.source, "at": one.at} for one in newest]
        print_json({"number": sum(counted.values()), "reasons": counted, "newest": latest})
        return
    print(", ".join(f"{number} {reason}" for reason, number in counted.items()) or "No address is suppressed.")
    if newest:
        rows = [(one.address_hash[:12], one.reason, one.source, f"{one.at:%Y-%m-%d %H:%M}") for one in newest]
        print_table(("hash of the address", "reason", "by", "since (UTC)"), rows)


def _add(parts: Parts, address: str, note: str, as_json: bool) -> None:
    source = one_line(note, 40) or "staff"
    with parts.database.write() as session:
        key = parts.tokens.address_hashes(address)[0]
        suppressions.add(session, key, reason=Reason.OPERATOR, source=source, now=parts.clock())
        parts.journal.suppressed(address, Reason.OPERATOR)
    if as_json:
        print_json({"address": address, "suppressed": Reason.OPERATOR})
    else:
        print("No list mail is sent to this address any more, until its owner signs up and confirms.")


def _remove(parts: Parts, address: str, as_json: bool) -> None:
    with parts.database.write() as session:
        lifted = suppressions.lift(session, parts.tokens.address_hashes(address))
        if lifted:
            parts.journal.lifted(address)
    if not lifted:
        raise CivicwireError("this address is not suppressed")
    if as_json:
        print_json({"address": address, "suppressed": None})
    else:
        print("List mail is sent to this address again.")
