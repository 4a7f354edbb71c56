"""The same forecast read many ways, each a little off as forecasts are, from a seed: what may lie on the road.

The errors are made of a constant part and one that grows with the lead time; their sizes are design choices. How far
the surface temperature may be off is learned: ``models/road/uncertain.py``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.forcing import Forcing

Floats = npt.NDArray[np.floating[Any]]


def members(
    forcing: Forcing,
    count: int,
    seed: int,
    at: int = 0,
    *,
    air_k: float = 0.8,
    grows_k_per_day: float = 0.7,
    wind_share: float = 0.3,
    precip_share: float = 0.5,
    longwave_w_m2: float = 12.0,
) -> list[Forcing]:
    """``count`` forecasts that differ after step ``at``; the first is the forecast itself.

    One draw a member holds throughout, as a forecast is wrong for hours on end. The same seed gives the same members.
    """
    random = np.random.default_rng(seed)
    hours = np.maximum(0.0, (np.arange(forcing.steps) - at) * forcing.step_s / 3600.0)
    ramp = np.minimum(1.0, hours / 3.0)
    out = [forcing]
    for _ in range(count - 1):
        air, wind, precip, long = random.normal(size=4)
        out.append(
            replace(
                forcing,
                air=forcing.air._replace(
                    air_c=forcing.air.air_c + air * (air_k * ramp + grows_k_per_day * hours / 24.0),
                    wind=forcing.air.wind * np.exp(wind_share * wind * ramp),
                    precip=forcing.air.precip * np.exp(precip_share * precip * ramp),
                    longwave=forcing.air.longwave + longwave_w_m2 * long * ramp,
                ),
            )
        )
    return out


def bounds(values: Floats, low: float = 0.1, high: float = 0.9) -> tuple[Floats, Floats]:
    """The range of members (n_members, ...) between two quantiles, and never without the first, the forecast."""
    return (
        np.minimum(np.quantile(values, low, axis=0), values[0]),
        np.maximum(np.quantile(values, high, axis=0), values[0]),
    )


def probability(happens: npt.NDArray[np.bool_]) -> Floats:
    """Of an event, from members (n_members, ...): (m + 1/2) / (n + 1), so that ten members are never certain."""
    return np.asarray((happens.sum(axis=0) + 0.5) / (len(happens) + 1.0))
