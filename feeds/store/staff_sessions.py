"""Who is inside: one row for each browser that is signed in. The cookie's value is never kept, only its SHA-256."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from feeds.store.database import Session
from feeds.store.staff import PERSON, Person, as_person
from feeds.store.staff_tables import staff, staff_session


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One browser in which a person is signed in: when it was last seen, and when it ends in any case."""

    person: Person
    seen_at: datetime
    expires_at: datetime


def begin(session: Session, token_hash: str, person_id: int, *, now: datetime, expires_at: datetime) -> None:
    """Let a browser in."""
    values = {"token_hash": token_hash, "staff_id": person_id, "expires_at": expires_at}
    session.execute(insert(staff_session).values(**values, created_at=now, seen_at=now))


def find(session: Session, token_hash: str) -> Stay | None:
    """The stay of this token, of a person who still has an account; it may have expired. None if there is none."""
    wanted = select(*PERSON, staff_session.c.seen_at, staff_session.c.expires_at)
    wanted = wanted.join(staff, staff.c.id == staff_session.c.staff_id)
    wanted = wanted.where(staff_session.c.token_hash == token_hash, staff.c.active.is_(True))
    row = session.execute(wanted).first()
    if row is None:
        return None
    return Stay(person=as_person(row), seen_at=row.seen_at, expires_at=row.expires_at)


def touch(session: Session, token_hash: str, now: datetime) -> None:
    """Note that the browser was here."""
    session.execute(update(staff_session).where(staff_session.c.token_hash == token_hash).values(seen_at=now))


def end(session: Session, token_hash: str) -> None:
    """Let this browser in no more."""
    session.execute(delete(staff_session).where(staff_session.c.token_hash == token_hash))


def end_everybodys(session: Session) -> None:
    """Sign everybody out."""
    session.execute(delete(staff_session))


def end_all(session: Session, person_id: int) -> None:
    """Let no browser of this person in any more."""
    session.execute(delete(staff_session).where(staff_session.c.staff_id == person_id))
