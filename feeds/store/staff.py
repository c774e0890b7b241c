"""The people of the newsroom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from feeds.errors import NotFound
from feeds.staff import Actor, Role, person
from feeds.store.database import Session
from feeds.store.staff_tables import staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of staff. `name` is what they sign in with; `must_change` asks for a new password first."""

    id: int
    name: str
    role: Role
    divisions: tuple[str, ...]
    must_change: bool
    active: bool
    created_at: datetime

    @property
    def actor(self) -> Actor:
        """This person as somebody who acts on articles."""
        return person(self.name, self.role, self.divisions)


PERSON = (
    staff.c.id,
    staff.c.name,
    staff.c.role,
    staff.c.divisions,
    staff.c.must_change,
    staff.c.active,
    staff.c.created_at,
)
"""The columns of which `as_person` makes one."""


def as_person(row: Row[*tuple[Any, ...]]) -> Person:
    """A person from a row that holds the columns of PERSON."""
    values = {column.name: row._mapping[column] for column in PERSON}
    return Person(**values | {"role": Role(values["role"]), "divisions": tuple(values["divisions"])})


def everyone(session: Session) -> Sequence[Person]:
    """Everybody who ever had an account, in order of their names; those who have none any more last."""
    found = session.execute(select(*PERSON).order_by(staff.c.active.desc(), staff.c.name))
    return [as_person(row) for row in found]


def get(session: Session, person_id: int) -> Person:
    """One person. NotFound if there is none."""
    row = session.execute(select(*PERSON).where(staff.c.id == person_id)).first()
    if row is None:
        raise NotFound("person", person_id)
    return as_person(row)


def named(session: Session, name: str) -> Person | None:
    """Who signs in with this name, also if they may no longer; None if nobody does."""
    row = session.execute(select(*PERSON).where(staff.c.name == name)).first()
    return as_person(row) if row else None


def password_of(session: Session, person_id: int) -> str:
    """The hash of a person's password. NotFound if there is no such person."""
    kept = session.execute(select(staff.c.password_hash).where(staff.c.id == person_id)).scalar()
    if kept is None:
        raise NotFound("person", person_id)
    return str(kept)


def operators(session: Session) -> int:
    """How many people may keep the accounts."""
    wanted = select(func.count()).where(staff.c.role == str(Role.OPERATOR), staff.c.active.is_(True))
    return int(session.execute(wanted).scalar_one())


def add(
    session: Session,
    *,
    name: str,
    role: Role,
    divisions: Iterable[str],
    password_hash: str,
    must_change: bool,
    now: datetime,
) -> Person:
    """Give somebody an account. The unique index refuses a name that somebody has."""
    values = {"name": name, "role": str(role), "divisions": list(divisions), "password_hash": password_hash}
    wanted = insert(staff).values(**values, must_change=must_change, active=True, created_at=now)
    return get(session, session.execute(wanted.returning(staff.c.id)).scalar_one())


def change(session: Session, person_id: int, *, role: Role, divisions: Iterable[str], active: bool) -> Person:
    """Say what a person may do. NotFound if there is none."""
    values = {"role": str(role), "divisions": list(divisions), "active": active}
    session.execute(update(staff).where(staff.c.id == person_id).values(**values))
    return get(session, person_id)


def set_password(session: Session, person_id: int, password_hash: str, *, must_change: bool) -> None:
    """Keep a new password."""
    wanted = update(staff).where(staff.c.id == person_id)
    session.execute(wanted.values(password_hash=password_hash, must_change=must_change))
