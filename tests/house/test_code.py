"""Rules of the house that a reader of one line can check, so that a reviewer need not."""

import ast
from collections.abc import Iterator
from importlib import import_module

import pytest
from aiosmtplib import SMTP
from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy import Connection, Engine

from config.parts import Parts
from config.settings import Settings
from config.site import Site
from feeds.store.database import Database
from notifier.tokens import Tokens
from notifier.transport.smtp import SmtpTransport
from tests.house.sources import Module, dotted, modules

ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}
LIVE = (BaseScheduler, Connection, Database, Engine, Parts, Settings, Site, SMTP, SmtpTransport, Tokens)
NOT_IMPORTABLE = {"config.migrations.env"}
"""Alembic runs this file itself, and only during a migration."""


def _names(module: Module, wanted: set[str]) -> Iterator[str]:
    """Every place that names one of these, as `os.environ` or by `from os import environ`."""
    tails = {(one.split(".")[0], one.split(".")[1]) for one in wanted}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and ".".join(dotted(node).split(".")[-2:]) in wanted:
            yield module.at(node)
        if isinstance(node, ast.ImportFrom) and any((node.module, alias.name) in tails for alias in node.names):
            yield module.at(node)


def test_only_the_settings_read_the_environment() -> None:
    found = {place for one in modules() for place in _names(one, ENVIRONMENT)}
    assert {place.partition(":")[0] for place in found} == {"config/settings.py"}


def test_only_the_clock_reads_the_time() -> None:
    found = {place for one in modules() for place in _names(one, CLOCKS)}
    assert {place.partition(":")[0] for place in found} == {"feeds/clock.py"}


def test_nothing_is_imported_inside_a_function_but_the_commands_of_the_command_line() -> None:
    hidden = [
        one.at(node)
        for one in modules()
        for function in ast.walk(one.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in ("import_module", "__import__"))
    ]
    assert {place.partition(":")[0] for place in hidden} == {"config/cli/calling.py"}
    assert len(hidden) == 1


def test_rows_have_no_relationships_that_load_themselves() -> None:
    calls = [
        one.at(node)
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in ("relationship", "declarative_base")
    ]
    assert not calls


@pytest.mark.parametrize("name", [one.name for one in modules() if one.name not in NOT_IMPORTABLE])
def test_no_module_holds_an_engine_a_client_or_the_settings(name: str) -> None:
    held = [key for key, value in vars(import_module(name)).items() if isinstance(value, LIVE)]
    assert not held


def test_every_module_says_what_it_holds() -> None:
    assert not [one.path for one in modules() if not ast.get_docstring(one.tree)]


def test_everything_public_has_a_docstring() -> None:
    assert not [f"{one.at(node)} {node.name}" for one in modules() for node in _undocumented(one.tree)]


_Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _undocumented(scope: ast.Module | ast.ClassDef) -> Iterator[_Named]:
    """Classes, functions and methods without a docstring; what stands in a private class or a function is private."""
    for node in scope.body:
        if isinstance(node, _Named) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from _undocumented(node)


def test_f53_whoever_ends_erases_or_suppresses_by_somebodys_wish_writes_it_in_the_journal() -> None:
    """But for what a restored database does again by itself: time that is over, and one wish in another's place."""
    deeds = {"subscribers.stop", "erasure.erase", "suppressions.add", "suppressions.lift"}
    deciding = {
        one.path
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in deeds and not one.path.startswith("notifier/ledger/")
    }
    silent = {
        one.path
        for one in modules()
        if one.path in deciding
        and not any(isinstance(node, ast.Attribute) and "journal." in dotted(node) for node in ast.walk(one.tree))
    }
    assert len(deciding) >= 5
    assert not silent
