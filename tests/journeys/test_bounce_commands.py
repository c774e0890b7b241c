"""Reading what came back from a shell: from a pipe as a mail server runs it, and from a Maildir."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.notifier.returned import complaint, delivery_status, plain
from tests.starter import STARTER

DOMAIN = "bounces.example.org"
READER = "a@example.org"


def run(
    folder: Path, *arguments: str, given: bytes = b"", domain: str | None = DOMAIN
) -> subprocess.CompletedProcess[bytes]:
    """The command in a folder of its own, on SQLite."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    if domain:
        environment["CIVICWIRE_BOUNCE_DOMAIN"] = domain
    return STARTER.run(folder, arguments, environment, given=given)


@pytest.fixture
def folder(tmp_path: Path, prepared_file: Path) -> Path:
    (tmp_path / "var").mkdir()
    shutil.copy(prepared_file, tmp_path / "var" / "civicwire.db")
    return tmp_path


def test_a_pipe_is_read_and_what_it_meant_is_said(folder: Path) -> None:
    forged = run(
        folder, "bounces", "read", "--recipient", f"bounce+1.{'a' * 24}@{DOMAIN}", given=delivery_status("x@y.test")
    )
    assert (forged.returncode, forged.stdout) == (0, b"1 read: 1 forged\n")
    long = run(folder, "bounces", "read", "--json", given=b"x" * (25 << 20))
    assert (long.returncode, json.loads(long.stdout)["parked"]) == (0, 1)
    status = json.loads(run(folder, "bounces", "status", "--json").stdout)
    assert (status["forged"], status["parked"], status["waiting"]) == (1, 1, 1)
    (kept,) = (folder / "var" / "parked").glob("*.eml")
    assert kept.stat().st_size == 1 << 20


def test_a_pipe_that_cannot_be_written_down_is_tried_again_by_the_mail_server(tmp_path: Path) -> None:
    done = run(tmp_path, "bounces", "read", given=delivery_status("x@y.test"))
    assert done.returncode == 75
    assert done.stderr.startswith(b"civicwire: there is no database")
    assert b"Traceback" not in done.stderr


def test_a_maildir_is_emptied_into_its_neighbours(folder: Path) -> None:
    maildir = folder / "Maildir"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    (maildir / "new" / "1.a").write_bytes(delivery_status("x@y.test"))
    (maildir / "new" / "2.b").write_bytes(b"\0")
    (maildir / "cur" / "3.c:2,").write_bytes(plain("x@y.test", "away", subject="Out of office"))
    (maildir / "cur" / "4.d:2,S").write_bytes(complaint("x@y.test"))
    (maildir / "tmp" / "5.e").write_bytes(b"not yet whole")
    done = run(folder, "bounces", "read", "Maildir")
    assert (done.returncode, done.stdout) == (0, b"4 read: 2 forged, 1 ignored, 1 parked\n")
    moved = sorted(str(path.relative_to(maildir)) for path in maildir.rglob("*") if path.is_file())
    assert moved == [".Parked/cur/2.b:2,S", ".Read/cur/1.a:2,S", ".Read/cur/3.c:2,", ".Read/cur/4.d:2,S", "tmp/5.e"]


def test_b98_a_folder_that_is_no_maildir_is_one_clear_line(folder: Path) -> None:
    done = run(folder, "bounces", "read", "var")
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"is no Maildir" in done.stderr


def test_without_a_bounce_domain_nothing_can_be_read(folder: Path) -> None:
    done = run(folder, "bounces", "read", given=delivery_status("x@y.test"), domain=None)
    assert done.returncode == 1
    assert done.stderr == b"civicwire: set CIVICWIRE_BOUNCE_DOMAIN to the domain that mail comes back to\n"


def test_an_operator_suppresses_an_address_and_takes_it_back(folder: Path) -> None:
    assert run(folder, "suppressions", "add", READER, "--note", "asked by \x1b[1mtelephone").returncode == 0
    shown = run(folder, "subscribers", "show", READER).stdout.decode()
    assert "No list mail is sent to it: operator (since 2" in shown
    assert "by asked by [1mtelephone" in shown
    listed = json.loads(run(folder, "suppressions", "list", "--json").stdout)
    assert (listed["number"], listed["reasons"]) == (1, {"operator": 1})
    assert READER not in str(listed)
    again = run(folder, "suppressions", "remove", "b@example.org")
    assert (again.returncode, again.stderr) == (1, b"civicwire: this address is not suppressed\n")
