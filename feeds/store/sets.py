"""Many values as one parameter of a statement: a set of hundreds costs no statement of its own, and no text of it.

SQLite and PostgreSQL both read JSON, each in its own words.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, BindParameter, FromClause, Select, Text, bindparam, cast, column, func, select
from sqlalchemy.types import TypeEngine

from feeds.store.database import Session

POSTGRESQL = "postgresql"


def numbers(session: Session, given: Collection[int]) -> Select[tuple[Any]]:
    """These numbers, for `column.in_(...)`."""
    return numbers_of(session.dialect.name, _document(written(given)))


def strings(session: Session, given: Collection[str]) -> Select[tuple[Any]]:
    """These strings, for `column.in_(...)`; none of them holds a NUL, which PostgreSQL cannot keep."""
    return strings_of(session.dialect.name, _document(written(given)))


def pairs(session: Session, given: Sequence[tuple[int, str | None]]) -> FromClause:
    """A table of these, with the columns `number` and `string`; a NUL in a string is left out."""
    return pairs_of(session.dialect.name, _document(written_pairs(given)))


def numbers_of(dialect: str, document: BindParameter[str]) -> Select[tuple[Any]]:
    """The same for a statement that is made once, of a parameter that is `written` anew for each asking."""
    return _each(dialect, document, BigInteger())


def strings_of(dialect: str, document: BindParameter[str]) -> Select[tuple[Any]]:
    """The same for a statement that is made once, of a parameter that is `written` anew for each asking."""
    return _each(dialect, document, Text())


def pairs_of(dialect: str, document: BindParameter[str]) -> FromClause:
    """The same for a statement that is made once, of a parameter that is `written_pairs` anew for each asking."""
    if dialect == POSTGRESQL:
        columns = column("number", BigInteger), column("string", Text)
        return func.json_to_recordset(cast(document, JSON)).table_valued(*columns).render_derived(with_types=True)
    each = func.json_each(document).table_valued("value").c.value
    number, string = (func.json_extract(each, f"$.{name}").label(name) for name in ("number", "string"))
    return select(number, string).subquery()


def parameter(name: str) -> BindParameter[str]:
    """What a statement that is made once takes a set by."""
    return bindparam(name, type_=Text())


def written(given: Collection[int] | Collection[str]) -> str:
    """Numbers or strings as the value of such a parameter."""
    return json.dumps(list(given))


def written_pairs(given: Sequence[tuple[int, str | None]]) -> str:
    """Pairs as the value of such a parameter; a NUL in a string is left out."""
    return json.dumps(
        [
            {"number": number, "string": string.replace("\0", "") if string is not None else None}
            for number, string in given
        ]
    )


def _each(dialect: str, document: BindParameter[str], of_type: TypeEngine[Any]) -> Select[tuple[Any]]:
    if dialect == POSTGRESQL:
        each = func.json_array_elements_text(cast(document, JSON)).table_valued("value").c.value
        return select(cast(each, of_type))
    return select(func.json_each(document).table_valued("value").c.value)


def _document(said: str) -> BindParameter[str]:
    return bindparam(None, said, Text())
