"""Heat load a day and two ahead: simple candidates that are always there, boosting beside them, and their blend.

Each building's candidates are weighed by how they did on its own last weeks, so that a model that fails when the
operation changes loses its say within days. Loads in kW, temperatures in °C, hourly. Candidates after the measured
table of five public series: same hour yesterday and last week, a change-point signature, boosting with and without
yesterday; and yesterday moved by what the signature says of the weather's change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingRegressor  # type: ignore[import-untyped]

from models.blend import blended, mean_squares, weights_of

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
CANDIDATES = ("yesterday", "last_week", "signature", "moved", "weather", "boosted")
"""In the order in which they are weighed; the first that has an answer is the last resort."""
DAY, WEEK = 24, 168


@dataclass(frozen=True)
class LoadRecord:
    """Hour by hour without gaps: ``load`` (n,) [kW], NaN where not metered or still ahead; ``outdoor`` (n,) [°C],
    observed and then forecast; local ``hour`` of the day (n,) 0 to 23, and ``free`` (n,) 1 on weekends and days off."""

    load: Floats
    outdoor: Floats
    hour: Ints
    free: Ints


@dataclass(frozen=True)
class Signature:
    """``base`` + ``slope`` * max(0, ``change_c`` - T24) by class of hour (48,) [kW, kW/K]."""

    change_c: float
    base: Floats
    slope: Floats


@dataclass(frozen=True)
class Blend:
    """What the candidates say of the hours ahead (n_candidates, horizon) [kW], NaN where one has no answer; their
    ``weights`` (n_candidates,); their hourly RMSE on the last weeks (n_candidates,) [kW], NaN where not scored; the
    errors of the blend there (n_days, 24) [kW], and the mean load there [kW]."""

    said: Floats
    weights: Floats
    rmse: Floats
    errors: Floats
    mean_kw: float

    @property
    def load(self) -> Floats:
        """(horizon,) [kW], never below 0; NaN where no candidate has an answer."""
        return np.maximum(blended(self.said, self.weights), 0.0)

    @property
    def champion(self) -> str:
        """The candidate with most say."""
        return CANDIDATES[int(self.weights.argmax())]


def trailing_mean(values: Floats, hours: int) -> Floats:
    """(n,) the mean of each hour and those before it, of as many as there are; NaN are passed over."""
    known = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    begin = np.maximum(np.arange(len(values)) + 1 - hours, 0)
    n = counts[1:] - counts[begin]
    return np.asarray(np.where(n > 0, (sums[1:] - sums[begin]) / np.maximum(n, 1), np.nan))


def signature(
    record: LoadRecord, rows: Ints, *, lowest_c: float = 6.0, highest_c: float = 20.0, least: int = 8
) -> Signature:
    """Of these hours: the change point of the least squares over all classes, in whole degrees; a class with fewer than
    ``least`` hours takes the line of all."""
    mean = trailing_mean(record.outdoor, DAY)
    load, heat_c, of = record.load[rows], mean[rows], _class(record)[rows]
    known = np.isfinite(load) & np.isfinite(heat_c)
    load, heat_c, of = load[known], heat_c[known], of[known]
    best: tuple[float, Signature] | None = None
    for change in np.arange(lowest_c, highest_c + 1.0):
        cold = np.maximum(0.0, change - heat_c)
        whole = _line(cold, load)
        base, slope = np.full(48, whole[0]), np.full(48, whole[1])
        for each in np.unique(of):
            here = of == each
            if here.sum() >= least:
                base[each], slope[each] = _line(cold[here], load[here])
        error = float(((base[of] + slope[of] * cold - load) ** 2).sum())
        if best is None or error < best[0]:
            best = error, Signature(float(change), base, slope)
    return best[1] if best is not None and len(load) else Signature(17.0, np.zeros(48), np.zeros(48))


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    """Base and slope of least squares, the slope never below 0."""
    if not len(x):
        return 0.0, 0.0
    spread = float(((x - x.mean()) ** 2).sum())
    slope = max(0.0, float(((x - x.mean()) * (y - y.mean())).sum()) / spread) if spread > 1e-9 else 0.0
    return float(y.mean() - slope * x.mean()), slope


def _class(record: LoadRecord) -> Ints:
    return np.asarray(record.hour + 24 * record.free, np.int64)


def by_signature(record: LoadRecord, fitted: Signature, rows: Ints) -> Floats:
    """What the signature says of these hours [kW]."""
    cold = np.maximum(0.0, fitted.change_c - trailing_mean(record.outdoor, DAY)[rows])
    of = _class(record)[rows]
    return np.asarray(np.maximum(0.0, fitted.base[of] + fitted.slope[of] * cold))


def _weather(record: LoadRecord) -> Floats:
    means = [trailing_mean(record.outdoor, hours) for hours in (6, 24, 72)]
    return np.column_stack([record.outdoor, *means, record.hour, record.free])


def _yesterday(record: LoadRecord, lag: Ints) -> Floats:
    """(n, 5) what is known of the load: at the same hour of the last whole day and of a week before, that day's mean,
    its mean temperature, and how long ago it was [days]. ``lag`` (n,) is how many days back the last known day is."""
    n = len(record.load)
    index = np.arange(n)
    day = trailing_mean(record.load, DAY)
    warmth = trailing_mean(record.outdoor, DAY)
    midnight = index - record.hour - 1 - (lag - 1) * DAY
    return np.column_stack(
        [
            _at(record.load, index - DAY * lag),
            _at(record.load, index - WEEK),
            _at(day, midnight),
            _at(warmth, midnight),
            lag,
        ]
    )


def _at(values: Floats, rows: Ints) -> Floats:
    return np.asarray(np.where((rows >= 0) & (rows < len(values)), values[np.clip(rows, 0, len(values) - 1)], np.nan))


@dataclass(frozen=True)
class LoadModels:
    """The candidates as fitted on the hours before ``origin``."""

    fitted: Signature
    weather: HistGradientBoostingRegressor | None
    boosted: HistGradientBoostingRegressor | None


def fit(record: LoadRecord, origin: int, *, least_days: int = 21, seed: int = 0) -> LoadModels:
    """On the metered hours before ``origin``; boosting from ``least_days`` on."""
    rows = np.flatnonzero(np.isfinite(record.load[:origin]) & np.isfinite(record.outdoor[:origin]))
    fitted = signature(record, rows)
    if len(rows) < least_days * DAY:
        return LoadModels(fitted, None, None)
    settings = {
        "learning_rate": 0.05,
        "max_iter": 200,
        "min_samples_leaf": 30,
        "max_leaf_nodes": 31,
        "random_state": seed,
    }
    weather = HistGradientBoostingRegressor(**settings).fit(_weather(record)[rows], record.load[rows])
    ones = np.ones(len(record.load), np.int64)
    known = np.column_stack([_weather(record), _yesterday(record, ones)])
    boosted = HistGradientBoostingRegressor(**settings).fit(known[rows], record.load[rows])
    return LoadModels(fitted, weather, boosted)


def candidates(record: LoadRecord, models: LoadModels, origin: int, horizon: int) -> Floats:
    """(n_candidates, horizon) what each says of the hours from ``origin`` on, knowing no load from there on."""
    rows = np.arange(origin, min(origin + horizon, len(record.load)))
    back = DAY * (1 + (rows - origin) // DAY)
    known = LoadRecord(
        np.where(np.arange(len(record.load)) < origin, record.load, np.nan), record.outdoor, record.hour, record.free
    )
    yesterday, week = _at(known.load, rows - back), _at(known.load, rows - WEEK)
    said = by_signature(record, models.fitted, rows)
    before = np.maximum(rows - back, 0)
    moved = yesterday + said - by_signature(record, models.fitted, before)
    same = record.free[rows] == record.free[before]
    moved = np.where(same, moved, week + said - by_signature(record, models.fitted, np.maximum(rows - WEEK, 0)))
    out = np.full((len(CANDIDATES), len(rows)), np.nan)
    out[:4] = yesterday, week, said, np.maximum(moved, 0.0)
    if models.weather is not None and models.boosted is not None:
        out[4] = models.weather.predict(_weather(known)[rows])
        lag = np.ones(len(record.load), np.int64)
        lag[rows] = back // DAY
        out[5] = models.boosted.predict(np.column_stack([_weather(known), _yesterday(known, lag)])[rows])
    return out


def blend(
    record: LoadRecord, origin: int, horizon: int, *, weeks: int = 4, fits: int = 2, power: float = 3.0, seed: int = 0
) -> Blend:
    """The hours from ``origin`` on: candidates fitted on all before, weighed by day-ahead forecasts of each day of the
    last ``weeks``, made by models that had not seen them (``fits`` of them), by the ``power`` of the ratio."""
    off = back_test(record, origin, weeks * 7, fits, seed)
    squares = mean_squares(off)
    weights = weights_of(squares, power=power)
    said = candidates(record, fit(record, origin, seed=seed), origin, horizon)
    days = off.shape[1] // DAY
    mixed = blended(off, weights).reshape(days, DAY)
    return Blend(said, weights, np.sqrt(squares), mixed, _mean_load(record, origin, days))


def back_test(record: LoadRecord, origin: int, days: int, fits: int, seed: int = 0) -> Floats:
    """(n_candidates, 24 n_days) errors a day ahead over the last ``days`` before ``origin`` [kW], NaN where the load
    is not known."""
    starts = [origin - DAY * back for back in range(days, 0, -1) if origin - DAY * back >= WEEK + DAY]
    errors: list[Floats] = []
    for part in np.array_split(np.array(starts, np.int64), min(fits, max(1, len(starts)))):
        if not len(part):
            continue
        models = fit(record, int(part[0]), seed=seed)
        for start in part.tolist():
            errors.append(candidates(record, models, start, DAY) - record.load[start : start + DAY])
    return np.concatenate(errors, axis=1) if errors else np.zeros((len(CANDIDATES), 0))


def _mean_load(record: LoadRecord, origin: int, days: int) -> float:
    known = record.load[max(0, origin - DAY * max(1, days)) : origin]
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")
