"""The whole drive of a plan: every arc in order, worked on or not, with the refills; and the file of the contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from city.arcstates import ArcGraph
from city.shortest import EdgePlace, Rates, arrivals, way
from planner.routes.encode import Route, Serve
from planner.routes.problem import Problem, RouteVehicle
from planner.routes.tables import start_of


@dataclass(frozen=True)
class Leg:
    """One arc driven. ``task`` is served on it, -1 for none; ``refill`` is visited at its end, -1 for none."""

    arc: int
    task: int = -1
    refill: int = -1


@dataclass(frozen=True)
class VehicleDrive:
    """All that one vehicle drives. ``refill_at_start``: it refills before it leaves, -1 for not."""

    vehicle: int
    legs: tuple[Leg, ...]
    refill_at_start: int = -1


def drive(problem: Problem, routes: Sequence[Route]) -> tuple[VehicleDrive, ...]:
    """Expands routes to every arc that is driven, each deadhead the cheapest there is under the turning rules."""
    return tuple(_Driver(problem, problem.vehicles[route.vehicle]).drive(route) for route in routes)


def deadhead(graph: ArcGraph, rates: Rates, at: EdgePlace, arc: int) -> list[int]:
    """The arcs driven without work to the beginning of an arc. Nothing is cheaper than to go straight on."""
    if at.arc >= 0 and graph.may_follow(at.arc, arc) and graph.turn(at.arc, arc) == 0.0:
        return []
    return way(graph, rates, at, arc)


class _Driver:
    """Drives one route, remembering where it stands."""

    def __init__(self, problem: Problem, vehicle: RouteVehicle) -> None:
        self.problem, self.vehicle = problem, vehicle
        self.rates = problem.rates(vehicle)
        self.at = start_of(vehicle)
        self.legs: list[Leg] = []
        self.refill_at_start = -1

    def drive(self, route: Route) -> VehicleDrive:
        if any(isinstance(step, Serve) for step in route.steps):
            for number, step in enumerate(route.steps):
                if isinstance(step, Serve):
                    self._serve(step)
                else:
                    self._fill(step.refill, next((s for s in route.steps[number + 1 :] if isinstance(s, Serve)), None))
            self._end()
        return VehicleDrive(route.vehicle, tuple(self.legs), self.refill_at_start)

    def _serve(self, step: Serve) -> None:
        self._deadhead(deadhead(self.problem.graph, self.rates, self.at, step.arc))
        self.legs.append(Leg(step.arc, task=step.task))
        self.at = EdgePlace(arc=step.arc)

    def _fill(self, refill: int, following: Serve | None) -> None:
        """To a refill by the arc that is best for the way there and on to what follows."""
        node = self.problem.refills[refill].node
        ways = arrivals(self.problem.graph, self.rates, self.at, node)
        arc = min(ways, key=lambda one: (one[1] + self._onward(one[0], node, following), one[0]))[0]
        self._arrive(arc)
        if self.legs:
            last = self.legs.pop()
            self.legs.append(Leg(last.arc, last.task, refill))
        else:
            self.refill_at_start = refill
        self.at = EdgePlace(arc=arc) if arc >= 0 else EdgePlace(node=node)

    def _onward(self, arc: int, node: int, following: Serve | None) -> float:
        source = EdgePlace(arc=arc) if arc >= 0 else EdgePlace(node=node)
        if following is None:
            return min((one[1] for one in self._end_ways(source)), default=0.0)
        try:
            between = way(self.problem.graph, self.rates, source, following.arc)
        except ValueError:
            return float("inf")
        return float(self.rates.price[between].sum())

    def _arrive(self, arc: int) -> None:
        """Drives to the end of an arc, unless one stands there."""
        if arc >= 0 and self.at.arc != arc:
            self._deadhead([*way(self.problem.graph, self.rates, self.at, arc), arc])

    def _deadhead(self, arcs: Sequence[int]) -> None:
        self.legs += [Leg(arc) for arc in arcs]

    def _end_ways(self, source: EdgePlace) -> list[tuple[int, float, float, int]]:
        """(arc to arrive by, price, seconds, refill or -1) of the ways to where the drive may end."""
        graph, vehicle = self.problem.graph, self.vehicle
        if vehicle.end == "open":
            return []
        if vehicle.end == "node":
            return [(*one, -1) for one in arrivals(graph, self.rates, source, vehicle.end_node)]
        return [
            (arc, price + refill.seconds * vehicle.price_per_s, seconds, number)
            for number, refill in enumerate(self.problem.refills)
            for arc, price, seconds in arrivals(graph, self.rates, source, refill.node)
        ]

    def _end(self) -> None:
        ways = self._end_ways(self.at)
        if ways:
            arc, _, _, refill = min(ways, key=lambda one: (one[1], one[0]))
            self._arrive(arc)
            if self.legs and refill >= 0:
                last = self.legs.pop()
                self.legs.append(Leg(last.arc, last.task, refill))


def solution(name: str, problem: Problem, drives: Sequence[VehicleDrive]) -> dict[str, Any]:
    """The solution as a JSON object: every vehicle with its traversals, node names as in the instance.

    ``by`` says which road was taken, counted from 0, where several lead from one node to the other.
    """
    between: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for arc, ends in enumerate(zip(problem.graph.arc_from.tolist(), problem.graph.arc_to.tolist(), strict=True)):
        between[ends].append(arc)
    routes = []
    for one in drives:
        traversals = [_traversal(problem, leg, between) for leg in one.legs]
        if traversals:
            routes.append({"vehicle": problem.vehicles[one.vehicle].id, "traversals": traversals})
    return {"instance": name, "routes": routes}


def _traversal(problem: Problem, leg: Leg, between: Mapping[tuple[int, int], list[int]]) -> dict[str, Any]:
    nodes = problem.graph.nodes
    ends = int(problem.graph.arc_from[leg.arc]), int(problem.graph.arc_to[leg.arc])
    found = {"from": nodes[ends[0]], "to": nodes[ends[1]], "serve": leg.task >= 0, "refill": leg.refill >= 0}
    return found if len(between[ends]) == 1 else {**found, "by": between[ends].index(leg.arc)}
