"""What a solution is worth: its price and its weighted faults."""

from __future__ import annotations

from city.compiled import bare
from planner.routes.search.model import Floats, Model, State

LOAD, TIME, LATE = 0, 1, 2
"""Which weight is for which fault."""


@bare
def score(m: Model, s: State, w: Floats) -> float:
    """Price of all routes and their faults, weighted with ``w`` (3,)."""
    total = 0.0
    for r in range(m.v):
        if s.tour[r].count > 0:
            total += (
                s.tour[r].price
                + w[LOAD] * s.tour[r].over
                + w[TIME] * max(0.0, s.tour[r].time - m.car[r].shift)
                + w[LATE] * s.tour[r].late
            )
    return total


@bare
def faults(m: Model, s: State, found: Floats) -> float:
    """Sets ``found`` (3,) to overload, overtime [s] and weighted lateness [s] of all routes; returns the price."""
    found[:] = 0.0
    price = 0.0
    for r in range(m.v):
        if s.tour[r].count > 0:
            price += s.tour[r].price
            found[LOAD] += s.tour[r].over if s.tour[r].over > 1e-6 else 0.0
            found[TIME] += max(0.0, s.tour[r].time - m.car[r].shift - 1e-4)
            found[LATE] += s.tour[r].late
    return price
