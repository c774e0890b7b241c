"""The bench of the search leaves nothing behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.house.sources import ROOT


def test_a_bench_that_is_told_to_end_takes_its_database_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.search", "--engine", "sqlite"]
    running = subprocess.Popen(command, cwd=ROOT, env={"TMPDIR": str(tmp_path)}, stdout=subprocess.DEVNULL)
    try:
        while not list(tmp_path.glob("*/civicwire.db")):
            assert running.poll() is None, "it ended before it could be told to"
            time.sleep(0.02)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 128 + signal.SIGTERM
    finally:
        running.kill()
        running.wait()
    assert not list(tmp_path.iterdir())
