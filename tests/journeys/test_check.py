"""`civicwire check` about divisions: a release under one that the city file does not know is named."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.commands import check
from config.migrations.upgrading import upgrade
from config.settings import Settings
from feeds.model import Division
from feeds.store import divisions
from feeds.store.database import Database
from tests.builders import publish, small_city
from tests.city.conftest import TOWN
from tests.journeys.test_commands import civicwire

GHOST = Division(slug="ghost", names={"en": "Ghost Office", "ko": "유령과"})


@pytest.fixture
def store(tmp_path: Path) -> Database:
    """A database with releases under a present and an old slug of the town beside it, and a division it has not."""
    renamed = TOWN.replace('slug = "water"', 'slug = "water"\nformer = ["climate"]')
    (tmp_path / "town.toml").write_text(renamed, encoding="utf-8")
    (tmp_path / "var").mkdir()
    made = Database(f"sqlite:///{tmp_path / 'var' / 'civicwire.db'}")
    upgrade(made)
    with made.write() as session:
        divisions.sync(session, replace(small_city(), divisions=(*small_city().divisions, GHOST)))
    publish(made, division="climate")
    publish(made, division="water")
    return made


def said(folder: Path) -> dict[str, dict[str, object]]:
    """What the command says of everything it tries."""
    done = civicwire(folder, "check", "--json", CIVICWIRE_CITY="town.toml", CIVICWIRE_SMTP_PORT="1")
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


def test_a_release_under_an_old_slug_is_in_order(store: Database, tmp_path: Path) -> None:
    store.close()
    assert said(tmp_path)["divisions"] == {"works": True, "says": "every release has its division"}


def test_b60_a_release_under_a_division_that_left_the_city_file_is_named(store: Database, tmp_path: Path) -> None:
    publish(store, division="ghost")
    publish(store, division="ghost")
    store.close()
    assert said(tmp_path)["divisions"] == {
        "works": False,
        "says": "releases are filed under divisions that the city file does not name: ghost (2)",
    }


def test_nothing_is_said_of_divisions_where_the_database_does_not_answer(store: Database, tmp_path: Path) -> None:
    store.close()
    for path in (tmp_path / "var").iterdir():
        path.unlink()
    found = said(tmp_path)
    assert not found["database"]["works"]
    assert "divisions" not in found


@pytest.mark.parametrize(
    ("settings", "works", "says"),
    [
        ({}, True, "connect"),
        ({"base_url": "https://newsroom.example.org"}, None, "CIVICWIRE_TRUSTED_PROXIES"),
        ({"base_url": "https://newsroom.example.org", "trusted_proxies": ("10.0.0.1",)}, True, "10.0.0.1"),
    ],
)
def test_https_without_a_named_proxy_is_to_be_looked_at(
    settings: dict[str, Any], works: bool | None, says: str
) -> None:
    found = check.visitors(Settings(**settings))
    assert found[0] is works
    assert says in found[1]
