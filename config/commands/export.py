"""`civicwire export`: the public site as files, for any web server."""

import sys
from pathlib import Path

from config.commands.console import print_json, ready
from config.export.lasting import LastingSite
from config.export.run import exported
from config.export.tree import SERVERS
from config.intake.progress import progress
from config.settings import load_settings
from feeds.errors import CivicwireError


def run(*, folder: Path, select: list[str], selections: Path | None, pages: int, whole: bool, as_json: bool) -> None:
    """Bring the tree in a folder up to what is published, and say what that took."""
    wishes = [*select, *(_read(selections) if selections else ())]
    with ready(LastingSite(load_settings())) as site, progress() as move:
        run = exported(
            site,
            folder,
            wishes=wishes,
            pages=pages,
            whole=whole,
            tell=lambda number, total: move("changes", number, number, total),
        )
    done, counts = run.done, run.counts
    said: dict[str, object] = {"written": counts.written, "unchanged": counts.unchanged, "removed": counts.removed}
    for number in done.left_out:
        print(f"civicwire: article {number} cannot be read and is left out; every run tries it again", file=sys.stderr)
    if as_json:
        said |= {"change": done.cursor, "whole": done.is_whole, "reload": done.reload, "left_out": done.left_out}
        print_json(said)
        return
    print(
        f"{counts.written} written, {counts.unchanged} unchanged, {counts.removed} removed; up to change {done.cursor}"
    )
    if done.reload:
        print(f"{folder / SERVERS} has changed: let your web server read its configuration again")


def _read(path: Path) -> list[str]:
    """The selections of a file, one a line; what begins with # says something to people."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise CivicwireError(f"cannot read the selections in {path}: {error}") from error
    return [line for line in lines if line and not line.startswith("#")]
