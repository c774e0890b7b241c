"""`civicwire bounces`: reads mail that came back, from a pipe or a Maildir, and says how much of it there was."""

import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from config.commands.console import opened, print_json, print_table
from config.maildir import Maildir
from config.parts import Parts
from feeds.errors import StoreError
from notifier.bounces import Finding
from notifier.ledger import bounces as ledger
from notifier.received import LONGEST

_LATER = 75
"""What tells a mail server that runs us to keep the mail and try again (EX_TEMPFAIL of sysexits.h)."""
_LOOKED_BACK = timedelta(days=30)


def run(*, action: str, maildir: Path | None = None, recipient: str | None = None, as_json: bool) -> None:
    """Read what came back, or say what came back lately."""
    try:
        with opened() as parts:
            if action == "status":
                _status(parts, as_json)
            else:
                _say(_read_folder(parts, maildir) if maildir else _read_pipe(parts, recipient), as_json)
    except StoreError as error:
        if maildir is not None or action == "status":
            raise
        print(f"civicwire: {error}", file=sys.stderr)
        sys.exit(_LATER)


def _read_pipe(parts: Parts, recipient: str | None) -> Counter[Finding]:
    """One mail from standard input; the rest of one without end is read and thrown away."""
    raw = sys.stdin.buffer.read(LONGEST + 1)
    while sys.stdin.buffer.read(1 << 16):
        pass
    return Counter([parts.returns.take_or_park(raw, recipient)])


def _read_folder(parts: Parts, folder: Path) -> Counter[Finding]:
    """Every mail of a Maildir, each moved away once it is written down."""
    maildir = Maildir(folder)
    found: Counter[Finding] = Counter()
    for path in maildir.mails():
        raw = maildir.read(path, at_most=LONGEST + 1)
        if raw is not None:
            finding = parts.returns.take(raw)
            maildir.move(path, ".Parked" if finding is Finding.PARKED else ".Read")
            found[finding] += 1
    return found


def _say(found: Counter[Finding], as_json: bool) -> None:
    if as_json:
        print_json({"read": found.total(), **{str(one): found[one] for one in Finding}})
    else:
        kinds = ", ".join(f"{number} {finding}" for finding, number in sorted(found.items()))
        print(f"{found.total()} read{': ' if kinds else ''}{kinds}")


def _status(parts: Parts, as_json: bool) -> None:
    with parts.database.read() as session:
        counted = ledger.tallies(session, parts.clock().date() - _LOOKED_BACK)
    parked = parts.parking.count()
    if as_json:
        print_json({**{str(one): counted.get(one, 0) for one in Finding}, "waiting": parked})
        return
    print_table(("mails of the last 30 days", "number"), [(one, counted.get(one, 0)) for one in Finding])
    if parked:
        print(f"{parked} parked for somebody to look at, in {parts.parking.folder}")
