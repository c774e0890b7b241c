"""Commands of `civicwire`, each in a process of its own, without what reading the program costs at every start.

One process reads the whole program once and forks for each command. The child is what a fresh process would be: it has
the folder, the environment and the arguments that are asked for, its output goes to files, and it ends as Python ends.
"""

import atexit
import gc
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

ROOT = Path(__file__).parents[1]
_LONGEST = 60
"""Seconds after which a command is ended."""


class Starter:
    """Starts commands, one at a time; started itself when the first is asked for."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._place = TemporaryDirectory()
        atexit.register(self.close)

    def run(
        self, folder: Path, arguments: Sequence[str], environment: dict[str, str], *, given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end, `given` on its standard input; what it printed and its exit status, as
        `subprocess.run` gives them.

        subprocess.TimeoutExpired after a minute.
        """
        if self._process is None or self._process.poll() is not None:
            self._process = _started()
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        files = [Path(self._place.name) / name for name in ("stdin", "stdout", "stderr")]
        files[0].write_bytes(given)
        asked.write(json.dumps([str(folder), arguments, environment, [str(file) for file in files]]).encode() + b"\n")
        asked.flush()
        if not select.select([answers], [], [], _LONGEST)[0]:
            self.close()
            raise subprocess.TimeoutExpired(arguments, _LONGEST)
        status = json.loads(answers.readline())
        return subprocess.CompletedProcess(arguments, status, *(file.read_bytes() for file in files[1:]))

    def close(self) -> None:
        """End it, and a command that still runs."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None


def _started() -> "subprocess.Popen[bytes]":
    bare = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "tests.starter"]
    return subprocess.Popen(
        command, cwd=ROOT, env=bare, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )


STARTER = Starter()
"""The one of this process."""


def _serve() -> None:
    """Fork for each line that comes; say with what status each child ended."""
    import_module("config.cli")
    for file in (ROOT / "config" / "commands").glob("[a-z]*.py"):
        import_module(f"config.commands.{file.stem}")
    gc.freeze()  # so that a child need not look through what it will never use
    for line in sys.stdin.buffer:
        folder, arguments, environment, files = json.loads(line)
        child = os.fork()
        if not child:
            _become(folder, arguments, environment, files)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(folder: str, arguments: list[str], environment: dict[str, str], files: list[str]) -> NoReturn:
    for number, file in enumerate(files):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY), number)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - the one before has read ahead
    os.chdir(folder)
    os.environ.clear()  # noqa: TID251 - it becomes another process
    os.environ.update(environment)  # noqa: TID251
    sys.argv = ["civicwire", *arguments]
    sys.modules["config.cli"].main()
    sys.exit()


if __name__ == "__main__":
    _serve()
