"""What every table shares: the metadata with its naming rules, and the column types for instants and documents."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Dialect, MetaData, type_coerce
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Document = JSON
_YEARS = range(1000, 9999)
"""Of these an instant can be told in every zone, with days added to it or taken away."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; a naive one is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way in; SQLite keeps no zone, so all of its instants are UTC by this rule."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware of its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC on the way out, whichever engine it comes from. ValueError for an absurd year."""
        if value is None:
            return None
        if value.year not in _YEARS:
            raise ValueError(f"no instant of ours is in the year {value.year}")
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Told(Instant):
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        read = super().result_processor(dialect, coltype)

        def told(value: Any) -> datetime | None:
            try:
                return read(value) if read else value
            except (TypeError, ValueError, OverflowError):
                return None

        return told


def told(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of instants, read so that a damaged one is None and takes no other row with it.

    For bare columns of many rows only: where nothing stored has a meaning, as with what was revoked, damage must raise.
    """
    return type_coerce(column, _Told())
