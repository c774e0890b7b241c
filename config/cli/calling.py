"""What all commands have in common."""

from importlib import import_module
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


def call(module: str, **values: Any) -> None:
    """Import what a command does, and do it."""
    import_module(f"config.commands.{module}").run(**values)
