"""`civicwire intake`: pages, dumps, feeds and tables become articles, or a report of what they hold."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import typer

from config.commands.console import opened
from config.intake.inputs import Opener, host_of
from config.intake.mails import Mails
from config.intake.progress import progress
from config.intake.refusals import RefusalFile
from config.intake.runs import Run
from config.intake.telling import REFUSED, Telling
from config.migrations.upgrading import demand_current
from config.parts import Parts
from config.settings import load_settings
from feeds.errors import CivicwireError
from feeds.incoming import Reception, Wish
from feeds.intake.division import by_spelling, spelling
from feeds.intake.source import Setting
from feeds.intake.sources import ALL
from notifier.audience import Audience


def run(
    *,
    paths: Sequence[str],
    division: str | None,
    board: str | None,
    site: str | None,
    address: str | None,
    source: str | None,
    publish: bool,
    discarded: bool,
    dry_run: bool,
    refused: Path | None,
    as_json: bool,
) -> None:
    """Read everything that is named; the exit status is 1 if any record is refused."""
    if address is not None and len(paths) > 1:
        raise CivicwireError("--address belongs to one page: give one path with it")
    if source is not None and source not in ALL:
        raise typer.BadParameter(f"there is no source {source}; there are {', '.join(ALL)}", param_hint="--source")
    with ExitStack() as stack:
        parts = _looking() if dry_run else stack.enter_context(opened())
        stack.callback(parts.database.close)
        Reception(parts.newsroom).check_filing(division, board)
        telling = Telling(parts.words["en"], _refusals(parts, refused, dry_run), dry_run, as_json)
        has_store = not dry_run or _is_there(parts)
        reading = Run(
            opener=Opener(setting=_setting(parts, site), address=address),
            arrivals=parts.arrivals,
            wish=Wish(division=division, board=board, publish=publish, discarded=discarded),
            telling=telling,
            mails=Mails(Audience(parts.newsroom, parts.clock), parts.database if has_store else None),
            move=stack.enter_context(progress()),
            dry_run=dry_run,
            has_store=has_store,
            source=source,
        )
        reading.run(paths)
    if telling.counts[REFUSED]:
        sys.exit(1)


def _looking() -> Parts:
    """The parts of an installation that need not have a database yet: nothing is written."""
    return Parts(load_settings())


def _is_there(parts: Parts) -> bool:
    """Whether there is a store to ask what is known already. StoreOutdated for one that is not of this version."""
    database = parts.database
    if database.is_sqlite and not Path(database.url.database or "").exists():
        return False
    demand_current(database)
    return True


def _setting(parts: Parts, site: str | None) -> Setting:
    city = parts.newsroom.city
    divisions = by_spelling(city)
    host, address = host_of(site) if site is not None else (None, None)
    return Setting(
        zone=city.zone,
        now=parts.clock(),
        site=host,
        site_address=address,
        is_division=lambda name: spelling(name) in divisions,
    )


def _refusals(parts: Parts, named: Path | None, dry_run: bool) -> RefusalFile | None:
    """Where refusals are written: to the file that is named, else beside the database; of a dry run only if named."""
    if named is not None:
        return RefusalFile(named, is_named=True)
    if dry_run:
        return None
    database = parts.database
    folder = Path(database.url.database or "").parent if database.is_sqlite else Path()
    local = parts.clock().astimezone(parts.newsroom.city.zone)
    return RefusalFile(folder / f"intake-refused-{local:%Y%m%d-%H%M%S}.csv")
