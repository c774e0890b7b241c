"""Who may import whom. The contracts stand in pyproject.toml; what they cannot say stands here."""

import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.house.sources import PACKAGES, ROOT

OPEN_TO_THE_NOTIFIER = {
    "feeds.addresses",
    "feeds.clock",
    "feeds.errors",
    "feeds.figures",
    "feeds.found",
    "feeds.grams",
    "feeds.lineup",
    "feeds.localtime",
    "feeds.model",
    "feeds.naming",
    "feeds.query",
    "feeds.reach",
    "feeds.scope",
    "feeds.words",
    "feeds.web.chrome",
    "feeds.web.guards",
    "feeds.web.newsroom.door",
    "feeds.desk",
    "feeds.staff",
    "feeds.web.views",
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def test_every_contract_of_pyproject_is_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout


def test_the_notifier_knows_of_feeds_only_its_words_its_store_and_what_pages_share(graph: grimp.ImportGraph) -> None:
    used = {
        (importer, imported)
        for importer in graph.find_descendants("notifier")
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.startswith("feeds.") and not imported.startswith("feeds.store.")
    }
    assert used, "the notifier uses nothing of feeds: this test looks in the wrong place"
    assert not sorted(one for one in used if one[1] not in OPEN_TO_THE_NOTIFIER)


def test_no_module_imports_itself_by_a_way_round(graph: grimp.ImportGraph) -> None:
    wanted = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(wanted).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_pure_modules_are_passed_the_time_and_do_not_ask_for_it(graph: grimp.ImportGraph) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    listed = next(one["source_modules"] for one in contracts if one["id"] == "pure")
    pure = {inner for name in listed for inner in (name, *graph.find_descendants(name))}
    assert len(pure) > 30
    assert not pure & graph.find_modules_that_directly_import("feeds.clock")
