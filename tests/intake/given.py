"""Inputs of sources, made from bytes: a test states the bytes, this fills in the rest."""

import io
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from feeds.intake import sources
from feeds.intake.draft import Draft, Refused
from feeds.intake.source import Input, Record, Setting, Skipped
from tests.builders import NOW

SEOUL = ZoneInfo("Asia/Seoul")
SETTING = Setting(zone=SEOUL, now=NOW, site="www.example.org", site_address="https://www.example.org/")


def given(content: bytes, name: str = "input", **values: Any) -> Input:
    """An input of these bytes, as a file of this name."""
    return Input(name=name, open=lambda: io.BytesIO(content), head=content[:65536], **({"setting": SETTING} | values))


def records(content: bytes, name: str = "input", *, source: str | None = None, **values: Any) -> list[Record]:
    """Every record that the right source finds in these bytes."""
    return list(sources.records(given(content, name, **values), source))


def draft(record: Record) -> Draft:
    assert isinstance(record.reading, Draft), record
    return record.reading


def reasons(record: Record) -> str:
    assert isinstance(record.reading, Refused), record
    return "; ".join(record.reading.reasons)


def skipped(record: Record) -> str:
    assert isinstance(record.reading, Skipped), record
    return record.reading.reason


def csv_of(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\r\n") -> str:
    """Rows as RFC 4180 writes them, every field in quotes."""

    def lines() -> Iterator[str]:
        for row in rows:
            yield separator.join('"' + cell.replace('"', '""') + '"' for cell in row) + end

    return "".join(lines())
