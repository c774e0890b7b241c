"""Bombs, down every way in, in a process that is measured."""

import json
import subprocess
import sys

from tests.house.sources import ROOT

WAYS, BOMBS = 8, 9
MEGABYTES = 100


def test_b48_b49_b50_no_bomb_grows_asks_for_anything_or_stops_us_whichever_way_it_comes(
    canary: tuple[str, list[object]],
) -> None:
    address, came = canary
    run = subprocess.run(
        [sys.executable, "-m", "tests.intake.bombs", address], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    answers = {(way, name): (said, length) for way, name, said, length in told["answers"]}
    assert len(answers) == WAYS * BOMBS
    assert not came
    assert told["grown"] < MEGABYTES * 1024 * 1024
    for (way, name), (said, length) in answers.items():
        # Pages and feeds are refused whole; HTML has no entities of its own, and what is left of it is text.
        assert said == "refused" or way not in ("page", "feed"), (way, name, said)
        assert length < 200_000, (way, name, length)
        assert "hahaha" not in said
        assert "PATH=" not in said
