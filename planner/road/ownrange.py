"""What a station's own record says of its range: hindcasts within the folder, before the forecast begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.uncertain import LEARNED, ErrorGrowth, by_record

Floats = npt.NDArray[np.floating[Any]]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class PastForecast:
    """What would have been forecast from ``at`` on: the surface and the scale of its error at ``times`` (n_times,)."""

    at: datetime
    times: Sequence[datetime]
    surface_c: Floats
    scale: Floats


def past_starts(
    seen: Sequence[datetime], at: datetime, *, days: float = 5.0, every_h: float = 6.0, behind_h: float = 6.0
) -> Iterator[datetime]:
    """Times before ``at`` from which a hindcast can be made and scored: the newest first, with ``behind_h`` of
    observations before each, one in its last hour, and one after it."""
    when = at - every_h * HOUR
    while seen and when >= max(seen[0] + behind_h * HOUR, at - days * 24 * HOUR):
        if seen[-1] > when and any(when - HOUR < time <= when for time in seen):
            yield when
        when -= every_h * HOUR


def own_growth(
    seen: Sequence[tuple[datetime, float]],
    at: datetime,
    ahead: Callable[[datetime], PastForecast],
    growth: ErrorGrowth = LEARNED,
    *,
    least: int = 4,
    to_h: float = 12.0,
) -> tuple[ErrorGrowth, int]:
    """The growth for a station by its own surface temperatures ``seen`` until ``at``, where ``least`` hindcasts of
    ``to_h`` can be made of them, and how many; ``ahead`` makes one. Else as it was learned elsewhere, and 0."""
    starts = list(past_starts([time for time, _ in seen], at))
    if len(starts) < least:
        return growth, 0
    errors, scales = [], []
    for one in (ahead(start) for start in starts):
        later = [(time, c) for time, c in seen if one.at < time <= min(at, one.at + to_h * HOUR, one.times[-1])]
        lead = [(time - one.at) / HOUR for time, _ in later]
        hours = [(time - one.at) / HOUR for time in one.times]
        errors.append(np.array([c for _, c in later], float) - np.interp(lead, hours, one.surface_c))
        scales.append(np.interp(lead, hours, one.scale))
    return by_record(growth, np.concatenate(errors), np.concatenate(scales), len(starts)), len(starts)
