"""What a night costs: the hours of each vehicle at its contractor's price, and at least what a call-out costs."""

from __future__ import annotations

from collections.abc import Sequence

from city.plan import Intervention
from planner.fleet import prices_of
from planner.night.prices import price_of
from planner.snow.snapshot import SnowSnapshot


def cost_of(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> float:
    """The cost of these interventions. One whose vehicle is not known any more costs the usual price."""
    return price_of(prices_of(snapshot), snapshot.vehicles, items)
