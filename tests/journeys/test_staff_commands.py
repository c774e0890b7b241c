"""`civicwire staff` as an operator meets it, and what a trusted proxy changes."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from config.asgi import application
from config.server import background
from tests.journeys.conftest import Site
from tests.journeys.test_commands import civicwire, free_port
from tests.starter import STARTER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert civicwire(tmp_path, "migrate").returncode == 0
    return tmp_path


def _with_input(folder: Path, text: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return STARTER.run(folder, arguments, {"PATH": ""}, given=text)


def test_the_first_operator_is_made_on_the_machine_and_the_last_one_stays(folder: Path) -> None:
    added = civicwire(folder, "staff", "add", "Press-Operator", "--role", "operator", "--json")
    first = json.loads(added.stdout)
    assert (first["name"], first["role"], first["divisions"]) == ("press-operator", "operator", [])
    assert first["password"].count("-") == 3
    assert first["address"] == "http://127.0.0.1:8000/newsroom"
    assert first["password"] not in (folder / "var" / "civicwire.db").read_bytes().decode("latin-1")

    removed = civicwire(folder, "staff", "remove", "press-operator")
    assert (removed.returncode, removed.stdout) == (1, "")
    assert removed.stderr == "civicwire: press-operator is the last operator: name another one first\n"

    again = civicwire(folder, "staff", "add", "PRESS-OPERATOR", "--role", "chief")
    assert (again.returncode, again.stderr) == (1, "civicwire: there is a person press-operator already\n")

    editor = civicwire(folder, "staff", "add", "editor-a", "--division", "roads")
    assert editor.returncode == 0
    assert "first password" in editor.stdout
    assert "shown only now" in editor.stderr
    assert civicwire(folder, "staff", "remove", "editor-a").stdout == "The account of editor-a is closed.\n"
    listed = json.loads(civicwire(folder, "staff", "list", "--json").stdout)["staff"]
    assert [(one["name"], one["account"]) for one in listed] == [
        ("press-operator", "waits for the first sign-in"),
        ("editor-a", "closed"),
    ]
    assert "password" not in str(listed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "editor-a"), "an editor needs at least one division"),
        (("add", "editor-a", "--division", "nowhere"), "there is no division nowhere"),
        (("add", "two words", "--role", "chief"), "this cannot be a name: 2 to 40 letters, digits, and . _ - @"),
        (("reset", "nobody"), "there is no person nobody"),
        (("remove", "a b"), "there is no person a b"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = civicwire(folder, "staff", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"civicwire: {said}\n")


@pytest.mark.parametrize(
    ("text", "status"),
    [("긴 비밀번호 하나 둘 셋\n".encode(), 0), (b"short\n", 1), (b"", 1), (b"\xff\xfe" * 20, 1), (b"a" * 1_000_000, 1)],
)
def test_b90_a_first_password_may_come_by_standard_input_and_is_never_printed(
    folder: Path, text: bytes, status: int
) -> None:
    done = _with_input(folder, text, "staff", "add", "chief-a", "--role", "chief", "--password-stdin")
    assert done.returncode == status, done
    assert b"Traceback" not in done.stderr
    assert not text.strip() or text.strip()[:20] not in done.stdout + done.stderr


def _tried(address: str, client: str) -> int:
    headers = {"X-Forwarded-For": client, "Origin": address}
    form = {"name": "nobody", "password": "wrong horse battery"}
    return httpx.post(f"{address}/newsroom/sign-in", data=form, headers=headers).status_code


@pytest.mark.parametrize("trusted", [(), ("127.0.0.1",)])
def test_b88_only_a_trusted_proxy_says_for_whom_it_asks(site: Site, trusted: tuple[str, ...]) -> None:
    port = int(free_port())
    site.parts.settings = replace(site.parts.settings, trusted_proxies=trusted)
    with background(application(site.parts), port=port):
        address = f"http://127.0.0.1:{port}"
        statuses = [_tried(address, "192.0.2.1") for _ in range(6)]
        assert statuses == [422] * 5 + [429]
        assert _tried(address, "192.0.2.2") == (422 if trusted else 429)
        assert _tried(address, "192.0.2.3, 192.0.2.1") == 429, "the nearest that is not trusted counts"
