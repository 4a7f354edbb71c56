"""Waste rounds: what PyVRP is asked for trucks that start at their depot, may tip at the disposal site in between, tip
there at the end and drive home."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from math import inf

from planner.routes.rounds import Client, RoundVehicle, Table, Tour, find_tours

TIP_S = 600.0
"""How long a truck takes to tip [s]."""
LEFT_KR = 300.0
"""What a room that must be visited is worth where no shift has time for all: it is taken on the way."""
LEAVES_KR = 100.0
"""What it costs that a truck leaves at all, beside its way."""
OF_A_KRONA = 1000
"""The solver counts in whole numbers: thousandths of a krona."""


@dataclass(frozen=True)
class Pickup:
    """One room: litres to load, seconds of work, and what coming is worth [kr]; None where it must be visited, as far
    as there is time: the one of most ``urgency`` (0 to 1) first. ``kg`` is what the load weighs."""

    litres: float
    service_s: float
    prize: float | None
    urgency: float = 0.0
    kg: float = 0.0

    @property
    def worth(self) -> float:
        """In whole thousandths of a krona, for the solver."""
        return (LEFT_KR * (1.0 + self.urgency) if self.prize is None else self.prize) * OF_A_KRONA


@dataclass(frozen=True)
class Truck:
    """One truck and its capacity [l] and [kg], and for how long it may be out [s]; None is unlimited. It starts from
    the depot of this number and comes home to it."""

    id: str
    capacity_l: float | None
    depot: int = 0
    left_s: float | None = None
    capacity_kg: float | None = None


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
    """Rounds that visit every wish that must be, and those whose prize pays for the way. Where the trucks have not the
    time, as many of those that must be as they have, the most urgent first. None where the search breaks a
    rule of its own.

    ``metres`` and ``seconds`` are (n, n): first the depots, then the disposal site, then the wishes; inf where there is
    no way. Stops by ``iterations``, so the same input gives the same rounds.
    """
    if not wishes or not trucks:
        return []
    disposal = len(metres) - len(wishes) - 1
    prices = round(kr_per_km * OF_A_KRONA / 1000), round(kr_per_h * OF_A_KRONA / 3600)
    homes = [(metres[disposal, truck.depot], tip_s + seconds[disposal, truck.depot]) for truck in trucks]
    vehicles = [_vehicle(truck, disposal, prices, home[1]) for truck, home in zip(trucks, homes, strict=True)]

    def tours(required: Set[int]) -> list[Tour] | None:
        """With these required, and the other musts on the way alone."""
        clients = [
            Client((w.litres, w.kg), w.service_s, None if i in required else w.worth) for i, w in enumerate(wishes)
        ]
        ends = [*[0.0] * disposal, tip_s]
        return find_tours(clients, ends, vehicles, metres, seconds, iterations=iterations, seed=seed)

    alone = {i for i, wish in enumerate(wishes) if _can_be(wish, i + disposal + 1, trucks, disposal, seconds, tip_s)}
    found = _most_urgent(wishes, alone, tours)
    if found is None:
        return None
    return [_round(tour, trucks[tour.vehicle], *homes[tour.vehicle]) for tour in found if tour.stops]


def _can_be(wish: Pickup, row: int, trucks: Sequence[Truck], disposal: int, seconds: Table, tip_s: float) -> bool:
    """Whether any truck could fetch this wish, if it were the only one."""
    for truck in trucks:
        way = seconds[truck.depot, row] + seconds[row, disposal] + seconds[disposal, truck.depot]
        in_time = truck.left_s is None or wish.service_s + tip_s + way <= truck.left_s
        holds = (truck.capacity_l or inf) >= wish.litres and (truck.capacity_kg or inf) >= wish.kg
        if in_time and holds and way < inf:
            return True
    return False


def _most_urgent(
    wishes: Sequence[Pickup], alone: Set[int], tours: Callable[[frozenset[int]], list[Tour] | None]
) -> list[Tour] | None:
    """The tours of all musts that can be fetched at all (``alone``); where there are none, of as many as can be, found
    by halving; else of what pays."""
    musts = sorted((i for i in alone if wishes[i].prize is None), key=lambda i: -wishes[i].urgency)
    best = tours(frozenset(musts))
    if best is not None:
        return best
    few, many = 0, len(musts)
    while many - few > 1:
        middle = (few + many) // 2
        found = tours(frozenset(musts[:middle]))
        if found is None:
            many = middle
        else:
            best, few = found, middle
    return tours(frozenset()) if best is None else best


def _vehicle(truck: Truck, disposal: int, prices: tuple[int, int], home_s: float) -> RoundVehicle:
    return RoundVehicle(
        start=truck.depot,
        end=disposal,
        unloads=disposal,
        capacity=(truck.capacity_l, truck.capacity_kg),
        per_m=prices[0],
        per_s=prices[1],
        used=round(LEAVES_KR) * OF_A_KRONA,
        longest_s=None if truck.left_s is None else truck.left_s - home_s,
    )


def _round(tour: Tour, truck: Truck, home_m: float, home_s: float) -> Round:
    """A tour with the last tipping and the way home from the disposal site added."""
    return Round(truck.id, (*tour.stops, None), tour.metres + float(home_m), tour.seconds + float(home_s))
