"""The fill of vessels ahead, from files alone: level and chance of overflow by day, and how it would have done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.chance import ClassInflow, FillState, class_inflow, fill_state, level_quantiles, overflow_probability
from models.fill.clean import DAY_S, Levels, cleaned
from models.fill.emptyings import Emptying, emptyings
from models.fill.inflow import Inflow, inflow
from planner.waste.fillfiles import FillRecord, VesselRecord

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class ReadVessel:
    """A record as it was read until a time."""

    record: VesselRecord
    levels: Levels
    emptied: tuple[Emptying, ...]
    flowed: Inflow


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
    read = [one for one in (read_until(vessel, at) for vessel in record.vessels) if one is not None]
    classes = classes_of(read)
    return [_ahead(one, classes[one.record.row.fraction], at, record) for one in read]


def read_until(vessel: VesselRecord, at: float, *, back_days: float = 120.0) -> ReadVessel | None:
    """What the readings of the last ``back_days`` tell at a time; None where none is believed."""
    rows = (vessel.seconds <= at) & (vessel.seconds > at - back_days * DAY_S)
    if not rows.any():
        return None
    seconds = vessel.seconds[rows]
    sure = vessel.emptied[(vessel.emptied > seconds[0]) & (vessel.emptied <= at)]
    levels = cleaned(seconds, vessel.level[rows], breaks=sure)
    if not np.isfinite(levels.level).any():
        return None
    emptied = emptyings(levels, sure)
    return ReadVessel(vessel, levels, emptied, inflow(levels, emptied))


def classes_of(read: Sequence[ReadVessel]) -> dict[str, ClassInflow]:
    """The inflow of each fraction, of sensors that are believed."""
    flows: defaultdict[str, list[Inflow]] = defaultdict(list)
    for one in read:
        flows[one.record.row.fraction] += [] if one.levels.doubt else [one.flowed]
    return {fraction: class_inflow(known) for fraction, known in flows.items()}


def _ahead(one: ReadVessel, of: ClassInflow, at: float, record: FillRecord) -> VesselForecast:
    state = fill_state(one.levels, one.emptied, one.flowed, of)
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
    """How forecasts from past starts would have done: of the last half of the record, at most ``most`` starts, each
    from what was known then. The outcome is the level that the vessel would have come to had nobody emptied it.

    Starts are spread evenly over vessels and days; a vessel must have been watched for ``least_days`` before.
    """
    end = record.at.timestamp()
    whole = [one for one in (read_until(vessel, end, back_days=3650.0) for vessel in record.vessels) if one is not None]
    starts = list(_starts(whole, end, max(days), most, least_days))
    found: defaultdict[int, list[tuple[float, ...]]] = defaultdict(list)
    classes: dict[float, dict[str, ClassInflow]] = {}
    for at in sorted({at for _, at in starts}):
        then = [one for one in (read_until(vessel.record, at) for vessel in whole) if one is not None]
        classes[at] = classes_of(then)
        asked = {id(vessel.record) for vessel, start in starts if start == at}
        for one in then:
            if id(one.record) in asked and not one.levels.doubt:
                later = next(vessel for vessel in whole if vessel.record is one.record)
                for day in days:
                    _score_one(one, later, classes[at][one.record.row.fraction], at, day, record.full_pct, found[day])
    return [_scored(day, found[day]) for day in days if found[day]]


def _starts(
    whole: Sequence[ReadVessel], end: float, ahead: int, most: int, least_days: float
) -> Iterator[tuple[ReadVessel, float]]:
    """Vessels with the times from which they are forecast: the same times for all, the fewer the more vessels."""
    if not whole:
        return
    first = min(one.levels.seconds[0] for one in whole)
    begin = max(first + least_days * DAY_S, first + 0.5 * (end - first))
    times = np.arange(begin, end - ahead * DAY_S + 1.0, DAY_S)
    kept = times[:: max(1, int(np.ceil(len(times) * len(whole) / most)))]
    for at in kept:
        for one in whole:
            if one.levels.seconds[0] <= at - least_days * DAY_S:
                yield one, float(at)


def _score_one(
    one: ReadVessel,
    later: ReadVessel,
    of: ClassInflow,
    at: float,
    day: int,
    full_pct: float,
    into: list[tuple[float, ...]],
) -> None:
    """Level forecast and outcome of one vessel, where the outcome is known."""
    state = fill_state(one.levels, one.emptied, one.flowed, of)
    if at - state.measured_at > DAY_S:
        return
    came = later.flowed.between(np.array([state.measured_at]), np.array([at + day * DAY_S]))[0]
    if not np.isfinite(came):
        return
    outcome = state.level_pct + came
    _, mid, high = level_quantiles(state, at, float(day))
    lately = one.flowed.between(np.array([at - 28 * DAY_S]), np.array([one.flowed.seconds[-1]]))[0]
    rate = lately / 28.0 if np.isfinite(lately) else one.flowed.rate
    rate = state.rate_pct_day if not np.isfinite(rate) else rate
    ahead = (at - state.measured_at) / DAY_S + day
    chance = overflow_probability(state, at, float(day), full_pct=full_pct)
    into.append(
        (outcome, mid, high, state.level_pct + rate * ahead, state.level_pct, chance, float(outcome > full_pct))
    )


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
