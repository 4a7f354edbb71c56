"""The heat of buildings ahead, from files alone: load and indoor temperature by hour, and how well that would have
done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Message, message
from models.heatload import Blend, LoadRecord, blend
from models.indoor import IndoorBlend, IndoorRecord, indoor_blend
from planner.heating.heatfiles import HOUR, BuildingHours
from planner.heating.record import held

Floats = npt.NDArray[np.floating[Any]]
LEAST_H = 9 * 24
"""Fewer metered hours than this tell nothing that could be scored."""


@dataclass(frozen=True)
class HourRange:
    """By hour (n,): 10th percentile, middle and 90th, by the errors of the last weeks."""

    low: Floats
    mid: Floats
    high: Floats


@dataclass(frozen=True)
class HeatForecast:
    """One building from ``times`` on (n_hours,), the begins of hours: ``load`` [kW] with what it is blended of,
    ``indoor`` at the end of each hour [°C], None where it cannot be told; errors against what came (``load_came``,
    ``indoor_came``: RMSE), NaN where nothing came; ``notes`` what had to be assumed."""

    building: str
    times: tuple[datetime, ...]
    load: HourRange | None
    load_of: Blend | None
    indoor: HourRange | None
    indoor_of: IndoorBlend | None
    load_came: float
    indoor_came: float
    notes: tuple[Message, ...]


def forecast_heat(buildings: Sequence[BuildingHours]) -> list[HeatForecast]:
    """Every building by itself."""
    return [_forecast(one) for one in buildings]


def _forecast(one: BuildingHours) -> HeatForecast:
    n = len(one.outdoor) - one.at
    notes = list(_missing(one))
    load_of = _load(one, n)
    load = None if load_of is None else _ranged(load_of.load, load_of.errors, lowest=0.0)
    indoor_of = _indoor(one, n, None if load is None else load.mid, notes)
    indoor = None if indoor_of is None else _ranged(indoor_of.indoor, indoor_of.errors)
    return HeatForecast(
        one.id,
        tuple(one.begin + HOUR * (one.at + k) for k in range(n)),
        load,
        load_of,
        indoor,
        indoor_of,
        _rmse(None if load is None else load.mid, one.heat[one.at :]),
        _rmse(None if indoor is None else indoor.mid, one.indoor[one.at :]),
        tuple(notes),
    )


def _missing(one: BuildingHours) -> list[Message]:
    found = [message("cli.heat.note.weather")] if one.forecast_missing else []
    if np.isfinite(one.heat[: one.at]).sum() < LEAST_H:
        found.append(message("cli.heat.note.no_meter"))
    if np.isfinite(one.indoor[: one.at]).sum() < LEAST_H:
        found.append(message("cli.heat.note.no_indoor"))
    return found


def _load(one: BuildingHours, n: int) -> Blend | None:
    if np.isfinite(one.heat[: one.at]).sum() < LEAST_H:
        return None
    hidden = np.where(np.arange(len(one.heat)) < one.at, one.heat, np.nan)
    return blend(LoadRecord(hidden, one.outdoor, one.hour, one.free), one.at, n)


def _indoor(one: BuildingHours, n: int, load: Floats | None, notes: list[Message]) -> IndoorBlend | None:
    """Driven by metered heat, and ahead by what is planned or forecast of it; by supply temperature where there is
    none."""
    known = np.isfinite(one.indoor[: one.at])
    if known.sum() < LEAST_H or not known[-1]:
        return None
    heating = _driven(one, load, notes)
    usable = np.isfinite(heating) & np.isfinite(one.outdoor)
    if usable[: one.at].mean() < 0.8:
        notes.append(message("cli.heat.note.no_drive"))
        return None
    hidden = np.where(np.arange(len(one.indoor)) < one.at, one.indoor, np.nan)
    record = IndoorRecord(hidden, held(one.outdoor), held(heating))
    return indoor_blend(record, one.at - 1, n)


def _driven(one: BuildingHours, load: Floats | None, notes: list[Message]) -> Floats:
    index = np.arange(len(one.heat))
    if np.isfinite(one.heat[: one.at]).mean() > 0.8 and load is not None:
        ahead = np.concatenate([np.zeros(one.at), load])
        told = np.where(np.isfinite(one.planned_heat), one.planned_heat, ahead)
        return np.asarray(np.where(index < one.at, one.heat, told))
    told = one.planned_supply
    if not np.isfinite(told[one.at :]).all():
        notes.append(message("cli.heat.note.supply"))
        back = index - 24 * (1 + (index - one.at) // 24)
        usual = np.where((index >= one.at) & (back >= 0), one.supply[np.maximum(back, 0)], np.nan)
        told = np.where(np.isfinite(told), told, usual)
    return np.asarray(np.where(index < one.at, one.supply, told))


def _ranged(mid: Floats, errors: Floats, *, lowest: float = -np.inf, second_day: float = 1.3) -> HourRange:
    """The middle with the 10th and 90th percentile of past errors at the same hour ahead and those beside it; from the
    second day on ``second_day`` times as wide, a design choice. Without past errors the range is not known (NaN)."""
    n = len(mid)
    low, high = np.full(n, np.nan), np.full(n, np.nan)
    for hour in range(n):
        near = errors[:, [h % 24 for h in range(hour - 2, hour + 3)]] if errors.size else errors
        known = near[np.isfinite(near)]
        if len(known) >= 10:
            wider = 1.0 if hour < 24 else second_day
            under, over = float(np.quantile(known, 0.9)), float(np.quantile(known, 0.1))
            low[hour], high[hour] = mid[hour] - wider * max(0.0, under), mid[hour] - wider * min(0.0, over)
    return HourRange(np.maximum(low, lowest), mid, np.maximum(high, mid))


def _rmse(said: Floats | None, came: Floats) -> float:
    if said is None:
        return float("nan")
    known = np.isfinite(said) & np.isfinite(came)
    return float(np.sqrt(((said - came)[known] ** 2).mean())) if known.any() else float("nan")
