"""Indoor temperature hour by hour: a bounded two-mass building with an observer, and a ridge beside it.

The building is the indoor air with what warms fast, and the envelope; it is driven by outdoor air and by what heats it
(supply temperature, power or set-point). Parameters are bounded, and those that end on a bound are told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from models.blend import blended, mean_squares, weights_of

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
NAMES = ("indoor_envelope", "envelope_outdoor", "heating", "indoor_outdoor", "mass_ratio", "gain", "observer")
LOWEST = np.array([-5.0, -8.0, -6.0, -9.0, -5.0, -0.1, 0.0])
HIGHEST = np.array([-0.7, -2.0, -1.5, -3.0, 0.0, 0.1, 0.3])
"""Natural logarithms of the hourly rates, but gain [K/h] and observer, which are plain."""
START = np.array([-2.0, -4.5, -4.0, -5.0, -2.0, 0.0, 0.05])
DAY = 24


@dataclass(frozen=True)
class IndoorRecord:
    """Hour by hour without gaps: ``indoor`` (n,) [°C], NaN where not measured or ahead; ``outdoor`` (n,) [°C] and
    ``heating`` (n,), supply temperature [°C] or power in any unit, both also ahead."""

    indoor: Floats
    outdoor: Floats
    heating: Floats


@dataclass(frozen=True)
class TwoMasses:
    """A fitted building; ``scale`` divides the heating so that its rates are of one size, ``weak`` names parameters
    that ended on a bound."""

    rates: Floats
    scale: float
    weak: tuple[str, ...]


@dataclass(frozen=True)
class Ridge:
    """One linear model for each of the hours ahead: ``weights`` with the intercept first, and the features' ``mean``
    and ``spread``, (n_features,) of each, of which there are the more the longer the time ahead is."""

    weights: tuple[Floats, ...]
    mean: tuple[Floats, ...]
    spread: tuple[Floats, ...]


def two_masses(
    record: IndoorRecord, until: int, *, every: int = 3, horizon: int = DAY, most_starts: int = 400
) -> TwoMasses | None:
    """Fitted on open paths of ``horizon`` hours from every third hour before ``until``; None where there are too
    few."""
    scale = _scale(record.heating[:until])
    starts = _starts(record, until, horizon, every)
    if len(starts) < 16:
        return None
    starts = starts[:: max(1, len(starts) // most_starts)]

    def off(rates: Floats) -> Floats:
        paths = _paths(record, rates, scale, starts, horizon)
        wanted = record.indoor[starts[:, None] + np.arange(1, horizon + 1)]
        error = np.where(np.isfinite(wanted), paths - wanted, 0.0)
        return np.asarray(np.clip(error, -50.0, 50.0).ravel())

    best = least_squares(off, START, bounds=(LOWEST, HIGHEST), loss="soft_l1", max_nfev=60, x_scale=HIGHEST - LOWEST)
    room = 0.05 * (HIGHEST - LOWEST)
    weak = tuple(
        name
        for name, low, high in zip(NAMES, best.x - LOWEST < room, HIGHEST - best.x < room, strict=True)
        if low or high
    )
    return TwoMasses(best.x, scale, weak)


def _scale(heating: Floats) -> float:
    known = heating[np.isfinite(heating)]
    return max(1e-6, float(np.quantile(known, 0.95)) / 40.0) if len(known) else 1.0


def _starts(record: IndoorRecord, until: int, horizon: int, every: int, *, before: int = 48) -> Ints:
    """Hours before ``until`` - ``horizon`` at which the indoor temperature is known, with two days to come in on."""
    rows = np.arange(before, until - horizon, every)
    return np.asarray(rows[np.isfinite(record.indoor[rows])], np.int64)


def _paths(record: IndoorRecord, rates: Floats, scale: float, starts: Ints, horizon: int) -> Floats:
    """(n_starts, horizon) indoor temperatures from each start on, with no reading from there on [°C]."""
    indoor, envelope = _observed(record, rates, scale)
    now, mass = indoor[starts].copy(), envelope[starts].copy()
    out = np.empty((len(starts), horizon))
    for hour in range(horizon):
        at = starts + hour
        now, mass = _step(now, mass, record.outdoor[at], record.heating[at] / scale, rates)
        out[:, hour] = now
    return out


def _observed(record: IndoorRecord, rates: Floats, scale: float) -> tuple[Floats, Floats]:
    """(n,) indoor and envelope temperature of every hour, led by what was measured."""
    n = len(record.indoor)
    indoor, envelope = np.empty(n), np.empty(n)
    first = record.indoor[np.isfinite(record.indoor)]
    now = float(first[0]) if len(first) else 20.0
    mass, gain = now - 0.3 * (now - float(record.outdoor[0])), float(rates[6])
    ie, ea, h, ia, r = np.exp(rates[:5]).tolist()
    g, outdoor, heat = float(rates[5]), record.outdoor.tolist(), (record.heating / scale).tolist()
    measured = record.indoor.tolist()
    for hour in range(n):
        seen = measured[hour]
        if not math.isnan(seen):
            miss = seen - now
            now, mass = seen, mass + gain * miss
        indoor[hour], envelope[hour] = now, mass
        flow = ie * (mass - now)
        now, mass = (
            now + flow + h * (heat[hour] - now) + ia * (outdoor[hour] - now) + g,
            mass - r * flow + ea * (outdoor[hour] - mass),
        )
        now, mass = min(max(now, -40.0), 80.0), min(max(mass, -40.0), 80.0)
    return indoor, envelope


def _step(now: Floats, mass: Floats, outdoor: Floats, heat: Floats, rates: Floats) -> tuple[Floats, Floats]:
    ie, ea, h, ia, r = np.exp(rates[:5])
    flow = ie * (mass - now)
    warmer = now + flow + h * (heat - now) + ia * (outdoor - now) + rates[5]
    return np.clip(warmer, -40.0, 80.0), np.clip(mass - r * flow + ea * (outdoor - mass), -40.0, 80.0)


def path(record: IndoorRecord, fitted: TwoMasses, origin: int, horizon: int) -> Floats:
    """(horizon,) the temperature at the end of each hour from ``origin`` on [°C]."""
    steps = min(horizon, len(record.outdoor) - origin)
    return np.asarray(_paths(record, fitted.rates, fitted.scale, np.array([origin], np.int64), steps)[0])


def ridge(record: IndoorRecord, until: int, *, horizon: int = DAY, pull: float = 3.0) -> Ridge | None:
    """One model for each hour ahead, on every start before ``until``; None where there are too few."""
    starts = _starts(record, until, horizon, 1)
    if len(starts) < 5 * DAY:
        return None
    weights, means, spreads = [], [], []
    for ahead in range(1, horizon + 1):
        x = _features(record, starts, ahead)
        y = record.indoor[starts + ahead] - record.indoor[starts]
        known = np.isfinite(y) & np.isfinite(x).all(axis=1)
        mean, spread = x[known].mean(axis=0), np.maximum(x[known].std(axis=0), 1e-6)
        z = np.column_stack([np.ones(known.sum()), (x[known] - mean) / spread])
        penalty = pull * np.eye(z.shape[1])
        penalty[0, 0] = 0.0
        weights.append(np.linalg.solve(z.T @ z + penalty, z.T @ y[known]))
        means.append(mean)
        spreads.append(spread)
    return Ridge(tuple(weights), tuple(means), tuple(spreads))


def ridge_path(record: IndoorRecord, fitted: Ridge, origin: int, horizon: int) -> Floats:
    """(horizon,) the temperature at the end of each hour from ``origin`` on [°C]; NaN beyond what was fitted."""
    out = np.full(horizon, np.nan)
    for ahead in range(1, min(horizon, len(fitted.weights), len(record.outdoor) - origin) + 1):
        x = (_features(record, np.array([origin]), ahead)[0] - fitted.mean[ahead - 1]) / fitted.spread[ahead - 1]
        out[ahead - 1] = record.indoor[origin] + fitted.weights[ahead - 1] @ np.concatenate([[1.0], x])
    return out


def _features(record: IndoorRecord, starts: Ints, ahead: int) -> Floats:
    """(n_starts, n_features): where the temperature stands and whence it comes, what heated before, and what heats and
    cools until then, the last hours by themselves."""
    indoor, outdoor, heat = record.indoor, record.outdoor, record.heating
    now = indoor[starts]
    parts = [now, now - indoor[starts - 1], now - indoor[starts - 3], now - indoor[starts - 24]]
    for values in (heat, outdoor):
        parts += [
            _mean(values, starts - 3, starts),
            _mean(values, starts - 12, starts),
            _mean(values, starts - 48, starts),
        ]
        cuts = sorted({0, max(0, ahead - 1), max(0, ahead - 3), max(0, ahead - 8), ahead})
        parts += [_mean(values, starts + a, starts + b) for a, b in pairwise(cuts)]
    return np.column_stack(parts)


def _mean(values: Floats, begin: Ints, end: Ints) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
    return np.asarray((sums[end] - sums[begin]) / np.maximum(1, end - begin))


PULLS = (10.0, 30.0, 100.0)
WAYS = ("persistence", "yesterday", "two_masses", *(f"ridge_{pull:.0f}" for pull in PULLS))
"""What is blended, in the order of the rows."""


@dataclass(frozen=True)
class IndoorBlend:
    """What each way says (n_ways, horizon) [°C], NaN where one has no answer; ``weights`` (n_ways,); RMSE of a day's
    path on the last days (n_ways,) [K]; errors of the blend there (n_starts, horizon) [K]; and the fitted building."""

    said: Floats
    weights: Floats
    rmse: Floats
    errors: Floats
    building: TwoMasses | None

    @property
    def indoor(self) -> Floats:
        """(horizon,) [°C]; NaN where no way has an answer."""
        return blended(self.said, self.weights)

    @property
    def champion(self) -> str:
        """The way with most say."""
        return WAYS[int(self.weights.argmax())]


def indoor_blend(
    record: IndoorRecord, origin: int, horizon: int = DAY, *, days: int = 10, power: float = 2.0
) -> IndoorBlend:
    """The hours from ``origin`` on: all ways fitted on what is before, weighed by their paths of a day on the last
    ``days``, made by models that had not seen them, by the ``power`` of the ratio. Where none can be scored the last
    temperature stands.
    """
    off = back_paths(record, origin, days)
    squares = mean_squares(off.reshape(len(WAYS), -1))
    weights = weights_of(squares, power=power) if np.isfinite(squares).any() else np.eye(len(WAYS))[0]
    fitted = two_masses(record, origin)
    said = ways(record, fitted, _ridges(record, origin), origin, horizon)
    errors = blended(off.reshape(len(WAYS), -1), weights).reshape(-1, DAY)
    return IndoorBlend(said, weights, np.sqrt(squares), errors, fitted)


def back_paths(record: IndoorRecord, origin: int, days: int, *, every: int = 6) -> Floats:
    """(n_ways, n_starts, 24) errors of each way's paths of a day [K], from every sixth hour of the last ``days`` before
    ``origin``; no starts where the record is too short."""
    first = origin - days * DAY
    starts = range(first, origin - DAY, every) if first >= 8 * DAY else range(0)
    known = [start for start in starts if np.isfinite(record.indoor[start])]
    if not known:
        return np.zeros((len(WAYS), 0, DAY))
    fitted, ridges = two_masses(record, first), _ridges(record, first)
    off = [ways(record, fitted, ridges, start, DAY) - record.indoor[start + 1 : start + 1 + DAY] for start in known]
    return np.stack(off, axis=1)


def _ridges(record: IndoorRecord, until: int) -> list[Ridge | None]:
    return [ridge(record, until, pull=pull) for pull in PULLS]


def ways(
    record: IndoorRecord, fitted: TwoMasses | None, ridges: list[Ridge | None], origin: int, horizon: int
) -> Floats:
    """(n_ways, horizon) what each says of the end of each hour from ``origin`` on, knowing no temperature from
    there."""
    hidden = IndoorRecord(
        np.where(np.arange(len(record.indoor)) <= origin, record.indoor, np.nan), record.outdoor, record.heating
    )
    out = np.full((len(WAYS), horizon), np.nan)
    out[0] = record.indoor[origin]
    ahead = np.arange(1, horizon + 1)
    back = origin + ahead - DAY * np.ceil(ahead / DAY).astype(int)
    out[1] = np.where(back >= 0, record.indoor[np.maximum(back, 0)], np.nan)
    if fitted is not None:
        told = path(hidden, fitted, origin, horizon)
        out[2, : len(told)] = told
    for row, one in enumerate(ridges):
        if one is not None:
            out[3 + row] = ridge_path(hidden, one, origin, horizon)
    return out
