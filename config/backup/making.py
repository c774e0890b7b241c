"""Makes a backup of one installation while it runs and sends: the database as of one instant, and the media folder."""

import secrets
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from config.backup import postgres
from config.backup.archive import DATABASE, MEDIA, RECEIPTS, Manifest, written
from config.migrations.upgrading import newest
from config.parts import Parts
from feeds.errors import CivicwireError
from feeds.store import changes
from feeds.store.snapshot import Snapshot, copy_to, counted, snapshot
from notifier.receipts import noted, receipts_of

Tell = Callable[[str, int, int], None]
"""Told of what is copied, and how much of how much is done."""
MARKED = "civicwire.backup"
_COUNTED = ("article", "subscriber", "mailing", "delivery")


def make(parts: Parts, path: Path, tell: Tell) -> tuple[Manifest, bool]:
    """Write a backup to a new file; answers what it is, and whether the suppression journal knows of it.

    CivicwireError, and no file, where that cannot be.
    """
    database, city = parts.database, parts.newsroom.city
    name, taken_at, accepted = secrets.token_hex(8), parts.clock(), set[int]()
    marked: list[bool] = []

    def first() -> None:
        """Nobody writes now: what is sent is in the state or the receipts, who left in the state or after our line."""
        folder = receipts_of(database)
        accepted.update(noted(folder) if folder else ())
        marked.append(parts.journal.mark_backup(name))

    with (
        written(path) as backup,
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup") as room,
        snapshot(database, first) as state,
    ):
        copy = Path(room) / DATABASE
        _copy(parts, state, copy, tell)
        with copy.open("rb") as file:
            backup.add(DATABASE, file, packed=database.is_sqlite)
        copy.unlink()
        backup.add(RECEIPTS, BytesIO("".join(f"{one}\n" for one in sorted(accepted)).encode()))
        names = list(parts.media.folder.names())
        for place, one in enumerate(names, start=1):
            tell("media", place, len(names))
            found = parts.media.folder.path(one)
            if found is not None:  # else it was tidied away meanwhile: nothing names it
                with found.open("rb") as file:
                    backup.add(MEDIA + one, file)
        manifest = Manifest(
            name=name,
            taken_at=taken_at,
            city=city.authority,
            city_name=city.names[city.languages[0]],
            engine="sqlite" if database.is_sqlite else "postgresql",
            tables=newest(),
            program=version("civicwire"),
            change=changes.head(state.session),
            counts=dict(counted(state.session, *_COUNTED)),
            key_marks=parts.tokens.marks_of(MARKED),
            members=backup.members,
        )
        backup.finish(manifest)
    marked.append(parts.journal.mark_whole(name))
    return manifest, all(marked)


def _copy(parts: Parts, state: Snapshot, path: Path, tell: Tell) -> None:
    if parts.database.is_sqlite:
        copy_to(state, path, lambda done, total: tell("database", done, total))
        return
    postgres.demand_programs(state.server or 0, "pg_dump")
    postgres.dump(parts.database, state.name, path)


def target(path: Path, taken: str) -> Path:
    """The file to write: in a folder that is named, one that says when. CivicwireError where there is none."""
    if path.is_dir():
        return path / f"civicwire-{taken}.zip"
    if not path.parent.is_dir():
        raise CivicwireError(f"there is no folder {path.parent}")
    return path
