"""What the ingestion writes, a function a query: a batch is staged, moved to the readings, and its hours noted as due.

All of them expect to be in the transaction of the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from store.connect import Connection
from store.rows import columns, only_row
from store.sql import query

Staged = tuple[int, datetime, float, datetime]
"""A reading on its way: id of its series, time, value, when it was received."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that was not taken, or not wholly: its bytes as far as they are kept, and how many it had; its device,
    empty where it names none; why, and the database's own code where that refused it."""

    topic: str
    payload: bytes
    payload_bytes: int
    device: str
    reason: str
    detail: str
    sqlstate: str | None
    received_at: datetime


def make_stage(connection: Connection) -> None:
    """Makes the place where batches wait; once a connection."""
    connection.execute(query("ingest", "stage"))


def stage(connection: Connection, rows: Iterable[Staged]) -> None:
    """Puts readings on the stage, which is empty at the begin of a transaction."""
    with connection.cursor() as cursor, cursor.copy(query("ingest", "copy")) as copy:
        copy.set_types(["int8", "timestamptz", "float8", "timestamptz"])
        for row in rows:
            copy.write_row(row)


def move_staged(connection: Connection) -> int:
    """Moves what is staged to the readings, each series and time once; gives how many were new."""
    return connection.execute(query("ingest", "move")).rowcount


def note_due(connection: Connection) -> None:
    """Notes the hours of what is staged, which must be computed anew."""
    connection.execute(query("ingest", "due"))


def keep_conflicts(connection: Connection) -> int:
    """Keeps staged readings beside those whose series and time they share and whose value they do not; gives how
    many."""
    return connection.execute(query("ingest", "conflicts")).rowcount


def adopted_devices(connection: Connection) -> set[str]:
    """The devices whose readings are taken in."""
    return {row[0] for row in connection.execute(query("ingest", "adopted_devices"))}


def all_series(connection: Connection) -> dict[tuple[str, str], int]:
    """The id of each series by device and quantity."""
    rows = connection.execute(query("ingest", "all_series")).fetchall()
    return {(device, name): series_id for device, name, series_id in rows}


def ensure_series(connection: Connection, device: str, quantity: str, unit: str) -> int:
    """The id of a series; ``unit`` is that of a new one."""
    parameters = {"device": device, "quantity": quantity, "unit": unit}
    return int(only_row(connection.execute(query("ingest", "ensure_series"), parameters))[0])


def note_heard(connection: Connection, newest: Mapping[str, datetime], at: datetime) -> None:
    """Notes that devices were heard ``at`` a time, each with the time of its newest reading."""
    parameters = {"devices": list(newest), "times": list(newest.values()), "at": at}
    connection.execute(query("ingest", "heard"), parameters)


def park_device(connection: Connection, device: str, at: datetime) -> None:
    """Remembers a device that nobody has taken in yet."""
    connection.execute(query("ingest", "park_device"), {"device": device, "at": at})


def count_dead_letter(connection: Connection, letter: DeadLetter) -> int:
    """Counts a reject; gives the how-manieth of its device it is on that day (UTC), whatever the reasons."""
    parameters = {"day": letter.received_at.date(), "device": letter.device, "reason": letter.reason}
    return int(only_row(connection.execute(query("ingest", "count_dead_letter"), parameters))[0])


def add_dead_letter(connection: Connection, letter: DeadLetter) -> None:
    """Keeps a reject."""
    connection.execute(query("ingest", "add_dead_letter"), columns(letter))
