"""`civicwire tokens`: what programs show to use the API."""

import sys
from collections.abc import Sequence

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.errors import CivicwireError
from feeds.staff import SHELL, Right
from feeds.store.api_tokens import ApiToken


def run(
    *,
    action: str,
    name: str = "",
    divisions: Sequence[str] = (),
    every: bool = False,
    scopes: Sequence[str] = (),
    days: int | None = None,
    as_json: bool,
) -> None:
    """Do one thing with tokens and print how they stand."""
    with opened() as parts:
        if action == "add":
            _add(parts, name, None if every else divisions, scopes, days, as_json)
        elif action == "revoke":
            _print(parts, [parts.programs.revoke(SHELL.name, parts.programs.named(name).id)], as_json)
        else:
            _print(parts, parts.programs.known(), as_json)


def _add(
    parts: Parts,
    name: str,
    divisions: Sequence[str] | None,
    scopes: Sequence[str],
    days: int | None,
    as_json: bool,
) -> None:
    if divisions is not None and not divisions:
        raise CivicwireError("say for which divisions: --division SLUG, or --all-divisions")
    if not scopes:
        raise CivicwireError(f"say what it may do: --scope with {', '.join(Right)}")
    rights = [Right(scope) for scope in scopes]
    handed = parts.programs.make(SHELL.name, name, divisions=divisions, scopes=rights, days=days)
    if as_json:
        print_json(_object(parts, handed.token) | {"token": handed.text})
        return
    print(handed.text)
    print("civicwire: this is shown once: copy it to the program now", file=sys.stderr)


def _print(parts: Parts, found: Sequence[ApiToken], as_json: bool) -> None:
    rows = [_object(parts, one) for one in found]
    if as_json:
        print_json({"tokens": rows})
        return
    columns = ("name", "state", "divisions", "scopes", "made", "used", "expires")
    print_table(columns, [_cells(row, columns) for row in rows])


def _object(parts: Parts, token: ApiToken) -> dict[str, object]:
    state = "revoked" if token.revoked_at else "good" if token.is_good(parts.clock()) else "expired"
    return {
        "name": token.name,
        "state": state,
        "divisions": None if token.divisions is None else list(token.divisions),
        "scopes": sorted(token.scopes),
        "made": token.created_at,
        "by": token.created_by,
        "used": token.used_at,
        "expires": token.expires_at,
    }


def _cells(row: dict[str, object], columns: Sequence[str]) -> list[object]:
    told = row | {"divisions": "all"} if row["divisions"] is None else row
    values = [told[column] for column in columns]
    return [", ".join(value) if isinstance(value, list) else value for value in values]
