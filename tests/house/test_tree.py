"""What may stand in the checkout: pinned dependencies, no place of a machine, nobody's real address."""

import re
import tomllib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT, texts, tracked

HERE = "tests/house/test_tree.py"
# Put together here, so that this file names none either.
REGISTRIES = tuple(
    "".join(parts)
    for parts in (("py", "pi.org"), ("pythonh", "osted.org"), ("npm", "js.org"), ("npm", "js.com"), ("crates", ".io"))
)
FOLDERS = re.compile(r"(?<![\w.$}])/(?:home|Users|root|work|workspace)/[\w.]|\b[A-Z]:\\Users\\")
RESERVED = re.compile(
    r"(?:.*\.)?(?:example|test|invalid|localhost|example\.(?:org|com|net))|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0", re.I
)
STANDARDS = {
    "www.w3.org",
    "purl.org",
    "search.yahoo.com",
    "www.rfc-editor.org",
    "www.rssboard.org",
    "jsonfeed.org",
    "relaxng.org",
}
STANDARDS |= {"www.kogl.or.kr"}  # where the licences of Korean public works are written
EXAMPLES = ("README.md", "docs/", "tests/", "config/demo/", "feeds/templates/", "notifier/templates/")
NEWSROOM = "daegu.go.kr"
READ_THERE = ("tests/intake/", "tests/journeys/test_from_board_page_to_inbox.py")
"""A post is known by the host it was read from, so the newsroom's own name stands where reading is tested."""
_LINK = re.compile(r"https?://([^\s/\"'<>`()|,?#\\]+)")
_MAIL = re.compile(r"[\w.+-]+@((?:[a-z0-9-]+\.)+[a-z]{2,})(?![\w({])", re.I)


def _requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    return [Requirement(line) for line in (*project["dependencies"], *extras)]


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", line) for line in lines)
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


@pytest.mark.parametrize("wanted", _requirements(), ids=str)
def test_every_dependency_is_pinned_within_its_bounds(wanted: Requirement) -> None:
    pinned = _pins().get(canonicalize_name(wanted.name))
    assert pinned is not None
    assert wanted.specifier.contains(pinned)


def test_the_pins_name_no_registry() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(--|-i\b|-f\b)", text, re.M)


def test_there_is_no_lock_file_that_would_name_one() -> None:
    assert not [name for name in tracked() if name.rpartition("/")[2] in ("uv.lock", "poetry.lock", "pdm.lock")]


def test_no_file_names_a_registry() -> None:
    named = [(name, host) for name, text in texts() for host in REGISTRIES if host in text]
    assert not named


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert not [(name, found[0]) for name, text in texts() if name != HERE for found in FOLDERS.finditer(text)]


def _addresses(name: str, text: str) -> Iterator[tuple[str, str]]:
    for found in (*_LINK.finditer(text), *_MAIL.finditer(text)):
        if "{" in found[1] or "[" in found[1]:
            continue  # a template's own variable, or a pattern
        host = urlsplit(f"//{found[1]}").hostname or ""
        if not (RESERVED.fullmatch(host.rstrip(".")) or host in STANDARDS or _cannot_exist(host)):
            yield name, found[0]


def _cannot_exist(host: str) -> bool:
    """Whether nobody can have this name: it has one label, or one that is no name at all, as tests of refusals do."""
    if "." not in host or any(label.startswith("-") or label.endswith("-") for label in host.split(".")):
        return True
    try:
        return host.encode().decode("idna").encode("idna").decode() != host
    except UnicodeError:
        return True


def test_examples_use_no_address_that_somebody_could_have() -> None:
    found = {one for name, text in texts(*EXAMPLES) if name != HERE for one in _addresses(name, text)}
    assert not {(name, one) for name, one in found if not (name.startswith(READ_THERE) and one.endswith(NEWSROOM))}


@pytest.mark.parametrize("text", ["write to mayor@city.kr", "https://newsroom.city.kr/feeds", "http://10.0.0.7/x"])
def test_an_address_that_somebody_could_have_is_found(text: str) -> None:
    assert list(_addresses("docs/x.md", text))
