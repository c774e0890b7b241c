"""`civicwire staff`: who may sign in to the newsroom."""

import sys
from collections.abc import Sequence

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.access.accounts import Handed
from feeds.access.passwords import LONGEST
from feeds.errors import CivicwireError, NotFound
from feeds.staff import SHELL, Role, login_name
from feeds.store import staff
from feeds.store.staff import Person


def run(
    *,
    action: str,
    name: str = "",
    divisions: Sequence[str] = (),
    role: str = Role.EDITOR,
    password_stdin: bool = False,
    as_json: bool,
) -> None:
    """Add, list, reset or remove. A password is printed once and kept nowhere."""
    with opened() as parts:
        if action == "list":
            _list(parts, as_json)
        elif action == "add":
            password = _from_stdin() if password_stdin else None
            handed = parts.accounts.add(SHELL.name, name, role=Role(role), divisions=divisions, password=password)
            _hand_over(parts, handed, as_json, made_up=password is None)
        elif action == "reset":
            password = _from_stdin() if password_stdin else None
            handed = parts.accounts.reset(SHELL.name, _named(parts, name).id, password=password)
            _hand_over(parts, handed, as_json, made_up=password is None)
        else:
            closed = parts.accounts.close(SHELL.name, _named(parts, name).id)
            if as_json:
                print_json(_object(closed))
            else:
                print(f"The account of {closed.name} is closed.")


def _list(parts: Parts, as_json: bool) -> None:
    with parts.database.read() as session:
        people = staff.everyone(session)
    if as_json:
        print_json({"staff": [_object(person) for person in people]})
        return
    rows = [(one.id, one.name, one.role, ", ".join(one.divisions) or "all", _state(one)) for one in people]
    print_table(("number", "name", "role", "divisions", "account"), rows)


def _hand_over(parts: Parts, handed: Handed, as_json: bool, *, made_up: bool) -> None:
    where = parts.newsroom.url("/newsroom")
    if as_json:
        print_json(_object(handed.person) | {"address": where} | ({"password": handed.password} if made_up else {}))
        return
    rows = [("name", handed.person.name), ("role", handed.person.role)]
    rows += [("divisions", ", ".join(handed.person.divisions) or "all")]
    rows += [("first password", handed.password)] if made_up else []
    print_table(("field", "value"), [*rows, ("sign in at", where)])
    if made_up:
        print("The password is shown only now. It has to be changed at the first sign-in.", file=sys.stderr)


def _named(parts: Parts, name: str) -> Person:
    login = login_name(name)
    with parts.database.read() as session:
        person = staff.named(session, login) if login else None
    if person is None:
        raise NotFound("person", login or name[:40])
    return person


def _from_stdin() -> str:
    """The first line of standard input, bounded before it is looked at."""
    try:
        line = sys.stdin.readline(LONGEST + 2)
    except UnicodeDecodeError as error:
        raise CivicwireError("the password on standard input is not text in UTF-8") from error
    return line.removesuffix("\n").removesuffix("\r")


def _object(person: Person) -> dict[str, object]:
    return {
        "number": person.id,
        "name": person.name,
        "role": str(person.role),
        "divisions": list(person.divisions),
        "account": _state(person),
        "since": person.created_at,
    }


def _state(person: Person) -> str:
    if not person.active:
        return "closed"
    return "waits for the first sign-in" if person.must_change else "in use"
