"""The clock of the installation: simulated where the database says so, the same for all its processes."""

from __future__ import annotations

from datetime import datetime

from city.clock import Clock, SimulatedClock, SystemClock
from store.connect import Connection
from store.sql import query


def installation_clock(connection: Connection) -> Clock:
    """The wall clock, or the simulated one that this installation agreed on."""
    row = connection.execute(query("clock", "simulated_clock")).fetchone()
    return SystemClock() if row is None else SimulatedClock(row[0], row[1], row[2])


def set_simulated_clock(connection: Connection, starts_at: datetime, wall_start: datetime, speed: float) -> None:
    """Makes time simulated from now on: ``starts_at`` at wall time ``wall_start``, ``speed`` times as fast."""
    parameters = {"starts_at": starts_at, "wall_start": wall_start, "speed": speed}
    connection.execute(query("clock", "set_simulated_clock"), parameters)
