"""What the scripts here share: a loopback sink, a fair pair of runs, and how a figure is printed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink on a loopback port for the length of the block."""
    program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if program is None:
        raise SystemExit("smtp-sink is not installed: it comes with Postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    user = ["-u", "postfix"] if os.geteuid() == 0 else []
    server = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "100"])
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one call takes, in seconds of wall time, or by another clock."""
    began = clock()
    work()
    return clock() - began


def in_turn(
    works: dict[str, Callable[[], object]], *, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """The least time of a call of each, run in turn so that a busy moment of the machine falls on all alike; what
    else the machine does can only add to it.

    What is quick is called so often in a row that a clock can tell it: a twentieth of a second.
    """
    often = {name: max(1, round(0.05 / max(seconds(work, clock), 1e-6))) for name, work in works.items()}
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(partial(_again, work, often[name]), clock) / often[name])
    return {name: min(found) for name, found in times.items()}


def _again(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()
