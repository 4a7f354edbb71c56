"""What a plan keeps of the street that decides a tur, so that a page draws what the plan decided by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from city.plan import DecidingCurve
from planner.snow.need import Needs

Floats = npt.NDArray[np.floating[Any]]


def deciding_curve(needs: Needs, now_cm: Floats, segment: int) -> DecidingCurve:
    """The curves of a row; ``now_cm`` (n,) is what lies there at the plan's time [cm]. The air is that of the hours'
    beginnings."""
    ahead, street = needs.ahead, needs.snapshot.segments[segment]
    mid, low, high = (
        np.concatenate([[now_cm[segment]], state.depth_cm[segment]]) for state in (ahead.mid, ahead.low, ahead.high)
    )
    return DecidingCurve(
        segment=street.id,
        name=street.name,
        starts_at=needs.weather.hour_start(0),
        depth_cm=_rounded(mid),
        low_cm=_rounded(np.minimum(low, mid)),
        high_cm=_rounded(np.maximum(high, mid)),
        air_c=tuple(None if np.isnan(c) else round(float(c), 1) for c in needs.weather.temp_c),
    )


def _rounded(depths: Floats) -> tuple[float, ...]:
    return tuple(round(float(cm), 2) for cm in depths)
