"""A CSV of our own columns."""

from collections.abc import Iterator
from dataclasses import dataclass

from feeds.errors import PageRefused
from feeds.intake.csv_table import column_names, rows
from feeds.intake.draft import Refused
from feeds.intake.own_columns import BODIES, reading_of, unknown
from feeds.intake.source import Input, Record
from feeds.intake.text_stream import encoding_of


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table that names our columns in its first line."""

    name: str = "csv"

    def recognises(self, given: Input) -> bool:
        """By a title and a body among its columns; by its name, where a slip in them has to be told."""
        names = column_names(given.head)
        if given.files is not None or {"ntt_id", "ntt_sj"} <= set(names):
            return False
        return ("title" in names and not set(BODIES).isdisjoint(names)) or given.name.lower().endswith((".csv", ".tsv"))

    def records(self, given: Input) -> Iterator[Record]:
        """The rows in the order of the file. PageRefused, naming them, where there are columns we do not know."""
        names = column_names(given.head)
        slip = unknown(names) if any(names) else None
        if slip:
            # What is no text has no columns, and names that are not ours may be in another character set.
            raise PageRefused((unknown(column_names(given.head, encoding_of(given.open, given.head))) or slip,))
        for row in rows(given):
            fault = Refused(title=None, reasons=(row.fault,)) if row.fault else None
            yield Record(row.place, fault or reading_of(row.values, given.setting))


SOURCE = OwnTable()
