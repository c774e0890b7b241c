"""A bar on the terminal while a run lasts; nothing where nobody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Move = Callable[[str, int, int, int], None]
"""Told of the input's name, how many records there were so far, and how many bytes of how many are read."""


@contextmanager
def progress() -> Iterator[Move]:
    """A bar on standard error for the length of the block, or what is told to nobody."""
    if not sys.stderr.isatty():
        yield lambda name, records, done, total: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[records]:,} records"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # What is printed goes around the bar only where both are on the terminal: a report in a file is no part of it.
    watched = sys.stdout.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=watched) as bar:
        task = bar.add_task("", total=None, records=0)

        def move(name: str, records: int, done: int, total: int) -> None:
            bar.update(task, description=name[-40:], records=records, completed=done, total=total or None)

        yield move
