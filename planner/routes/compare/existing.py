"""A city's existing routes and, beside each, our own over the same work: one vehicle, the same start and end.

The work of a route is what it clears, each street once in each direction that it clears, a cycle way once in either.
Ours begins from the order of theirs, obeys one-way streets and banned turns, turns round as snow plans do, and goes
through the checker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from city.arcstates import ArcGraph
from city.catalogue.message import Message, message
from city.entities import ExistingRoute, Segment, TurnBan
from city.entities import Vehicle as FleetVehicle
from city.errors import DagsplanError, PlanNotPossible, as_message
from city.network import build, with_forbidden
from city.shortest import EdgePlace, way
from city.vocabulary import Network
from planner.routes.bound import least_metres
from planner.routes.carp.check import check
from planner.routes.drives import Leg, VehicleDrive, drive, solution
from planner.routes.encode import Route, Serve
from planner.routes.problem import Problem, Profile, RouteVehicle, Task
from planner.routes.profiles import SECOND_M, USUAL_WORK_KMH, profile
from planner.routes.score import Score, score
from planner.routes.solve import StopRule, solve
from planner.routes.tur import graph_for


@dataclass(frozen=True)
class Today:
    """The routes of today, and the streets, the fleet and the banned turns as they are now."""

    routes: tuple[ExistingRoute, ...]
    segments: tuple[Segment, ...]
    fleet: tuple[FleetVehicle, ...] = ()
    turns: tuple[TurnBan, ...] = ()


@dataclass(frozen=True)
class Compared:
    """A route and what was found of it. ``least_m``: no drive does its work in fewer metres; ``filled_m``: metres of
    theirs that are the cheapest way over stretches that were not matched; ``against_m`` of them against one-way
    streets, with ``banned`` turns that are not allowed. Where ``problem`` says why, there is no score."""

    route: ExistingRoute
    work_kmh: float
    drive_kmh: float
    theirs: Score | None = None
    ours: Score | None = None
    least_m: float = 0.0
    filled_m: float = 0.0
    against_m: float = 0.0
    banned: int = 0
    faults: tuple[str, ...] = ()
    problem: Message | None = None


def compare(today: Today, iterations: int, seed: int = 0) -> tuple[Compared, ...]:
    """Every route of today beside ours after so many iterations of the search, the same each time."""
    if not today.routes:
        return ()
    town = _Town(today)
    return tuple(_Comparison(town, route).made(iterations, seed) for route in today.routes)


class _Town:
    """Streets as arcs, the forbidden ways among them, because some drive there."""

    def __init__(self, today: Today) -> None:
        legal = build(today.segments)
        self.n_legal, self.network = legal.n_arcs, with_forbidden(legal)
        self.turns = today.turns
        self._graphs: dict[tuple[Network, bool], ArcGraph] = {}
        self.fleet = {vehicle.id: vehicle for vehicle in today.fleet}
        ids = [segment.id for segment in today.segments]
        forward = self.network.arc_forward.tolist()
        self.arc_of = {
            (ids[segment], forward[arc]): arc for arc, segment in enumerate(self.network.arc_segment.tolist())
        }

    def graph(self, clears: Network, *, obeys: bool) -> ArcGraph:
        """The graph of those that clear a network; with the turns that are banned unless it ``obeys``."""
        if (clears, obeys) not in self._graphs:
            turns = self.turns if obeys else ()
            self._graphs[clears, obeys] = graph_for(self.network, (), clears, turns)
        return self._graphs[clears, obeys]

    def vehicle(self, route: ExistingRoute) -> FleetVehicle:
        """The vehicle of a route, or one of the usual speeds that clears what most of its work is."""
        known = self.fleet.get(route.vehicle or "")
        if known is not None:
            return known
        network = self._cleared(route)
        return FleetVehicle(route.vehicle or route.name, "snow", "", network, work_kmh=USUAL_WORK_KMH[network])

    def _cleared(self, route: ExistingRoute) -> Network:
        metres: dict[Network, float] = {"street": 0.0, "cycle": 0.0}
        for step in route.steps:
            arc = self.arc_of.get((step.segment, step.forward))
            if arc is not None and step.serve:
                metres[self.network.segments[int(self.network.arc_segment[arc])].network] += float(
                    self.network.arc_m[arc]
                )
        return "cycle" if metres["cycle"] > metres["street"] else "street"


@dataclass
class _Work:
    """The tasks of a route, and its drive as legs that name them."""

    tasks: list[Task] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    filled_m: float = 0.0


class _Comparison:
    """One route beside ours."""

    def __init__(self, town: _Town, route: ExistingRoute) -> None:
        self.town, self.route, self.vehicle = town, route, town.vehicle(route)
        self.blank = Compared(route, self.vehicle.work_kmh, self.vehicle.drive_kmh)

    def made(self, iterations: int, seed: int) -> Compared:
        """Both scores, or why there are none."""
        arcs = [self.town.arc_of.get((step.segment, step.forward), -1) for step in self.route.steps]
        gone = arcs.count(-1)
        if gone:
            said = message("cli.routes.problem.gone", n=gone, all=len(arcs), source=self.route.source)
            return replace(self.blank, problem=said)
        if not any(step.serve for step in self.route.steps):
            return replace(self.blank, problem=message("cli.routes.problem.no_work"))
        try:
            return self._scored(arcs, iterations, seed)
        except (PlanNotPossible, ValueError) as error:
            why = error.message if isinstance(error, DagsplanError) else as_message(str(error))
            return replace(self.blank, problem=message("cli.routes.problem.not_drivable", why=why))

    def _scored(self, arcs: Sequence[int], iterations: int, seed: int) -> Compared:
        profiles = self._profiles(arcs)
        ours = self._problem(arcs, profiles, "ours", ())
        work = self._work(arcs, ours)
        ours, theirs = (replace(ours, tasks=tuple(work.tasks)), self._problem(arcs, profiles, "theirs", work.tasks))
        result = solve(ours, StopRule(iterations=iterations), seed, initial=[_order(work)])
        drives = drive(ours, result.routes)
        return replace(
            self.blank,
            theirs=score(theirs, [VehicleDrive(0, tuple(work.legs))]),
            ours=score(ours, drives),
            least_m=least_metres(ours),
            filled_m=work.filled_m,
            banned=sum(not ours.graph.may_follow(a.arc, b.arc) for a, b in pairwise(work.legs)),
            against_m=float(self.town.network.arc_m[[arc for arc in arcs if arc >= self.town.n_legal]].sum()),
            faults=check(ours, solution(ours.name, ours, drives)).faults,
        )

    def _profiles(self, arcs: Sequence[int]) -> dict[str, Profile]:
        """Theirs goes wherever they went; ours where the vehicle may, and on the streets of the route, as allowed."""
        network = self.town.network
        everywhere = profile(network, self.vehicle, range(len(network.segments)))
        allowed = profile(network, self.vehicle, network.arc_segment[list(arcs)].tolist())
        for cost in (allowed.seconds, allowed.work_seconds):
            cost[self.town.n_legal :] = np.inf
        return {"theirs": everywhere, "ours": allowed}

    def _problem(self, arcs: Sequence[int], profiles: dict[str, Profile], whose: str, tasks: Sequence[Task]) -> Problem:
        network = self.town.network
        start, end = int(network.arc_from[arcs[0]]), int(network.arc_to[arcs[-1]])
        truck = RouteVehicle(self.vehicle.id, start, end_node=end, profile=whose, price_per_s=SECOND_M)
        graph = self.town.graph(self.vehicle.network, obeys=whose == "ours")
        return Problem(self.route.name, graph, tuple(tasks), (truck,), profiles=profiles)

    def _work(self, arcs: Sequence[int], ours: Problem) -> _Work:
        """Tasks and legs; between steps that do not meet, the cheapest way within the rules."""
        work, number_of = _Work(), dict[tuple[int, ...], int]()
        graph, rates = ours.graph, ours.rates(ours.vehicles[0])
        for arc, step in zip(arcs, self.route.steps, strict=True):
            before = work.legs[-1].arc if work.legs else -1
            if before >= 0 and graph.arc_to[before] != graph.arc_from[arc]:
                missing = way(graph, rates, EdgePlace(arc=before), arc)
                work.legs += [Leg(one) for one in missing]
                work.filled_m += float(graph.metres[missing].sum())
            task = -1
            if step.serve:
                served = self._served(arc)
                task = -1 if served in number_of else number_of.setdefault(served, len(work.tasks))
                if task >= 0:
                    work.tasks.append(self._task(arc, served))
            work.legs.append(Leg(arc, task))
        return work

    def _served(self, arc: int) -> tuple[int, ...]:
        """The arcs of which any one does the work of this: its own, the allowed one, or either of a cycle way."""
        reverse = self.town.graph(self.vehicle.network, obeys=True).reverse
        both = [one for one in (arc, int(reverse[arc])) if 0 <= one < self.town.n_legal]
        cycle = self.town.network.segments[int(self.town.network.arc_segment[arc])].network == "cycle"
        return tuple(sorted(both)) if cycle or arc >= self.town.n_legal else (arc,)

    def _task(self, arc: int, served: tuple[int, ...]) -> Task:
        segment = self.town.network.segments[int(self.town.network.arc_segment[arc])]
        direction = "" if len(served) > 1 else (">" if self.town.network.arc_forward[served[0]] else "<")
        return Task(f"{segment.id}{direction}", served, route_class=segment.route_class)


def _order(work: _Work) -> Route:
    """Their order of work, each street in the direction that they drove it, where that is allowed."""
    steps = []
    for leg in work.legs:
        if leg.task >= 0:
            arcs = work.tasks[leg.task].arcs
            steps.append(Serve(leg.task, leg.arc if leg.arc in arcs else arcs[0]))
    return Route(0, tuple(steps))
