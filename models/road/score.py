"""How well a road forecast did: errors of surface temperature by lead, what its range held, and yes-or-no events.

Everything is counted beside references (persistence, air temperature, another model), never alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
LEADS_H = (1.0, 3.0, 6.0, 12.0, 24.0)


@dataclass(frozen=True)
class ErrorFigures:
    """Of ``count`` pairs [K]; NaN where there are none. Bias is forecast minus observed."""

    count: int
    rmse: float
    mae: float
    bias: float


@dataclass(frozen=True)
class Event:
    """Hits, misses, false alarms and correct rejections of a yes-or-no forecast; NaN where undefined."""

    hits: int
    misses: int
    false_alarms: int
    rejections: int

    @property
    def pod(self) -> float:
        """Probability of detection: hits over all that happened."""
        return _over(self.hits, self.hits + self.misses)

    @property
    def far(self) -> float:
        """False-alarm ratio: false alarms over all that was forecast."""
        return _over(self.false_alarms, self.hits + self.false_alarms)

    @property
    def csi(self) -> float:
        """Critical success index: hits over all but correct rejections."""
        return _over(self.hits, self.hits + self.misses + self.false_alarms)

    @property
    def frequency_bias(self) -> float:
        """How often it was forecast over how often it happened."""
        return _over(self.hits + self.false_alarms, self.hits + self.misses)


def errors(forecast: Floats, observed: Floats, chosen: Bools | None = None) -> ErrorFigures:
    """Errors over all pairs that are known (and ``chosen``)."""
    known = ~(np.isnan(forecast) | np.isnan(observed))
    off = (forecast - observed)[known if chosen is None else known & chosen]
    if not len(off):
        return ErrorFigures(0, float("nan"), float("nan"), float("nan"))
    return ErrorFigures(len(off), float(np.sqrt(np.mean(off**2))), float(np.abs(off).mean()), float(off.mean()))


def by_lead(
    forecasts: Mapping[str, Floats],
    observed: Floats,
    lead_h: Floats,
    night: Bools,
    *,
    leads_h: tuple[float, ...] = LEADS_H,
) -> dict[str, dict[str, ErrorFigures]]:
    """Errors of each forecast by the parts of ``bands``."""
    choices = bands(lead_h, observed, night, leads_h=leads_h)
    return {
        name: {part: errors(values, observed, chosen) for part, chosen in choices.items()}
        for name, values in forecasts.items()
    }


@dataclass(frozen=True)
class RangeFigures:
    """Of ``count`` observations: the share ``inside`` the range, its mean ``width`` and the ``crps`` [both in the
    quantity's unit]; NaN where there are none."""

    count: int
    inside: float
    width: float
    crps: float


def coverage(observed: Floats, low: Floats, high: Floats) -> float:
    """Share of the observations (n,) from ``low`` to ``high`` (n,), both ends in; NaN without a pair that is known."""
    known = ~(np.isnan(observed) | np.isnan(low) | np.isnan(high))
    return float(np.mean((observed >= low)[known] & (observed <= high)[known])) if known.any() else float("nan")


def crps(observed: Floats, quantiles: Floats, levels: Floats | None = None) -> float:
    """Mean continuous ranked probability score of forecasts given by quantiles, in the unit of the observations (n,).

    ``quantiles`` (q, n) at ``levels`` (q,), rising from 0 to 1; without levels they are members of equal weight, in any
    order. Twice the mean pinball loss, each level weighted by the part of 0 to 1 that lies nearest to it: exact for
    members, and the absolute error for a single forecast (Gneiting and Raftery 2007; Laio and Tamea 2007). NaN
    without a pair that is known.
    """
    known = ~(np.isnan(observed) | np.isnan(quantiles).any(axis=0))
    if not known.any():
        return float("nan")
    values = np.sort(quantiles[:, known], axis=0)
    at = (np.arange(len(values)) + 0.5) / len(values) if levels is None else np.asarray(levels, float)
    share = np.diff(np.concatenate([[0.0], (at[1:] + at[:-1]) / 2.0, [1.0]]))
    off = observed[known] - values
    pinball = np.where(off >= 0.0, at[:, None] * off, (at[:, None] - 1.0) * off)
    return float(2.0 * np.mean(share @ pinball))


def bands(
    lead_h: Floats,
    observed: Floats,
    night: Bools,
    *,
    leads_h: tuple[float, ...] = LEADS_H,
    near_c: float = 3.0,
) -> dict[str, Bools]:
    """Which pairs are scored together: ``all``, ``near_zero`` (|observed| < 3 °C), ``night``, ``day``, each lead band.

    All arrays are flat and pairwise. The band of +3 h holds leads over 1 h and up to 3 h, and so on.
    """
    choices = {"all": np.ones(len(lead_h), bool), "near_zero": np.abs(observed) < near_c, "night": night, "day": ~night}
    for low, high in zip((0.0, *leads_h[:-1]), leads_h, strict=True):
        choices[f"+{high:g} h"] = (lead_h > low) & (lead_h <= high)
    return choices


def held(observed: Floats, low: Floats, high: Floats, quantiles: Floats, chosen: Bools) -> RangeFigures:
    """What a range ``low`` to ``high`` (n,) and its ``quantiles`` or members (q, n) were worth where ``chosen``."""
    known = chosen & ~(np.isnan(observed) | np.isnan(low) | np.isnan(high))
    width = float(np.mean((high - low)[known])) if known.any() else float("nan")
    inside = coverage(observed[known], low[known], high[known])
    return RangeFigures(int(known.sum()), inside, width, crps(observed[known], quantiles[:, known]))


def event(forecast: Bools, observed: Bools, known: Bools) -> Event:
    """Counts a yes-or-no forecast where both are ``known``."""
    f, o = forecast[known], observed[known]
    return Event(int((f & o).sum()), int((~f & o).sum()), int((f & ~o).sum()), int((~f & ~o).sum()))


def brier(probability: Floats, observed: Bools) -> float:
    """Mean squared difference of a probability and what happened (1 or 0); NaN without pairs."""
    known = ~np.isnan(probability)
    return float(np.mean((probability[known] - observed[known]) ** 2)) if known.any() else float("nan")


def reliability(probability: Floats, observed: Bools, bins: int = 5) -> list[tuple[float, float, int]]:
    """Per bin of probability: its mean, how often it happened, and how many pairs."""
    which = np.minimum((probability * bins).astype(int), bins - 1)
    found = [np.flatnonzero(which == b) for b in range(bins)]
    return [(float(probability[r].mean()), float(observed[r].mean()), len(r)) for r in found if len(r)]


def slippery(surface_c: Floats, store_mm: Floats, *, least_mm: float = 0.05, under_c: float = 0.25) -> Bools:
    """Ice, frost and snow over 0.05 mm in water at a surface under 0.25 °C; ``store_mm`` (..., 4)."""
    return np.asarray((store_mm[..., 1:].sum(axis=-1) > least_mm) & (surface_c < under_c))


def _over(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
