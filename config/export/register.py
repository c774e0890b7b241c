"""What an exported tree remembers of itself: how far it has followed the log, and what its articles decided.

A small SQLite file beside the site. All that a run learns is written in one transaction at its end: after a run that
was killed, the next one begins where the last whole one ended.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.export.facts import Filed
from feeds.errors import CivicwireError

_TABLES = """
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS article (id INTEGER PRIMARY KEY, filed TEXT NOT NULL, media TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS owed (id INTEGER PRIMARY KEY);
CREATE TEMP TABLE IF NOT EXISTS placed (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Up to which change a tree tells, when that was so, and of what else than the log it was made."""

    cursor: int
    at: datetime
    ground: str


class Register:
    """Reads and writes one tree's memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take an open connection; `opened` makes one."""
        self._connection = connection

    @property
    def standing(self) -> Standing | None:
        """How the last whole run left the tree; None before the first."""
        known = dict(self._connection.execute("SELECT key, value FROM state"))
        if not known:
            return None
        return Standing(int(known["cursor"]), datetime.fromisoformat(known["at"]), known["ground"])

    def conclude(self, standing: Standing) -> None:
        """A run is whole: keep everything that it learnt."""
        rows = {
            "cursor": str(standing.cursor),
            "at": standing.at.astimezone(UTC).isoformat(),
            "ground": standing.ground,
        }
        self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", rows.items())
        self._connection.commit()

    def article(self, article_id: int) -> tuple[Filed, frozenset[str]] | None:
        """Where an article was filed when it was last exported, and the paths of its media; None if it never was."""
        row = self._connection.execute("SELECT filed, media FROM article WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return None
        division, board, topics, language, months = json.loads(row[0])
        return Filed(division, board, tuple(topics), language, tuple(months)), frozenset(json.loads(row[1]))

    def keep(self, article_id: int, filed: Filed, media: Iterable[str]) -> None:
        """Remember this of an article."""
        said = json.dumps([filed.division, filed.board, filed.topics, filed.language, filed.months], ensure_ascii=False)
        values = (article_id, said, json.dumps(sorted(media), ensure_ascii=False))
        self._connection.execute("INSERT OR REPLACE INTO article VALUES (?, ?, ?)", values)

    @property
    def owed(self) -> set[int]:
        """The articles that the last run could not read."""
        return {row[0] for row in self._connection.execute("SELECT id FROM owed")}

    def owe(self, article_ids: Iterable[int]) -> None:
        """Remember these for the next run, and no others."""
        self._connection.execute("DELETE FROM owed")
        self._connection.executemany("INSERT INTO owed VALUES (?)", ((one,) for one in article_ids))

    def place(self, path: str) -> None:
        """Note that a file belongs to the tree: for whoever looks, at the end of a run over everything, for others."""
        self._connection.execute("INSERT OR IGNORE INTO placed VALUES (?)", (path,))

    def is_placed(self, path: str) -> bool:
        """Whether this run noted the file."""
        found = self._connection.execute("SELECT 1 FROM placed WHERE path = ?", (path,)).fetchone()
        return found is not None


@contextmanager
def opened(path: Path, *, anew: bool = False) -> Iterator[Register]:
    """The memory in a file; what was not concluded is forgotten at the end. `anew` forgets everything first.

    CivicwireError for a file that is damaged.
    """
    if anew:
        path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_TABLES)
        yield Register(connection)
    except sqlite3.DatabaseError as error:
        raise CivicwireError(f"{path} cannot be used ({error}): export with --whole to begin anew") from error
    finally:
        connection.rollback()
        connection.close()
