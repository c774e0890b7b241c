"""Who is let in: signing in and out, and one's own password. A shell.

A try is counted before its password is checked and forgotten when it was right, so that a hundred at once are no more
than a hundred one after the other. What is checked takes as long for a name that nobody has.
"""

import contextlib
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from feeds.access.passwords import PasswordRefused, Passwords, prepared
from feeds.access.seals import Seals
from feeds.access.throttle import A_KNOWN_BROWSER, A_NAME, A_NAME_FROM_A_NETWORK, A_NETWORK, ALARM_AT, WINDOW, wait
from feeds.clock import Clock
from feeds.errors import CivicwireError, StoreError
from feeds.staff import STRANGER, login_name
from feeds.store import audit, sign_in_failures, staff, staff_sessions, tidying
from feeds.store.database import Database, Session
from feeds.store.staff import Person

log = structlog.get_logger()

LONGEST_STAY = timedelta(days=7)
LONGEST_PAUSE = timedelta(hours=8)
_SEEN_EVERY = timedelta(minutes=5)
_LONGEST_COOKIE = 200


class WrongSignIn(CivicwireError):
    """The name and the password do not belong together; which of them is wrong is not said."""


class TooManyTries(CivicwireError):
    """Try again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many tries: wait {int(wait.total_seconds())} seconds")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who was let in, and what their browser keeps: the stay's token, and that it is known for this name."""

    person: Person
    token: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Try:
    """What is tried: the name as it is stored, what is counted under, and how often at most."""

    name: str | None
    name_key: str
    network_key: str
    known: bool


class Entrance:
    """Lets staff in and out."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords, seals: Seals) -> None:
        """Take the parts."""
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._seals = seals

    def sign_in(self, name: str, password: str, *, network: str, browser: str = "", present: str = "") -> Admitted:
        """Let a person in, from a network, in a browser that may be known, which may hold an earlier stay's token.

        TooManyTries, WrongSignIn or Busy. The earlier stay ends: nobody can lay a token out for others to sign in with.
        """
        one = self._what_is_tried(name, network, browser)
        with self._database.write() as session:
            self._count(session, one)
            found = staff.named(session, one.name) if one.name else None
            kept = staff.password_of(session, found.id) if found and found.active else None
        if not self._passwords.verify(kept, password) or found is None or kept is None:
            self._note_failure(one, found)
            raise WrongSignIn("the name or the password is wrong")
        again = self._passwords.hash(prepared(password)) if self._passwords.is_dated(kept) else None
        with self._database.write() as session:
            if staff.password_of(session, found.id) != kept or not staff.get(session, found.id).active:
                raise WrongSignIn("the account was changed at this very moment")
            wrong = self._wrong_before(session, one)
            sign_in_failures.forget(session, name_key=one.name_key, network_key=one.network_key)
            if again is not None:
                staff.set_password(session, found.id, again, must_change=found.must_change)
            staff_sessions.end(session, hash_of(present))
            details = {"tries": wrong} if wrong else {}
            audit.record(session, at=self._clock(), actor=found.name, action="sign_in", details=details)
            return self._let_in(session, found, browser if one.known else "")

    def knows(self, name: str, browser: str) -> bool:
        """Whether somebody of this name has signed in before with this browser."""
        return self._what_is_tried(name, "", browser).known

    def visitor(self, token: str) -> Person | None:
        """Who is inside with this token; None for one that is not, or not any more."""
        if not token or len(token) > _LONGEST_COOKIE:
            return None
        now = self._clock()
        with self._database.read() as session:
            stay = staff_sessions.find(session, hash_of(token))
        if stay is None or now >= stay.expires_at or now >= stay.seen_at + LONGEST_PAUSE:
            return None
        if now >= stay.seen_at + _SEEN_EVERY:
            # A database that is busy for the moment keeps nobody out.
            with contextlib.suppress(StoreError), self._database.write() as session:
                staff_sessions.touch(session, hash_of(token), now)
        return stay.person

    def sign_out(self, name: str, token: str) -> None:
        """End the stay of this token."""
        with self._database.write() as session:
            staff_sessions.end(session, hash_of(token))
            audit.record(session, at=self._clock(), actor=name, action="sign_out")

    def change_password(self, person_id: int, old: str, new: str) -> Admitted:
        """Choose a new password: every stay of this person ends, and a new one begins.

        TooManyTries, WrongSignIn where the old one is wrong, PasswordRefused for a new one that cannot be chosen.
        """
        chosen = prepared(new)
        inside = f"inside {person_id}"
        with self._database.write() as session:
            before = staff.get(session, person_id)
            keys = self._seals.mark("name", before.name), self._seals.mark("network", inside)
            self._count(session, _Try(before.name, *keys, known=True))
            kept = staff.password_of(session, person_id)
        if not self._passwords.verify(kept, old):
            with self._database.write() as session:
                audit.record(session, at=self._clock(), actor=before.name, action="password_failed")
            raise WrongSignIn("the present password is wrong")
        if prepared(old) == chosen:
            raise PasswordRefused("account.password_same")
        hashed = self._passwords.hash(chosen)
        with self._database.write() as session:
            if staff.password_of(session, person_id) != kept:
                raise WrongSignIn("the password was changed at this very moment")
            staff.set_password(session, person_id, hashed, must_change=False)
            staff_sessions.end_all(session, person_id)
            sign_in_failures.forget(session, name_key=keys[0], network_key=keys[1])
            audit.record(session, at=self._clock(), actor=before.name, action="password")
            return self._let_in(session, staff.get(session, person_id), "")

    def tidy(self) -> int:
        """Destroy what the newsroom's tables need not keep any longer; answers how many rows."""
        with self._database.write() as session:
            return tidying.destroy_expired(session, self._clock())

    # Steps

    def _what_is_tried(self, text: str, network: str, browser: str) -> _Try:
        name = login_name(text)
        # What can be nobody's name is counted as well, all of it as one.
        name_key = self._seals.mark("name", name or "")
        mark, _, seal = browser[:_LONGEST_COOKIE].partition(".")
        known = name is not None and self._seals.holds("browser", f"{name}\0{mark}", seal)
        network_key = self._seals.mark("browser", mark) if known else self._seals.mark("network", network)
        return _Try(name, name_key, network_key, known)

    def _count(self, session: Session, one: _Try) -> None:
        """Count a try, or TooManyTries."""
        now = self._clock()
        sign_in_failures.take_turn(session)
        own: tuple[int, str | None, str | None] = (A_NAME_FROM_A_NETWORK, one.name_key, one.network_key)
        if one.known:
            bounds = [(A_KNOWN_BROWSER, *own[1:])]
        else:
            bounds = [own, (A_NETWORK, None, one.network_key), (A_NAME, one.name_key, None)]
        for allowed, name_key, network_key in bounds:
            tried = sign_in_failures.latest(
                session, name_key=name_key, network_key=network_key, since=now - WINDOW, limit=allowed
            )
            too_soon = wait(tried, allowed, now)
            if too_soon is not None:
                raise TooManyTries(too_soon)
        sign_in_failures.add(session, name_key=one.name_key, network_key=one.network_key, at=now)

    def _wrong_before(self, session: Session, one: _Try) -> int:
        """How often this name was tried within the window from anywhere, before the try that is being made."""
        since = self._clock() - WINDOW
        tried = sign_in_failures.latest(session, name_key=one.name_key, since=since, limit=A_NAME + 1)
        return max(0, len(tried) - 1)

    def _note_failure(self, one: _Try, found: Person | None) -> None:
        """Write into the audit log that a wrong password was given for somebody, and tell both logs where it goes on.

        The first of a quarter of an hour is written down and then the alarms: a stranger can lengthen the record by a
        few lines and no more. Never a name that is nobody's: people type passwords into the wrong field.
        """
        now = self._clock()
        with self._database.read() as session:
            tried = sign_in_failures.latest(session, name_key=one.name_key, since=now - WINDOW, limit=max(ALARM_AT) + 1)
        is_attack = len(tried) in ALARM_AT
        if is_attack:
            log.warning("sign_in.attacked", person=found.id if found else "unknown", tries=len(tried))
        if not is_attack and len(tried) != 1:
            return
        action, details = "attack" if is_attack else "sign_in_failed", {"tries": len(tried)}
        with self._database.write() as session:
            if found is None:
                sign_in_failures.rewrite(session, name_key=one.name_key)
            else:
                audit.record(session, at=now, actor=STRANGER, action=action, subject=found.name, details=details)

    def _let_in(self, session: Session, person: Person, browser: str) -> Admitted:
        now = self._clock()
        token = secrets.token_urlsafe(32)
        staff_sessions.begin(session, hash_of(token), person.id, now=now, expires_at=now + LONGEST_STAY)
        mark = secrets.token_urlsafe(16)
        known = browser or f"{mark}.{self._seals.mark('browser', f'{person.name}{chr(0)}{mark}')}"
        return Admitted(person, token, known)


def hash_of(token: str) -> str:
    """What is kept of a token: whoever reads the table can sign in nowhere."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def form_proof(token: str) -> str:
    """What every form of this stay must bring back; it gives nothing of the token away."""
    return hashlib.sha256(b"civicwire.form\0" + token.encode(errors="replace")).hexdigest()
