"""What a solution is worth: its price and its weighted faults."""

from __future__ import annotations

from city.compiled import bare, inlined
from planner.routes.search.journal import ROUTES
from planner.routes.search.model import Floats, Model, Records, SearchState

LOAD, TIME, LATE = 0, 1, 2
"""Which weight is for which fault."""


@inlined
def worth(m: Model, tour: Records, r: int, w: Floats) -> float:
    """Price of a route and its faults, weighted with ``w`` (3,); nothing where it is empty."""
    if tour.count == 0:
        return 0.0
    return float(
        tour.price + w[LOAD] * tour.over + w[TIME] * max(0.0, tour.time - m.car[r].shift) + w[LATE] * tour.late
    )


@bare
def score(m: Model, s: SearchState, w: Floats) -> float:
    """What all routes are worth."""
    total = 0.0
    for r in range(m.v):
        total += worth(m, s.tour[r], r, w)
    return total


@bare
def gained(m: Model, s: SearchState, w: Floats) -> float:
    """How much more the routes that this step changed are worth than before."""
    total = 0.0
    for at in range(s.tally[ROUTES]):
        r = s.old_tour[at].own
        total += worth(m, s.tour[r], r, w) - worth(m, s.old_tour[at], r, w)
    return total


@bare
def faults(m: Model, s: SearchState, found: Floats) -> float:
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
