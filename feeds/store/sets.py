"""Many values as one parameter of a statement: a set of hundreds costs no statement of its own, and no text of it.

SQLite and PostgreSQL both read JSON, each in its own words.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, FromClause, Select, Text, bindparam, cast, column, func, select
from sqlalchemy.types import TypeEngine

from feeds.store.database import Session


def numbers(session: Session, given: Collection[int]) -> Select[tuple[Any]]:
    """These numbers, for `column.in_(...)`."""
    return _each(session, list(given), BigInteger())


def strings(session: Session, given: Collection[str]) -> Select[tuple[Any]]:
    """These strings, for `column.in_(...)`; none of them holds a NUL, which PostgreSQL cannot keep."""
    return _each(session, list(given), Text())


def pairs(session: Session, given: Sequence[tuple[int, str | None]]) -> FromClause:
    """A table of these, with the columns `number` and `string`; a NUL in a string is left out."""
    rows = [
        {"number": number, "string": string.replace("\0", "") if string is not None else None}
        for number, string in given
    ]
    document = _document(rows)
    if session.dialect.name == "postgresql":
        columns = column("number", BigInteger), column("string", Text)
        return func.json_to_recordset(cast(document, JSON)).table_valued(*columns).render_derived(with_types=True)
    each = func.json_each(document).table_valued("value").c.value
    number, string = (func.json_extract(each, f"$.{name}").label(name) for name in ("number", "string"))
    return select(number, string).subquery()


def _each(session: Session, given: list[Any], of_type: TypeEngine[Any]) -> Select[tuple[Any]]:
    if session.dialect.name == "postgresql":
        each = func.json_array_elements_text(cast(_document(given), JSON)).table_valued("value").c.value
        return select(cast(each, of_type))
    return select(func.json_each(_document(given)).table_valued("value").c.value)


def _document(given: list[Any]) -> Any:
    return bindparam(None, json.dumps(given), Text())
