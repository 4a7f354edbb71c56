"""Connections. Every one has time-outs, speaks UTC, and its DSN is never printed with its password."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import StoreUnavailable
from store.sql import query
from store.watched import NO_ANSWER, WatchedConnection

Connection = psycopg.Connection[TupleRow]

KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
SERVER_KEEPALIVE = (
    "-c tcp_keepalives_idle=5",
    "-c tcp_keepalives_interval=2",
    "-c tcp_keepalives_count=3",
)
"""So that what a host held that is no more, such as the claim of a plan, is free within seconds too."""


def _options(application: str, statement_timeout_s: int) -> dict[str, Any]:
    options = " ".join(["-c timezone=UTC", f"-c statement_timeout={statement_timeout_s * 1000}", *SERVER_KEEPALIVE])
    return {"application_name": f"dagsplan-{application}", "options": options, **KEEPALIVE}


def connect(dsn: str, application: str, *, timeout_s: int = 5, statement_timeout_s: int = 60) -> Connection:
    """One connection in autocommit, so that ``connection.transaction()`` is a real transaction.

    Raises StoreUnavailable naming host and database.
    """
    try:
        return WatchedConnection.connect(
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
        connection_class=WatchedConnection,
        min_size=1,
        max_size=size,
        timeout=timeout_s,
        open=True,
        kwargs={"autocommit": True, "connect_timeout": timeout_s, **_options(application, 60)},
        check=_Doorkeeper().check,
    )


class _Doorkeeper:
    """Looks at a connection before the pool lends it. Where one is silent all that are as old count as cut off."""

    def __init__(self, limit_s: float = 2.0) -> None:
        self.limit_s = limit_s
        self._made: WeakKeyDictionary[WatchedConnection, int] = WeakKeyDictionary()
        self._age = 0

    def check(self, connection: Connection) -> None:
        """Raises psycopg.OperationalError where it is of no use; the pool makes another then."""
        if not isinstance(connection, WatchedConnection):
            return
        if self._made.setdefault(connection, self._age) < self._age:
            connection.give_up(NO_ANSWER)
        connection.limit_s = self.limit_s
        try:
            still_there(connection)
        except psycopg.OperationalError:
            self._age += 1
            raise
        connection.limit_s = math.inf


def beside(pool: ConnectionPool[Connection]) -> Connection:
    """A connection as those of a pool, beside it: for who listens. Raises psycopg.Error."""
    options = {} if pool.kwargs is None or callable(pool.kwargs) else dict(pool.kwargs)
    return WatchedConnection.connect(str(pool.conninfo), **(options | {"autocommit": True}))


def still_there(connection: Connection) -> None:
    """Asks the server for a sign of life; who only listens finds out in no other way. Raises psycopg.Error."""
    connection.execute(query("session", "still_there"))


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
