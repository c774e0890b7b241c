"""The reference says all there is and nothing else: settings, commands, addresses; and every link leads somewhere."""

import re
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import typer
from starlette.applications import Starlette
from starlette.routing import Route

from config.asgi import application
from config.cli import app
from config.demo.mailbox import Mailbox
from config.demo.pages import MailPages
from config.settings import NAMES, PREFIX, Settings
from config.site import Site
from feeds.web.api.description import operations_of
from feeds.web.api.problems import API, KINDS
from tests.house.sources import ROOT, texts

REFERENCE = ROOT / "docs" / "reference"
_SETTING = re.compile(r"^\| `(CIVICWIRE_\w+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", re.M)
_COMMAND = re.compile(r"^#+ `civicwire ([^`]+)`$", re.M)
_OPTION = re.compile(r"^\| `(--[a-z-]+)[^`]*` \| [^|]+ \| ([^|]*)\|$", re.M)
_ADDRESS = re.compile(r"^\| `(GET|POST)` \| `(/[^`]*)` \|", re.M)
_OPERATION = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE)` \| `(/api/v1/[^`]*)` \| (?:`(\w+)` )?\|", re.M)
_CONSOLE = re.compile(r"^```console$.*?^```$", re.M | re.S)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def test_every_setting_is_in_the_reference_and_nothing_else() -> None:
    documented = [name for name, _ in _SETTING.findall(_page("settings.md"))]
    assert documented == [PREFIX + name.upper() for name in NAMES]
    assert set(NAMES) == {one.name for one in fields(Settings)}


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_gives_a_settings_default(name: str) -> None:
    cell = dict(_SETTING.findall(_page("settings.md")))[PREFIX + name.upper()]
    default = getattr(Settings(), name)
    value = str(default) if isinstance(default, str | StrEnum | int) else None
    assert re.findall(r"^`([^`]+)`", cell) == ([] if value is None else [value])


def test_no_other_page_speaks_of_a_setting_there_is_not() -> None:
    known = {PREFIX + name.upper() for name in NAMES}
    named = {
        (page, found.removesuffix("_FILE") if found not in known else found)
        for page, text in texts("docs/", "README.md", "docker-compose.yml", "Dockerfile")
        for found in re.findall(r"CIVICWIRE_[A-Z_]*[A-Z]", _CONSOLE.sub("", text))
        if not found.startswith("CIVICWIRE_TEST_")
    }
    assert not {(page, found) for page, found in named if found not in known and found != "CIVICWIRE_NAME"}


def _commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    inner = getattr(group, "commands", None)
    if inner is None:
        yield path.strip(), group
        return
    for name, command in inner.items():
        yield from _commands(command, f"{path} {name}")


COMMANDS = dict(_commands(typer.main.get_command(app)))


def _sections() -> dict[str, str]:
    """The text below each command's heading, by the command's name without its arguments."""
    parts = _COMMAND.split(_page("commands.md"))[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _heading(name: str) -> str:
    arguments = [one for one in COMMANDS[name].params if one.param_type_name == "argument"]
    return " ".join([name, *((one.metavar or one.name or "").upper() for one in arguments)])


def test_every_command_is_in_the_reference_and_nothing_else() -> None:
    assert len(COMMANDS) > 15
    assert list(_sections()) == [_heading(name) for name in COMMANDS]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_reference_with_its_default(name: str) -> None:
    documented = dict(_OPTION.findall(_sections()[_heading(name)]))
    options = {one.opts[0]: one for one in COMMANDS[name].params if one.param_type_name == "option"}
    options.pop("--help", None)
    assert set(documented) == set(options)
    for flag, option in options.items():
        stated = re.findall(r"`([^`]+)`", documented[flag])
        assert stated == ([str(option.default)] if option.default else []), flag


def _routes(tmp_path: Path) -> set[tuple[str, str]]:
    parts = Site(Settings(database_url=f"sqlite:///{tmp_path / 'civicwire.db'}"))
    app: object = application(parts, extra=MailPages(Mailbox(), parts.chrome).routes)
    while not isinstance(app, Starlette):  # what stands before it keeps it
        app = vars(app)["_app"]
    routes = [route for route in app.routes if isinstance(route, Route)]
    assert [one.path for one in app.routes if not isinstance(one, Route)] == [API]  # type: ignore[attr-defined]
    return {(method, route.path) for route in routes for method in route.methods or () if method != "HEAD"}


def test_every_address_is_in_the_reference_and_nothing_else(tmp_path: Path) -> None:
    documented = _ADDRESS.findall(_page("http.md"))
    assert len(documented) == len(set(documented))
    assert {(method, path.replace(":int", "")) for method, path in _routes(tmp_path)} == set(documented)


def test_every_operation_of_the_api_is_in_its_reference_with_its_scope_and_nothing_else(tmp_path: Path) -> None:
    parts = Site(Settings(database_url=f"sqlite:///{tmp_path / 'civicwire.db'}"))
    documented = _OPERATION.findall(_page("api.md"))
    assert len(documented) == len(set(documented)) > 20
    assert set(documented) == {
        (method, API + path, operation.get("x-right", ""))
        for method, path, operation in operations_of(parts.api.document)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_problem_with_a_name_is_in_the_reference(kind: str) -> None:
    assert f"| `{API}#problem-{kind}` |" in _page("api.md")


def test_every_link_between_the_documents_leads_somewhere() -> None:
    broken = [
        (page, link)
        for page, text in texts("docs/", "README.md")
        if page.endswith(".md")
        for link in _LINK.findall(text)
        if "://" not in link and not ((ROOT / page).parent / link).exists()
    ]
    assert not broken


def test_the_first_page_leads_to_every_document() -> None:
    first = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    linked = {str(((ROOT / "docs") / link).resolve().relative_to(ROOT)) for link in _LINK.findall(first)}
    assert not [page for page, _ in texts("docs/") if page != "docs/README.md" and page not in linked]
