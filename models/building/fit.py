"""Fits a zone on its own record, drawn towards what is usual where the record is short or silent on something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from models.building.zone import natural, observed, paths

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
USUAL = np.array([-1.2, -4.6, -4.0, -2.0, 0.03, 0.0, 0.0, 0.3, 0.1, 0.1, -0.2, -0.5, 0.05])
SPREAD = np.array([0.8, 0.7, 0.8, 0.8, 0.05, 0.7, 0.1, 0.2, 0.15, 0.15, 0.4, 0.6, 0.05])
"""What a building's parameters usually are, and how far they usually are from it: a design choice."""
LOWEST = np.array([-4.0, -8.0, -9.0, -6.0, 0.0, -3.0, -0.2, 0.0, 0.0, 0.0, -2.0, -2.5, 0.0])
HIGHEST = np.array([1.0, -2.0, -1.0, 0.0, 0.6, 2.5, 0.5, 0.95, 1.0, 1.5, 2.0, 1.5, 0.5])
DAY = 24


@dataclass(frozen=True)
class ZoneRecord:
    """Hour by hour (n,): ``air`` at the begin of the hour [°C], NaN where not measured; over the hour ``outdoor``
    [°C], ``sun`` [100 W/m²], ``people`` and ``fan`` 0 to 1, ``set_c`` [°C], and ``opening``, metered heat as a share of
    the most, NaN where the thermostat by its set-point stands for it."""

    air: Floats
    outdoor: Floats
    sun: Floats
    people: Floats
    fan: Floats
    set_c: Floats
    opening: Floats

    @property
    def drivers(self) -> Floats:
        """(6, n) as the model takes them."""
        return np.ascontiguousarray(
            np.vstack([self.outdoor, self.sun, self.people, self.fan, self.set_c, self.opening])
        )


@dataclass(frozen=True)
class FittedZone:
    """A fitted zone: ``rates`` (13,); ``state`` (3,) at the end of the record; ``error_k``, the quantile of how much
    warmer it was said to be than it was, after 6 to 30 hours; ``held_k`` the same of hours that a thermostat held,
    ``opening_k`` of the first two hours of use at 0 °C outdoors, and ``opening_per_k`` more for each kelvin warmer
    there (never over 0: in the cold it may miss more); ``days`` of record; ``openings`` (n,) of its valve as paths of a
    day say, which no noise of a reading opens."""

    rates: Floats
    state: Floats
    error_k: float
    held_k: float
    opening_k: float
    opening_per_k: float
    days: float
    openings: Floats


def fit_zone(
    record: ZoneRecord, *, horizon: int = 30, every: int = 3, least: int = 12, pull: float = 0.35
) -> FittedZone:
    """Fitted on open paths of ``horizon`` hours from every third hour; what is usual where there are fewer than
    ``least`` paths. The weight of what is usual is ``pull``; errors of a short record are widened."""
    drivers, n = record.drivers, len(record.air)
    known = np.isfinite(record.air)
    starts = np.array([h for h in range(6, n - horizon, every) if known[h]], np.int64)
    fitted = USUAL if len(starts) < least else _fitted(record, drivers, starts, horizon, pull)
    rates = natural(fitted)
    states = _states(record, drivers, rates)
    days = float(known.sum()) / DAY
    free, held, opening, slope = _errors(record, rates, states, drivers, starts, horizon)
    more = _slack(days)
    return FittedZone(
        rates, states[-1], free + more, held + 0.3 * more, opening + more, slope, days,
        _openings(drivers, rates, states),
    )  # fmt: skip


def _fitted(record: ZoneRecord, drivers: Floats, starts: Ints, horizon: int, pull: float) -> Floats:
    wanted = record.air[starts[:, None] + np.arange(1, horizon + 1)]
    out, openings = np.empty((len(starts), horizon)), np.empty((len(starts), horizon))

    def off(fitted: Floats) -> Floats:
        rates = natural(fitted)
        paths(_states(record, drivers, rates), starts, drivers, rates, out, openings)
        miss = np.where(np.isfinite(wanted), out - wanted, 0.0) / np.sqrt(horizon / 2.0)
        return np.concatenate([np.clip(miss, -20.0, 20.0).ravel(), pull * (fitted - USUAL) / SPREAD])

    best = least_squares(
        off, USUAL, bounds=(LOWEST, HIGHEST), loss="soft_l1", x_scale=SPREAD, max_nfev=80, tr_solver="lsmr"
    )
    return np.asarray(best.x)


def _states(record: ZoneRecord, drivers: Floats, rates: Floats) -> Floats:
    """(n, 3) the state at the begin of each hour, led by what was measured."""
    known = record.air[np.isfinite(record.air)]
    first = float(known[0]) if len(known) else 19.0
    states, openings = np.empty((len(record.air), 3)), np.empty(len(record.air))
    observed(record.air, drivers, rates, first - 1.0, states, openings)
    return states


def _openings(drivers: Floats, rates: Floats, states: Floats) -> Floats:
    """(n,) of the valve, by paths of a day each."""
    n = len(states)
    out = np.full(n, np.nan)
    for begin in range(0, n, DAY):
        hours = min(DAY, n - begin)
        air, opened = np.empty((1, hours)), np.empty((1, hours))
        paths(states, np.array([begin]), drivers, rates, air, opened)
        out[begin : begin + hours] = opened[0]
    return out


def _slack(days: float, *, untried_k: float = 1.5, settled_days: float = 6.0) -> float:
    """What is added to the errors of a short record [K]."""
    return untried_k * float(np.exp(-days / settled_days))


def _errors(
    record: ZoneRecord, rates: Floats, states: Floats, drivers: Floats, starts: Ints, horizon: int
) -> tuple[float, float, float, float]:
    """How much warmer it was said to be than it was [K], after 6 hours of a path on: of all hours, of those in which
    heat was held, of the first two of use at 0 °C outdoors, and how that changes with a warmer kelvin outdoors."""
    if not len(starts):
        return 0.0, 0.0, 0.0, 0.0
    out, openings = np.empty((len(starts), horizon)), np.empty((len(starts), horizon))
    paths(states, starts, drivers, rates, out, openings)
    when = starts[:, None] + np.arange(1, horizon + 1)
    miss = _smooth(out - record.air[when])
    late = np.isfinite(miss) & (np.arange(1, horizon + 1) >= 6)
    held = late & (openings > 0.02) & (openings < 0.98)
    begun = np.flatnonzero((np.diff(record.people, prepend=0.0) > 0.0) & (record.people > 0.0))
    first = late & np.isin(when, np.concatenate([begun, begun + 1, begun + 2]))
    every = _high(miss[late], 0.85)
    calm = _high(miss[held], 0.7) if held.sum() >= 50 else every
    if first.sum() < 50:
        return every, calm, every, 0.0
    opening, slope = _by_cold(miss[first], record.outdoor[when[first]])
    return every, calm, opening, slope


def _by_cold(miss: Floats, outdoor: Floats, *, share: float = 0.9, pull: float = 200.0) -> tuple[float, float]:
    """The ``share`` of misses [K] at 0 °C outdoors, and its change for a warmer kelvin: at most 0, drawn to none."""
    away = outdoor - outdoor.mean()
    slope = min(0.0, float((away * (miss - miss.mean())).sum() / ((away**2).sum() + pull)))
    return float(np.quantile(miss - slope * outdoor, share)), slope


def _smooth(miss: Floats) -> Floats:
    """Means of three hours beside each other along each path: the noise of a reading is no cold."""
    inner = (miss[:, :-2] + miss[:, 1:-1] + miss[:, 2:]) / 3.0
    return np.column_stack([miss[:, :1], inner, miss[:, -1:]])


def _high(values: Floats, share: float) -> float:
    return max(0.0, float(np.quantile(values, share))) if len(values) else 0.0
