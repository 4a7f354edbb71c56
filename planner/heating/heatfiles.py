"""``dagsplan forecast heat --files DIR``: buildings' meters and sensors as files that a person can write by hand.

The files are described, with an example, in ``docs/bundles.md``.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from city.catalogue.message import message
from city.errors import ImportRefused
from city.folderhead import check_zone, head_of
from city.tables import checked, known_rows

Floats = npt.NDArray[np.floating[Any]]
T = TypeVar("T")
HOUR = timedelta(hours=1)
MEASURED = ("heat_kw", "indoor_c", "supply_c", "outdoor_c")


@dataclass(frozen=True, slots=True)
class MeteredRow:
    """What was measured in the hour that begins at ``time``: mean heat [kW], indoor, supply and outdoor temperature."""

    time: datetime
    building: str
    heat_kw: float | None = None
    indoor_c: float | None = None
    supply_c: float | None = None
    outdoor_c: float | None = None


@dataclass(frozen=True, slots=True)
class OutdoorRow:
    """The forecast of an hour. No ``building`` = of all of them."""

    time: datetime
    outdoor_c: float
    building: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """How a building will be heated in an hour: its power or its supply temperature."""

    time: datetime
    building: str
    heat_kw: float | None = None
    supply_c: float | None = None


@dataclass(frozen=True, slots=True)
class FreeRow:
    """A day on which a building is empty, besides weekends. No ``building`` = all of them."""

    date: date
    building: str | None = None


@dataclass(frozen=True, slots=True)
class HeatSettings:
    """``heat.toml``: ``at`` is now, ``hours`` how far ahead, ``time_zone`` that of the buildings' days."""

    at: datetime | None = None
    hours: int = 48
    time_zone: str = "Europe/Stockholm"


@dataclass(frozen=True)
class BuildingHours:
    """One building hour by hour from ``begin`` on, without gaps (n,): heat [kW], temperatures [°C], NaN where not
    known; planned heat and supply ahead; ``hour`` of the local day, ``free`` days; ``at`` is the row of now."""

    id: str
    begin: datetime
    at: int
    heat: Floats
    indoor: Floats
    supply: Floats
    outdoor: Floats
    planned_heat: Floats
    planned_supply: Floats
    hour: npt.NDArray[np.int64]
    free: npt.NDArray[np.int64]
    forecast_missing: bool


def load_heat(folder: Path) -> list[BuildingHours]:
    """Reads a folder. Raises ImportRefused naming file, line and column, and the way out."""
    rows = _rows(folder / "hours.csv", MeteredRow)
    if not rows:
        problem, way_out = message("error.bundle.missing_or_empty"), "time, building, heat_kw, outdoor_c"
        raise ImportRefused(folder / "hours.csv", problem, message("error.bundle.write", columns=way_out))
    file = folder / "heat.toml"
    known = [field.name for field in dataclasses.fields(HeatSettings)]
    head = checked(head_of(file, known), HeatSettings, file, "a value")
    check_zone(file, head.time_zone)
    ahead = _rows(folder / "weather.csv", OutdoorRow)
    planned = _rows(folder / "planned.csv", PlannedRow)
    free = _rows(folder / "free_days.csv", FreeRow)
    by_building: defaultdict[str, list[MeteredRow]] = defaultdict(list)
    for row in rows:
        by_building[row.building].append(row)
    newest = max(row.time for row in rows)
    at = head.at or newest + HOUR
    return [
        _building(
            name,
            by_building[name],
            [row for row in ahead if row.building in (None, name)],
            [row for row in planned if row.building == name],
            {row.date for row in free if row.building in (None, name)},
            at,
            head,
        )
        for name in sorted(by_building)
    ]


def _building(
    name: str,
    rows: Iterable[MeteredRow],
    ahead: Iterable[OutdoorRow],
    planned: Iterable[PlannedRow],
    days_off: set[date],
    at: datetime,
    head: HeatSettings,
) -> BuildingHours:
    """The hours of a building on one grid, from its first to the last that is asked for."""
    rows = list(rows)
    begin = _whole(min(row.time for row in rows))
    now = max(0, int((_whole(at) - begin) / HOUR))
    n = now + head.hours
    columns = {key: np.full(n, np.nan) for key in (*MEASURED, "planned_heat", "planned_supply", "forecast")}
    for row in rows:
        _put(columns, begin, row.time, {key: getattr(row, key) for key in MEASURED})
    for weather in ahead:
        _put(columns, begin, weather.time, {"forecast": weather.outdoor_c})
    for plan in planned:
        _put(columns, begin, plan.time, {"planned_heat": plan.heat_kw, "planned_supply": plan.supply_c})
    known = np.isfinite(columns["forecast"])
    missing = bool((~known[now:]).any())
    index = np.arange(n)
    measured = columns["outdoor_c"]
    use = known & ((index >= now) | ~np.isfinite(measured))
    outdoor = np.where(use, columns["forecast"], measured)
    local = [(begin + HOUR * int(i)).astimezone(ZoneInfo(head.time_zone)) for i in index]
    return BuildingHours(
        name,
        begin,
        now,
        columns["heat_kw"],
        columns["indoor_c"],
        columns["supply_c"],
        _filled(outdoor),
        columns["planned_heat"],
        columns["planned_supply"],
        np.array([when.hour for when in local], np.int64),
        np.array([int(when.weekday() >= 5 or when.date() in days_off) for when in local], np.int64),
        missing,
    )


def _whole(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)


def _put(columns: Mapping[str, Floats], begin: datetime, time: datetime, values: Mapping[str, float | None]) -> None:
    """Of several values of one hour the last in the file counts."""
    row = int((_whole(time) - begin) / HOUR)
    for key, value in values.items():
        if value is not None and 0 <= row < len(columns[key]):
            columns[key][row] = value


def _filled(values: Floats, *, longest: int = 6) -> Floats:
    """Holes of up to ``longest`` hours are bridged by a straight line."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return values
    index = np.arange(len(values))
    bridged = np.interp(index, known, values[known])
    after = known[np.minimum(np.searchsorted(known, index), len(known) - 1)]
    before = known[np.maximum(np.searchsorted(known, index, side="right") - 1, 0)]
    short = (after - before <= longest + 1) & (index >= known[0]) & (index <= known[-1])
    return np.asarray(np.where(np.isfinite(values), values, np.where(short, bridged, np.nan)))


def _rows(file: Path, kind: type[T]) -> list[T]:
    """The rows of a file; none where there is no file."""
    return [row for _, row in known_rows(file, kind)] if file.is_file() else []
