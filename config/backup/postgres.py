"""A PostgreSQL database to and from a file, by the server's own client programs.

They are started without a shell; the password is in a file that only we can read, never among their arguments.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feeds.errors import CivicwireError
from feeds.store.database import Database

_CHUNK = 1 << 20
_NOT_OURS = {"passfile", "password"}


def demand_programs(server: int, *names: str) -> None:
    """CivicwireError, saying what to install, unless these programs are here and of the server's major version."""
    for name in names:
        path = shutil.which(name)
        if path is None:
            raise CivicwireError(f"{name} is not here: install the client programs of PostgreSQL {server}")
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        found = re.search(r"(\d+)(?:\.\d+)?", said)
        if found is None or int(found[1]) != server:
            what = f"of PostgreSQL {found[1]}" if found else "of no known version"
            raise CivicwireError(f"{name} is {what}, the server is {server}: install its own client programs")


def dump(database: Database, snapshot: str, path: Path) -> None:
    """Write the whole database, as it is in an exported snapshot, to a file. CivicwireError in one line."""
    with _connection(database) as conninfo:
        wanted = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        done = subprocess.run(  # noqa: S603
            [_program("pg_dump"), *wanted, f"--file={path}", f"--dbname={conninfo}"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode:
        raise CivicwireError(f"the database could not be dumped: {_reason(done.stderr)}")


def restore(database: Database, path: Path, *, last: str) -> None:
    """Put a dump in the place of what the database holds, and do `last`, all in one transaction.

    CivicwireError in one line, with nothing changed.
    """
    reading = [_program("pg_restore"), "--file=-", "--clean", "--if-exists", "--no-owner", "--no-privileges", str(path)]
    with (
        _connection(database) as conninfo,
        tempfile.TemporaryFile() as said,
        subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=said) as source,  # noqa: S603
        subprocess.Popen(  # noqa: S603
            [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-", f"--dbname={conninfo}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as target,
    ):
        assert source.stdout is not None  # noqa: S101 - both are pipes
        assert target.stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            # Without its COMMIT, whatever ends either of them early changes nothing.
            target.stdin.write(b"BEGIN;\nSET LOCAL statement_timeout = 0;\n")
            shutil.copyfileobj(source.stdout, target.stdin, _CHUNK)
            if source.wait() == 0:
                target.stdin.write(f"{last}\nCOMMIT;\n".encode())
        with contextlib.suppress(BrokenPipeError):
            target.stdin.close()
        source.stdout.close()
        failed = target.wait() or source.wait()
        said.seek(0)
        if failed:
            raise CivicwireError(f"nothing was restored: {_reason(said.read().decode(errors='replace'))}")


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise CivicwireError(f"{name} is not here")
    return path


@contextmanager
def _connection(database: Database) -> Iterator[str]:
    """How the client programs find the server, for the length of the block."""
    url = database.url
    found: dict[str, object] = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    found |= {name: value for name, value in url.query.items() if name not in _NOT_OURS}
    with tempfile.NamedTemporaryFile("w", prefix="civicwire", encoding="utf-8") as file:  # mode 0600
        if url.password is not None:
            secret = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
            file.write(f"*:*:*:*:{secret}\n")
            file.flush()
            os.fsync(file.fileno())
            found["passfile"] = file.name
        yield " ".join(f"{name}={_quoted(str(value))}" for name, value in found.items() if value is not None)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _reason(said: str) -> str:
    """The first line that says what is wrong."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = (line for line in lines if re.search(r"\b(error|ERROR|FATAL)\b", line))
    return next(wrong, lines[0] if lines else "the program said nothing")[:300]
