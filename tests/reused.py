"""A database on PostgreSQL that one test after another finds as if it were new."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

import psycopg
from psycopg import sql

_COLUMNS = """
SELECT string_agg(format('%s %s %s', c.relname, a.attname, a.atttypid), ',' ORDER BY c.relname, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i') AND a.attnum > 0 AND NOT a.attisdropped
"""
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class ReusedDatabase:
    """A database that is as new each time; made anew where a test has changed its very tables."""

    def __init__(self, make: Callable[[], AbstractContextManager[str]]) -> None:
        """`make` makes one with its tables and first rows, and drops it in the end."""
        self._make = make
        self._made = ExitStack()
        self._kept: Kept | None = None

    def fresh(self) -> str:
        """Its address, when nothing is left in it of what came before and nobody is connected any more."""
        if self._kept is None or not self._kept.put_back():
            self.close()
            self._kept = Kept(self._made.enter_context(self._make()))
        return self._kept.url

    def close(self) -> None:
        """Drop it."""
        self._kept = None
        self._made.close()


class Kept:
    """What a prepared database holds, to be put back."""

    def __init__(self, url: str) -> None:
        """Read it."""
        self.url = url
        with psycopg.connect(url, autocommit=True) as connection:
            self._columns = connection.execute(_COLUMNS).fetchone()
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            self._tables = [name for (name,) in connection.execute(names)]
            self._sequences = list(
                connection.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
            )
            self._kept = [name for name in self._tables if self._has_rows(connection, name)]
            connection.execute("CREATE SCHEMA kept")
            for name in self._kept:
                table = sql.Identifier(name)
                connection.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(table))

    def put_back(self) -> bool:
        """Whether it is as it was: not where its tables are others by now."""
        with psycopg.connect(self.url) as connection:
            connection.execute(_OTHERS)
            if connection.execute(_COLUMNS).fetchone() != self._columns:
                return False
            connection.execute("SET LOCAL session_replication_role = replica")  # no order among the tables is needed
            for name in self._tables:
                if name in self._kept or self._has_rows(connection, name):
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            for name in self._kept:
                connection.execute(
                    sql.SQL("INSERT INTO public.{0} SELECT * FROM kept.{0}").format(sql.Identifier(name))
                )
            for name, last in self._sequences:
                connection.execute("SELECT setval(%s::regclass, %s, %s)", (name, last or 1, last is not None))
        return True

    @staticmethod
    def _has_rows(connection: psycopg.Connection, name: str) -> bool:
        found = connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(name))).fetchone()
        return found is not None and bool(found[0])
