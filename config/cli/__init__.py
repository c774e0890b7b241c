"""The command line. What a command does is imported when it is called, so that --help is quick and loads nothing."""

import sys

import typer

from config.cli import newsroom, people, running
from feeds.errors import CivicwireError, Misconfigured

app = typer.Typer(
    name="civicwire",
    help="Feeds and mail notifications for a public newsroom.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for part in (running, newsroom, people):
    app.add_typer(part.app)


def main() -> None:
    """Run the command line: 0 done, 1 could not (one clear line each), 2 wrong use, also by settings."""
    try:
        app(standalone_mode=True)
    except CivicwireError as error:
        for line in str(error).splitlines():
            print(f"civicwire: {line}", file=sys.stderr)
        sys.exit(2 if isinstance(error, Misconfigured) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
