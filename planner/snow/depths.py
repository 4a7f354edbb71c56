"""What the town's snow depth sensors can tell at the time of a plan, and what is doubted of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from city.entities import Device, Forecast, Reading
from city.quantities import out_of_range
from models.depthsensor import DepthRecord, SensedDepth, sensed
from models.weather import hourly

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


def depth_sensors(
    at: datetime, devices: Iterable[Device], readings: Iterable[Reading], forecasts: Sequence[Forecast]
) -> tuple[DepthSensor, ...]:
    """The sensors that spoke in the last hours, by name. A reading that is outside its range is passed over."""
    rows: defaultdict[str, list[Reading]] = defaultdict(list)
    since = at - timedelta(hours=LOOK_BACK_H)
    for row in readings:
        if row.quantity == DEPTH and since <= row.time <= at and out_of_range(DEPTH, row.value) is None:
            rows[row.device].append(row)
    spoke = [
        (device, device.lon, device.lat, sorted(rows[device.id], key=lambda row: row.time))
        for device in sorted(devices, key=lambda device: device.id)
        if device.id in rows and device.lon is not None and device.lat is not None
    ]
    spoke = [one for one in spoke if at - one[3][-1].time <= FRESH]
    told = sensed([_record(at, said) for *_, said in spoke], fallen_mm(at, forecasts))
    pairs = zip(spoke, told, strict=True)
    return tuple(DepthSensor(device, lon, lat, said[-1], one) for (device, lon, lat, said), one in pairs)


def _record(at: datetime, said: Sequence[Reading]) -> DepthRecord:
    hours = [(row.time - at) / timedelta(hours=1) for row in said]
    return DepthRecord(np.array(hours), np.array([row.value for row in said]))


def fallen_mm(at: datetime, forecasts: Sequence[Forecast]) -> float:
    """What the forecasts say fell in the last day as water [mm]; NaN where none speaks of it."""
    back = at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=LOOK_BACK_H)
    fell = hourly(forecasts, back, LOOK_BACK_H + 1, 0.0).precip_mm
    return float(np.nansum(fell)) if np.isfinite(fell).any() else float("nan")
