"""A city's own road stations as the folder of a road forecast: their streets, readings, the forecasts of the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from city.entities import Device, Forecast, Reading, Segment
from city.geo import local_xy
from models.road.forcing import PLAUSIBLE
from models.road.site import TRAFFIC, Sites, of_segments
from planner.road.forecast import Bundle, ObservedRow, SiteRow, WeatherRow

COLUMNS = {
    "road_temperature": "surface_c",
    "air_temperature": "air_c",
    "humidity": "humidity_pct",
    "dew_point": "dew_point_c",
    "wind_speed": "wind_m_s",
}
"""What a station measures, and the column that it is of a road forecast."""


@dataclass(frozen=True)
class StationsKept:
    """What is kept of a city's stations over a time: ``issues`` are the forecasts with when each was there."""

    devices: tuple[Device, ...]
    segments: tuple[Segment, ...]
    readings: tuple[Reading, ...]
    issues: tuple[tuple[datetime, Forecast], ...]


def bundle_of(kept: StationsKept, at: datetime) -> Bundle:
    """Every placed sensor in the road as the street it lies in, with its own readings and the town's forecasts."""
    heard = {reading.device for reading in kept.readings if reading.quantity == "road_temperature"}
    placed = [d for d in kept.devices if d.id in heard and d.lon is not None and d.lat is not None]
    streets = of_segments(kept.segments)
    return Bundle(
        at,
        tuple(_site(device, streets, kept.segments) for device in placed),
        tuple(_weather(kept.issues)),
        tuple(_observed(kept.readings, {device.id for device in placed})),
        (),
    )


def _site(device: Device, streets: Sites, segments: Sequence[Segment], *, near_m: float = 200.0) -> SiteRow:
    """Far from every street: a road of main traffic on level ground, as a folder that says no more."""
    lon, lat = device.lon or 0.0, device.lat or 0.0
    if not len(streets):
        return SiteRow(device.id, lat, lon)
    away = np.hypot(*local_xy(streets.lon, streets.lat, (lon, lat)))
    row = int(away.argmin())
    if away[row] > near_m:
        return SiteRow(device.id, lat, lon)
    street = segments[row]
    kind = "bridge" if street.bridge else ("cycle" if street.network == "cycle" else "road")
    return SiteRow(device.id, lat, lon, kind, traffic=TRAFFIC[street.route_class], elevation_m=street.elevation_m)


def _weather(issues: Iterable[tuple[datetime, Forecast]]) -> Iterable[WeatherRow]:
    """The steps of each forecast at their ends; a value that no weather has is missing."""
    for there_at, forecast in issues:
        for step in forecast.steps:
            yield WeatherRow(
                step.valid_to,
                there_at,
                elevation_m=forecast.elevation_m,
                air_c=_possible("air_c", step.temp_c),
                dew_point_c=_possible("dew_point_c", step.dew_point_c),
                humidity_pct=_possible("humidity_pct", step.humidity_pct),
                wind_m_s=_possible("wind_m_s", step.wind_m_s),
                precip_mm_h=_possible("precip_mm_h", step.precip_mm_h),
                snow_share=_possible("snow_share", step.snow_fraction),
                cloud=_possible("cloud", step.cloud),
                pressure_hpa=_possible("pressure_hpa", step.pressure_hpa),
            )


def _observed(readings: Iterable[Reading], placed: set[str]) -> Iterable[ObservedRow]:
    """One row for what a station said at a time."""
    rows: dict[tuple[str, datetime], dict[str, float | None]] = {}
    for reading in readings:
        if reading.device in placed and reading.quantity in COLUMNS:
            name = COLUMNS[reading.quantity]
            rows.setdefault((reading.device, reading.time), {})[name] = _possible(name, reading.value)
    for (device, time), values in rows.items():
        yield ObservedRow(time, site=device, **values)  # type: ignore[arg-type]  # all are numbers


def _possible(name: str, value: float | None) -> float | None:
    low, high = PLAUSIBLE.get(name, (-60.0, 90.0))
    return value if value is not None and low <= value <= high else None
