"""Disks that take nothing more, as an operator meets them: one line, a status, and a sound database."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from config.logs import set_up
from tests.journeys.test_commands import civicwire

FULL = Path("/dev/full")


def limited(folder: Path, most: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command whose files may have so many bytes and no more."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    begin: Callable[[], None] = limit
    return subprocess.run(
        [sys.executable, "-c", "from config.cli import main; main()", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},  # noqa: TID251
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=begin,
    )


def test_f41_f44_a_limit_before_the_start_is_one_line_and_the_database_is_sound_afterwards(tmp_path: Path) -> None:
    refused = limited(tmp_path, 100_000, "migrate")
    assert refused.returncode == 1
    assert refused.stderr.startswith("civicwire: cannot use the database")
    assert refused.stderr.count("\n") == 1
    assert "full" in refused.stderr
    done = civicwire(tmp_path, "migrate")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no disk that is always full")
def test_f45_a_log_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = structlog.get_config()
    with FULL.open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        try:
            set_up("text")
            for _ in range(5000):  # more than any buffer takes
                structlog.get_logger().error("tick.failed", cause="x" * 100)
        finally:
            structlog.configure(**kept)
        monkeypatch.undo()
        with pytest.raises(OSError, match="No space left"):
            full.close()
