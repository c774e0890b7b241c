"""Rows read together; where one of them is damaged, one by one, so that it takes no other with it."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table
from sqlalchemy.exc import SQLAlchemyError

from feeds.store.database import Session
from feeds.store.schema import Document

Read = TypeVar("Read")


def sound(
    session: Session,
    wanted: Select[Any],
    read: Callable[[Session, Select[Any]], list[Read]],
    *,
    key: ColumnElement[int],
    alone: Select[Any],
    left_out: Callable[[int, Exception], None],
) -> list[Read]:
    """What `read` makes of these rows; what it cannot read, whatever has happened to it, is given to `left_out`.

    `alone` asks for every such row, to be narrowed to one by its `key`.
    """
    try:
        return read(session, wanted)
    except SQLAlchemyError:
        raise
    except Exception:  # what is wrong is said below, of the one that it is wrong with
        keys = session.execute(wanted.with_only_columns(key, maintain_column_froms=True)).scalars().all()
    found: list[Read] = []
    for one in keys:
        try:
            found += read(session, alone.where(key == one))
        except SQLAlchemyError:
            raise
        except Exception as error:
            left_out(one, error)
    return found


def kinds(table: Table) -> tuple[tuple[str, type], ...]:
    """What the columns of a table hold, by name; those of documents hold anything."""
    return tuple(
        (column.name, column.type.python_type) for column in table.columns if not isinstance(column.type, Document)
    )


def demand(values: Any, of: tuple[tuple[str, type], ...]) -> None:
    """ValueError where a value of a row is not of the kind of its column: SQLite keeps whatever it is given."""
    for name, kind in of:
        value = values[name]
        if value is not None and not isinstance(value, kind):
            raise ValueError(f"its {name} is stored as {type(value).__name__}, not as {kind.__name__}")
