"""Brings a database up to this version, and tells whether it is. All steps are one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from feeds.errors import StoreError, StoreOutdated
from feeds.store.database import Database

_FOLDER = Path(__file__).parent
_LOCK = 0x6D69677261


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the tables up to this version; answers the version before and after. Doing it again changes nothing.

    StoreOutdated where the database belongs to a newer version of Civicwire.
    """
    if database.is_sqlite:
        _make_file(database)
    configuration = settings()
    with database.rebuild() as session:
        if not database.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = MigrationContext.configure(session).get_current_revision()
        _refuse_unknown(before)
        configuration.attributes["connection"] = session
        command.upgrade(configuration, "head")
    return before, newest()


def newest() -> str:
    """The version of the tables that this program works with."""
    return str(ScriptDirectory(str(_FOLDER)).get_current_head())


def knows(version: str) -> bool:
    """Whether tables of this version can be brought up to what this program works with."""
    return version in {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}


def demand_current(database: Database) -> None:
    """StoreOutdated, saying what to do, unless the tables are this version's."""
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        raise StoreOutdated(f"there is no database at {database.url.database} yet: run “civicwire migrate”")
    with database.read() as session:
        found = MigrationContext.configure(session).get_current_revision()
    _refuse_unknown(found)
    if found != newest():
        raise StoreOutdated("the database's tables are not those of this version: run “civicwire migrate”")


def _refuse_unknown(found: str | None) -> None:
    if found is not None and not knows(found):
        raise StoreOutdated(f"the database belongs to another version of Civicwire (tables {found}); use that one")


def settings() -> Config:
    """What Alembic needs to know: where the steps are."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER))
    return configuration


def _make_file(database: Database) -> None:
    path = Path(database.url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o640, exist_ok=True)  # it holds addresses: nobody else on the machine reads it
    except OSError as error:
        raise StoreError(f"cannot make the database {path}: {error.strerror}") from error
