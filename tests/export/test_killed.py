"""F06: a run that is killed while it publishes files leaves each of them whole, and the next run finishes its work."""

import gzip
import shutil
import subprocess
import sys
import time
from pathlib import Path

import zstandard

from tests.export import sample
from tests.export.files import contents, leading_nowhere
from tests.export.sample import SPRING
from tests.house.sources import ROOT


def test_f06_readers_see_old_or_new_files_whole_whenever_a_run_is_killed(tmp_path: Path, prepared_file: Path) -> None:
    newsroom = sample.empty(tmp_path, prepared_file)
    for number in range(2):
        newsroom.publish(f"Trees are planted {number}", at=SPRING)
    hall = newsroom.publish_with_files("The hall opens")
    folder = tmp_path / "tree"
    newsroom.export(folder)
    old = contents(folder)
    newsroom.correct(1, "Trees are felled", division="water")
    newsroom.withdraw(hall)
    newsroom.publish("Night buses run", division="transport")
    newsroom.export(shutil.copytree(folder, tmp_path / "unharmed", copy_function=shutil.copy2))
    new = contents(tmp_path / "unharmed")

    command = [sys.executable, "-m", "tests.export.killed", str(tmp_path), str(folder), "30"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        seen = 0
        while process.poll() is None:
            for path in (folder / "site").rglob("*"):
                seen += _is_whole(path, folder / "site", old, new)
            time.sleep(0.3)
        assert process.stdout is not None
        said = [line.split() for line in process.stdout.read().splitlines()]
    assert process.returncode == 0
    assert [line[0] for line in said[:-1]] == ["killed"] * (len(said) - 1)
    assert len(said) > 2, said
    assert said[-1][:2] == ["ended", "0"]
    assert {line[2] for line in said} == {"0"}, said
    assert seen > 100
    assert contents(folder) == new
    assert not leading_nowhere(folder)


def _is_whole(path: Path, site: Path, old: dict[str, bytes], new: dict[str, bytes]) -> bool:
    """Whether it is a file, which must be the old or the new one; one that goes meanwhile is none."""
    try:
        body = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return False
    name = path.relative_to(site).as_posix()
    if name.endswith(".gz"):
        name, body = name[:-3], gzip.decompress(body)
    elif name.endswith(".zst"):
        name, body = name[:-4], zstandard.ZstdDecompressor().decompress(body)
    assert body in (old.get(name), new.get(name)), name
    return True
