"""How well a road forecast did: errors of surface temperature by lead, and skill of yes-or-no events.

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
    near_c: float = 3.0,
) -> dict[str, dict[str, ErrorFigures]]:
    """Errors of each forecast: ``all``, ``near_zero`` (|observed| < 3 °C), ``night``, ``day``, and each lead band.

    All arrays are flat and pairwise. The band of +3 h holds leads over 1 h and up to 3 h, and so on.
    """
    choices = {
        "all": np.ones(len(observed), bool),
        "near_zero": np.abs(observed) < near_c,
        "night": night,
        "day": ~night,
    }
    for low, high in zip((0.0, *leads_h[:-1]), leads_h, strict=True):
        choices[f"+{high:g} h"] = (lead_h > low) & (lead_h <= high)
    return {
        name: {part: errors(values, observed, chosen) for part, chosen in choices.items()}
        for name, values in forecasts.items()
    }


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
