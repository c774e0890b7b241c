"""Exports that are killed in the middle: a process of its own, which starts them one after another.

Called with the folder of a database, of a tree, and a number: each run is killed when it has put so many files in
place; the fourth is left to end by itself. Says after each how many links of the tree lead nowhere. A child that is
forked needs none of the time that a new process takes to begin.
"""

import os
import signal
import sys
import time
from pathlib import Path

import structlog

from tests.export import sample
from tests.export.files import leading_nowhere


def main(folder: Path, tree: Path, step: int) -> None:
    """Kill, look, and start again."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    newsroom = sample.standing_in(folder)
    for number in range(4):
        before = _inodes(tree)
        child = os.fork()
        if child == 0:
            try:
                newsroom.export(tree)
            except BaseException as error:
                print(error, flush=True)
                os._exit(1)
            os._exit(0)
        ended = status = 0
        while not ended and (number == 3 or len(_inodes(tree) - before) < step):
            time.sleep(0.01)
            ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        print("ended" if ended else "killed", status, len(leading_nowhere(tree)), *leading_nowhere(tree), flush=True)
        if ended:
            return


def _inodes(tree: Path) -> set[int]:
    """One number for each file that was ever put in place."""
    return {one.inode() for found, _, _ in os.walk(tree / "site") for one in os.scandir(found) if not one.is_dir()}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
