"""The fill of vessels ahead, from files alone: level and chance of overflow by day, and how it would have done."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.chance import ClassInflow, FillState, classes_of, fill_state, level_quantiles, overflow_probability
from models.fill.clean import DAY_S
from models.fill.inflow import Inflow
from models.fill.past import VesselPast, past_of
from planner.waste.fillfiles import FillRecord, VesselRecord

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class ReadVessel:
    """A record, and what its readings told until a time."""

    record: VesselRecord
    past: VesselPast


@dataclass(frozen=True)
class VesselForecast:
    """``state`` at the last reading; by day ahead (n_days,): ``low``, ``mid``, ``high`` [%] (10th, 50th, 90th
    percentile) and the chance of ``overflow``."""

    read: ReadVessel
    state: FillState
    low: Floats
    mid: Floats
    high: Floats
    overflow: Floats


@dataclass(frozen=True)
class FillScore:
    """Of ``n`` forecasts of ``day`` days from past starts: mean absolute error [points of capacity] of the middle, of
    the mean rate of 28 days, and of persistence; the share of outcomes under the 90th percentile; how often it
    overflowed, and the Brier score over that of the base rate (NaN where nothing or all overflowed)."""

    day: int
    n: int
    mae: float
    mae_rate: float
    mae_persistence: float
    under_high: float
    overflowed: float
    brier_share: float


def forecast_fill(record: FillRecord) -> list[VesselForecast]:
    """Every vessel that has spoken before ``at``."""
    at = record.at.timestamp()
    read = _read_all(record, at)
    classes = _classes(read)
    return [_ahead(one, classes[one.record.row.fraction], at, record) for one in read]


def _read_all(record: FillRecord, at: float, *, back_days: float = 120.0) -> list[ReadVessel]:
    """What the readings of the last ``back_days`` tell at a time, of the vessels of which one is believed."""
    read = (ReadVessel(vessel, _past(vessel, at, back_days)) for vessel in record.vessels)
    return [one for one in read if one.past.told]


def _past(vessel: VesselRecord, at: float, back_days: float) -> VesselPast:
    rows = (vessel.seconds <= at) & (vessel.seconds > at - back_days * DAY_S)
    return past_of(vessel.seconds[rows], vessel.level[rows], vessel.emptied[vessel.emptied <= at])


def _classes(read: Sequence[ReadVessel]) -> dict[str, ClassInflow]:
    return classes_of((one.record.row.fraction, one.past) for one in read)


def _ahead(one: ReadVessel, of: ClassInflow, at: float, record: FillRecord) -> VesselForecast:
    state = fill_state(one.past, of)
    days = np.arange(1, record.days + 1)
    low, mid, high = _rising([level_quantiles(state, at, float(day)) for day in days]).T
    chance = _rising([overflow_probability(state, at, float(day), full_pct=record.full_pct) for day in days])
    return VesselForecast(one, state, low, mid, high, chance)


def _rising(by_day: Sequence[Any]) -> Floats:
    """What nobody empties only fills: a day ahead holds no less than the one before it."""
    return np.asarray(np.maximum.accumulate(np.asarray(by_day, float), axis=0))


def score_fill(
    record: FillRecord, *, days: Sequence[int] = (1, 2, 3), most: int = 1500, least_days: float = 21.0
) -> list[FillScore]:
    """How forecasts from past starts would have done: on the last half of all readings, those after ``at`` too, at most
    ``most`` of them, each from what was known then. The outcome is the level that the vessel would have come to had
    nobody emptied it; where it stood at the brim for most of the time, nobody knows it.

    All vessels start at the same times, the fewer the more vessels; one must have been watched for ``least_days``.
    """
    end = max((float(vessel.seconds[-1]) for vessel in record.vessels), default=0.0)
    came = {one.record.row.id: one.past.flowed for one in _read_all(record, end, back_days=3650.0)}
    found: defaultdict[int, list[tuple[float, ...]]] = defaultdict(list)
    for at in _starts(record, end, max(days), most, least_days):
        read = _read_all(record, at)
        classes = _classes(read)
        for one in read:
            if one.past.levels.doubt or one.record.seconds[0] > at - least_days * DAY_S:
                continue
            state = fill_state(one.past, classes[one.record.row.fraction])
            for day in days:
                found[day] += _against(state, came[one.record.row.id], at, day, record.full_pct)
    return [_scored(day, found[day]) for day in days if found[day]]


def _starts(record: FillRecord, end: float, ahead: int, most: int, least_days: float) -> list[float]:
    """The times [s] from which all vessels are forecast: a day apart, or so many that ``most`` forecasts are made."""
    first = min((float(vessel.seconds[0]) for vessel in record.vessels), default=end)
    begin = max(first + least_days * DAY_S, first + 0.5 * (end - first))
    times = np.arange(begin, end - ahead * DAY_S + 1.0, DAY_S).tolist()
    return list(times[:: max(1, math.ceil(len(times) * len(record.vessels) / most))])


def _against(state: FillState, came: Inflow, at: float, day: int, full_pct: float) -> list[tuple[float, ...]]:
    """Outcome, middle, high end, by the mean rate, unchanged [%], chance and whether it overflowed; nothing where the
    sensor had been silent for a day, or the outcome is not known."""
    until = at + day * DAY_S
    flowed = float(came.between(np.array([state.measured_at]), np.array([until]))[0])
    if at - state.measured_at > DAY_S or not math.isfinite(flowed):
        return []
    outcome = state.level_pct + flowed
    _, mid, high = level_quantiles(state, at, float(day)).tolist()
    by_rate = state.level_pct + _lately(state, at) * (until - state.measured_at) / DAY_S
    chance = overflow_probability(state, at, float(day), full_pct=full_pct)
    return [(outcome, mid, high, by_rate, state.level_pct, chance, float(outcome > full_pct))]


def _lately(state: FillState, at: float, *, days: float = 28.0) -> float:
    """The mean inflow of the last ``days`` [% a day]; of all that is known where they are not."""
    flowed = state.inflow
    lately = float(flowed.between(np.array([at - days * DAY_S]), flowed.seconds[-1:])[0]) / days
    rates = (rate for rate in (lately, flowed.rate) if math.isfinite(rate))
    return next(rates, state.rate_pct_day)


def _scored(day: int, rows: Sequence[tuple[float, ...]]) -> FillScore:
    outcome, mid, high, by_rate, last, chance, over = np.array(rows).T
    most = np.minimum(outcome, 150.0)
    base = float(over.mean())
    brier = float(((chance - over) ** 2).mean()) / (base * (1.0 - base)) if 0.0 < base < 1.0 else float("nan")
    return FillScore(
        day,
        len(rows),
        float(np.abs(most - mid).mean()),
        float(np.abs(most - np.minimum(by_rate, 150.0)).mean()),
        float(np.abs(most - last).mean()),
        float((outcome <= high).mean()),
        base,
        brier,
    )
