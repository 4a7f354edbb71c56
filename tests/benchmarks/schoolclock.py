"""The best clock in hindsight: a school's month run with every clock, the cheapest that keeps it warm enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmarks.madeschools import MadeSchool, run

Floats = npt.NDArray[np.floating[Any]]
MONTH_H = 30 * 24


@dataclass(frozen=True)
class Clock:
    """Heat on at hour ``start`` of a day in use (``restart`` of one after free days; negative: the day before) until
    ``stop``, at ``level`` [°C]; ``kwh`` and degree hours short a month of the worst zone [K h]."""

    start: int
    restart: int
    stop: int
    level: float
    kwh: float
    short_kh: float


def short_kh(air: Floats, used: Floats, *, warm_c: float = 20.0) -> float:
    """Degree hours under ``warm_c`` in used hours, of the zone with most [K h]. ``air`` (n_zones, n + 1)."""
    return float((np.maximum(0.0, warm_c - np.minimum(air[:, :-1], air[:, 1:])) * used).sum(axis=1).max())


def best_clock(
    school: MadeSchool, state: Floats, outdoor: Floats, sun: Floats, used: Floats, *, night_c: float = 16.0,
    most_short_kh: float = 0.5,
) -> Clock | None:  # fmt: skip
    """Every start, restart and stop in whole hours and every level in tenths, searched whole; None where no clock keeps
    the month within ``most_short_kh``."""
    days = np.flatnonzero(used.reshape(-1, 24).max(axis=1) > 0)
    best: Clock | None = None
    for stop in range(12, 17):
        for level in np.arange(20.0, 22.6, 0.1):
            for start in range(8, -5, -1):
                found = _cheapest_restart(
                    school, state, outdoor, sun, used, days, (start, stop, float(level), night_c), most_short_kh
                )
                if found is not None and (best is None or found.kwh < best.kwh):
                    best = found
                if found is not None and best is not None and found.kwh > 1.2 * best.kwh:
                    break
    return best


def _cheapest_restart(
    school: MadeSchool, state: Floats, outdoor: Floats, sun: Floats, used: Floats, days: npt.NDArray[np.int64],
    clock: tuple[int, int, float, float], most_kh: float,
) -> Clock | None:  # fmt: skip
    """The latest restart that suffices; the earliest that is tried is the evening two days before."""
    start, stop, level, night = clock
    scale = MONTH_H / len(outdoor)
    for restart in (-31, *range(start, -31, -1)):
        set_c = np.full(len(outdoor), night)
        for day in days.tolist():
            after_free = day > 0 and day - 1 not in days
            set_c[max(0, day * 24 + (restart if after_free else start)) : day * 24 + stop] = level
        air, heat = run_month(school, state.copy(), outdoor, sun, used, set_c, (used > 0).astype(float))
        short = short_kh(air, used) * scale
        if restart == -31 and short > most_kh:
            return None
        if restart > -31 and short <= most_kh:
            return Clock(start, restart, stop, round(level, 1), float(heat.sum()), short)
    return None


def run_month(
    school: MadeSchool, state: Floats, outdoor: Floats, sun: Floats, used: Floats, set_c: Floats, fan: Floats
) -> tuple[Floats, Floats]:
    """Changes ``state``; the air of both zones (n_zones, n + 1) and heat (n,) [kW]."""
    zones, n = len(school.zones), len(outdoor)
    air, heat = np.empty((zones, n + 1)), np.empty(n)
    rows = np.tile(used, (zones, 1)), np.tile(set_c, (zones, 1))
    run(school.table, school.recovers, school.curve, state, outdoor, sun, *rows, fan, air, heat)
    return air, heat
