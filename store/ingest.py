"""What the ingestion writes, a function a query: a batch is staged, moved to the readings, and its hours noted as due.

All of them expect to be in the transaction of the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from store.connect import Connection
from store.sql import query

Staged = tuple[int, datetime, float, datetime]
"""A reading on its way: id of its series, time, value, when it was received."""
SeriesKey = tuple[str, str]
"""Device and quantity of a series."""


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


@dataclass(frozen=True)
class Owners:
    """Whose readings come under which names: devices that are taken in by name, and names of retired ones."""

    taken_in: Mapping[str, str]
    retired: frozenset[str]


def owners(connection: Connection, names: Iterable[str]) -> Owners:
    """The devices that some names are of: their ids, or the names of their radios."""
    rows = connection.execute(query("ingest", "owners"), {"names": list(names)}).fetchall()
    taken_in = {str(heard): str(device) for heard, device, adopted in rows if adopted}
    return Owners(taken_in, frozenset(str(heard) for heard, _, _ in rows) - taken_in.keys())


def series_of(connection: Connection, devices: Iterable[str]) -> dict[SeriesKey, int]:
    """The ids of all series of some devices."""
    rows = connection.execute(query("ingest", "series_of"), {"devices": list(devices)}).fetchall()
    return {(device, name): series_id for device, name, series_id in rows}


def make_series(connection: Connection, units: Mapping[SeriesKey, str]) -> dict[SeriesKey, int]:
    """The ids of series, in one statement for all; ``units`` are those of the new ones."""
    parameters = {
        "devices": [device for device, _ in units],
        "quantities": [name for _, name in units],
        "units": list(units.values()),
    }
    rows = connection.execute(query("ingest", "make_series"), parameters).fetchall()
    return {(device, name): series_id for device, name, series_id in rows}


def note_heard(connection: Connection, newest: Mapping[str, datetime], at: datetime) -> None:
    """Notes that devices were heard ``at`` a time, each with the time of its newest reading."""
    parameters = {"devices": list(newest), "times": list(newest.values()), "at": at}
    connection.execute(query("ingest", "heard"), parameters)
