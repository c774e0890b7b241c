"""The site with programs that use its API."""

from collections.abc import Iterator

import pytest

from config.settings import Settings
from feeds.model import City
from feeds.store.database import Database
from tests.api.program import Program, program
from tests.builders import BASE_URL, SECRET, Hands
from tests.web.conftest import Site, make_site, site

__all__ = ["site"]


@pytest.fixture
def cms(site: Site) -> Program:
    """A content system with a token for the bureau of the environment."""
    return program(site)


@pytest.fixture
def either(database: Database, database_url: str, city: City) -> Iterator[Site]:
    """The site on each engine in turn."""
    made = make_site(Settings(database_url=database_url, base_url=BASE_URL, secret_key=(SECRET,)), city, Hands())
    yield made
    made.database.close()
