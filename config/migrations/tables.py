"""Which tables and indexes of a database are compared with the code's: not what an engine makes for itself."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.schema import SchemaItem

_FTS5 = "search_text"
"""The virtual table of FTS5; the tables in which it keeps its index begin with its name."""
_OF_POSTGRESQL = {"ix_search_document_found"}


def compared(dialect: str) -> dict[str, Any]:
    """What Alembic is told of a database of this dialect: its options `include_name` and `include_object`."""

    def by_name(name: str | None, kind: str, _parents: Mapping[str, str | None]) -> bool:
        return kind != "table" or name is None or not (name == _FTS5 or name.startswith(f"{_FTS5}_"))

    def by_object(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: SchemaItem | None) -> bool:
        return dialect == "postgresql" or kind != "index" or name not in _OF_POSTGRESQL

    return {"include_name": by_name, "include_object": by_object}
