"""`civicwire export` as an operator meets it, and the samples as they read them."""

import json
import re
from pathlib import Path

import pytest

from feeds.media.files import TYPES
from feeds.media.pictures import MEDIA_TYPES
from tests.city.conftest import TOWN
from tests.export import sample
from tests.export.conftest import SAMPLES
from tests.export.files import contents
from tests.journeys.test_commands import civicwire


def test_the_command_says_what_it_wrote_and_refuses_in_one_line(tmp_path: Path, prepared_file: Path) -> None:
    newsroom = sample.empty(tmp_path, prepared_file)
    newsroom.publish("Night buses run later", division="water")
    (tmp_path / "wanted").write_text("# For the press\n\ntopic=buses&lang=en\n")
    (tmp_path / "letter").write_text("Dear")
    (tmp_path / "town.toml").write_text(TOWN, encoding="utf-8")
    settings = {
        "CIVICWIRE_CITY": "town.toml",
        "CIVICWIRE_DATABASE_URL": newsroom.settings.database_url,
        "CIVICWIRE_BASE_URL": "https://newsroom.test",
        "CIVICWIRE_SECRET_KEY": newsroom.settings.secret_key[0],
    }
    wish = ("--select", "topic=buses&lang=ko", "--selections", "wanted", "--pages", "1", "--json")
    done = civicwire(tmp_path, "export", "tree", *wish, **settings)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    servers = list((tmp_path / "tree" / "servers").iterdir())
    assert said.pop("written") == len(contents(tmp_path / "tree")) + len(servers) > 100
    assert said == {"unchanged": 0, "removed": 0, "change": 1, "whole": True, "reload": True, "left_out": []}
    selections = {one.name for one in (tmp_path / "tree" / "site" / "feeds" / "select").glob("*topic*.rss")}
    assert selections == {"topic=buses&lang=ko.rss", "topic=buses&lang=en.rss", "topic=buses.rss"}
    assert "Strict-Transport-Security" in (tmp_path / "tree" / "servers" / "nginx-headers.conf").read_text()
    refused = civicwire(tmp_path, "export", ".", **settings)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert re.fullmatch(r"civicwire: \. holds something that “civicwire export” has not written: .*\n", refused.stderr)


@pytest.mark.parametrize("name", ["nginx/types.conf", "caddy/types.conf"])
def test_the_samples_know_every_kind_of_file_that_the_newsroom_keeps(name: str) -> None:
    lines = re.findall(r"^\s+(\S+) ([^;\n]+?);?$", (SAMPLES / name).read_text(), re.M)
    pairs = {(value, key) if name.startswith("nginx") else (key, value) for key, value in lines if key != "default"}
    assert pairs == {(ending, kind) for ending, kind in (TYPES | MEDIA_TYPES).items()}
