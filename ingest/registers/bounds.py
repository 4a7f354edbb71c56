"""What the numbers of a city's lists may be: wide enough for any true one, narrow enough for a slip of the pen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEXT_LENGTH = 200
"""Of a name [signs]."""


@dataclass(frozen=True)
class ColumnBound:
    """From ``low`` to ``high``, both included, in ``unit``."""

    low: float
    high: float
    unit: str


BOUNDS: Mapping[str, ColumnBound] = {
    "litres": ColumnBound(1.0, 60_000.0, "l"),
    "capacity_l": ColumnBound(50.0, 100_000.0, "l"),
    "capacity_kg": ColumnBound(50.0, 60_000.0, "kg"),
    "max_age_days": ColumnBound(0.1, 366.0, "d"),
    "area_m2": ColumnBound(1.0, 1_000_000.0, "m²"),
    "work_kmh": ColumnBound(1.0, 90.0, "km/h"),
    "drive_kmh": ColumnBound(1.0, 130.0, "km/h"),
    "width_m": ColumnBound(0.5, 8.0, "m"),
    "weight_t": ColumnBound(0.05, 100.0, "t"),
    "cost_per_h": ColumnBound(0.0, 100_000.0, "1/h"),
    "least_hours": ColumnBound(0.0, 48.0, "h"),
    "mounting_m": ColumnBound(0.05, 30.0, "m"),
    "place": ColumnBound(1.0, 10_000.0, ""),
}
"""By column. An underground container holds up to 5 m³ and a compactor 30 m³; a plough of 7 m is one for airfields."""
