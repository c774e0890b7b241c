"""`civicwire intake` as an operator meets it: archives of every kind, in real processes."""

import csv
import fcntl
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import pytest

from feeds.clock import system_clock
from feeds.store import articles, reading
from feeds.store.database import Database
from tests.builders import NOW
from tests.intake.given import csv_of
from tests.intake.layouts import page
from tests.intake.test_board_dump import POST, dump
from tests.intake.test_feed_source import ITEM, rss
from tests.journeys.test_commands import civicwire
from tests.starter import ROOT

SITE = ("--site", "www.example.org")


@pytest.fixture(scope="module")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    assert civicwire(folder, "migrate").returncode == 0
    return folder


@pytest.fixture
def ready(tmp_path: Path, _migrated: Path) -> Path:
    """A folder with an empty database in it."""
    shutil.copytree(_migrated / "var", tmp_path / "var")
    return tmp_path


def posts(number: int) -> list[dict[str, str]]:
    return [{"NTT_ID": str(n + 1), "NTT_SJ": f"Release {n + 1}"} for n in range(number)]


def fresh(folder: Path, *arguments: str | bytes, path: str = str(ROOT)) -> subprocess.CompletedProcess[bytes]:
    """A command by a Python of its own, which looks for modules there."""
    command = [sys.executable, "-c", "from config.cli import main; main()", *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path}  # noqa: TID251
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)


@contextmanager
def started(
    folder: Path, *arguments: str, stdout: int | BinaryIO = subprocess.DEVNULL, stderr: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs while the block does."""
    command = [sys.executable, "-c", "from config.cli import main; main()", *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}  # noqa: TID251
    running = subprocess.Popen(command, cwd=folder, env=environment, stdout=stdout, stderr=stderr)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8", newline="")


def count(folder: Path, question: str) -> int:
    with closing(sqlite3.connect(folder / "var" / "civicwire.db")) as database:
        found: int = database.execute(question).fetchone()[0]
        return found


def refusals(folder: Path) -> list[dict[str, str]]:
    (path,) = (folder / "var").glob("intake-refused-*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


MIXED = [
    *posts(3),
    {"NTT_ID": "4", "USE_AT": "N"},
    {"NTT_ID": "5", "SECRET_AT": "Y", "NTT_SJ": "Nobody may read this"},
    {"NTT_ID": "6", "NTT_SJ": ""},
    {"NTT_ID": "not one", "NTT_SJ": "=cmd|'/c calc'!A1"},
    {"NTT_ID": "1", "NTT_SJ": "Release 1 once more"},
]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, "board.csv", dump(*MIXED))
    result = civicwire(tmp_path, "intake", "board.csv", *SITE, "--dry-run")
    assert result.returncode == 1
    assert "board.csv, line 2 article Release 1" in " ".join(result.stdout.split())
    assert "8 records would be: 3 added, 3 skipped, 2 refused." in result.stdout
    assert "board.csv, line 5: skipped: it is deleted (USE_AT is N)" in result.stdout
    assert "board.csv, line 9: skipped: the same post stands twice" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["board.csv"]


def test_a_dry_run_has_a_row_for_every_record_and_a_run_for_the_first(ready: Path) -> None:
    write(ready, "board.csv", dump(*posts(95)))
    dry, run = (civicwire(ready, "intake", "board.csv", *SITE, *more).stdout for more in (("--dry-run",), ()))
    rows = [line.split()[2] for line in dry.splitlines() if "  article  " in line]
    assert rows == [f"{n + 2}" for n in range(95)]
    assert "more." not in dry
    assert "95 records would be: 95 added." in dry
    assert sum(line.startswith("board.csv") for line in run.splitlines() if "  article  " in line) == 40
    assert "… and 55 more." in run


def test_who_watches_a_run_sees_a_bar_and_its_report_is_in_the_file_it_is_sent_to(
    ready: Path,
) -> None:
    write(ready, "board.csv", dump(*posts(600)))
    ours, theirs = os.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with (
        (ready / "report.txt").open("wb") as report,
        started(ready, "intake", "board.csv", *SITE, stdout=report, stderr=theirs) as running,
    ):
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # that is how a terminal ends
            while more := os.read(ours, 4096):
                shown += more
        assert running.wait(60) == 0
    os.close(ours)
    counts = [
        int(number.replace(",", "")) for number in re.findall(r"board\.csv[^\r\n]*?([\d,]+) records", shown.decode())
    ]
    assert counts == sorted(counts)
    assert counts[-1] == 600
    assert "600 records read: 600 added." in (ready / "report.txt").read_text(encoding="utf-8")
    again = civicwire(ready, "intake", "board.csv", *SITE)
    assert (again.returncode, again.stderr) == (0, "")


def test_a_dry_run_beside_a_database_tells_new_from_known(ready: Path) -> None:
    write(ready, "board.csv", dump(*posts(2)))
    civicwire(ready, "intake", "board.csv", *SITE, "--publish")
    write(ready, "board.csv", dump(*posts(3), {"NTT_ID": "9"}).replace("Release 1", "Release one"))
    said = civicwire(ready, "intake", "board.csv", *SITE, "--dry-run").stdout
    assert "4 records would be: 2 added, 1 corrected, 1 unchanged." in said
    assert count(ready, "SELECT count(*) FROM article") == 2


def test_b55_what_was_edited_or_discarded_here_stays_so_and_a_second_run_says_so(ready: Path) -> None:
    write(ready, "board.csv", dump(*posts(3)))
    civicwire(ready, "intake", "board.csv", *SITE)
    database = Database(f"sqlite:///{ready}/var/civicwire.db")
    with database.write() as session:
        stored = reading.get(session, 1)
        articles.revise(session, 1, replace(stored.content, title="Edited"), note=None, now=NOW, author="editor")
        articles.discard(session, 2, now=NOW)
    database.close()
    write(ready, "board.csv", dump(*posts(3)).replace("Release 1", "Release one"))
    dry, run = (civicwire(ready, "intake", "board.csv", *SITE, *more) for more in (("--dry-run",), ()))
    for result in (dry, run):
        assert result.returncode == 0
        for said in (
            "line 2: its source has changed, but it was edited here since it came: it stays as it is",
            "line 3: skipped: its draft was discarded here: --discarded takes it in again",
            "1 left alone: edited here",
            "1 skipped",
            "1 unchanged",
        ):
            assert said in result.stdout
    assert [(one["place"], one["what"], one["title"]) for one in refusals(ready)] == [
        ("line 2", "left alone: edited here", "Release one"),
        ("line 3", "skipped", ""),
    ]
    again = civicwire(ready, "intake", "board.csv", *SITE, "--discarded").stdout
    assert "3 records read: 2 unchanged, 1 added." in again


TABLE = [
    ["id", "title", "text", "division", "topics"],
    ["1", "Known", "a", "Communications Bureau", ""],
    ["2", "Strange", "a", "Department of Magic", ""],
    ["3", "Silent", "", "Communications Bureau", ""],
    ["4", "Off the list", "a", "Communications Bureau", "nothing"],
]


def test_a_dry_run_of_our_own_table_says_what_the_real_run_says(ready: Path) -> None:
    write(ready, "table.csv", csv_of(TABLE))
    dry = civicwire(ready, "intake", "table.csv", "--publish", "--dry-run")
    real = civicwire(ready, "intake", "table.csv", "--publish")
    assert dry.stderr == real.stderr
    for said in (
        "table.csv, line 3: no division is called “Department of Magic”: filed under the fallback",
        "table.csv, line 4: not published: It has no text.",
    ):
        assert said in dry.stdout
        assert said in real.stdout
    assert "4 records would be: 3 added, 1 refused." in dry.stdout
    assert "4 records read: 3 added, 1 refused." in real.stdout


def test_a_dry_run_needs_no_database_to_tell_a_known_division_from_an_unknown_one(tmp_path: Path) -> None:
    write(tmp_path, "lines.jsonl", json.dumps({"title": "A", "text": "a", "division": "Department of Magic"}) + "\n")
    said = civicwire(tmp_path, "intake", "lines.jsonl", "--dry-run").stdout
    assert "no division is called “Department of Magic”: unknown here" in said


def test_b57_every_record_that_is_not_taken_in_is_in_a_file_with_its_reason_and_no_formula(ready: Path) -> None:
    write(ready, "board.csv", dump(*MIXED))
    result = civicwire(ready, "intake", "board.csv", *SITE, "--publish")
    assert result.returncode == 1
    assert "8 records read: 3 added, 3 skipped, 2 refused." in result.stdout
    found = refusals(ready)
    assert [(one["place"], one["what"]) for one in found] == [
        ("line 5", "skipped"),
        ("line 6", "skipped"),
        ("line 7", "refused"),
        ("line 8", "refused"),
        ("line 9", "skipped"),
    ]
    assert found[3]["title"] == "'=cmd|'/c calc'!A1"
    assert "the same post stands twice" in found[4]["reason"]
    assert "Nobody may read this" not in str(found) + result.stdout + result.stderr
    (path,) = (ready / "var").glob("intake-refused-*.csv")
    assert path.stat().st_mode & 0o007 == 0


def test_the_password_of_a_post_is_in_nothing_that_is_written_or_printed(ready: Path) -> None:
    write(ready, "board.csv", dump(*MIXED))
    result = civicwire(ready, "intake", "board.csv", *SITE, "--publish", "--json")
    everything = b"".join(path.read_bytes() for path in (ready / "var").iterdir()) + result.stdout.encode()
    for secret in (POST["PASSWORD"], POST["NTCR_ID"], POST["NTCR_NM"]):
        assert secret.encode() not in everything + result.stderr.encode()


def test_b55_a_second_run_changes_nothing_and_leaves_no_file(ready: Path) -> None:
    write(ready, "board.csv", dump(*posts(5)))
    assert civicwire(ready, "intake", "board.csv", *SITE, "--publish").returncode == 0
    again = civicwire(ready, "intake", "board.csv", *SITE, "--publish")
    assert again.returncode == 0
    assert "5 records read: 5 unchanged." in again.stdout
    assert count(ready, "SELECT count(*) FROM change") == 5
    assert not list((ready / "var").glob("intake-*"))


def test_the_audit_log_says_what_was_taken_in_but_nothing_of_a_run_that_changed_nothing(ready: Path) -> None:
    write(ready, "board.csv", dump(*posts(3), {"NTT_ID": "7", "USE_AT": "N"}))
    for _ in range(2):
        civicwire(ready, "intake", "board.csv", *SITE)
    with closing(sqlite3.connect(ready / "var" / "civicwire.db")) as database:
        found = database.execute("SELECT actor, action, subject, details FROM audit").fetchall()
    assert [(*one[:3], json.loads(one[3])) for one in found] == [
        ("shell", "intake", "board.csv", {"added": 3, "skipped": 1})
    ]


def test_b55_a_run_that_is_killed_half_way_is_gone_on_with_and_nothing_is_doubled(ready: Path) -> None:
    number = 4000
    write(ready, "board.csv", dump(*posts(number)))
    with started(ready, "intake", "board.csv", *SITE, "--publish") as running:
        while count(ready, "SELECT count(*) FROM article") == 0:
            assert running.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    half = count(ready, "SELECT count(*) FROM article")
    assert 0 < half < number
    assert count(ready, "SELECT count(*) FROM change") == half
    result = civicwire(ready, "intake", "board.csv", *SITE, "--publish")
    assert f"{half:,} unchanged" in result.stdout
    for question in (
        "SELECT count(*) FROM article WHERE state = 'published'",
        "SELECT count(DISTINCT source_key) FROM article",
        "SELECT count(*) FROM revision",
        "SELECT max(number) FROM change",
    ):
        assert count(ready, question) == number, question


WHOLE = """SELECT (SELECT count(*) FROM article WHERE state = 'published'), (SELECT count(*) FROM revision),
                  (SELECT count(*) FROM change WHERE quiet), (SELECT count(*) FROM article)"""


def test_b56_ten_thousand_old_releases_mail_nobody_and_each_is_public_only_as_a_whole(ready: Path) -> None:
    number = 10_000
    for cadence in ("immediate", "daily"):
        address = f"{cadence}@example.org"
        civicwire(ready, "subscribers", "add", address, "--cadence", cadence, "--confirmed")
    write(ready, "board.csv", dump(*posts(number)))
    seen = set()
    with (
        closing(sqlite3.connect(ready / "var" / "civicwire.db")) as database,
        started(ready, "intake", "board.csv", *SITE, "--publish") as running,
    ):
        while running.poll() is None:
            seen.add(database.execute(WHOLE).fetchone())
            time.sleep(0.02)
        seen.add(database.execute(WHOLE).fetchone())
    assert running.returncode == 0
    # Whatever was there at any moment was there with its text and its quiet change.
    assert all(len(set(counts)) == 1 for counts in seen)
    assert len(seen) > 3
    assert (number,) * 4 in seen
    for now in ("2100-01-01T09:00:00+09:00", "2100-01-02T09:00:00+09:00"):
        civicwire(ready, "run", "digests", "--now", now)
    done = json.loads(civicwire(ready, "run", "alerts", "--json").stdout)["done"]
    assert done.get("alerts planned", 0) == 0
    assert count(ready, "SELECT count(*) FROM delivery") == 0


def test_b56_an_archive_that_is_published_says_that_it_mails_nobody(ready: Path) -> None:
    write(ready, "board.csv", dump(*posts(2)))
    dry = civicwire(ready, "intake", "board.csv", *SITE, "--publish", "--dry-run")
    assert "Would be published without mail" in dry.stdout
    assert "Published without mail" in civicwire(ready, "intake", "board.csv", *SITE, "--publish").stdout


def test_whom_a_run_mails_stands_in_the_dry_run_and_in_the_run_and_of_corrections_too(ready: Path) -> None:
    for name, cadence in (("one", "immediate"), ("two", "immediate"), ("three", "daily")):
        added = civicwire(ready, "subscribers", "add", f"{name}@example.org", "--cadence", cadence, "--confirmed")
        assert added.returncode == 0, added.stderr
    today = f"{system_clock().astimezone(ZoneInfo('Asia/Seoul')):%Y-%m-%d %H:%M:%S}"
    news = {"NTT_ID": "9", "NTT_SJ": "The bridge is open", "FRST_REGIST_PNTTM": today}
    write(ready, "board.csv", dump(*posts(2), news))
    command = ("intake", "board.csv", *SITE, "--publish")
    dry = civicwire(ready, *command, "--dry-run").stdout
    assert "Of these 1 is news: 2 mails would go out at once, and digests would tell 1 person of it." in dry
    counted = json.loads(civicwire(ready, *command, "--dry-run", "--json").stdout)
    assert counted["mails"] == {"news": 1, "at_once": 2, "in_digests": 1, "corrections": 0, "of_corrections": 0}
    assert [one["mailed"] for one in counted["pages"]] == [False, False, True]
    run = civicwire(ready, *command).stdout
    assert "Of these 1 is news: 2 mails go out at once, and digests tell 1 person of it." in run
    assert "news:" not in civicwire(ready, *command).stdout
    later = (system_clock() + timedelta(minutes=2)).isoformat()  # they wait a minute for an undo
    planned = civicwire(ready, "run", "alerts", "--now", later)
    assert planned.returncode == 0, planned.stderr
    assert count(ready, "SELECT count(*) FROM notice") == 2
    write(ready, "board.csv", dump(*posts(2), news | {"NTT_SJ": "The bridge is closed"}))
    dry, run = (civicwire(ready, *command, *more).stdout for more in (("--dry-run",), ()))
    assert "2 mails would go out at once about corrections, of 1 of these." in dry
    assert "2 mails go out at once about corrections, of 1 of these." in run


def test_one_object_is_printed_however_many_records_there_are(ready: Path) -> None:
    write(ready, "board.csv", dump(*MIXED))
    result = civicwire(ready, "intake", "board.csv", *SITE, "--json")
    found = json.loads(result.stdout)
    assert [one["place"] for one in found["pages"]] == [f"line {n}" for n in range(2, 10)]
    assert [one["kind"] for one in found["pages"]] == ["article"] * 3 + ["skipped"] * 2 + ["not_article"] * 2 + [
        "skipped"
    ]
    assert found["counts"] == {"added": 3, "skipped": 3, "refused": 2}
    assert Path(ready, found["refused_file"]).is_file()


def test_of_many_refusals_the_first_are_printed_and_a_named_file_has_all(ready: Path) -> None:
    write(ready, "board.csv", dump(*[{"NTT_ID": f"no {n}"} for n in range(30)]))
    write(ready, "why.csv", "what was here")
    result = civicwire(ready, "intake", "board.csv", *SITE, "--refused", "why.csv")
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 21
    assert lines[-1] == "civicwire: 10 more are refused: why.csv names all"
    assert len((ready / "why.csv").read_text(encoding="utf-8-sig").splitlines()) == 31


def test_a_folder_of_pages_is_read_in_the_order_of_its_paths_and_links_are_not_followed(ready: Path) -> None:
    (ready / "old" / "2019").mkdir(parents=True)
    write(ready / "old", "b.html", page(title="Second of them"))
    write(ready / "old", "a.txt", "no page of a board")
    write(ready / "old" / "2019", "a.html", page(title="First of them all"))
    write(ready / "old", "table.xlsx", "x")
    write(ready / "old", ".hidden.html", page())
    (ready / "old" / "packed.html").write_bytes(gzip.compress(page().encode()))
    (ready / "outside.html").write_text(page(title="Outside"), encoding="utf-8")
    (ready / "old" / "link.html").symlink_to(ready / "outside.html")
    (ready / "old" / "round").symlink_to(ready / "old")
    result = civicwire(ready, "intake", "old", "--json")
    found = [(one["place"], one["kind"]) for one in json.loads(result.stdout)["pages"]]
    assert found == [
        ("a.txt", "not_article"),
        ("b.html", "article"),
        ("link.html", "skipped"),
        ("packed.html", "skipped"),
        ("table.xlsx", "skipped"),
        ("2019/a.html", "article"),
    ]
    assert "Outside" not in result.stdout


def test_a_feed_a_table_and_lines_come_in_side_by_side(ready: Path) -> None:
    write(ready, "news.xml", rss(ITEM))
    write(ready, "table.csv", csv_of([["id", "title", "text", "division"], ["1", "From a table", "a", "Roads"]]))
    write(ready, "lines.jsonl", json.dumps({"id": "2", "title": "From a line", "markdown": "a"}) + "\n")
    result = civicwire(ready, "intake", "news.xml", "table.csv", "lines.jsonl", "--publish")
    assert result.returncode == 0, result.stderr
    assert "3 records read: 3 added." in result.stdout
    assert count(ready, "SELECT count(*) FROM article WHERE state = 'published'") == 3


def test_without_feedparser_it_says_what_to_install(ready: Path) -> None:
    write(ready, "news.xml", rss(ITEM))
    write(ready, "feedparser.py", "raise ModuleNotFoundError(\"No module named 'feedparser'\", name='feedparser')")
    result = fresh(ready, "intake", "news.xml", path=f"{ready}:{ROOT}")
    assert result.returncode == 1
    assert result.stderr == b"civicwire: reading feeds needs feedparser: install civicwire[import]\n"


def test_what_can_be_read_only_once_is_read_too(ready: Path) -> None:
    os.mkfifo(ready / "pipe")
    writing = threading.Thread(target=lambda: write(ready, "pipe", dump(*posts(2))))
    writing.start()
    result = civicwire(ready, "intake", "pipe", *SITE)
    writing.join()
    assert "2 records read: 2 added." in result.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["http://127.0.0.1/page"], "127.0.0.1 is not in the public internet"),
        (["http://localhost:22/"], "only the ports 80, 443 are fetched from"),
        (["file:///etc/passwd"], "only addresses of http and https are fetched"),
        (["ftp://example.org/x"], "only addresses of http and https are fetched"),
        (["packed.csv", *SITE], "the file is packed (gzip): unpack it"),
        (["board.csv"], "a dump does not say whose it is: give the site's host by --site"),
        (["board.csv", "--site", "no host"], "--site must be a host or an address"),
        (["board.csv", "--site", "https://name:pass@example.org"], "--site must be a host or an address"),
        (["slip.csv"], "unknown columns: titel; known are id, language, title"),
        (["laughs.xml"], "the file has a DOCTYPE"),
        (["board.csv", "--source", "page"], "there is no line “Division name”"),
        (["board.csv", *SITE, "--refused", "nowhere/why.csv"], "cannot write what was refused to nowhere/why.csv"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_takes_nothing_in(ready: Path, arguments: list[str], expected: str) -> None:
    write(ready, "board.csv", dump({"NTT_SJ": ""}))
    (ready / "packed.csv").write_bytes(gzip.compress(dump(*posts(5)).encode()))
    write(ready, "slip.csv", "titel,text\na,b\n")
    write(ready, "laughs.xml", rss(ITEM, head='<!DOCTYPE rss [<!ENTITY a "b">]>'))
    result = civicwire(ready, "intake", *arguments)
    assert result.returncode == 1
    assert expected in result.stderr
    assert "Traceback" not in result.stderr
    assert count(ready, "SELECT count(*) FROM article") == 0


def test_a_source_there_is_not_is_wrong_use(ready: Path) -> None:
    result = civicwire(ready, "intake", "board.csv", "--source", "fax")
    assert result.returncode == 2
    assert "there are dump, feed, folder, jsonl, csv, page" in " ".join(result.stderr.split())


def test_b98_a_name_that_is_no_utf_8_can_be_told_of(ready: Path) -> None:
    path = os.path.join(os.fsencode(ready), b"caf\xe9.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("titel,text\na,b\n")
    done = fresh(ready, "intake", b"caf\xe9.csv")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"unknown columns: titel" in done.stderr


def test_a_table_of_its_header_alone_is_told_to_hold_no_records(ready: Path) -> None:
    (ready / "own.csv").write_text("id,title,text\r\n", encoding="utf-8")
    done = civicwire(ready, "intake", "own.csv")
    assert (done.returncode, "own.csv: skipped: it holds no records" in done.stdout) == (0, True), done


def test_dates_in_a_form_that_nobody_knows_are_told_of_once_with_the_first_of_them(ready: Path) -> None:
    posts = [POST | {"NTT_ID": str(number), "FRST_REGIST_PNTTM": f"{number}.7.19"} for number in (1, 2, 3)]
    (ready / "dump.csv").write_text(dump(*posts, POST), encoding="utf-8")
    done = civicwire(ready, "intake", "dump.csv", *SITE, "--dry-run")
    assert done.stderr.count("3 of 4 releases give a date that cannot be read, such as “1.7.19”") == 1, done
