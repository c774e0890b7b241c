"""What every command shares: the parts of this installation, and how answers are printed."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from config.logs import QUIET, set_up
from config.migrations.upgrading import demand_current
from config.parts import Parts
from config.settings import Settings, load_settings
from feeds.clock import fixed_clock, system_clock
from feeds.errors import CivicwireError
from feeds.store import divisions

P = TypeVar("P", bound=Parts)


@contextmanager
def opened(*, now: str | None = None, settings: Settings | None = None) -> Iterator[Parts]:
    """The parts over a database that is there and current, closed at the end; at the instant `now` if one is given."""
    clock = fixed_clock(read_instant(now)) if now else system_clock
    with ready(Parts(settings or load_settings(), clock)) as parts:
        yield parts


@contextmanager
def ready(parts: P) -> Iterator[P]:
    """These parts, over a database that is there and current, closed at the end."""
    set_up(parts.settings.log_format, level=QUIET)
    try:
        demand_current(parts.database)
        _bring_divisions_up(parts)
        yield parts
    finally:
        parts.database.close()


def _bring_divisions_up(parts: Parts) -> None:
    """Articles may be filed under every division of the city file; nothing is written where all are known."""
    city = parts.newsroom.city
    with parts.database.read() as session:
        known = set(divisions.slugs(session))
    if not {slug for division in city.divisions for slug in (division.slug, *division.former)} <= known:
        with parts.database.write() as session:
            divisions.sync(session, city)


def read_instant(text: str) -> datetime:
    """An instant of ISO 8601 with its zone. CivicwireError if it is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CivicwireError(f"“{text}” is not an instant such as 2026-05-24T08:00:00+09:00") from error
    if instant.tzinfo is None:
        raise CivicwireError(f"“{text}” has no zone: write 2026-05-24T08:00:00+09:00")
    return instant.astimezone(UTC)


def print_json(value: Mapping[str, object]) -> None:
    """One JSON object on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def _plain(value: object) -> str:
    """Days and instants of ISO 8601; everything else as it prints."""
    return value.isoformat() if isinstance(value, date) else str(value)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None) -> None:
    """A table for a person; as wide as it needs to be where nobody watches."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    if title:
        print(title)
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else 240, markup=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
