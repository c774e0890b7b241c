"""The command line as an operator meets it: real processes in an empty folder."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import PAGES, missing
from tests.starter import STARTER

PAGE = """\
City Administration News

Parks stay open until ten
Division name
Date of registration
공원녹지과 ( T. 053-803-0000)

Longer evenings from June on

All large parks of the city stay open until ten in the evening from the first of June.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def _migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    assert civicwire(folder, "migrate").returncode == 0
    return folder


@pytest.fixture
def ready(folder: Path, _migrated_once: Path) -> Path:
    """A folder with an empty database in it."""
    shutil.copytree(_migrated_once / "var", folder / "var")
    return folder


def civicwire(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command; answers what it printed and its exit status."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}  # noqa: TID251
    done = STARTER.run(folder, arguments, environment | settings)
    return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())


def free_port() -> str:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _one_line(result: subprocess.CompletedProcess[str], *, status: int = 1) -> str:
    assert result.returncode == status, result
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_a_newsroom_from_a_shell(folder: Path) -> None:
    assert civicwire(folder, "migrate").returncode == 0
    taken = json.loads(civicwire(folder, "intake", "page.txt", "--json").stdout)["pages"][0]
    assert (taken["state"], taken["outcome"], taken["telephone"]) == ("draft", "added", "053-803-0000")
    again = json.loads(civicwire(folder, "intake", "page.txt", "--json").stdout)["pages"][0]
    assert (again["article"], again["outcome"]) == (taken["article"], "unchanged")
    published = json.loads(civicwire(folder, "articles", "publish", "1", "--json").stdout)
    assert (published["state"], published["title"]) == ("published", "Parks stay open until ten")
    assert "is published already" in _one_line(civicwire(folder, "articles", "publish", "1"))
    hour = datetime.fromisoformat(published["published"]).astimezone(ZoneInfo("Asia/Seoul"))
    assert f"{hour:%Y-%m-%d %H:%M}" in civicwire(folder, "articles", "show", "1").stdout
    listed = json.loads(civicwire(folder, "articles", "list", "--json").stdout)["articles"]
    assert [one["number"] for one in listed] == [1]
    (folder / "better.txt").write_text(PAGE.replace("until ten", "until eleven"), encoding="utf-8")
    corrected = civicwire(folder, "articles", "correct", "1", "--page", "better.txt", "--note", "The hour.", "--json")
    assert json.loads(corrected.stdout)["correction"] == "The hour."
    withdrawn = civicwire(folder, "articles", "withdraw", "1", "--reason", "The council decided otherwise.", "--json")
    assert json.loads(withdrawn.stdout)["state"] == "withdrawn"
    assert "Parks stay open until eleven" in civicwire(folder, "articles", "list").stdout


def test_a_subscriber_from_a_shell(ready: Path) -> None:
    added = civicwire(ready, "subscribers", "add", "Reader@Example.org", "--division", "roads", "--confirmed", "--json")
    assert json.loads(added.stdout)["follows"] == [{"scope": "division=roads", "cadence": "daily"}]
    shown = civicwire(ready, "subscribers", "show", "reader@example.org")
    assert "division=roads" in shown.stdout
    assert "follows nothing" in civicwire(ready, "subscribers", "show", "other@example.org").stdout
    asked = civicwire(ready, "subscribers", "add", "new@example.org", "--json")
    assert [one["kind"] for one in json.loads(asked.stdout)["deliveries"]] == ["confirmation"]


def test_a_subscriber_from_a_shell_follows_whatever_a_feed_can_hold(ready: Path) -> None:
    wish = ["--division", "roads", "--board", "media-news", "--words", "Tram -festival", "--releases-in", "ko"]
    added = civicwire(
        ready, "subscribers", "add", "reader@example.org", *wish, "--language", "en", "--confirmed", "--json"
    )
    (follows,) = json.loads(added.stdout)["follows"]
    assert follows["scope"] == "division=roads&board=media-news&q=-festival+tram&lang=ko"
    many = [part for n in range(51) for part in ("--topic", f"t{n}")]
    refused = {
        "there is no topic gone": ["--topic", "gone"],
        "there is no board gone": ["--board", "gone"],
        "--words has words that hold no letter": ["--words", "!!"],
        "--releases-in must be one of": ["--releases-in", "tlh"],
        "at most 50": many,
    }
    for said, options in refused.items():
        assert said in _one_line(civicwire(ready, "subscribers", "add", "a@example.org", *options))


def test_erasing_an_address_leaves_nothing_of_it_in_the_database(ready: Path) -> None:
    civicwire(ready, "subscribers", "add", "gone@example.org", "--division", "roads", "--confirmed")
    civicwire(ready, "subscribers", "add", "gone@example.org")
    erased = json.loads(civicwire(ready, "subscribers", "erase", "Gone@example.org", "--json").stdout)
    assert erased == {"address": "gone@example.org", "erased": True}
    with closing(sqlite3.connect(ready / "var" / "civicwire.db")) as database:
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_text%'"
        )
        rows = [row for (name,) in tables.fetchall() for row in database.execute(f'SELECT * FROM "{name}"')]
        assert len(rows) > 10
        assert "gone@" not in repr(rows)
    assert "Nothing is kept" in civicwire(ready, "subscribers", "erase", "gone@example.org").stdout
    status = json.loads(civicwire(ready, "status", "--json").stdout)
    assert status["mailings"][0]["audience"] == 1


def test_hold_stops_sending_until_it_is_released(ready: Path) -> None:
    civicwire(ready, "subscribers", "add", "new@example.org")
    assert civicwire(ready, "hold", "wrong text went out").returncode == 0
    held = civicwire(ready, "run", "delivery", CIVICWIRE_SMTP_PORT="1")
    assert "sending is held: wrong text went out" in _one_line(held)
    status = json.loads(civicwire(ready, "status", "--json").stdout)
    assert status["held"] == "wrong text went out"
    assert (status["held_by"], status["held_since"][:2]) == ("shell", "20")
    assert status["mailings"][0]["states"] == {"pending": 1}
    assert status["mailings"][0]["balance"]["pending"] == 1
    assert "Sending goes on" in civicwire(ready, "release").stdout
    assert "was not held" in civicwire(ready, "release").stdout


def test_a_mail_server_that_does_not_answer_is_one_sentence_and_loses_nothing(ready: Path) -> None:
    civicwire(ready, "subscribers", "add", "new@example.org")
    line = _one_line(civicwire(ready, "run", "all", CIVICWIRE_SMTP_PORT="1"))
    assert "mail is waiting: 127.0.0.1:1" in line
    status = json.loads(civicwire(ready, "status", "--json").stdout)
    assert status["mailings"][0]["states"] == {"deferred": 1}


@pytest.mark.parametrize(
    ("arguments", "settings", "expected"),
    [
        (["intake", "nowhere.txt", "--dry-run"], {}, "nowhere.txt: the file cannot be read: No such file"),
        (["intake", "binary", "--dry-run"], {}, "binary: the file is not text"),
        (["intake", "cut.txt"], {}, "cut.txt: "),
        (["intake", "page.txt", "--division", "nobody"], {}, "there is no division nobody"),
        (["intake", "page.txt", "--board", "nothing"], {}, "there is no board nothing"),
        (["articles", "show", "7"], {}, "there is no article 7"),
        (["subscribers", "add", "not-an-address"], {}, "name@example.org"),
        (["subscribers", "add", "a@example.org", "--division", "nobody"], {}, "there is no division nobody"),
        (["status"], {"CIVICWIRE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "127.0.0.1:1"),
        (["run", "all", "--now", "soon"], {}, "is not an instant such as"),
        (["run", "all", "--now", "2026-05-24T08:00:00"], {}, "has no zone"),
    ],
)
def test_bad_input_is_one_clear_sentence(
    ready: Path, arguments: list[str], settings: dict[str, str], expected: str
) -> None:
    (ready / "binary").write_bytes(bytes(range(256)) * 4)
    (ready / "cut.txt").write_text(PAGE[:60], encoding="utf-8")
    assert expected in _one_line(civicwire(ready, *arguments, **settings))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"CIVICWIRE_SMTP_PROT": "25"}, "there is no such setting; did you mean CIVICWIRE_SMTP_PORT?"),
        ({"CIVICWIRE_SMTP_PORT": "many"}, "CIVICWIRE_SMTP_PORT: must be a number from 1 to 65535"),
        ({"CIVICWIRE_BASE_URL": ""}, "CIVICWIRE_BASE_URL: is empty"),
        ({"CIVICWIRE_CITY": "nowhere.toml"}, "cannot read the city file nowhere.toml"),
    ],
)
def test_b99_a_wrong_setting_is_one_line_and_status_two(ready: Path, settings: dict[str, str], expected: str) -> None:
    assert expected in _one_line(civicwire(ready, "status", **settings), status=2)


def test_b99_several_wrong_settings_are_named_at_once(folder: Path) -> None:
    result = civicwire(folder, "status", CIVICWIRE_SMTP_TLS="maybe", CIVICWIRE_SMTP_PORT="0", CIVICWIRE_SECRET_KEY="x")
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 3


def test_b97_wrong_use_exits_with_two(folder: Path) -> None:
    assert civicwire(folder, "intake").returncode == 2
    assert civicwire(folder, "nonsense").returncode == 2
    assert civicwire(folder, "serve", "--role", "boss").returncode == 2
    assert civicwire(folder, "articles", "list", "--state", "lost").returncode == 2
    assert civicwire(folder, "subscribers", "add", "a@example.org", "--cadence", "hourly").returncode == 2


def test_the_database_and_the_key_are_nobody_elses_to_read(ready: Path) -> None:
    civicwire(ready, "subscribers", "add", "new@example.org")
    assert civicwire(ready, "run", "all", CIVICWIRE_SMTP_PORT="1").returncode == 1
    for path in (ready / "var").iterdir():
        assert path.stat().st_mode & 0o007 == 0, path


def test_a_draft_of_unknown_division_says_where_it_went(ready: Path) -> None:
    (ready / "page.txt").write_text(PAGE.replace("공원녹지과", "Some Division"), encoding="utf-8")
    civicwire(ready, "intake", "page.txt")
    published = civicwire(ready, "articles", "publish", "1", "--json")
    assert json.loads(published.stdout)["division"] == "spokesperson"
    assert "no division is known: filed under spokesperson" in published.stderr
    (ready / "other.txt").write_text(PAGE.replace("Parks", "All parks"), encoding="utf-8")
    civicwire(ready, "intake", "other.txt")
    filed = civicwire(ready, "articles", "publish", "2", "--division", "roads", "--json")
    assert json.loads(filed.stdout)["division"] == "roads"


def test_an_old_release_is_published_without_mail_also_by_hand(ready: Path) -> None:
    (ready / "old.txt").write_text(PAGE.replace("공원녹지과", "공원녹지과 2019-07-17"), encoding="utf-8")
    civicwire(ready, "subscribers", "add", "reader@example.org", "--cadence", "immediate", "--confirmed")
    civicwire(ready, "intake", "old.txt")
    published = civicwire(ready, "articles", "publish", "1", "--json")
    assert json.loads(published.stdout)["published"].startswith("2019-07-16T15:00")
    assert "registered on 2019-07-17" in published.stderr
    (ready / "other.txt").write_text((ready / "old.txt").read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    civicwire(ready, "intake", "other.txt")
    assert json.loads(civicwire(ready, "run", "alerts", "--json").stdout)["done"].get("alerts planned", 0) == 0
    civicwire(ready, "articles", "publish", "2", "--mail", CIVICWIRE_UNDO_SECONDS="0")
    assert json.loads(civicwire(ready, "run", "alerts", "--json").stdout)["done"]["alerts planned"] == 1


def test_a_release_whose_mails_can_still_be_undone_is_in_the_status(ready: Path) -> None:
    civicwire(ready, "subscribers", "add", "reader@example.org", "--cadence", "immediate", "--confirmed")
    civicwire(ready, "intake", "page.txt")
    published = civicwire(ready, "articles", "publish", "1", "--mail", CIVICWIRE_UNDO_SECONDS="3600")
    assert "mails go out at" in published.stderr
    assert json.loads(civicwire(ready, "run", "alerts", "--json").stdout)["done"]["alerts planned"] == 0
    (waiting,) = json.loads(civicwire(ready, "status", "--json").stdout)["in_undo_window"]
    assert (waiting["article"], waiting["kind"]) == (1, "published")
    assert "seconds: Parks stay open until ten (published)" in civicwire(ready, "status").stdout
    later = civicwire(ready, "run", "alerts", "--now", waiting["until"], "--json")
    assert json.loads(later.stdout)["done"]["alerts planned"] == 1
    assert json.loads(civicwire(ready, "status", "--json").stdout)["in_undo_window"] == []


def test_without_a_database_it_says_how_to_make_one(folder: Path) -> None:
    assert "run “civicwire migrate”" in _one_line(civicwire(folder, "status"))
    assert "run “civicwire migrate”" in _one_line(civicwire(folder, "serve"))


def test_check_names_what_does_not_work(ready: Path) -> None:
    result = civicwire(ready, "check", "--json", CIVICWIRE_SMTP_PORT="1")
    found = json.loads(result.stdout)
    assert result.returncode == 1
    assert found.pop("records"), "no record of the mail's domain is named"
    assert [name for name, one in found.items() if not one["works"]] == ["mail server"]


def test_the_twelve_real_pages_are_read_as_one_object() -> None:
    if not PAGES.is_dir():
        missing("pages", "the folder of real board pages is not beside this checkout")
    paths = sorted(str(path) for path in PAGES.glob("*.txt"))
    result = civicwire(PAGES, "intake", "--dry-run", "--json", *paths)
    assert result.returncode == 0
    pages = json.loads(result.stdout)["pages"]
    assert [page["path"] for page in pages] == paths
    assert {page["kind"] for page in pages} == {"article"}
    wanted = {"path", "kind", "title", "subtitle", "division", "date", "telephone", "captions", "footnotes", "reasons"}
    assert all(wanted <= set(page) for page in pages)


def test_the_demonstration_does_the_whole_job_and_exits(folder: Path) -> None:
    for _ in range(2):
        result = civicwire(folder, "demo", "--once", "--port", free_port())
        assert result.returncode == 0, result.stderr
        assert "MISSING" not in result.stdout
        assert "0 mails sent twice" in result.stdout


def test_the_demonstration_leaves_a_strangers_folder_alone(folder: Path) -> None:
    (folder / "var" / "demo").mkdir(parents=True)
    (folder / "var" / "demo" / "precious.txt").write_text("keep", encoding="utf-8")
    assert "move it away" in _one_line(civicwire(folder, "demo", "--once", "--port", free_port()))
    assert (folder / "var" / "demo" / "precious.txt").read_text(encoding="utf-8") == "keep"


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The service, once it answers; and, after the block, what it logged."""
    port, log = free_port(), list[str]()
    service = subprocess.Popen(
        [sys.executable, "-c", "from config.cli import main; main()", "serve", "--port", port],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},  # noqa: TID251
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                    assert answer.status == 200
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("the service never answered")
        yield service, log
    finally:
        service.kill()
        log += service.communicate()[1].splitlines()


def test_serve_answers_and_ends_cleanly_when_told(ready: Path) -> None:
    """f08: SIGTERM is an orderly end with status 0."""
    with serving(ready) as (service, log):
        service.terminate()
        assert service.wait(30) == 0
    assert "Traceback" not in "".join(log)


def test_f12_b102_a_second_service_on_the_same_file_refuses_and_names_the_holder(ready: Path) -> None:
    with serving(ready) as (service, _):
        for role in ("all", "scheduler"):
            second = civicwire(ready, "serve", "--port", free_port(), "--role", role)
            assert f"is served already by process {service.pid} on " in _one_line(second)
        assert civicwire(ready, "status").returncode == 0


def test_what_fell_due_while_the_service_was_killed_is_public_once_it_is_back(ready: Path) -> None:
    civicwire(ready, "intake", "page.txt")
    civicwire(ready, "articles", "publish", "1", "--at", "2999-05-24T08:00:00+09:00")
    with serving(ready):
        pass  # and it is killed; what it wrote holds nobody up
    with closing(sqlite3.connect(ready / "var" / "civicwire.db")) as database:
        # As time goes by: the hour has come since.
        database.execute("UPDATE article SET publish_at = strftime('%Y-%m-%d %H:%M:%f000', 'now', '-1 minute')")
        database.commit()
    with serving(ready):
        for _ in range(600):
            if civicwire(ready, "articles", "list", "--state", "published", "--json").stdout.count('"number"'):
                break
            time.sleep(0.1)
        else:
            pytest.fail("the release is not public")


def test_a_release_is_scheduled_from_a_shell(folder: Path) -> None:
    assert civicwire(folder, "migrate").returncode == 0
    civicwire(folder, "intake", "page.txt")
    at = "2999-05-24T08:00:00+09:00"
    shown = json.loads(civicwire(folder, "articles", "publish", "1", "--at", at, "--json").stdout)
    assert (shown["state"], shown["scheduled"]) == ("scheduled", "2999-05-23T23:00:00+00:00")
    listed = json.loads(civicwire(folder, "articles", "list", "--state", "scheduled", "--json").stdout)
    assert [one["number"] for one in listed["articles"]] == [1]
    past = civicwire(folder, "articles", "publish", "1", "--at", "2020-05-24T08:00:00+09:00")
    assert (past.returncode, "has passed" in _one_line(past)) == (1, True)
