"""What is known of each vessel: its sensor's readings read as levels, emptyings and inflow, beside what people told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Reading, Vessel
from models.fill.chance import ClassInflow, FillState, class_inflow, fill_state, overflow_probability
from models.fill.clean import Levels, cleaned
from models.fill.emptyings import Emptying, emptyings
from models.fill.inflow import Inflow, inflow
from planner.waste.room import VesselView
from planner.waste.snapshot import WasteSnapshot

Floats = npt.NDArray[np.floating[Any]]
LEVEL = "fill_level"
STALE_DAYS = 2.0
"""A sensor that has been silent for longer decides nothing; a design choice."""
Read = tuple[Levels, tuple[Emptying, ...], Inflow]


def views(snapshot: WasteSnapshot, wait_days: float) -> dict[str, VesselView]:
    """Of every vessel; ``wait_days`` until the next visit is possible."""
    known = _read(snapshot)
    classes = _classes(snapshot.vessels, known)
    return {
        vessel.id: _view(snapshot, vessel, known.get(vessel.id), classes[vessel.fraction], wait_days)
        for vessel in snapshot.vessels
    }


def _read(snapshot: WasteSnapshot) -> dict[str, Read]:
    """Levels, emptyings and inflow of the vessels whose sensor has spoken."""
    by_device: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in snapshot.readings:
        if reading.quantity == LEVEL:
            by_device[reading.device].append(reading)
    told = _told(snapshot)
    found: dict[str, Read] = {}
    for vessel in snapshot.vessels:
        rows = sorted(by_device.get(vessel.device or "", []), key=lambda row: row.time)
        if rows:
            seconds = np.array([row.time.timestamp() for row in rows])
            sure = told.get(vessel.id, np.zeros(0))
            levels = cleaned(seconds, np.array([row.value for row in rows], float), breaks=sure)
            emptied = emptyings(levels, sure[sure > seconds[0]])
            found[vessel.id] = levels, emptied, inflow(levels, emptied)
    return found


def _told(snapshot: WasteSnapshot) -> Mapping[str, Floats]:
    """When people emptied each vessel, for certain [s]."""
    found: defaultdict[str, set[float]] = defaultdict(set)
    for one in snapshot.emptyings:
        found[one.vessel].add(one.at.timestamp())
    for vessel in snapshot.vessels:
        if vessel.last_emptied is not None and vessel.last_emptied <= snapshot.at:
            found[vessel.id].add(vessel.last_emptied.timestamp())
    return {vessel: np.array(sorted(times)) for vessel, times in found.items()}


def _classes(vessels: Sequence[Vessel], known: Mapping[str, Read]) -> dict[str, ClassInflow]:
    """The inflow of each fraction, of the vessels whose sensors are believed."""
    flows: defaultdict[str, list[Inflow]] = defaultdict(list)
    for vessel in vessels:
        if vessel.id in known and not known[vessel.id][0].doubt:
            flows[vessel.fraction].append(known[vessel.id][2])
    return {fraction: class_inflow(flows[fraction]) for fraction in {vessel.fraction for vessel in vessels}}


def _view(snapshot: WasteSnapshot, vessel: Vessel, read: Read | None, of: ClassInflow, wait_days: float) -> VesselView:
    state = None if read is None or not np.isfinite(read[0].level).any() else fill_state(*read, of)
    at = snapshot.at.timestamp()
    seen = None if state is None or state.emptied_at is None else datetime.fromtimestamp(state.emptied_at, UTC)
    emptied = max((t for t in (vessel.last_emptied, seen) if t is not None), default=None)
    return VesselView(
        vessel,
        state,
        None if state is None else overflow_probability(state, at, wait_days),
        None if state is None else overflow_probability(state, at, wait_days + 1.0),
        None if state is None else overflow_probability(state, at, wait_days + 3.0),
        None if emptied is None else (snapshot.at - emptied) / timedelta(days=1),
        _watched_days(snapshot.at, read),
        _doubt(snapshot.at, state),
    )


def _watched_days(at: datetime, read: Read | None) -> float:
    """For how long a sensor has told of the vessel [days]."""
    return 0.0 if read is None else (at.timestamp() - float(read[0].seconds[0])) / 86_400.0


def _doubt(at: datetime, state: FillState | None) -> str:
    if state is None:
        return "no_sensor"
    stale = at.timestamp() - state.measured_at > STALE_DAYS * 86_400.0
    return "silent" if stale else state.doubt
