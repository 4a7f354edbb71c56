"""How full a vessel will be, and the chance that it overflows: its own past inflow, drawn towards its class.

The sums of what flowed in during as long a time as lies ahead, each day over the last ``back_days``, are what may come.
A young vessel borrows the sums of its class, scaled to its own rate as far as that is known.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from models.fill.clean import DAY_S, HOUR_S, Doubt
from models.fill.inflow import Inflow
from models.fill.past import VesselPast

Floats = npt.NDArray[np.floating[Any]]
EVEN = np.ones(7)
PARTS: Floats = ndtri((np.arange(9) + 0.5) / 9)
"""The middles of nine equal parts of a normal distribution."""


@dataclass(frozen=True)
class ClassInflow:
    """What vessels of a class have in common: mean inflow [% a day], its spread between vessels [% a day], a day's
    inflow over its vessel's mean (k,), and the factor of each weekday (7,), Monday first."""

    rate_pct_day: float = 10.0
    between_pct_day: float = 6.0
    days: Floats = field(default_factory=lambda: np.array([0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 2.5]))
    weekday: Floats = field(default_factory=lambda: EVEN)


@dataclass(frozen=True)
class FillState:
    """What is known of one vessel at its last reading: level [%], its time, noise [%], what has flowed in, its class,
    its rate [% a day] drawn towards the class's, on how many known days it stands, its last emptying, and why the
    sensor is doubted, if it is."""

    level_pct: float
    measured_at: float
    noise_pct: float
    inflow: Inflow
    of_class: ClassInflow
    rate_pct_day: float
    days: float
    emptied_at: float | None
    doubt: Doubt = ""


def class_inflow(
    known: Sequence[Inflow], *, back_days: float = 90.0, least_days: float = 7.0, pull: float = 60.0
) -> ClassInflow:
    """Of the vessels of a class. Weekday factors are drawn towards none by ``pull`` days; with no vessel of
    ``least_days`` the first values hold."""
    grown = [one for one in known if one.known_days >= least_days and one.rate > 0.0]
    if not grown:
        return ClassInflow()
    rates = np.array([one.rate for one in grown])
    shares, weekdays = [], []
    for one, rate in zip(grown, rates, strict=True):
        ends = _days_back(one.seconds[-1], one.seconds[0], back_days)
        daily = one.between(ends - DAY_S, ends) / rate
        shares.append(daily)
        weekdays.append(_weekday(ends - 0.5 * DAY_S))
    share, day = np.concatenate(shares), np.concatenate(weekdays)
    told = np.isfinite(share)
    share, day = share[told], day[told]
    if len(share) < least_days:
        return ClassInflow(float(rates.mean()))
    counts, sums = np.bincount(day, minlength=7), np.bincount(day, share, 7)
    factor = (sums + pull / 7.0) / (counts + pull / 7.0)
    spread = float(rates.std()) if len(rates) > 2 else 0.6 * float(rates.mean())
    return ClassInflow(
        float(rates.mean()), max(spread, 0.1 * float(rates.mean())), np.sort(share), factor / factor.mean()
    )


def classes_of(pasts: Iterable[tuple[str, VesselPast]]) -> dict[str, ClassInflow]:
    """The inflow of each class, of (class, vessel): those count whose sensors are believed."""
    flows: defaultdict[str, list[Inflow]] = defaultdict(list)
    for name, past in pasts:
        flows[name] += [] if past.levels.doubt else [past.flowed]
    return {name: class_inflow(known) for name, known in flows.items()}


def fill_state(past: VesselPast, of_class: ClassInflow, *, near_s: float = 6 * HOUR_S, last: int = 3) -> FillState:
    """Of readings of which one at least is believed. ValueError where none is.

    The level is the median of the ``last`` believed readings of the last ``near_s`` since the last emptying. The rate
    is drawn towards the class's by as many days as its spread between vessels and a day's restlessness ask for.
    """
    levels = past.levels
    rows = np.flatnonzero(np.isfinite(levels.level))
    if not len(rows):
        raise ValueError("no levels")
    emptied = past.emptied[-1].second if past.emptied else None
    measured, since = float(levels.seconds[rows[-1]]), -math.inf if emptied is None else emptied
    fresh = [row for row in rows[-last:] if levels.seconds[row] > max(since, measured - near_s)]
    level = float(np.median(levels.level[fresh])) if fresh else 0.0
    rate, days = drawn_rate(past.flowed, of_class)
    return FillState(
        level, measured if fresh else since, levels.noise_pct, past.flowed, of_class, rate, days, emptied, levels.doubt
    )


def drawn_rate(flowed: Inflow, of_class: ClassInflow) -> tuple[float, float]:
    """The rate [% a day] and the known days that it stands on."""
    days = flowed.known_days
    if days <= 0.0 or not math.isfinite(flowed.rate):
        return of_class.rate_pct_day, 0.0
    daily = 0.85 * max(flowed.rate, of_class.rate_pct_day)
    pull = min(28.0, (daily / max(0.1, of_class.between_pct_day)) ** 2)
    return (days * flowed.rate + pull * of_class.rate_pct_day) / (days + pull), days


def sums_ahead(
    state: FillState,
    at: float,
    days_ahead: float,
    *,
    back_days: float = 90.0,
    own_days: float = 21.0,
    beyond: float = 1.3,
) -> tuple[Floats, Floats]:
    """What may flow in between the last reading and ``days_ahead`` after ``at`` (k,) [%], with weights (k,) that sum
    to 1: the vessel's own sums, and its class's while it has fewer than about ``own_days``. So many independent sums as
    were seen leave room for one ``beyond`` the largest of them: without it a 0.9 quantile of thirty holds 0.87."""
    length = max(0.0, at - state.measured_at) + days_ahead * DAY_S
    if length <= 0.0:
        return np.zeros(1), np.ones(1)
    flowed, factor = state.inflow, state.of_class.weekday
    newest = flowed.seconds[-1] if len(flowed.seconds) else 0.0
    own = np.zeros(0)
    if len(flowed.seconds):
        offset = (state.measured_at + length - newest) % DAY_S
        until = _days_back(newest - (DAY_S - offset) % DAY_S, flowed.seconds[0] + length, back_days)
        sums = flowed.between(until - length, until)
        then = _factor(until - length, length, factor)
        now = _factor(np.array([state.measured_at]), length, factor)[0]
        own = (sums * now / then)[np.isfinite(sums)]
    borrowed = _borrowed(state, length)
    free = len(own) / max(1.0, length / DAY_S)
    share = min(1.0, free / own_days)
    if not len(own):
        return borrowed, np.full(len(borrowed), 1.0 / len(borrowed))
    unseen = share / (free + 1.0)
    own = np.append(own, beyond * own.max())
    weights = np.append(np.full(len(own) - 1, (share - unseen) / (len(own) - 1)), unseen)
    weights = np.concatenate([weights, np.full(len(borrowed), (1.0 - share) / len(borrowed))])
    return np.concatenate([own, borrowed]), weights


def _borrowed(state: FillState, length: float, *, k: int = 61) -> Floats:
    """(k,) sums of the class's days at this vessel's rate [%]: days drawn by a fixed rule, not by chance."""
    whole = max(1, math.ceil(length / DAY_S))
    days = np.quantile(state.of_class.days, (np.arange(k) + 0.5) / k)
    drawn = [np.roll(days[(np.arange(k) * (2 * n + 1) * 7) % k], 13 * n) for n in range(min(whole, 14))]
    mean = np.mean(drawn, axis=0)
    factor = _factor(np.array([state.measured_at]), length, state.of_class.weekday)[0]
    return np.asarray(state.rate_pct_day * factor * length / DAY_S * mean)


def overflow_probability(state: FillState, at: float, days_ahead: float, *, full_pct: float = 100.0) -> float:
    """P(level over ``full_pct`` at ``at`` + ``days_ahead``). A stale reading has more time to fill."""
    sums, weights = sums_ahead(state, at, days_ahead)
    return float(weights @ ndtr((state.level_pct + sums - full_pct) / state.noise_pct))


def level_quantiles(
    state: FillState, at: float, days_ahead: float, quantiles: Iterable[float] = (0.1, 0.5, 0.9)
) -> Floats:
    """Levels at ``at`` + ``days_ahead`` [%], within 0 to 150."""
    sums, weights = sums_ahead(state, at, days_ahead)
    spread = PARTS * state.noise_pct
    values = (state.level_pct + sums[:, None] + spread).ravel()
    order = np.argsort(values)
    cumulated = np.cumsum(np.repeat(weights / len(spread), len(spread))[order])
    picked = np.searchsorted(cumulated, np.asarray(list(quantiles)))
    return np.asarray(np.clip(values[order][np.minimum(picked, len(values) - 1)], 0.0, 150.0))


def _days_back(newest: float, oldest: float, most: float) -> Floats:
    """Times a day apart, from ``newest`` back to ``oldest``, ``most`` of them."""
    n = int(min(most, (newest - oldest) // DAY_S + 1))
    return newest - DAY_S * np.arange(max(0, n))


def _weekday(seconds: Floats) -> npt.NDArray[np.int64]:
    """Monday is 0; 1970-01-01 was a Thursday."""
    return np.asarray((np.floor(seconds / DAY_S).astype(np.int64) + 3) % 7)


def _factor(since: Floats, length: float, weekday: Floats) -> Floats:
    """(k,) the mean weekday factor of a time ``length`` [s] from each begin."""
    cumulated = np.concatenate([[0.0], np.cumsum(np.tile(weekday, 3 + int(length / (7 * DAY_S))))])
    begin = (since / DAY_S + 3.0) % 7.0
    grid = np.arange(len(cumulated))
    end = begin + length / DAY_S
    return np.asarray((np.interp(end, grid, cumulated) - np.interp(begin, grid, cumulated)) / (length / DAY_S))
