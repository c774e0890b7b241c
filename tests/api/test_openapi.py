"""The OpenAPI document is complete and true: schemathesis reads it, asks accordingly, and is answered as it says."""

import copy
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.asgi import application
from config.server import background
from config.settings import Settings
from feeds.model import City
from feeds.store import topics
from feeds.store.database import Database
from feeds.web.api.buckets import Rate
from feeds.web.api.description import operations_of
from feeds.web.api.gate import ApiOptions
from feeds.web.api.problems import API
from tests.api.program import Program, program, read
from tests.api.test_media import PDF, picture, upload
from tests.builders import SECRET, Hands
from tests.web.conftest import Site, make_site

MANY = 10**9
EXAMPLES = 4
"""Requests of each kind for each operation. More take longer and are for a person who looks for trouble."""
CONFIG = """
[checks.missing_required_header]
expected-statuses = [401, 404, 422, 428]

# What a request names must exist in this newsroom, at that version and at that time: no schema can say that.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 304, 401, 403, 404, 409, 412, 422]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 413, 414, 415, 422, 428, 429]

[generation]
allow-x00 = false
"""


@pytest.fixture
def served(sqlite_database: Database, city: City) -> Iterator[tuple[Site, str]]:
    """A site on a port of its own with a few articles, to be asked as often as one likes; and a token for all of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = sqlite_database.url.render_as_string(hide_password=False)
    settings = Settings(database_url=address, base_url=f"http://127.0.0.1:{port}", secret_key=(SECRET,))
    site = make_site(settings, city, Hands())
    del site.parts.api
    site.parts.api_options = ApiOptions(
        reads=Rate("reads", MANY),
        writes=Rate("writes", MANY),
        strangers=Rate("public", MANY),
        failures=Rate("failures", MANY),
    )
    wire = program(site, "wire", divisions=None)
    assert wire.token is not None
    with site.database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
    for fields in ({}, {"publish": True}, {"publish_at": "2026-06-01T00:00:00Z"}):
        wire.create(**fields)
    with background(application(site.parts), port=port):
        yield site, wire.token
    site.database.close()


def _ask_as_documented(folder: Path, location: str, address: str, token: str, *, phases: str) -> None:
    """Let schemathesis ask everything in every way it knows, and check every answer against the document."""
    (folder / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    run = subprocess.run(
        [
            *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
            *("--config-file", "schemathesis.toml", "run", location),
            *("--url", address + API, "-H", f"Authorization: Bearer {token}"),
            *("--phases", phases),
            *("-n", str(EXAMPLES), "--seed", "7", "--generation-deterministic", "--continue-on-failure", "--no-color"),
            *("--request-timeout", "20"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


def test_every_operation_answers_as_the_document_says(served: tuple[Site, str], tmp_path: Path) -> None:
    site, token = served
    address = site.parts.newsroom.base_url
    _ask_as_documented(tmp_path, f"{address}{API}/openapi.json", address, token, phases="examples,coverage,fuzzing")


def test_every_operation_answers_so_where_what_is_named_exists(served: tuple[Site, str], tmp_path: Path) -> None:
    """The document with what there is in this city, so that requests get beyond the first refusal."""
    site, token = served
    wire = Program(site.browser, token)
    kept = {"PictureFields": upload(wire, picture()), "AttachmentFields": upload(wire, PDF, "?name=plan.pdf")}
    media = {schema: str(one["media"]) for schema, one in kept.items()}
    document = _of_this_city(site.parts.api.document, media)
    (tmp_path / "document.json").write_text(json.dumps(document), encoding="utf-8")
    _ask_as_documented(tmp_path, "document.json", site.parts.newsroom.base_url, token, phases="fuzzing,stateful")


def _of_this_city(document: dict[str, Any], media: dict[str, str]) -> dict[str, Any]:
    """The document with the names of what there is; `media` by the schema in which it may be named."""
    told = copy.deepcopy(document)
    for schema, name in media.items():
        told["components"]["schemas"][schema]["properties"]["media"] = {"enum": [name]}
    for name in ("NewArticle", "ArticleFields", "Correction"):
        fields = told["components"]["schemas"][name]["properties"]
        known = {
            "language": {"enum": ["en", "ko"]},
            "division": {"enum": ["climate", "water"]},
            "board": {"enum": ["news", None]},
            "topics": {"type": "array", "items": {"enum": ["summit"]}, "maxItems": 20},
            "licence": {"enum": ["KOGL-1", None]},
        }
        fields |= {name: schema for name, schema in known.items() if name in fields}
    for _, _, operation in operations_of(told):
        parameters = operation.get("parameters", ())
        operation["parameters"] = [one for one in parameters if one["name"] != "Idempotency-Key"]
        for parameter in operation["parameters"]:
            if parameter["name"] == "If-Match":
                parameter["schema"] = {"enum": ["*"]}
            if parameter["name"] == "article_id":
                parameter["schema"] = {"type": "integer", "enum": [1, 2, 3, 4]}
    return told


def test_the_document_names_this_installation_and_every_operation_once(site: Site) -> None:
    answer = site.browser.get(f"{API}/openapi.json")
    told = read(answer)
    operations = list(operations_of(told))
    ids = [operation["operationId"] for _, _, operation in operations]
    assert answer.headers["content-type"] == "application/json"
    assert told["openapi"].startswith("3.1")
    assert told["servers"] == [{"url": "http://newsroom.test/api/v1"}]
    assert told["info"]["title"] == "Riverton Newsroom API"
    assert len(ids) == len(set(ids)) > 20
    assert told == json.loads(json.dumps(site.parts.api.document))


def test_every_operation_that_changes_something_says_which_scope_it_needs(site: Site) -> None:
    for method, path, operation in operations_of(site.parts.api.document):
        reads = method == "GET"
        assert operation["security"] == ([{}, {"token": []}] if reads else [{"token": []}]), path
        assert ("x-right" in operation) is not reads, path


def test_every_refusal_is_documented_as_a_problem(site: Site) -> None:
    for method, path, operation in operations_of(site.parts.api.document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (method, path, status)
