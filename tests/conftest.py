"""What all tests share: a city of our own, a store on each engine, and whether a missing peer may be skipped."""

import gc
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from config.migrations.upgrading import upgrade
from feeds.model import City, Newsroom
from feeds.store import divisions
from feeds.store.database import Database
from tests.builders import BASE_URL, forget_journals, small_city
from tests.reused import ReusedDatabase

# A slow machine is no fault of the rule under test.
settings.register_profile("civicwire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("civicwire")

REQUIRED = set(os.environ.get("CIVICWIRE_TEST_REQUIRE", "").split())  # noqa: TID251 - how CI says that no peer may miss
POSTGRES = os.environ.get("CIVICWIRE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")  # noqa: TID251
# Chromium would otherwise look for its maker's hosts at every start.
CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PAGES = Path(__file__).resolve().parents[2] / "shared" / "pages"


def missing(peer: str, reason: str) -> None:
    """Skip for want of a peer, or fail where every peer is required."""
    if peer in REQUIRED:
        pytest.fail(f"{peer} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> Iterator[None]:
    """No setting of the machine reaches a test."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("CIVICWIRE_")}  # noqa: TID251
    yield
    os.environ.update(kept)  # noqa: TID251


@pytest.fixture(scope="session")
def city() -> City:
    return small_city()


@pytest.fixture(scope="session")
def newsroom(city: City) -> Newsroom:
    return Newsroom(city, BASE_URL)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server where databases may be made."""
    try:
        with psycopg.connect(POSTGRES, connect_timeout=3):
            return POSTGRES
    except psycopg.OperationalError:
        missing("postgres", "no PostgreSQL server answers at CIVICWIRE_TEST_POSTGRES")
        raise


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own on each engine in turn: empty, or with tables where `database` is asked for too."""
    filled = "database" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "civicwire.db"
        if filled:
            shutil.copy(request.getfixturevalue("prepared_file"), path)
        yield f"sqlite:///{path}"
        return
    if filled:
        forget_journals()
        yield request.getfixturevalue("reused_database").fresh()
        return
    with postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@contextmanager
def postgres_database(server: str, *, durable: bool = False) -> Iterator[str]:
    """An empty database of its own on the server, dropped afterwards; `durable` where what a commit costs counts."""
    name = f"civicwire_test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        # A test waits for what it wrote to be seen, never for it to outlast a loss of power.
        if not durable:
            connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        try:
            yield server.rpartition("/")[0] + f"/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory, city: City) -> Path:
    """A SQLite database with its tables and the city's divisions, to copy."""
    path = tmp_path_factory.mktemp("prepared") / "civicwire.db"
    prepare(f"sqlite:///{path}", city)
    return path


@pytest.fixture(scope="session")
def reused_database(postgres_server: str, city: City) -> Iterator[ReusedDatabase]:
    """One database on PostgreSQL for all tests of this process, as new for each: making one takes long."""

    @contextmanager
    def prepared() -> Iterator[str]:
        with postgres_database(postgres_server) as url:
            prepare(url, city)
            yield url

    with closing(ReusedDatabase(prepared)) as database:
        yield database


def prepare(url: str, city: City) -> None:
    """Make the tables and tell them the city's divisions."""
    store = Database(url)
    upgrade(store)
    with store.write() as session:
        divisions.sync(session, city)
    store.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A store with its tables and the city's divisions, on each engine in turn."""
    store = Database(database_url)
    yield store
    store.close()


@pytest.fixture
def sqlite_database(tmp_path: Path, prepared_file: Path) -> Iterator[Database]:
    """A store on SQLite, where the engine makes no difference to the rule."""
    path = tmp_path / "civicwire.db"
    shutil.copy(prepared_file, path)
    store = Database(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one module: Playwright keeps an event loop in this thread while it is open."""
    # The headless shell is the same browser without windows: it starts three times as fast.
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        missing("chromium", "Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_SWITCHES)
        yield chromium
        chromium.close()


def pytest_collection_finish() -> None:
    """Thousands of tests and what they imported stay to the end: no collector looks through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it at the end."""
    items.sort(
        key=lambda item: not item.nodeid.startswith(("tests/journeys", "tests/browser", "tests/api/test_openapi"))
    )
