"""A town as one routing problem: from its street network, the work that is due and the vehicles on duty to a Problem.

For a single tur as well as for the whole town; the graph can be made once and passed in.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from city import things
from city.arcstates import ArcGraph, from_network
from city.network import StreetNetwork
from city.shortest import Place, between
from city.words import Network
from planner.routes.problem import Problem, Profile, Task, Vehicle
from planner.routes.profiles import profile


@dataclass(frozen=True)
class Work:
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
class Crew:
    """A vehicle of the city on duty: it leaves node ``home`` at ``earliest_s`` and is back there ``shift_s`` later.

    The objective is ``price_per_m`` x metres + ``price_per_s`` x seconds + ``price_used`` if it leaves. As it stands a
    second counts as 5 m, so that turning round (which has no metres) is dearer than a short way round the block.
    """

    vehicle: things.Vehicle
    home: int
    earliest_s: float = 0.0
    shift_s: float = math.inf
    price_per_m: float = 1.0
    price_per_s: float = 5.0
    price_used: float = 0.0


@dataclass(frozen=True)
class Town:
    """The problem, and what is not in it: ``left_out`` are segments that no vehicle gets to and home again."""

    problem: Problem
    left_out: tuple[int, ...]

    @property
    def graph(self) -> ArcGraph:
        return self.problem.graph


def town(
    network: StreetNetwork,
    work: Sequence[Work],
    fleet: Sequence[Crew],
    *,
    name: str = "town",
    turning: Iterable[int] = (),
    u_turn_s: float = 0.0,
    u_turn_elsewhere_s: float = 120.0,
    graph: ArcGraph | None = None,
) -> Town:
    """The problem of doing ``work`` with ``fleet``. ``graph``: one made before from the same network and homes.

    Turning round takes ``u_turn_s`` at dead ends, at homes and at the nodes ``turning``; elsewhere a lorry backs round
    a corner in ``u_turn_elsewhere_s`` [s], so that one-way streets strand nobody; infinite forbids it. An even number
    of passes on a two-way segment is shared between its directions, an odd one has one pass in whichever direction
    suits; a one-way segment has all in its own. Tasks are called by segment id, "/" and a number.
    """
    if graph is None:
        places = {*turning, *(crew.home for crew in fleet)}
        graph = from_network(network, turning=places, u_turn_s=u_turn_s, u_turn_elsewhere_s=u_turn_elsewhere_s)
    kinds = {_kind(crew): crew.vehicle for crew in fleet}
    profiles = {kind: _profile(network, vehicle) for kind, vehicle in kinds.items()}
    empty = Problem(name, graph, (), tuple(_vehicle(crew) for crew in fleet), profiles=profiles)
    arcs_of = _arcs_of(network, work)
    open_ = _open_arcs(empty, fleet, sorted({arc for arcs in arcs_of.values() for arc in arcs}))
    tasks: list[Task] = []
    left_out: set[int] = set()
    numbers: defaultdict[int, int] = defaultdict(int)
    for one in work:
        arcs = [arc for arc in arcs_of[one.segment] if open_.get(one.network, {}).get(arc, False)]
        tasks += _tasks(network, one, arcs, _able(fleet, one.network), numbers)
        if not arcs:
            left_out.add(one.segment)
    done = Problem(name, graph, tuple(tasks), empty.vehicles, profiles=profiles)
    return Town(done, tuple(sorted(left_out)))


def _kind(crew: Crew) -> str:
    """Name of the profile of a vehicle: what it clears and how fast it works and drives."""
    vehicle = crew.vehicle
    return f"{vehicle.network} {vehicle.work_kmh:g}/{vehicle.drive_kmh:g}"


def _profile(network: StreetNetwork, vehicle: things.Vehicle) -> Profile:
    return profile(network, vehicle.network, vehicle.work_kmh, vehicle.drive_kmh)


def _vehicle(crew: Crew) -> Vehicle:
    return Vehicle(
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


def _arcs_of(network: StreetNetwork, work: Sequence[Work]) -> dict[int, list[int]]:
    """The arcs of each segment that has work."""
    found: dict[int, list[int]] = {one.segment: [] for one in work}
    for arc in np.flatnonzero(np.isin(network.arc_segment, list(found))).tolist():
        found[int(network.arc_segment[arc])].append(arc)
    return found


def _open_arcs(problem: Problem, fleet: Sequence[Crew], arcs: Sequence[int]) -> Mapping[Network, Mapping[int, bool]]:
    """For each network, which arcs some vehicle that clears it gets to from home, may work on, and gets home from."""
    homes = {(crew.vehicle.network, vehicle.profile, crew.home): vehicle for crew, vehicle in _pairs(problem, fleet)}
    found: dict[Network, npt.NDArray[np.bool_]] = {}
    for (network, _, _), vehicle in homes.items():
        there = _there_and_back(problem, vehicle, arcs)
        found[network] = there | found.get(network, np.zeros(len(arcs), np.bool_))
    return {network: dict(zip(arcs, there.tolist(), strict=True)) for network, there in found.items()}


def _pairs(problem: Problem, fleet: Sequence[Crew]) -> Iterable[tuple[Crew, Vehicle]]:
    return zip(fleet, problem.vehicles, strict=True)


def _there_and_back(problem: Problem, vehicle: Vehicle, arcs: Sequence[int]) -> npt.NDArray[np.bool_]:
    """(len(arcs),) whether a vehicle can drive from home to the beginning of an arc, work on it, and drive home."""
    graph, rates = problem.graph, problem.rates(vehicle)
    out = np.isfinite(between(graph, rates, [Place(node=vehicle.start)], arcs)[0][0])
    last = [arc for arc in graph.arriving[vehicle.end_node] if np.isfinite(rates.price[arc])]
    back = np.isfinite(between(graph, rates, [Place(arc=arc) for arc in arcs], last)[0]).any(axis=1)
    back |= graph.arc_to[list(arcs)] == vehicle.end_node
    open_: npt.NDArray[np.bool_] = out & back & np.isfinite(problem.profile(vehicle).work_seconds[list(arcs)])
    return open_


def _able(fleet: Sequence[Crew], network: Network) -> frozenset[str] | None:
    """Who may work on a network; None where all may."""
    able = frozenset(crew.vehicle.id for crew in fleet if crew.vehicle.network == network)
    return None if len(able) == len(fleet) else able


def _tasks(
    network: StreetNetwork,
    one: Work,
    arcs: Sequence[int],
    vehicles: frozenset[str] | None,
    numbers: defaultdict[int, int],
) -> Iterable[Task]:
    """The tasks of one piece of work on the arcs that are open to it."""
    either, each = divmod(one.passes, len(arcs))[::-1] if arcs else (0, 0)
    ways = [tuple(arcs)] * either + [(arc,) for arc in arcs for _ in range(each)]
    for way in ways:
        numbers[one.segment] += 1
        task_id = f"{network.segments[one.segment].id}/{numbers[one.segment]}"
        yield Task(task_id, way, 0.0, one.deadline_s, one.weight, one.opens_s, vehicles, one.route_class)
