"""Connections. Every one has time-outs, speaks UTC, and its DSN is never printed with its password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import StoreUnavailable
from store.sql import query

Connection = psycopg.Connection[TupleRow]

KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _options(application: str, statement_timeout_s: int) -> dict[str, Any]:
    options = f"-c timezone=UTC -c statement_timeout={statement_timeout_s * 1000}"
    return {"application_name": f"dagsplan-{application}", "options": options, **KEEPALIVE}


def connect(dsn: str, application: str, *, timeout_s: int = 5, statement_timeout_s: int = 60) -> Connection:
    """One connection in autocommit, so that ``connection.transaction()`` is a real transaction.

    Raises StoreUnavailable naming host and database.
    """
    try:
        return psycopg.connect(
            dsn, autocommit=True, connect_timeout=timeout_s, **_options(application, statement_timeout_s)
        )
    except psycopg.ProgrammingError as error:  # its text repeats the DSN, and with it the password
        raise StoreUnavailable(message("error.store.dsn")) from error
    except psycopg.Error as error:
        problem = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        said = message("error.store.no_connection", where=described(dsn), problem=in_our_words(problem))
        raise StoreUnavailable(said) from error


def pool(dsn: str, application: str, *, size: int = 8, timeout_s: int = 5) -> ConnectionPool[Connection]:
    """A pool for the web service; opened lazily, so that the service starts while the database is away."""
    return ConnectionPool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=timeout_s,
        open=True,
        kwargs={"autocommit": True, "connect_timeout": timeout_s, **_options(application, 60)},
        check=ConnectionPool.check_connection,
    )


@contextmanager
def snapshot_transaction(connection: Connection) -> Iterator[None]:
    """A transaction in which every query sees the same moment, and none writes."""
    with connection.transaction():
        connection.execute(query("session", "one_moment"))
        yield


@contextmanager
def patience(connection: Connection, *, statement_s: float, lock_s: float = 0) -> Iterator[None]:
    """Gives statements and their waits for a lock time-outs of their own [s]; 0 is none. Expects autocommit."""
    before = connection.execute(query("session", "time_outs")).fetchone() or ("0", "0")
    _set_time_outs(connection, f"{statement_s * 1000:.0f}", f"{lock_s * 1000:.0f}")
    try:
        yield
    finally:
        if not connection.closed:
            _set_time_outs(connection, *before)


def _set_time_outs(connection: Connection, statement: str, lock: str) -> None:
    connection.execute(query("session", "set_time_outs"), {"statement": statement, "lock": lock})


def described(dsn: str) -> Message:
    """Host, port and database of a DSN, without user and password."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.Error:
        return message("error.store.unreadable_dsn")
    host, port = str(parts.get("host", "localhost")), str(parts.get("port", 5432))
    return message("error.store.where", name=str(parts.get("dbname", "?")), host=host, port=port)
