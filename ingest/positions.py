"""Positions on their way into the store: only what a vehicle with an order under way sends is kept."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from city.catalogue.message import message
from city.entities import Position
from city.quantities import outside
from ingest.validate import ClockRule, Fault, clock_fault, utc
from store import positions
from store.connect import Connection

log = logging.getLogger("dagsplan.ingest")
RANGES: Mapping[str, tuple[float, float, str]] = {
    "lon": (-180.0, 180.0, "°"),
    "lat": (-90.0, 90.0, "°"),
    "heading": (0.0, 360.0, "°"),
    "speed_kmh": (0.0, 250.0, "km/h"),
    "accuracy_m": (0.0, 100_000.0, "m"),
}
"""Outside these a value is no measurement."""


def validate_positions(
    found: Iterable[Position], received_at: datetime, rule: ClockRule
) -> tuple[list[Position], list[Fault]]:
    """Good positions in UTC, and the faults of the others: a bad one does not take its neighbours with it."""
    good: list[Position] = []
    faults: list[Fault] = []
    for position in found:
        time = utc(position.time)
        fault = clock_fault(position.vehicle, position.time, received_at, rule) or _fault(position)
        if fault is None and time is not None:
            good.append(replace(position, time=time))
        elif fault is not None:
            faults.append(fault)
    return good, faults


def _fault(position: Position) -> Fault | None:
    for name, (low, high, unit) in RANGES.items():
        value = getattr(position, name)
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            return Fault("out_of_range", outside(name, value, low, high, unit))
    if position.lon == 0.0 and position.lat == 0.0:
        return Fault("no_fix", message("error.reading.no_fix"))
    return None


class PositionFilter:
    """Lets in the positions of vehicles that are out; tells once of each vehicle that it begins to leave out."""

    def __init__(self) -> None:
        self._left_out: set[str] = set()

    def store(self, connection: Connection, found: Sequence[tuple[Position, datetime]]) -> tuple[int, int]:
        """Stores (position, received at) pairs within the caller's transaction; gives how many were known already,
        and how many were dropped because no order of their vehicle was under way when they were taken."""
        out = positions.times_out(connection, {p.vehicle for p, _ in found}, min(p.time for p, _ in found))
        wanted = [
            (position, received_at)
            for position, received_at in found
            if any(since <= position.time <= until for since, until in out.get(position.vehicle, ()))
        ]
        again = len(wanted) - positions.add(connection, wanted)
        self._tell({p.vehicle for p, _ in found}, {p.vehicle for p, _ in wanted})
        return again, len(found) - len(wanted)

    def _tell(self, heard: set[str], let_in: set[str]) -> None:
        fresh = heard - let_in - self._left_out
        self._left_out = (self._left_out | heard) - let_in
        if fresh:
            log.info("positions dropped: no order of the vehicle is under way", extra={"vehicles": sorted(fresh)})
