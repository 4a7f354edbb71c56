"""What a row of set-points does to a building's zones: heat, and how far short of warm it may fall."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from city.compiled import compiled
from models.building.zone import step

Floats = npt.NDArray[np.floating[Any]]


@compiled
def outcome(
    set_c: Floats,
    fan: Floats,
    states: Floats,
    rates: Floats,
    weather: Floats,
    used: Floats,
    slacks: Floats,
    reach_c: float,
    most_c: float,
    air: Floats,
    openings: Floats,
) -> tuple[float, float]:
    """Degree hours under ``reach_c`` and over ``most_c`` of all zones while they are used [K h].

    ``set_c`` and ``fan`` (n,); ``states`` (n_zones, 3) at the begin; ``rates`` (n_zones, 13); ``weather`` (3, n): sun,
    outdoor for what is expected, outdoor as cold as it may be; ``used`` (n_zones, n) share of the hour; ``slacks``
    (n_zones, 3): by how much a zone may be colder than is said where its thermostat holds it, after six hours without,
    and in the first two hours of use [K]. Shortness is counted in the cold weather with that slack. Fills ``air``
    (n_zones, n + 1) and ``openings`` (n_zones, n) of the weather that is expected.
    """
    short, over = 0.0, 0.0
    for zone in range(len(states)):
        for case in range(2):
            now = states[zone].copy()
            free = 6.0
            before = now[0]
            if case == 0:
                air[zone, 0] = before
            for hour in range(len(set_c)):
                opened = step(
                    now, rates[zone], weather[1 + case, hour], weather[0, hour], used[zone, hour], fan[hour],
                    set_c[hour], np.nan,
                )  # fmt: skip
                if case == 0:
                    openings[zone, hour] = opened
                    air[zone, hour + 1] = now[0]
                else:
                    free = 0.0 if 0.02 < opened < 0.98 else min(6.0, free + 1.0)
                    share = used[zone, hour]
                    if share > 0.0:
                        begins = now[0] + (before - now[0]) * min(1.0, share) if _starts(used[zone], hour) else before
                        ends = now[0] if not _stops(used[zone], hour) else before + (now[0] - before) * share
                        least = min(begins, ends)
                        slack = slacks[zone, 0] + (slacks[zone, 1] - slacks[zone, 0]) * free / 6.0
                        if hour < 2 or used[zone, hour - 2] == 0.0:
                            slack = max(slack, slacks[zone, 2])
                        short += share * max(0.0, reach_c + slack - least)
                        over += share * max(0.0, max(begins, ends) - most_c)
                before = now[0]
    return short, over


@compiled
def _starts(used: Floats, hour: int) -> bool:
    """Whether use begins in the course of an hour."""
    return used[hour] < 1.0 and (hour == 0 or used[hour - 1] == 0.0)


@compiled
def _stops(used: Floats, hour: int) -> bool:
    """Whether use ends in the course of an hour."""
    return used[hour] < 1.0 and not _starts(used, hour)
