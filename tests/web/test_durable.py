"""F11: what somebody was told is done is on the disk by then, also through a loss of power. The kernel is watched."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.house.sources import ROOT

_DEEDS = ("signed up", "left", "published")
_CALL = re.compile(r"(?P<name>\w+)\((?P<handle>\d+)<(?P<file>[^>]*)>")


def _act(folder: Path, prepared: Path) -> None:
    """What people do, over HTTP; after each answer a mark among the calls of the system."""
    from tests.builders import publish, small_city  # noqa: PLC0415 - of the process that is watched
    from tests.web.conftest import site_in  # noqa: PLC0415

    site = site_in(folder, prepared, small_city())
    reader = site.follow("reader@example.org")
    with open(folder / "marks", "wb", buffering=0) as marks:
        assert site.sign_up(email="other@example.org").status < 400
        marks.write(b"signed up\n")
        from notifier.tokens import Purpose  # noqa: PLC0415

        left = site.browser.post(site.link(Purpose.UNSUBSCRIBE, reader.id), {"List-Unsubscribe": "One-Click"})
        assert left.status == 200
        marks.write(b"left\n")
        publish(site.database, now=site.clock())
        marks.write(b"published\n")
    site.database.close()


@pytest.fixture
def calls(tmp_path: Path, prepared_file: Path) -> list[str]:
    """The calls that write, sync or mark, in their order."""
    strace = shutil.which("strace")
    if strace is None:
        missing("strace", "strace is not installed")
        raise AssertionError
    trace = tmp_path / "trace"
    script = (
        "import sys; from pathlib import Path; from tests.web.test_durable import _act; _act(*map(Path, sys.argv[1:]))"
    )
    done = subprocess.run(
        [
            *(strace, "-f", "-y", "-s", "40", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o", str(trace)),
            *(sys.executable, "-c", script, str(tmp_path), str(prepared_file)),
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},  # noqa: TID251
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in done.stderr:
        missing("strace", "this machine lets no process be watched")
    assert done.returncode == 0, done.stderr
    return trace.read_text(errors="replace").splitlines()


def test_f11_sign_ups_unsubscribes_and_releases_are_synced_before_they_are_answered(calls: list[str]) -> None:
    unsynced: set[str] = set()
    synced: list[str] = []
    seen = []
    for line in calls:
        found = _CALL.search(line)
        if found is None:
            continue
        name, file = found["name"], Path(found["file"]).name
        if file == "marks":
            deed = next(one for one in _DEEDS if one in line)
            seen.append(deed)
            assert not unsynced, f"{deed} was answered before {unsynced} was on the disk"
            assert "civicwire.db-wal" in synced
            assert deed != "left" or "suppressions.journal" in synced
            synced = []
        elif file.endswith(("-wal", ".journal")):
            if name in ("write", "pwrite64"):
                unsynced.add(file)
            else:
                unsynced.discard(file)
                synced.append(file)
    assert seen == list(_DEEDS)
