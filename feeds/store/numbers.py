"""Numbers that links and Message-IDs name, left out after a backup was restored: those given since are out there.

Whoever got a mail between the backup and the loss after it has links that name people, mails and releases of which the
backup knows nothing. Those numbers must be nobody else's.
"""

from sqlalchemy import func, select, text

from feeds.store.database import Session
from feeds.store.schema import metadata

AHEAD = {
    "article": 1_000,
    "subscriber": 1_000_000,
    "signup": 1_000_000,
    "press_key": 1_000_000,
    "mailing": 1_000_000,
    "delivery": 10_000_000,
}
"""How many numbers of each table are left out: more than anybody gives between two backups."""


def leave_out(session: Session) -> None:
    """Go on far after the last number of each of these tables."""
    for name, number in AHEAD.items():
        table = metadata.tables[name]
        last = session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        if session.dialect.name == "postgresql":
            sequence = session.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": name}).scalar_one()
            given = session.execute(text(f"SELECT last_value FROM {sequence}")).scalar_one()  # noqa: S608 - its name
            session.execute(
                text("SELECT setval(:sequence, :to)"), {"sequence": sequence, "to": max(last, given) + number}
            )
            continue
        known = session.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}).scalar()
        if known is None:
            session.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, 0)"), {"name": name})
        to = {"name": name, "to": max(last, known or 0) + number}
        session.execute(text("UPDATE sqlite_sequence SET seq = :to WHERE name = :name"), to)
