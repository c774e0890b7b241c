"""Backup and restore as an operator types them."""

import json
from pathlib import Path

from tests.journeys.test_commands import _migrated_once, civicwire, folder, ready

__all__ = ["_migrated_once", "folder", "ready"]


def test_f52_an_operator_backs_up_loses_everything_restores_and_releases(ready: Path) -> None:
    made = civicwire(ready, "backup", ".", "--json")
    said = json.loads(made.stdout)
    assert (made.returncode, said["journal"]) == (0, True)
    (ready / "var" / "civicwire.db").unlink()
    restored = civicwire(ready, "restore", said["file"])
    assert restored.returncode == 0, restored.stderr
    assert "Sending is held." in restored.stdout
    assert civicwire(ready, "release").stdout == "Sending goes on.\n"
