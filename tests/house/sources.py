"""The code of this checkout, parsed; and the files that belong to it."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "notifier", "feeds")


@dataclass(frozen=True)
class Module:
    """One file of code: its dotted name, its path below the checkout, and its tree."""

    name: str
    path: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """A place as editors open it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the three packages."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            inside = path.relative_to(ROOT)
            name = ".".join(inside.with_suffix("").parts).removesuffix(".__init__")
            found.append(Module(name, str(inside), ast.parse(path.read_text(encoding="utf-8"))))
    assert len(found) > 100, "the packages are not where this test looks"
    return tuple(found)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


@cache
def said_by_tests() -> str:
    """All that the tests say, in one piece: read once."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))


@cache
def tracked() -> tuple[str, ...]:
    """The files of the checkout as git sees them, new ones too; skipped where this is no checkout."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: which files belong to it cannot be told")
    return tuple(name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file())


def texts(*beginnings: str) -> Iterator[tuple[str, str]]:
    """The (path, text) of every tracked text file whose path begins so; of all where nothing is given."""
    for name in tracked():
        if not beginnings or name.startswith(beginnings):
            content = (ROOT / name).read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8", errors="replace")
