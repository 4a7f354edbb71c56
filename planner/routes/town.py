"""A town as one routing problem: from its street network, the work that is due and the vehicles on duty to a Problem.

For a single tur as well as for the whole town; the graph can be made once and passed in.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from city import entities as things
from city.arcstates import ArcGraph, from_network
from city.network import StreetNetwork
from city.vocabulary import Network
from planner.routes.problem import Problem, RouteVehicle, Task
from planner.routes.profiles import SECOND_M, profile
from planner.routes.reach import Bools, reached, workable


@dataclass(frozen=True)
class TownWork:
    """What is due on a street or cycle way: ``segment`` (index into the network's segments) is driven ``passes`` times.

    ``opens_s``, ``deadline_s`` count from the start of planning, each late second weighs ``weight``. Vehicles that
    clear ``network`` may do it.
    """

    segment: int
    passes: int = 1
    route_class: str = ""
    deadline_s: float = math.inf
    weight: float = 1.0
    opens_s: float = 0.0
    network: Network = "street"


@dataclass(frozen=True)
class TownCrew:
    """A vehicle of the city on duty: it leaves node ``home`` at ``earliest_s`` and is back there ``shift_s`` later.

    The objective is ``price_per_m`` x metres + ``price_per_s`` x seconds + ``price_used`` if it leaves.
    """

    vehicle: things.Vehicle
    home: int
    earliest_s: float = 0.0
    shift_s: float = math.inf
    price_per_m: float = 1.0
    price_per_s: float = SECOND_M
    price_used: float = 0.0


@dataclass(frozen=True)
class TownPlan:
    """The problem, and what is not in it: ``left_out`` are segments that no vehicle gets to and home again."""

    problem: Problem
    left_out: tuple[int, ...]

    @property
    def graph(self) -> ArcGraph:
        return self.problem.graph


def town(
    network: StreetNetwork,
    work: Sequence[TownWork],
    fleet: Sequence[TownCrew],
    *,
    name: str = "town",
    turning: Iterable[int] = (),
    u_turn_s: float = 0.0,
    u_turn_elsewhere_s: float = 120.0,
    graph: ArcGraph | None = None,
) -> TownPlan:
    """The problem of doing ``work`` with ``fleet``. ``graph``: one made before from the same network and homes.

    Turning round takes ``u_turn_s`` at dead ends, at homes and at the nodes ``turning``; elsewhere a lorry backs round
    a corner in ``u_turn_elsewhere_s`` [s], so that one-way streets group nobody; infinite forbids it. An even number
    of passes on a two-way segment is shared between its directions, an odd one has one pass in whichever direction
    suits; a one-way segment has all in its own. Tasks are called by segment id, "/" and a number.
    """
    if graph is None:
        places = {*turning, *(crew.home for crew in fleet)}
        graph = from_network(network, turning=places, u_turn_s=u_turn_s, u_turn_elsewhere_s=u_turn_elsewhere_s)
    kinds = {_kind(crew): crew.vehicle for crew in fleet}
    profiles = {kind: profile(network, vehicle) for kind, vehicle in kinds.items()}
    empty = Problem(name, graph, (), tuple(_vehicle(crew) for crew in fleet), profiles=profiles)
    able = _reach(empty, fleet)
    anyone = {clears: np.logical_or.reduce(list(those.values())) for clears, those in able.items()}
    tasks: list[Task] = []
    left_out: set[int] = set()
    numbers: defaultdict[int, int] = defaultdict(int)
    for one in work:
        open_arcs = anyone.get(one.network, np.zeros(graph.n_arcs, np.bool_))
        arcs = workable(network.arcs_of[one.segment], one.passes, open_arcs)
        tasks += _tasks(network, one, arcs, able.get(one.network, {}), len(fleet), numbers)
        if not arcs:
            left_out.add(one.segment)
    done = Problem(name, graph, tuple(tasks), empty.vehicles, profiles=profiles)
    return TownPlan(done, tuple(sorted(left_out)))


def _kind(crew: TownCrew) -> str:
    """Name of the profile of a vehicle: what it clears, how fast it works and drives, how wide and heavy it is."""
    vehicle = crew.vehicle
    size = [f"{value:g} {unit}" for value, unit in ((vehicle.width_m, "m"), (vehicle.weight_t, "t")) if value]
    return " ".join([vehicle.network, f"{vehicle.work_kmh:g}/{vehicle.drive_kmh:g}", *size])


def _vehicle(crew: TownCrew) -> RouteVehicle:
    return RouteVehicle(
        crew.vehicle.id,
        crew.home,
        end_node=crew.home,
        earliest_s=crew.earliest_s,
        shift_s=crew.shift_s,
        profile=_kind(crew),
        price_per_m=crew.price_per_m,
        price_per_s=crew.price_per_s,
        price_used=crew.price_used,
    )


def _reach(problem: Problem, fleet: Sequence[TownCrew]) -> dict[Network, dict[str, Bools]]:
    """By network and vehicle the arcs (n_arcs,) that it can work on; worked out once for each kind and home."""
    found: dict[tuple[str, int], Bools] = {}
    able: dict[Network, dict[str, Bools]] = {}
    for crew, vehicle in zip(fleet, problem.vehicles, strict=True):
        kind = vehicle.profile, vehicle.start
        if kind not in found:
            found[kind] = reached(problem.graph, vehicle.start, np.isfinite(problem.profile(vehicle).work_seconds))
        able.setdefault(crew.vehicle.network, {})[vehicle.id] = found[kind]
    return able


def _tasks(
    network: StreetNetwork,
    one: TownWork,
    arcs: Sequence[int],
    able: Mapping[str, Bools],
    n_fleet: int,
    numbers: defaultdict[int, int],
) -> Iterable[Task]:
    """The tasks of one piece of work on the arcs that are open to it, each for those who get to one of its arcs."""
    either, each = divmod(one.passes, len(arcs))[::-1] if arcs else (0, 0)
    ways = [tuple(arcs)] * either + [(arc,) for arc in arcs for _ in range(each)]
    for way in ways:
        numbers[one.segment] += 1
        task_id = f"{network.segments[one.segment].id}/{numbers[one.segment]}"
        who = frozenset(vehicle for vehicle, there in able.items() if there[list(way)].any())
        everybody = None if len(who) == n_fleet else who
        yield Task(task_id, way, 0.0, one.deadline_s, one.weight, one.opens_s, everybody, one.route_class)
