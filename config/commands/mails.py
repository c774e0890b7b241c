"""`civicwire mails`: a mail as somebody would get it, without sending."""

from config.commands.console import opened, print_json
from feeds.staff import SHELL
from feeds.store import reading
from notifier.addresses import normalise
from notifier.model import Kind
from notifier.web.rehearsals import note


def run(*, kind: str, to: str, article: int | None, html: bool, as_json: bool) -> None:
    """Print its subject and its text, or its HTML alone, of a digest perhaps twice; the audit log keeps that somebody
    looked."""
    address = normalise(to)
    with opened() as parts:
        with parts.database.write() as session:
            about = reading.get(session, article) if article is not None else None
            mails = parts.rehearsal.mails(session, Kind(kind), address, about)
            note(session, SHELL.name, Kind(kind), address, article, at=parts.clock())
        if as_json:
            written = [{"subject": one.subject, "text": one.text, "html": one.html} for one in mails]
            print_json({"kind": kind, "mails": written})
        elif html:
            print("\n".join(one.html for one in mails))
        else:
            print("\n".join(f"Subject: {one.subject}\n\n{one.text}" for one in mails), end="")
