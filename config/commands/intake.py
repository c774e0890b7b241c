"""`civicwire intake`: board pages become drafts, or a report of what they hold."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from config.settings import load_settings
from feeds.errors import CivicwireError
from feeds.intake.board_page import read
from feeds.intake.decode import MAX_BYTES
from feeds.intake.draft import Draft, ListPage, Reading, Refused
from feeds.intake.report import as_json as report_of
from feeds.model import State


def run(
    *,
    paths: Sequence[str],
    division: str | None,
    board: str | None,
    address: str | None,
    publish: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read every page; the exit status is 1 if any of them is not one article."""
    if address is not None and len(paths) > 1:
        raise CivicwireError("--address belongs to one page: give one path with it")
    if dry_run and (division or board):
        Parts(load_settings()).arrivals.check_filing(division, board)
    readings = [(path, _read(path, address)) for path in paths]
    if dry_run:
        reports: list[Mapping[str, object]] = [{"path": path, **report_of(reading)} for path, reading in readings]
    else:
        with opened() as parts:
            reports = [_take(parts, path, reading, division, board, publish) for path, reading in readings]
    if as_json:
        print_json({"pages": reports})
    else:
        _print(reports, dry_run=dry_run)
    if not as_json:
        _print_remarks(readings)
    refused = [(path, reading) for path, reading in readings if not isinstance(reading, Draft)]
    for path, reading in refused:
        print(f"civicwire: {path}: {_sentence(reading)}", file=sys.stderr)
    if refused:
        sys.exit(1)


def _read(path: str, address: str | None) -> Reading:
    """What a file holds; one that cannot be read is refused like a page that is no article."""
    if path.startswith(("http://", "https://")):
        return _refused("pages are read from files: save the page, and give its address by --address")
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _refused(f"the file cannot be read: {error.strerror}")
    return read(content, address=address)


def _refused(reason: str) -> Refused:
    return Refused(title=None, reasons=(reason,))


def _take(
    parts: Parts, path: str, reading: Reading, division: str | None, board: str | None, publish: bool
) -> Mapping[str, object]:
    report = {"path": path, **report_of(reading)}
    if not isinstance(reading, Draft):
        return report
    arrival = parts.arrivals.take(reading, division=division, board=board, publish=publish)
    return report | {
        "article": arrival.article_id,
        "outcome": str(arrival.outcome),
        "state": str(arrival.state),
        "mailed": arrival.state is State.PUBLISHED and not arrival.quiet,
    }


def _sentence(reading: Reading) -> str:
    if isinstance(reading, ListPage):
        return f"a list of {len(reading.titles)} articles, not one: give the page of each"
    return "; ".join(reading.reasons if isinstance(reading, Refused) else ())


def _print_remarks(readings: Sequence[tuple[str, Reading]]) -> None:
    """What an editor should look at, page by page."""
    for path, reading in readings:
        if isinstance(reading, Draft):
            for remark in reading.remarks:
                print(f"{Path(path).name}: {remark}")


def _print(reports: Sequence[Mapping[str, object]], *, dry_run: bool) -> None:
    columns = ["page", "kind", "title", "division", "registered", "telephone"]
    rows = [
        [
            Path(str(one["path"])).name,
            one["kind"],
            one["title"],
            one.get("division") or "unknown",
            one.get("date") or "unknown",
            one.get("telephone"),
        ]
        for one in reports
    ]
    if not dry_run:
        columns += ["article", "outcome", "state"]
        for row, one in zip(rows, reports, strict=True):
            row += [one.get("article"), one.get("outcome"), one.get("state")]
    print_table(columns, rows)
    if any(one.get("state") == "draft" for one in reports):
        print("Drafts are not public: “civicwire articles publish NUMBER” publishes one and mails who follows it.")
    if any(one.get("state") == "published" and one.get("mailed") is False for one in reports):
        print("Published without mail: only a release registered today or yesterday is known to be news.")
