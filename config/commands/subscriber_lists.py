"""`civicwire subscribers import` and `export`: whole lists, row by row, however long they are."""

import csv
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

from config.commands.console import opened, print_json
from config.parts import Parts
from feeds.errors import CivicwireError
from feeds.store import changes, topics
from notifier.ledger import listing, revocations, suppressions
from notifier.lists import LONGEST_CONSENT, REQUIRED, UNSTATED, Listed, Reader, safe

_AT_ONCE = 1000
"""How many rows one transaction takes: a crash repeats none, and the service writes in between."""
_EXPORTED = (
    "address",
    "scope",
    "cadence",
    "language",
    "consent_source",
    "consent_at",
    "consent_text",
    "hour",
    "zone",
    "since",
)

Row = Mapping[str, str | None]


def run(*, action: str, path: Path | None, consent_text: str | None = None, as_json: bool = False) -> None:
    """Take a list in, or give it out (to standard output without a path)."""
    with opened() as parts:
        if action == "import" and path is not None:
            _say(take(parts, path, consent_text=consent_text or UNSTATED), as_json)
        elif path is None:
            write(parts, sys.stdout)
        else:
            with _writing(path) as file:
                number = write(parts, file)
            print(f"{number} subscriptions written to {path}. It holds addresses: keep it as you keep the database.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list: how many rows were taken and how many not, and where the latter are listed."""

    taken: int
    refused: int
    refused_in: Path | None


def _say(done: Taken, as_json: bool) -> None:
    if as_json:
        where = str(done.refused_in) if done.refused_in else None
        print_json({"taken": done.taken, "refused": done.refused, "refused_in": where})
    else:
        why = f" Why not is written in {done.refused_in}." if done.refused_in else ""
        print(f"{done.taken} rows taken, {done.refused} not.{why}")


def take(parts: Parts, path: Path, *, consent_text: str = UNSTATED) -> Taken:
    """Take in a table of people who agreed elsewhere; rows that cannot be taken are listed beside it.

    `consent_text` names what they agreed to, where a row does not. CivicwireError for a file that is no such table:
    what stands before the fault is taken.
    """
    if len(consent_text) > LONGEST_CONSENT:
        raise CivicwireError(f"--consent-text has more than {LONGEST_CONSENT} characters")
    bad_path = path.with_name(path.name + ".refused.csv")
    taken = refused = 0
    with _reading(path) as rows, _writing(bad_path) as bad:
        with parts.database.read() as session:
            known = frozenset(topic.slug for topic in topics.known(session, retired=False))
        reader = Reader(parts.newsroom, known, consent_text)
        listed = csv.writer(bad)
        listed.writerow(("line", "reason", "address"))
        while some := list(islice(rows, _AT_ONCE)):
            reasons = _take(parts, [row for _, row in some], reader)
            for (line, row), reason in zip(some, reasons, strict=True):
                taken += reason is None
                if reason is not None:
                    refused += 1
                    listed.writerow((line, reason, safe((row.get("address") or "")[:320])))
    if refused:
        return Taken(taken, refused, bad_path)
    bad_path.unlink()
    return Taken(taken, refused, None)


def _take(parts: Parts, rows: Sequence[Row], reader: Reader) -> list[str | None]:
    """Take some rows in one transaction; answers, row by row, why not."""
    now = parts.clock()
    reasons: list[str | None] = []
    read: dict[int, Listed] = {}
    for place, row in enumerate(rows):
        try:
            read[place] = reader.read(row, now=now)
            reasons.append(None)
        except ValueError as error:
            reasons.append(str(error))
    with parts.database.write() as session:
        changes.take_turn(session)
        marks = {place: parts.tokens.address_hashes(one.address) for place, one in read.items()}
        every = {mark for own in marks.values() for mark in own}
        stopped, revoked = suppressions.among(session, every), revocations.among(session, every)
        for place, own in marks.items():
            if not stopped.isdisjoint(own):
                reasons[place] = "this address must get no mail"
            elif any(read[place].consent_at <= revoked[mark] for mark in own if mark in revoked):
                reasons[place] = "this person was erased, or went to another address, after that consent"
            if reasons[place] is not None:
                del read[place]
        language = parts.newsroom.city.languages[0]
        answers = listing.take(session, list(read.values()), language=language, now=now)
    for place, answer in zip(read, answers, strict=True):
        reasons[place] = answer
    return reasons


def _encoding(path: Path) -> str:
    """How a table is written: in UTF-8, or as Korean spreadsheets do (CP949). CivicwireError for anything else."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise CivicwireError(
        f"{path} is text neither in UTF-8 nor in CP949, so nothing is taken: "
        "save it in the spreadsheet as “CSV UTF-8”, or convert it with iconv"
    )


@contextmanager
def _reading(path: Path) -> Iterator[Iterator[tuple[int, Row]]]:
    """The rows of a table with the numbers of their lines. CivicwireError for a file that is none."""
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            table = csv.DictReader(file, restkey="beyond", strict=True)
            missing = [name for name in REQUIRED if name not in (table.fieldnames or ())]
            if missing:
                raise CivicwireError(f"{path} has no column {missing[0]} in its first line")
            yield ((table.line_num, row) for row in table)
    except OSError as error:
        raise CivicwireError(f"cannot read {path}: {error.strerror}") from error
    except csv.Error as error:
        raise CivicwireError(f"{path} is not a CSV table: {error}; what stands before is taken") from error


@contextmanager
def _writing(path: Path) -> Iterator[IO[str]]:
    """A file that only its owner reads, for it holds addresses. CivicwireError where it cannot be written."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CivicwireError(f"cannot write {path}: {error.strerror}") from error
    with open(handle, "w", encoding="utf-8", newline="") as file:
        yield file


def write(parts: Parts, file: IO[str]) -> int:
    """Write everything that is followed, with its person and consent, as a table; answers how many rows."""
    table, number = csv.writer(file), 0
    table.writerow(_EXPORTED)
    with parts.database.read() as session:
        for row in listing.everybody(session):
            table.writerow([_cell(value) for value in row])
            number += 1
    return number


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else safe(str(value))
