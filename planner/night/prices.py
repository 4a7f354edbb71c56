"""What contractors ask, and what work costs by the vehicles that do it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from city.entities import Contractor, Vehicle
from city.plan import Intervention


@dataclass(frozen=True)
class Prices:
    """What contractors ask, by id; ``usual`` for an hour of any other vehicle."""

    usual: float = 0.0
    contractors: Mapping[str, Contractor] = field(default_factory=dict)

    def of(self, vehicle: Vehicle, minutes: Sequence[float]) -> float:
        """The cost of a vehicle for its work of a call-out: its hours, and at least the least; 0 without any work."""
        who = self.contractors.get(vehicle.contractor or "")
        price = self.usual if who is None or who.cost_per_h is None else who.cost_per_h
        least = 0.0 if who is None or who.least_hours is None else who.least_hours
        return price * max(sum(minutes) / 60.0, least) if minutes else 0.0


def price_of(prices: Prices, vehicles: Iterable[Vehicle], items: Iterable[Intervention]) -> float:
    """What interventions cost, by the vehicles that the plan gave them. One whose vehicle is not known any more costs
    the usual price."""
    fleet, minutes = {v.id: v for v in vehicles}, defaultdict[str, list[float]](list)
    for item in items:
        minutes[item.vehicle or ""].append(item.minutes)
    gone = Vehicle("", "snow", "")
    return sum(prices.of(fleet.get(name, gone), each) for name, each in minutes.items())
