"""An operator's lists: who may come in, who stays out and why, and a table that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from config.commands import subscriber_lists
from config.parts import Parts
from config.settings import Settings
from feeds.errors import CivicwireError
from feeds.model import Newsroom
from feeds.store.database import Database
from notifier.ledger import erasing, subscribers, suppressions
from notifier.lists import safe, unmarked
from notifier.tokens import Tokens
from tests.builders import SECRET, Hands
from tests.starter import STARTER

HEAD = "address,scope,cadence,language,consent_source,consent_at\n"
TODAY = "2026-05-20"


@pytest.fixture
def parts(sqlite_database: object, tmp_path: Path, newsroom: Newsroom) -> Iterator[Parts]:
    """An installation of a small city."""
    made = Parts(Settings(database_url=f"sqlite:///{tmp_path / 'civicwire.db'}", secret_key=(SECRET,)), Hands())
    made.newsroom = newsroom
    yield made
    made.database.close()


def take(parts: Parts, folder: Path, rows: str, *, head: str = HEAD) -> list[list[str]]:
    """Import a table; answers the refused rows."""
    (folder / "list.csv").write_text(head + rows, encoding="utf-8")
    done = subscriber_lists.take(parts, folder / "list.csv")
    if done.refused_in is None:
        return []
    assert done.refused_in.stat().st_mode & 0o077 == 0
    return list(csv.reader(io.StringIO(done.refused_in.read_text(encoding="utf-8"))))[1:]


def test_b57_good_rows_are_in_bad_ones_are_listed_and_the_suppressed_stay_out(parts: Parts, tmp_path: Path) -> None:
    with parts.database.write() as session:
        mark = parts.tokens.address_hashes("gone@example.org")[0]
        suppressions.add(session, mark, reason="complaint", source="test", now=parts.clock())
    refused = take(
        parts,
        tmp_path,
        f"Reader@Example.org,division=water,weekly,ko,paper form,{TODAY}T00:00:00Z\n"
        f"gone@example.org,,daily,en,paper form,{TODAY}T00:00:00Z\n"
        f"no address,,daily,en,paper form,{TODAY}\n"
        f"a@example.org,division=nowhere,daily,en,paper form,{TODAY}\n"
        f"b@example.org,,hourly,en,paper form,{TODAY}\n"
        f"b@example.org,article=7,daily,en,paper form,{TODAY}\n"
        f"c@example.org,,daily,tlh,paper form,{TODAY}\n"
        f"d@example.org,,daily,en,,{TODAY}\n"
        "e@example.org,,daily,en,paper form,\n"
        "f@example.org,,daily,en,paper form,2001-01-01\n"
        "g@example.org,,daily,en,paper form,2999-01-01\n"
        f"=cmd|' /C calc'!A0,,daily,en,paper form,{TODAY}\n"
        f"reader@example.org,division=water,weekly,ko,paper form,{TODAY}T00:00:00Z\n",
    )
    assert [row[0] for row in refused] == [str(line) for line in range(3, 15)]
    assert "must get no mail" in refused[0][1]
    assert refused[-2][2].startswith("'=")
    assert refused[-1][1] == "follows this already"
    with parts.database.read() as session:
        person = subscribers.find(session, "reader@example.org")
        assert person is not None
        assert person.language == "ko"
        assert [(str(one.scope), one.cadence) for one in subscribers.live(session, person.id)] == [
            ("division=water", "weekly")
        ]
        source = session.exec_driver_sql("SELECT source FROM consent").scalar_one()
        mails = session.exec_driver_sql("SELECT count(*) FROM delivery").scalar_one()
    assert (source, mails) == ("paper form", 0)


def test_who_left_since_they_agreed_is_not_brought_back_by_an_old_list(parts: Parts, tmp_path: Path) -> None:
    row = f"reader@example.org,,daily,en,paper form,{TODAY}T00:00:00Z\n"
    take(parts, tmp_path, row)
    with parts.database.write() as session:
        person = subscribers.find(session, "reader@example.org")
        assert person is not None
        subscribers.stop(session, person.id, reason="one click", now=parts.clock())
    assert "stopped since" in take(parts, tmp_path, row)[0][1]


def test_an_old_list_does_not_bring_back_who_was_erased_but_a_newer_consent_does(parts: Parts, tmp_path: Path) -> None:
    row = "reader@example.org,,daily,en,paper form,{}\n"
    take(parts, tmp_path, row.format("2026-05-19T00:00:00Z"))
    with parts.database.read() as session:
        person = subscribers.find(session, "reader@example.org")
    assert person is not None
    parts.personal.erase(person.id)
    for consent_at in ("2026-05-19T00:00:00Z", parts.clock().isoformat()):
        ((line, reason, _),) = take(parts, tmp_path, row.format(consent_at))
        assert (line, reason) == ("2", "this person was erased, or went to another address, after that consent")
    with parts.database.read() as session:
        assert subscribers.find(session, "reader@example.org") is None
        kept = session.exec_driver_sql("SELECT * FROM revocation").all()
    assert "reader" not in str(kept)
    parts.clock.forward(minutes=2)  # type: ignore[attr-defined]
    newer = (parts.clock() - timedelta(minutes=1)).isoformat()
    assert take(parts, tmp_path, row.format(newer)) == []


def test_an_old_list_brings_an_erased_person_back_neither_by_an_address_before_nor_by_an_older_key(
    parts: Parts, tmp_path: Path
) -> None:
    row = f"before@example.org,,immediate,en,paper form,{TODAY}T00:00:00Z\n"
    take(parts, tmp_path, row)
    with parts.database.read() as session:
        person = subscribers.find(session, "before@example.org")
    assert person is not None
    parts.personal.ask_to_move(person.id, "after@example.org")
    assert parts.personal.move(1) is not None
    assert "another address" in take(parts, tmp_path, row)[0][1]
    parts.personal.erase(person.id)
    assert "was erased" in take(parts, tmp_path, row.replace("before@", "after@"))[0][1]
    vars(parts)["tokens"] = Tokens(["k" * 40, SECRET])
    assert "was erased" in take(parts, tmp_path, row)[0][1]
    with parts.database.read() as session:
        addresses = set(session.exec_driver_sql("SELECT address FROM delivery").scalars())
    assert not any("@" in address for address in addresses)


def test_who_takes_a_change_of_address_back_is_where_their_list_says(parts: Parts, tmp_path: Path) -> None:
    row = f"reader@example.org,{{}},daily,en,paper form,{TODAY}T00:00:00Z\n"
    take(parts, tmp_path, row.format(""))
    parts.personal.ask_to_move(1, "other@example.org")
    assert parts.personal.move(1) is not None
    with parts.database.read() as session:
        told = session.exec_driver_sql("SELECT delivery_id FROM move").scalar_one()
    assert parts.personal.undo_move(told)
    assert take(parts, tmp_path, row.format("division=water")) == []


@pytest.mark.parametrize(
    ("column", "option", "kept"),
    [("form of 2024", None, "form of 2024"), ("", "leaflet", "leaflet"), ("", None, "not stated")],
)
def test_a_consent_of_a_list_names_the_text_of_that_list_and_never_ours(
    parts: Parts, tmp_path: Path, column: str, option: str | None, kept: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{HEAD.strip()},consent_text\nreader@example.org,,daily,en,form,{TODAY}T00:00:00Z,{column}\n")
    given = {"consent_text": option} if option else {}
    assert subscriber_lists.take(parts, path, **given).taken == 1
    out = io.StringIO()
    subscriber_lists.write(parts, out)
    assert [row["consent_text"] for row in csv.DictReader(io.StringIO(out.getvalue()))] == [kept]


def test_a_table_as_korean_spreadsheets_write_it_is_read_and_any_other_is_refused_whole(
    parts: Parts, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    rows = f"{HEAD}reader@example.org,,daily,ko,민원실 신청서,{TODAY}T00:00:00Z\n"
    path.write_bytes(rows.encode("utf-16"))
    with pytest.raises(CivicwireError, match="CSV UTF-8"):
        subscriber_lists.take(parts, path)
    path.write_bytes(rows.encode("cp949"))
    assert subscriber_lists.take(parts, path).taken == 1
    with parts.database.read() as session:
        assert session.exec_driver_sql("SELECT source FROM consent").scalar_one() == "민원실 신청서"


@pytest.mark.parametrize("head", ["", "address,scope\n", "mail;date\n"])
def test_a_table_without_its_columns_is_refused_whole(parts: Parts, tmp_path: Path, head: str) -> None:
    with pytest.raises(CivicwireError, match="has no column"):
        take(parts, tmp_path, "a@example.org,\n", head=head)


def test_b57_what_is_exported_can_be_imported_and_runs_in_no_spreadsheet(parts: Parts, tmp_path: Path) -> None:
    take(parts, tmp_path, f"'+plus@example.org,q=buses,daily,en,paper form,{TODAY}T00:00:00Z\n")
    out = io.StringIO()
    assert subscriber_lists.write(parts, out) == 1
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert (row["address"], row["scope"], row["hour"]) == ("'+plus@example.org", "q=buses", "8")
    with parts.database.write() as session:
        assert erasing.erase(session, ["+plus@example.org"])  # as if it had never been here
    assert take(parts, tmp_path, out.getvalue(), head="") == []
    with parts.database.read() as session:
        assert subscribers.find(session, "+plus@example.org") is not None


def test_the_commands_say_how_many_and_where_the_others_are(parts: Parts, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"{HEAD}reader@example.org,,daily,en,form,2001-01-01\n", encoding="utf-8")
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "CIVICWIRE_DATABASE_URL": f"sqlite:///{tmp_path / 'civicwire.db'}",
        "CIVICWIRE_SECRET_KEY": SECRET,
    }
    for arguments, said in (
        (["import", "list.csv"], "0 rows taken, 1 not. Why not is written in list.csv.refused.csv."),
        (["export", "out.csv"], "0 subscriptions written to out.csv."),
    ):
        done = STARTER.run(tmp_path, ["subscribers", *arguments], environment)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout.decode()


@pytest.mark.parametrize("cell", ["=cmd", "+1", "-1", "@SUM", "\tx", "plain", "'quoted", "", "'=x"])
def test_b57_a_cell_made_safe_reads_back_as_it_was(cell: str) -> None:
    assert not safe(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    if cell != "'=x":
        assert unmarked(safe(cell)) == cell


@pytest.fixture
def either(database: Database, newsroom: Newsroom) -> Iterator[Parts]:
    """An installation on each engine in turn."""
    url = database.url.render_as_string(hide_password=False)
    made = Parts(Settings(database_url=url, secret_key=(SECRET,)), Hands())
    made.newsroom = newsroom
    yield made
    made.database.close()


def kept(parts: Parts) -> tuple[list[list[str]], int, int]:
    """What is followed, as it would be exported, how many consents and how many rows of divisions there are."""
    out = io.StringIO()
    subscriber_lists.write(parts, out)
    with parts.database.read() as session:
        numbers = [
            session.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("consent", "subscription_division")
        ]
    return sorted(row[:7] for row in csv.reader(io.StringIO(out.getvalue()))), numbers[0], numbers[1]


ROWS = [
    f"a@example.org,division=water,daily,en,form,{TODAY}T00:00:00Z\n",
    f"a@example.org,division=climate&division=water,weekly,ko,form,{TODAY}T01:00:00Z\n",
    f"b@example.org,,daily,ko,form,{TODAY}T00:00:00Z\n",
    f"A@Example.org,division=water,weekly,en,form,{TODAY}T00:00:00Z\n",
    f"nobody,,daily,en,form,{TODAY}T00:00:00Z\n",
    f"b@example.org,q=buses,immediate,en,form,{TODAY}T00:00:00Z\n",
    f"c@example.org,division=press,daily,en,form,{TODAY}T00:00:00Z\n",
]


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_a_list_in_sets_is_what_it_is_row_by_row(
    either: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(subscriber_lists, "_AT_ONCE", at_once)
    refused = take(either, tmp_path, "".join(ROWS))
    assert [(row[0], row[1]) for row in refused] == [
        ("5", "follows this already"),
        ("6", "not an address that we can write to"),
    ]
    followed, consents, filed = kept(either)
    assert [(row[0], row[1], row[2], row[3]) for row in followed[:5]] == [
        ("a@example.org", "division=climate&division=water", "weekly", "en"),
        ("a@example.org", "division=water", "daily", "en"),
        ("address", "scope", "cadence", "language"),
        ("b@example.org", "", "daily", "ko"),
        ("b@example.org", "q=buses", "immediate", "ko"),
    ]
    assert (consents, filed) == (5, 4)


def test_the_same_list_again_and_one_broken_off_add_nothing_twice(either: Parts, tmp_path: Path) -> None:
    take(either, tmp_path, "".join(ROWS[:3]))
    take(either, tmp_path, "".join(ROWS))
    once = kept(either)
    assert len(take(either, tmp_path, "".join(ROWS))) == len(ROWS)
    assert kept(either) == once


def test_a_thousand_rows_take_as_many_statements_as_ten(parts: Parts, tmp_path: Path) -> None:
    counted = []
    for first, number in ((0, 10), (10, 1000)):
        rows = "".join(
            f"r{n}@example.org,division=water,daily,en,form,{TODAY}T00:00:00Z\n" for n in range(first, first + number)
        )
        statements = 0

        def count(*_: object) -> None:
            nonlocal statements
            statements += 1

        event.listen(Engine, "before_cursor_execute", count)
        assert take(parts, tmp_path, rows) == []
        event.remove(Engine, "before_cursor_execute", count)
        counted.append(statements)
    assert counted[0] == counted[1]
