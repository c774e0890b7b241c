"""`civicwire backup` and `civicwire restore`."""

from dataclasses import asdict
from pathlib import Path

from config.backup.making import make, target
from config.backup.restoring import Restored, restore
from config.commands.console import opened, print_json, print_table
from config.intake.progress import progress
from config.logs import QUIET, set_up
from config.parts import Parts
from config.settings import load_settings
from feeds.errors import CivicwireError


def run(*, action: str, path: Path, replace: bool = False, as_json: bool) -> None:
    """Make a backup, or put one in the place of what is here."""
    if action == "backup":
        _backup(path, as_json)
    else:
        _restore(path, replace, as_json)


def _backup(path: Path, as_json: bool) -> None:
    with opened() as parts, progress() as move:
        path = target(path, f"{parts.clock():%Y-%m-%dT%H%M%SZ}")
        manifest, is_marked = make(parts, path, lambda what, done, total: move(what, done, done, total))
        journal = parts.journal.path
    size = path.stat().st_size
    if as_json:
        said = {"file": path, "bytes": size, "taken_at": manifest.taken_at, "files": len(manifest.members) - 2}
        print_json(said | {"counts": manifest.counts, "tables": manifest.tables, "journal": is_marked})
    else:
        print(f"{path}: {size:,} bytes, as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC")
        print("The secret key, the settings and the keys of DKIM are not in it: keep them elsewhere.")
    if not is_marked:
        raise CivicwireError(f"the backup is made, but the suppression journal {journal} cannot be written")


def _restore(path: Path, replace: bool, as_json: bool) -> None:
    parts = Parts(load_settings())
    set_up(parts.settings.log_format, level=QUIET)
    try:
        with progress() as move:
            done = restore(parts, path, replace=replace, tell=lambda what, n, total: move(what, n, n, total))
    finally:
        parts.database.close()
    if as_json:
        print_json(_as_object(done))
    else:
        _tell(done)


def _as_object(done: Restored) -> dict[str, object]:
    prospect = done.prospect
    return {
        "taken_at": done.manifest.taken_at,
        "counts": done.manifest.counts,
        "accepted_by_receipts": done.taken,
        "journal": asdict(done.applied) if done.applied else None,
        "warnings": list(done.warnings),
        "replaced": done.before,
        "held": True,
        "would_send": {
            "waiting": {str(kind): number for kind, number in prospect.waiting.items()},
            "changes": prospect.changes,
            "digests": [{"cadence": str(cadence), "slot": slot} for cadence, slot in prospect.digests],
            "scheduled": prospect.scheduled,
            "overdue": prospect.overdue,
        },
    }


def _tell(done: Restored) -> None:
    manifest, prospect = done.manifest, done.prospect
    print(f"Restored: {manifest.city_name} as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.")
    print(f"Rows: {', '.join(f'{name} {number:,}' for name, number in manifest.counts.items())}.")
    for warning in done.warnings:
        print(f"Beware: {warning}.")
    if done.applied is not None:
        said = ", ".join(f"{number} {name}" for name, number in asdict(done.applied).items())
        print(f"From the suppression journal: {said}.")
    if done.taken:
        print(f"Sent already, by receipts: {done.taken} mails.")
    if done.before is not None:
        print(f"What was there before is {done.before}: destroy it when nobody needs it any more.")
    print("Everybody of staff is signed out. Accounts closed and tokens revoked since the backup are open again: look.")
    print("Sending is held. Were it not, this would be sent:")
    rows: list[tuple[str, object]] = [(f"{kind} waiting", number) for kind, number in prospect.waiting.items()]
    rows += [("changes not yet alerted of", prospect.changes)] if prospect.changes else []
    rows += [(f"{cadence} digest of {slot}", "due") for cadence, slot in prospect.digests]
    rows += (
        [("scheduled releases", f"{prospect.scheduled}, {prospect.overdue} of them due")] if prospect.scheduled else []
    )
    print_table(("what", "number"), rows or [("nothing", "")])
    print("`civicwire release` skips what may have been sent since the backup; with --resend it is all sent.")
