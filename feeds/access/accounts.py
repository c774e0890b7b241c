"""What operators do with the accounts of staff, and the record of it. A shell; each deed is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from feeds.access.passwords import Passwords, made_up, prepared
from feeds.clock import Clock
from feeds.errors import Conflict, NotFound
from feeds.model import Newsroom
from feeds.staff import Role, login_name
from feeds.store import audit, staff, staff_sessions
from feeds.store.database import Database, Session
from feeds.store.staff import Person


class AccountRefused(Conflict):
    """An account that cannot be so; `word` is the key of the sentence a person is shown."""

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(detail)
        self.word = word


@dataclass(frozen=True, slots=True)
class Handed:
    """A person and the password that was made up for them: shown once, and to be changed at the first sign-in."""

    person: Person
    password: str = field(repr=False)


class Accounts:
    """Keeps the accounts. Every method takes `by`, whom the audit log names."""

    def __init__(self, database: Database, newsroom: Newsroom, clock: Clock, passwords: Passwords) -> None:
        """Take the parts."""
        self._database = database
        self._newsroom = newsroom
        self._clock = clock
        self._passwords = passwords

    def add(
        self, by: str, name: str, *, role: Role, divisions: Iterable[str] = (), password: str | None = None
    ) -> Handed:
        """Give somebody an account, with a password that is made up unless one is passed.

        AccountRefused, PasswordRefused, or NotFound for a division.
        """
        login = login_name(name)
        if login is None:
            raise AccountRefused("staff.fault.name", "this cannot be a name: 2 to 40 letters, digits, and . _ - @")
        slugs = self._divisions(role, divisions)
        password = prepared(password) if password is not None else made_up()
        hashed = self._passwords.hash(password)
        with self._database.write() as session:
            if staff.named(session, login) is not None:
                raise AccountRefused("staff.fault.taken", f"there is a person {login} already")
            new = staff.add(
                session,
                name=login,
                role=role,
                divisions=slugs,
                password_hash=hashed,
                must_change=True,
                now=self._clock(),
            )
            self._note(session, by, "staff_add", new)
        return Handed(new, password)

    def change(self, by: str, person_id: int, *, role: Role, divisions: Iterable[str] = ()) -> Person:
        """Say what somebody may do. Where that changes, they sign in again."""
        slugs = self._divisions(role, divisions)
        with self._database.write() as session:
            before = staff.get(session, person_id)
            if (before.role, before.divisions) == (role, slugs):
                return before
            self._keep_an_operator(session, before, stays=before.active and role is Role.OPERATOR)
            after = staff.change(session, person_id, role=role, divisions=slugs, active=before.active)
            staff_sessions.end_all(session, person_id)
            self._note(session, by, "staff_change", after)
        return after

    def reset(self, by: str, person_id: int, *, password: str | None = None) -> Handed:
        """Make up a new password for somebody who has lost theirs, or take one; their browsers are let in no more."""
        password = prepared(password) if password is not None else made_up()
        hashed = self._passwords.hash(password)
        with self._database.write() as session:
            staff.get(session, person_id)
            staff.set_password(session, person_id, hashed, must_change=True)
            staff_sessions.end_all(session, person_id)
            after = staff.get(session, person_id)
            audit.record(session, at=self._clock(), actor=by, action="staff_reset", subject=after.name)
        return Handed(after, password)

    def close(self, by: str, person_id: int) -> Person:
        """Take somebody's account away; what they did stays in the audit log under their name."""
        return self._set_active(by, person_id, active=False)

    def reopen(self, by: str, person_id: int) -> Person:
        """Give an account back that was taken away."""
        return self._set_active(by, person_id, active=True)

    def _set_active(self, by: str, person_id: int, *, active: bool) -> Person:
        with self._database.write() as session:
            before = staff.get(session, person_id)
            if before.active == active:
                return before
            self._keep_an_operator(session, before, stays=active)
            after = staff.change(session, person_id, role=before.role, divisions=before.divisions, active=active)
            staff_sessions.end_all(session, person_id)
            self._note(session, by, "staff_reopen" if active else "staff_close", after)
        return after

    def _divisions(self, role: Role, divisions: Iterable[str]) -> tuple[str, ...]:
        """The divisions an editor writes for, in order; the other roles have all and are given none."""
        slugs = tuple(sorted(set(divisions)))
        for slug in slugs:
            if self._newsroom.division(slug) is None:
                raise NotFound("division", slug)
        if role is not Role.EDITOR:
            return ()
        if not slugs:
            raise AccountRefused("staff.fault.divisions", "an editor needs at least one division")
        return slugs

    def _keep_an_operator(self, session: Session, before: Person, *, stays: bool) -> None:
        is_one = before.active and before.role is Role.OPERATOR
        if is_one and not stays and staff.operators(session) == 1:
            raise AccountRefused("staff.fault.last", f"{before.name} is the last operator: name another one first")

    def _note(self, session: Session, by: str, action: str, person: Person) -> None:
        details = {"role": str(person.role), "divisions": list(person.divisions)}
        audit.record(session, at=self._clock(), actor=by, action=action, subject=person.name, details=details)
