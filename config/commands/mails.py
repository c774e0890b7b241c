"""`civicwire mails`: a mail as somebody would get it, without sending."""

from config.commands.console import opened, print_json
from feeds.staff import SHELL
from feeds.store import reading
from notifier.addresses import normalise
from notifier.model import Kind
from notifier.web.rehearsals import note


def run(*, kind: str, to: str, article: int | None, html: bool, as_json: bool) -> None:
    """Print its subject and its text, or its HTML alone; the audit log keeps that somebody looked."""
    address = normalise(to)
    with opened() as parts:
        with parts.database.write() as session:
            about = reading.get(session, article) if article is not None else None
            mail = parts.rehearsal.mail(session, Kind(kind), address, about)
            note(session, SHELL.name, Kind(kind), address, article, at=parts.clock())
        if as_json:
            print_json({"kind": kind, "subject": mail.subject, "text": mail.text, "html": mail.html})
        elif html:
            print(mail.html)
        else:
            print(f"Subject: {mail.subject}\n\n{mail.text}", end="")
