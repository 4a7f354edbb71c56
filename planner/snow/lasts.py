"""How long work takes about, before its drive is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from city.entities import Vehicle
from city.vocabulary import Network
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot


def work_km(snapshot: SnowSnapshot, needs: Sequence[Need]) -> float:
    """How far is driven at work, all passes [km]."""
    return sum(snapshot.segments[need.segment].length_m * need.passes for need in needs) / 1000.0


def usual_time(
    snapshot: SnowSnapshot, needs: Sequence[Need], work_kmh: float, *, usual_deadhead: float = 0.5
) -> timedelta:
    """The work at a speed, and the usual share of it once more for driving without work (a design choice)."""
    return timedelta(hours=work_km(snapshot, needs) / work_kmh * (1.0 + usual_deadhead))


def slowest_kmh(vehicles: Iterable[Vehicle], network: Network, *, unknown_kmh: float = 10.0) -> float:
    """The working speed of a network's slowest vehicle [km/h]."""
    return min((v.work_kmh for v in vehicles if v.network == network), default=unknown_kmh)
