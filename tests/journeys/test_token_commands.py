"""`civicwire tokens` as an operator meets it: a real process, and the token that it prints."""

import json
import re
from pathlib import Path

import pytest

from tests.journeys.test_commands import civicwire


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty database in it."""
    folder = tmp_path_factory.mktemp("tokens")
    assert civicwire(folder, "migrate").returncode == 0
    return folder


def test_a_token_is_printed_once_listed_and_revoked(ready: Path) -> None:
    made = civicwire(
        ready,
        "tokens",
        "add",
        "city website",
        "--all-divisions",
        "--scope",
        "write",
        "--scope",
        "publish",
        "--days",
        "30",
    )
    assert (made.returncode, bool(re.fullmatch(r"cw_1_[\w-]{43}\n", made.stdout))) == (0, True)
    assert "shown once" in made.stderr
    listed = civicwire(ready, "tokens", "list")
    assert "city website  good   all" in listed.stdout
    assert made.stdout.strip()[5:] not in listed.stdout
    (told,) = json.loads(civicwire(ready, "tokens", "revoke", "city website", "--json").stdout)["tokens"]
    assert (told["state"], told["by"], told["scopes"]) == ("revoked", "shell", ["publish", "write"])
    again = civicwire(ready, "tokens", "add", "city website", "--all-divisions", "--scope", "read")
    assert (again.returncode, again.stdout) == (1, "")
    assert "already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("add", "x", "--scope", "read"), 1, "--all-divisions"),
        (("add", "x", "--all-divisions"), 1, "--scope"),
        (("add", "x", "--division", "nowhere", "--scope", "read"), 1, "there is no division nowhere"),
        (("add", "x", "--all-divisions", "--scope", "everything"), 2, "everything"),
        (("add", "x", "--all-divisions", "--scope", "read", "--days", "0"), 1, "days"),
        (("revoke", "nobody"), 1, "there is no token nobody"),
    ],
)
def test_what_cannot_be_is_one_clear_line(ready: Path, arguments: tuple[str, ...], status: int, said: str) -> None:
    done = civicwire(ready, "tokens", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
