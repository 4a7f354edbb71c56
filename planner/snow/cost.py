"""What a night costs: the hours of each vehicle at its contractor's price, and at least what a call-out costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from city.entities import Vehicle
from city.plan import Intervention
from planner.fleet import Prices, prices_of
from planner.snow.snapshot import SnowSnapshot


def cost_of(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> float:
    """The cost of these interventions. One whose vehicle is not known any more costs the usual price."""
    return price_of(prices_of(snapshot), snapshot.vehicles, items)


def price_of(prices: Prices, vehicles: Iterable[Vehicle], items: Iterable[Intervention]) -> float:
    """What interventions cost at some prices, by the vehicles that the plan gave them."""
    fleet, minutes = {v.id: v for v in vehicles}, defaultdict[str, list[float]](list)
    for item in items:
        minutes[item.vehicle or ""].append(item.minutes)
    gone = Vehicle("", "snow", "")
    return sum(prices.of(fleet.get(name, gone), each) for name, each in minutes.items())
