"""Call-out lists, and the messages that wait to be sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from city.entities import CallOut
from store.connect import Connection
from store.rows import columns, only_row, select
from store.sql import query


def call_out_lists(connection: Connection) -> tuple[CallOut, ...]:
    """All call-out lists, each in its order."""
    return select(connection, query("calls", "lists"), {}, CallOut)


def replace_lists(connection: Connection, rows: Iterable[CallOut]) -> None:
    """Makes these the call-out lists of the networks and contractors that they name; other lists stay."""
    kept = list(rows)
    with connection.cursor() as cursor:
        lists = {(row.network, row.contractor) for row in kept}
        cursor.executemany(query("calls", "forget"), [{"network": n, "contractor": c} for n, c in lists])
        cursor.executemany(query("calls", "add"), [columns(row) for row in kept])


def try_alone(connection: Connection) -> bool:
    """Whether nobody else is passing orders on; until the end of the transaction nobody else will."""
    row = connection.execute(query("calls", "try_alone")).fetchone()
    return row is not None and bool(row[0])


def last_call(connection: Connection, order_id: str) -> datetime:
    """When the vehicle that holds an order was told of it: when it was sent, or passed on."""
    at: datetime = only_row(connection.execute(query("calls", "last_call"), {"order_id": order_id}))[0]
    return at


def tried(connection: Connection, order_id: str) -> set[tuple[str, str]]:
    """Who was called about an order: vehicle and role."""
    return {(row[0], row[1]) for row in connection.execute(query("calls", "tried"), {"order_id": order_id})}


def busy(connection: Connection, since: datetime, but: str) -> list[tuple[str, datetime | None, datetime | None]]:
    """Vehicle, planned start and end of each order under way, but of one."""
    return list(connection.execute(query("calls", "busy"), {"since": since, "but": but}))


def add_outgoing(connection: Connection, order_id: str, call: CallOut, text: str, at: datetime) -> None:
    """Puts a message into the queue of those to be sent."""
    connection.execute(query("calls", "add_outgoing"), columns(call) | {"order_id": order_id, "text": text, "at": at})
