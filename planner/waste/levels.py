"""What is known of each vessel: its sensor's readings read as levels, emptyings and inflow, beside what people told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Reading, Vessel
from models.fill.chance import ClassInflow, FillState, classes_of, fill_state, overflow_probability
from models.fill.clean import DAY_S, NEVER
from models.fill.past import VesselPast, past_of
from planner.waste.room import VesselView
from planner.waste.snapshot import WasteSnapshot

Floats = npt.NDArray[np.floating[Any]]
LEVEL = "fill_level"
STALE_DAYS = 2.0
"""A sensor that has been silent for longer decides nothing; a design choice."""


def vessel_views(snapshot: WasteSnapshot, wait_days: Mapping[str, float]) -> dict[str, VesselView]:
    """Of every vessel; ``wait_days`` until the next visit to each is possible."""
    pasts = _pasts(snapshot)
    classes = classes_of((vessel.fraction, pasts[vessel.id]) for vessel in snapshot.vessels if vessel.id in pasts)
    return {
        vessel.id: _view(snapshot, vessel, pasts.get(vessel.id), classes, wait_days[vessel.id])
        for vessel in snapshot.vessels
    }


def _pasts(snapshot: WasteSnapshot) -> dict[str, VesselPast]:
    """Of the vessels whose sensor has spoken."""
    by_device: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in snapshot.readings:
        if reading.quantity == LEVEL:
            by_device[reading.device].append(reading)
    told = _told(snapshot)
    found: dict[str, VesselPast] = {}
    for vessel in snapshot.vessels:
        rows = sorted(by_device.get(vessel.device or "", []), key=lambda row: row.time)
        if rows:
            seconds = np.array([row.time.timestamp() for row in rows])
            raw = np.array([row.value for row in rows], float)
            found[vessel.id] = past_of(seconds, raw, told.get(vessel.id, NEVER))
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


def _view(
    snapshot: WasteSnapshot,
    vessel: Vessel,
    past: VesselPast | None,
    classes: Mapping[str, ClassInflow],
    wait_days: float,
) -> VesselView:
    at = snapshot.at.timestamp()
    state = None if past is None or not past.told else fill_state(past, classes[vessel.fraction])
    seen = None if state is None or state.emptied_at is None else datetime.fromtimestamp(state.emptied_at, UTC)
    emptied = max((t for t in (vessel.last_emptied, seen) if t is not None), default=None)
    return VesselView(
        vessel,
        state,
        probability=None if state is None else overflow_probability(state, at, wait_days),
        wait_days=wait_days,
        age_days=None if emptied is None else (snapshot.at - emptied) / timedelta(days=1),
        watched_days=0.0 if past is None else (at - float(past.levels.seconds[0])) / DAY_S,
        doubt=_doubt(at, state),
    )


def _doubt(at: float, state: FillState | None) -> str:
    if state is None:
        return "no_sensor"
    return "silent" if at - state.measured_at > STALE_DAYS * DAY_S else state.doubt
