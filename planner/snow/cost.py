"""What a night costs: the hours of each vehicle at its contractor's price, and at least what a call-out costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from city.entities import Vehicle
from city.plan import Intervention
from city.vocabulary import Network
from planner.fleet import prices_of
from planner.routes.sectors import Tur, service_minutes
from planner.snow.snapshot import SnowSnapshot
from planner.snow.work import DrivenTur

MINUTE = timedelta(minutes=1)


def cost_of(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> float:
    """The cost of these interventions. One whose vehicle is not known any more costs the usual price."""
    prices, fleet = prices_of(snapshot), {v.id: v for v in snapshot.vehicles}
    minutes: defaultdict[str, list[float]] = defaultdict(list)
    for item in items:
        minutes[item.vehicle or ""].append(item.minutes)
    gone = Vehicle("", "snow", "")
    return sum(prices.of(fleet.get(name, gone), each) for name, each in minutes.items())


def full_cost(snapshot: SnowSnapshot, full_minutes: Mapping[Network, float]) -> float:
    """The cost of sending everybody everywhere: so many minutes of each network, shared by all its vehicles.

    Where a network has no vehicle its minutes cost the usual price.
    """
    prices, cost = prices_of(snapshot), 0.0
    for network, minutes in full_minutes.items():
        crew = [v for v in snapshot.vehicles if v.network == network]
        shared = crew or [Vehicle("", "snow", "", network)]
        cost += sum(prices.of(v, [minutes / len(shared)]) for v in shared)
    return cost


def full_minutes(
    snapshot: SnowSnapshot,
    turer: Sequence[Tur],
    driven: Sequence[DrivenTur],
    work_kmh: Mapping[Network, float],
    *,
    usual_deadhead: float = 0.5,
) -> dict[Network, float]:
    """Minutes of sending everybody everywhere, by network [min]: the work of all turer, with the share of driving
    without work that the driven ones have; ``usual_deadhead`` of the work where none is driven."""
    of_tur = {
        tur.id: sum(service_minutes(snapshot.segments[i], work_kmh[tur.network]) for i in tur.segments) for tur in turer
    }
    minutes: defaultdict[Network, float] = defaultdict(float)
    share = _deadhead(snapshot, driven, work_kmh, usual_deadhead)
    for tur in turer:
        minutes[tur.network] += of_tur[tur.id] * (1.0 + share)
    return dict(minutes)


def _deadhead(
    snapshot: SnowSnapshot, driven: Sequence[DrivenTur], work_kmh: Mapping[Network, float], usual: float
) -> float:
    """Driving without work as a share of the work, of the drives that plough."""
    ploughs = [item for item in driven if not all(need.by_friction for need in item.needs)]
    work = sum(_work(snapshot, item, work_kmh) for item in ploughs)
    drive = sum(item.drive.seconds for item in ploughs) / 60.0
    return max(0.0, drive - work) / work if work > 0.0 else usual


def _work(snapshot: SnowSnapshot, item: DrivenTur, work_kmh: Mapping[Network, float]) -> float:
    metres = sum(snapshot.segments[need.segment].length_m * need.passes for need in item.needs)
    return metres / 1000.0 / work_kmh[item.tur.network] * 60.0
