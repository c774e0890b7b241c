"""The command line answers at once: what a command needs is loaded when it is called."""

import subprocess
import sys

import pytest

HEAVY = {"aiosmtplib", "alembic", "apscheduler", "fastapi", "feedgen", "jinja2", "sqlalchemy", "starlette", "uvicorn"}


@pytest.mark.parametrize("arguments", [["--help"], ["articles", "--help"], ["serve", "--help"]])
def test_help_loads_neither_the_database_nor_the_web(arguments: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-c", "from config.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0, done.stderr
    assert "Usage: " in done.stdout
    assert "typer" in loaded
    assert not loaded & HEAVY
