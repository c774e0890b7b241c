"""Accreditation and a release under embargo from a shell: real processes over a real database."""

import json
from pathlib import Path

import pytest

from tests.journeys.test_commands import _migrated_once, civicwire, folder, ready

__all__ = ["_migrated_once", "folder", "ready"]
JOURNALIST = "journalist@example.org"


def test_a_journalist_is_accredited_gets_a_release_under_embargo_and_is_revoked(ready: Path) -> None:
    civicwire(ready, "subscribers", "add", JOURNALIST, "--confirmed")
    told = civicwire(ready, "subscribers", "accredit", JOURNALIST, "--until", "2027-12-31", "--division", "roads")
    assert told.stdout == f"{JOURNALIST} is accredited to the end of 2027-12-31, for roads.\n"
    shown = civicwire(ready, "subscribers", "accredit", JOURNALIST, "--until", "2027-12-31", "--json")
    assert json.loads(shown.stdout)["divisions"] == []
    assert civicwire(ready, "intake", "page.txt").returncode == 0
    done = civicwire(ready, "articles", "publish", "1", "--embargo-until", "2027-01-01T10:00:00+09:00", "--json")
    article = json.loads(done.stdout)
    assert (article["state"], article["embargoed"]) == ("scheduled", True)
    assert article["scheduled"] == "2027-01-01T01:00:00+00:00"
    ended = civicwire(ready, "subscribers", "accredit", JOURNALIST, "--revoke")
    assert ended.stdout == "The accreditation is revoked.\n"
    assert civicwire(ready, "subscribers", "accredit", JOURNALIST, "--revoke").stdout == (
        "This address is not accredited.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--until", "soon"), "is not a day such as 2027-12-31"),
        (("--until", "2020-01-01"), "ends on a day from today on"),
        (("--until", "2027-12-31", "--revoke"), "either --until with a last day, or --revoke alone"),
        ((), "either --until with a last day, or --revoke alone"),
        (("--until", "2027-12-31", "--division", "nowhere"), "there is no division nowhere"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(ready: Path, arguments: tuple[str, ...], said: str) -> None:
    civicwire(ready, "subscribers", "add", JOURNALIST, "--confirmed")
    told = civicwire(ready, "subscribers", "accredit", JOURNALIST, *arguments)
    assert told.returncode != 0
    assert said in told.stderr
    assert told.stderr.count("\n") == 1


def test_nobody_is_accredited_who_follows_nothing(ready: Path) -> None:
    told = civicwire(ready, "subscribers", "accredit", "nobody@example.org", "--until", "2027-12-31")
    assert told.returncode != 0
    assert "there is no subscriber" in told.stderr
    assert "nobody@example.org" not in told.stderr


def test_one_instant_is_enough(ready: Path) -> None:
    civicwire(ready, "intake", "page.txt")
    at = "2027-01-01T10:00:00+09:00"
    told = civicwire(ready, "articles", "publish", "1", "--at", at, "--embargo-until", at)
    assert told.returncode != 0
    assert "exclude each other" in told.stderr


def test_a_release_with_the_day_of_its_hour_is_mailed_from_a_shell_too(ready: Path) -> None:
    (ready / "own.csv").write_text("title,text,registered\nParks stay open,Until ten.,2031-05-01\n", encoding="utf-8")
    assert civicwire(ready, "intake", "own.csv").returncode == 0
    own = civicwire(ready, "articles", "publish", "1", "--at", "2031-05-01T09:00:00+09:00")
    assert "nobody is mailed" not in own.stderr
    moved = civicwire(ready, "articles", "publish", "1")
    assert "nobody is mailed" not in moved.stderr, moved.stderr
