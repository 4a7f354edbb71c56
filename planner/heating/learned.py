"""What is learned of a building from its own record: a model of each zone, and what full heat is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.building.fit import FittedZone, fit_zone
from models.building.kilowatts import full_heat
from models.building.zone import capacities
from planner.heating.record import BuildingRecord

Floats = npt.NDArray[np.floating[Any]]
LEAST_DAYS = 5.0
"""Of a shorter record nothing is learned: the clock decides."""
OUTDOOR_KNOWN = 0.8
"""Share of the hours of which it must be known how cold it was."""


@dataclass(frozen=True)
class LearnedBuilding:
    """Zones as fitted; ``full_kw`` (n_zones,) heat of each at full opening, of which only the ratios mean something
    where it was not ``metered``; ``by_set_point``: whether set-points were told, else the meter alone."""

    zones: tuple[FittedZone, ...]
    full_kw: Floats
    metered: bool
    by_set_point: bool

    @property
    def days(self) -> float:
        """Of the zone with the shortest record."""
        return min(zone.days for zone in self.zones)


def learned_of(record: BuildingRecord, *, unheld_k: float = 0.3) -> LearnedBuilding | None:
    """What is learned; None where there is too little of it, neither set-points nor a meter are told, or it is not
    known how cold it was outdoors.

    Where only the meter is told, nobody knows how far under a set-point the air is held: ``unheld_k`` more is doubted.
    """
    told = np.isfinite(record.set_c[: record.now])
    metered = record.heat[: record.now]
    by_set_point = bool(told.sum() >= LEAST_DAYS * 24 and told.sum() >= np.isfinite(metered).sum() / 2)
    if not by_set_point and np.isfinite(metered).sum() < LEAST_DAYS * 24:
        return None
    if np.isfinite(record.outdoor[: record.now]).mean() < OUTDOOR_KNOWN:
        return None
    most = float(np.nanquantile(metered, 0.98)) if np.isfinite(metered).any() else 1.0
    zones = [fit_zone(record.past(zone, most)) for zone in range(len(record.zones))]
    if min(zone.days for zone in zones) < LEAST_DAYS:
        return None
    past = record.outdoor[: record.now]
    openings = np.array([zone.openings * capacities(zone.rates, past) for zone in zones])
    known = full_heat(openings, metered) if by_set_point else None
    if known is None and not by_set_point:
        known = np.full(len(zones), most / len(zones))
    found = tuple(zones) if by_set_point else tuple(_doubted(zone, unheld_k) for zone in zones)
    return LearnedBuilding(found, np.ones(len(zones)) if known is None else known, known is not None, by_set_point)


def _doubted(zone: FittedZone, more_k: float) -> FittedZone:
    errors = {name: getattr(zone, name) + more_k for name in ("error_k", "held_k", "opening_k")}
    return replace(zone, **errors)
