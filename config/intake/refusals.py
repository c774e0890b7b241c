"""The file that names every record which was not taken in, and why: a CSV that is safe to open in a spreadsheet."""

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from feeds.errors import CivicwireError

COLUMNS = ("input", "place", "what", "title", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@dataclass
class RefusalFile:
    """Written as records are refused; it is made by the first of them, so that none is left where all went well."""

    path: Path
    is_named: bool = False
    """Whether somebody chose the path: then what is there is written over, else another name is taken."""
    _file: TextIO | None = field(default=None, init=False)
    _writer: Any = field(default=None, init=False)

    def add(self, *cells: str) -> None:
        """Write a record's row, of the columns above. CivicwireError where it cannot be written."""
        try:
            if self._file is None:
                self._begin()
            self._writer.writerow([cell(text) for text in cells])
        except OSError as error:
            raise CivicwireError(f"cannot write what was refused to {self.path}: {error.strerror}") from error

    def close(self) -> Path | None:
        """Close it; answers where it is, None where nothing was refused."""
        if self._file is None:
            return None
        self._file.close()
        return self.path

    def _begin(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if self.is_named else os.O_EXCL)
        stem, number = self.path.stem, 1
        while True:
            try:
                handle = os.open(self.path, flags, 0o640)  # it names what is not public
                break
            except FileExistsError:
                number += 1
                self.path = self.path.with_name(f"{stem}-{number}{self.path.suffix}")
        # Spreadsheets take a file without the mark for another character set.
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)
