"""What a night costs: the hours of each vehicle at its contractor's price, and at least what a call-out costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from city.entities import Vehicle
from city.plan import Intervention
from planner.fleet import prices_of
from planner.snow.snapshot import SnowSnapshot


def cost_of(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> float:
    """The cost of these interventions. One whose vehicle is not known any more costs the usual price."""
    prices, fleet = prices_of(snapshot), {v.id: v for v in snapshot.vehicles}
    minutes: defaultdict[str, list[float]] = defaultdict(list)
    for item in items:
        minutes[item.vehicle or ""].append(item.minutes)
    gone = Vehicle("", "snow", "")
    return sum(prices.of(fleet.get(name, gone), each) for name, each in minutes.items())
