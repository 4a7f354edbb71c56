"""Waste rounds: what PyVRP is asked for trucks that start at their depot, may tip at the disposal site in between, tip
there at the end and drive home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.routes.rounds import Client, RoundVehicle, Table, Tour, find_tours

TIP_S = 600.0
"""How long a truck takes to tip [s]."""
OF_A_KRONA = 1000
"""The solver counts in whole numbers: thousandths of a krona."""


@dataclass(frozen=True)
class Pickup:
    """One room: litres to load, seconds of work, and what coming is worth [kr]; None where it must be visited."""

    litres: float
    service_s: float
    prize: float | None


@dataclass(frozen=True)
class Truck:
    """One truck and its capacity [l]; None is unlimited. It starts from the depot of this number and comes home to
    it."""

    id: str
    capacity_l: float | None
    depot: int = 0


@dataclass(frozen=True)
class Round:
    """One truck's round: ``stops`` are indices into the wishes in order, None where it tips."""

    truck: str
    stops: tuple[int | None, ...]
    metres: float
    seconds: float


def plan_rounds(
    wishes: Sequence[Pickup],
    trucks: Sequence[Truck],
    metres: Table,
    seconds: Table,
    *,
    iterations: int,
    seed: int,
    tip_s: float = TIP_S,
    kr_per_km: float = 15.0,
    kr_per_h: float = 900.0,
) -> list[Round] | None:
    """Rounds that visit every wish that must be, and those whose prize pays for the way; None where the best that is
    found breaks a rule by the solver's own word, as where a wish is larger than the largest truck.

    ``metres`` and ``seconds`` are (n, n): first the depots, then the disposal site, then the wishes; inf where there is
    no way. Stops by ``iterations``, so the same input gives the same rounds.
    """
    if not wishes or not trucks:
        return []
    disposal = len(metres) - len(wishes) - 1
    prices = round(kr_per_km * OF_A_KRONA / 1000), round(kr_per_h * OF_A_KRONA / 3600)
    found = find_tours(
        [Client(w.litres, w.service_s, None if w.prize is None else w.prize * OF_A_KRONA) for w in wishes],
        [*[0.0] * disposal, tip_s],
        [_vehicle(truck, disposal, prices) for truck in trucks],
        metres,
        seconds,
        iterations=iterations,
        seed=seed,
    )
    if found is None:
        return None
    home = [(metres[disposal, truck.depot], tip_s + seconds[disposal, truck.depot]) for truck in trucks]
    return [_round(tour, trucks[tour.vehicle], *home[tour.vehicle]) for tour in found]


def _vehicle(truck: Truck, disposal: int, prices: tuple[int, int]) -> RoundVehicle:
    return RoundVehicle(
        start=truck.depot,
        end=disposal,
        unloads=disposal,
        capacity=truck.capacity_l,
        per_m=prices[0],
        per_s=prices[1],
        used=100 * OF_A_KRONA,
    )


def _round(tour: Tour, truck: Truck, home_m: float, home_s: float) -> Round:
    """A tour with the last tipping and the way home from the disposal site added."""
    return Round(truck.id, (*tour.stops, None), tour.metres + float(home_m), tour.seconds + float(home_s))
