"""From database rows to frozen values: one generic step, checked by msgspec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString, TypeVar

import msgspec
from psycopg import Cursor
from psycopg.rows import dict_row

from city.catalogue.message import message
from city.errors import StoreUnavailable
from store.connect import Connection

T = TypeVar("T")


def select(connection: Connection, sql: LiteralString, parameters: Mapping[str, Any], kind: type[T]) -> tuple[T, ...]:
    """All rows of a query as values of ``kind``, whose field names are the query's column names."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql, parameters).fetchall()
    values: tuple[T, ...] = msgspec.convert(rows, tuple[kind, ...])  # type: ignore[valid-type]
    return values


def only_row(found: Cursor[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The row of a query that always gives one. Raises StoreUnavailable where the database gave none."""
    row = found.fetchone()
    if row is None:
        raise StoreUnavailable(message("error.store.no_row"))
    return row


def columns(value: object) -> dict[str, Any]:
    """A frozen row as query parameters; tuples become lists, as PostgreSQL's arrays want."""
    names: Iterable[str] = value.__dataclass_fields__  # type: ignore[attr-defined]
    parts = {name: getattr(value, name) for name in names}
    return {name: list(part) if isinstance(part, tuple) else part for name, part in parts.items()}
