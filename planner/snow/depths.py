"""What the town's snow depth sensors can tell at the time of a plan, and what is doubted of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from city.entities import Device, Reading
from city.quantities import out_of_range
from models.depthsensor import DepthRecord, SensedDepth, sensed
from models.weather import hourly
from planner.snow.snapshot import SnowSnapshot

DEPTH = "snow_depth"
FRESH = timedelta(hours=2)
LOOK_BACK_H = 24


@dataclass(frozen=True)
class DepthSensor:
    """A placed sensor that is not silent: its newest reading, and what it can tell by all of its last day."""

    device: Device
    lon: float
    lat: float
    newest: Reading
    told: SensedDepth

    @property
    def reading(self) -> Reading:
        """The newest reading with what it can tell in place of what it said."""
        return replace(self.newest, value=round(self.told.cm, 3))


def depth_sensors(snapshot: SnowSnapshot) -> list[DepthSensor]:
    """The sensors that spoke in the last hours, by name. A reading that is outside its range is passed over."""
    rows: defaultdict[str, list[Reading]] = defaultdict(list)
    since = snapshot.at - timedelta(hours=LOOK_BACK_H)
    for row in snapshot.readings:
        if row.quantity == DEPTH and since <= row.time <= snapshot.at and out_of_range(DEPTH, row.value) is None:
            rows[row.device].append(row)
    spoke = [
        (device, device.lon, device.lat, sorted(rows[device.id], key=lambda row: row.time))
        for device in sorted(snapshot.devices, key=lambda device: device.id)
        if device.id in rows and device.lon is not None and device.lat is not None
    ]
    spoke = [one for one in spoke if snapshot.at - one[3][-1].time <= FRESH]
    told = sensed([_record(snapshot, said) for *_, said in spoke], fallen_mm(snapshot))
    return [DepthSensor(d, lon, lat, said[-1], one) for (d, lon, lat, said), one in zip(spoke, told, strict=True)]


def _record(snapshot: SnowSnapshot, said: list[Reading]) -> DepthRecord:
    hours = [(row.time - snapshot.at) / timedelta(hours=1) for row in said]
    return DepthRecord(np.array(hours), np.array([row.value for row in said]))


def fallen_mm(snapshot: SnowSnapshot) -> float:
    """What the forecasts say fell in the last day as water [mm]; NaN where none speaks of it."""
    back = snapshot.at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=LOOK_BACK_H)
    fell = hourly(snapshot.forecasts, back, LOOK_BACK_H + 1, 0.0).precip_mm
    return float(np.nansum(fell)) if np.isfinite(fell).any() else float("nan")
