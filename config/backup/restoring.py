"""Puts a backup in the place of what an installation holds: checked first, held afterwards, and never half of it."""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.backup import archive, postgres
from config.backup.archive import DATABASE, MEDIA, RECEIPTS, Manifest, Reader
from config.backup.making import MARKED
from config.holder import schedule_held
from config.migrations.upgrading import knows, upgrade
from config.parts import Parts, key_file
from feeds.errors import CivicwireError, StoreError
from feeds.store import numbers, staff_sessions
from feeds.store.database import Database
from feeds.store.duty import SCHEDULE, Duty
from feeds.store.snapshot import is_empty, major, others
from notifier import restored
from notifier.journal import Decided, decided
from notifier.receipts import noted, receipts_of
from notifier.restored import Applied, Prospect

Tell = Callable[[str, int, int], None]
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored, what was done to it since, and what it would send were it not held."""

    manifest: Manifest
    taken: int
    """Mails that were waiting in the backup, and of which receipts say that a server has them."""
    applied: Applied | None
    """What the suppression journal said; None where none could be read."""
    warnings: tuple[str, ...]
    prospect: Prospect
    before: Path | None
    """Where what was there before lies now."""


def restore(parts: Parts, path: Path, *, replace: bool, tell: Tell) -> Restored:
    """Restore a backup. CivicwireError in one line, with nothing changed, where it cannot or must not be."""
    database, now = parts.database, parts.clock()
    with archive.read(path) as backup, ExitStack() as stack:
        _demand_ours(parts, backup.manifest)
        if database.is_sqlite:
            _folder(database)
            stack.enter_context(schedule_held(database, now))
        else:
            stack.enter_context(_nobody_else(database))
        if not replace and not _is_empty(database):
            raise CivicwireError(
                "there is something in the database already: add --replace to put the backup in its place"
            )
        _bring_media(parts, backup, tell)
        if database.is_sqlite:
            return _into_file(parts, backup, now)
        return _into_server(parts, backup, now, room=path.parent)


def _demand_ours(parts: Parts, manifest: Manifest) -> None:
    city = parts.newsroom.city
    if manifest.city != city.authority:
        raise CivicwireError(f"this backup is of {manifest.city_name} ({manifest.city}), not of {city.authority}")
    here = "sqlite" if parts.database.is_sqlite else "postgresql"
    if manifest.engine != here:
        raise CivicwireError(f"this backup is of {manifest.engine}, and CIVICWIRE_DATABASE_URL names {here}")
    if not knows(manifest.tables):
        raise CivicwireError(f"this backup was made by a newer version of Civicwire (tables {manifest.tables})")


def _folder(database: Database) -> None:
    path = Path(database.url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CivicwireError(f"cannot make the folder {path.parent}: {error.strerror}") from error


def _is_empty(database: Database) -> bool:
    if database.is_sqlite and not Path(database.url.database or "").exists():
        return True
    try:
        return is_empty(database)
    except StoreError:
        return False  # damaged as it is, somebody may want it
    finally:
        database.close()


@contextmanager
def _nobody_else(database: Database) -> Iterator[None]:
    """Nobody keeps the schedule for the length of the block, and nobody uses the database at its beginning."""
    duty = Duty(database, SCHEDULE)
    if not duty.take():
        raise CivicwireError("the database is served already, or does not answer: end the service first")
    try:
        with database.read() as session:
            known = others(session) - 1  # the duty has a connection of its own
            server = major(session)
        if known > 0:
            raise CivicwireError(f"{known} other connections use the database: end the service and its workers first")
        postgres.demand_programs(server, "pg_restore", "psql")
        yield
    finally:
        duty.give_up()


def _bring_media(parts: Parts, backup: Reader, tell: Tell) -> None:
    """Files are never changed and named by what they hold: those that are here stay."""
    names = backup.media
    for place, name in enumerate(names, start=1):
        tell("media", place, len(names))
        found = parts.media.folder.path(name)
        if found is None or found.stat().st_size != backup.manifest.members[MEDIA + name].size:
            parts.media.folder.write(name, backup.content(MEDIA + name))


def _into_file(parts: Parts, backup: Reader, now: datetime) -> Restored:
    """Everything is done to a copy beside the database, which then takes its place at once."""
    path = Path(parts.database.url.database or "")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".restoring") as room:
        copy = Path(room) / path.name
        with copy.open("wb") as file:
            copy.chmod(0o640)
            backup.write_to(DATABASE, file)
        fresh = Database(f"sqlite:///{copy}")
        try:
            done = _bring_up(parts, fresh, backup, now)
        finally:
            fresh.close()
        _alone(copy)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        before = _put(copy, path, now)
    folder = receipts_of(parts.database)
    for one in folder.iterdir() if folder and folder.is_dir() else ():
        one.unlink(missing_ok=True)  # they spoke of what was there before, and have been heard
    return _answered(backup, done, before)


def _into_server(parts: Parts, backup: Reader, now: datetime, *, room: Path) -> Restored:
    """What comes out of the dump is held in the transaction that brings it, and told the rest in the next one.

    `room` is a folder where the dump has room, if we may write there.
    """
    with tempfile.TemporaryDirectory(prefix=".restoring", dir=room if os.access(room, os.W_OK) else None) as folder:
        copy = Path(folder) / DATABASE
        with copy.open("wb") as file:
            backup.write_to(DATABASE, file)
        held = "DELETE FROM public.hold; INSERT INTO public.hold (id, reason, at) VALUES (1, 'being restored', now());"
        parts.database.close()
        postgres.restore(parts.database, copy, last=held)
    return _answered(backup, _bring_up(parts, parts.database, backup, now), None)


_Done = tuple[int, Applied | None, tuple[str, ...], Prospect]


def _answered(backup: Reader, done: _Done, before: Path | None) -> Restored:
    taken, applied, warnings, prospect = done
    return Restored(
        manifest=backup.manifest, taken=taken, applied=applied, warnings=warnings, prospect=prospect, before=before
    )


def _bring_up(parts: Parts, database: Database, backup: Reader, now: datetime) -> _Done:
    """This version's tables; then in one transaction the hold, the receipts and what people decided since."""
    manifest = backup.manifest
    upgrade(database)
    accepted = {int(line) for line in backup.content(RECEIPTS).decode().split()}
    folder = receipts_of(parts.database)
    said, warnings = _said(parts, manifest)
    if said is not None:  # they are this installation's: so are the receipts that lie here
        accepted |= noted(folder) if folder else set()
    with database.write() as session:
        taken = restored.begin(session, taken_at=manifest.taken_at, accepted=accepted, now=now)
        applied = restored.apply(session, said, parts.journal, now=now) if said is not None else None
        staff_sessions.end_everybodys(session)
        numbers.leave_out(session)
        prospect = restored.prospect(session, parts.newsroom, now=now)
    return taken, applied, warnings, prospect


_CLOSED = "links of mails that were sent do not open, and nobody who left since is known"


def _said(parts: Parts, manifest: Manifest) -> tuple[Decided | None, tuple[str, ...]]:
    """What the suppression journal says since the backup, and what the operator has to be warned of."""
    if not parts.settings.secret_key and parts.database.is_sqlite and not key_file(parts.database).exists():
        return None, (f"there is no secret key here: {_CLOSED}",)
    if not set(parts.tokens.marks_of(MARKED)) & set(manifest.key_marks):
        return None, (f"the secret key is not that of the backup: {_CLOSED}",)
    journal = parts.journal
    try:
        entries, reaches = journal.since_backup(manifest.name, manifest.taken_at)
    except OSError as error:
        cause = error.strerror or error
        return Decided(), (f"the journal {journal.path} cannot be read ({cause}): who left since is not known",)
    if not reaches:
        return decided(entries), (
            f"the journal {journal.path} is younger than the backup: it may not know all who left",
        )
    return decided(entries), ()


def _alone(path: Path) -> None:
    """Bring what waits beside a SQLite database into it. CivicwireError while another process has it open."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise CivicwireError(f"another process has {path} open: end it first") from error
        raise sqlite3.DatabaseError(str(error)) from error


def _put(copy: Path, path: Path, now: datetime) -> Path | None:
    """Let the copy take the place of the database at once; answers where what was there lies now."""
    lock = os.open(path.with_name(path.name + ".writer"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = None
        if path.exists():
            before = path.with_name(f"{path.name}.replaced-{now.strftime(_STAMP)}")
            os.link(path, before)
            try:
                _alone(path)
            except sqlite3.DatabaseError:
                pass  # damaged: what waited beside it must not be taken for the copy's
            except CivicwireError:
                before.unlink()
                raise
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        os.replace(copy, path)
        archive.settle(path.parent)
        return before
    except OSError as error:
        raise CivicwireError(f"cannot put the backup in the place of {path}: {error.strerror}") from error
    finally:
        os.close(lock)
