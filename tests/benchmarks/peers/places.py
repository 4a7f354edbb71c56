"""An arc-routing problem as solvers of node routing want it: places, whole numbers, groups of which one is visited.

A task is a group of one or two places, one for each direction; from place i to place j is the way from the end of
traversal i to the end of traversal j, service included. A refill is a place for each arc that leads to it, so that the
turning rules hold there too. The tables are those that our own search is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from city.shortest import EdgePlace, arrivals, between
from planner.routes.encode import Fill, Route, Serve, Step
from planner.routes.problem import Problem
from planner.routes.tables import tables

Whole = npt.NDArray[np.int64]
NO_WAY = 10**9
"""Stands for a way that does not exist: more than any plan of these instances costs."""


@dataclass(frozen=True)
class Kind:
    """Vehicles that differ in nothing but their id: where they begin and end (places), what they carry, their shift."""

    vehicles: tuple[int, ...]
    start: int
    end: int
    capacity: int
    shift_ms: int


@dataclass(frozen=True)
class Places:
    """``price`` and ``ms`` (n_places, n_places); ``demand`` (n_places,); ``groups``: for each task its places.

    ``refills``: place -> number of the refill. The first places are the traversals of all tasks, ``arc_of`` each.
    """

    price: Whole
    ms: Whole
    demand: Whole
    groups: tuple[tuple[int, ...], ...]
    kinds: tuple[Kind, ...]
    refills: dict[int, int]
    arc_of: tuple[int, ...]


Tour = tuple[int, tuple[int, ...]]
"""The number of a kind, and the places that one of its vehicles visits in order."""


def places(problem: Problem) -> Places:
    """The places of a problem without deadlines and breaks, whose vehicles start full and price alike.

    Prices are rounded to whole numbers, loads and times to the safe side. Raises ValueError for any other problem.
    """
    _refuse_what_cannot_be_said(problem)
    made = tables(problem)
    n, v = len(made.arc_of), len(problem.vehicles)
    groups = tuple(tuple(range(int(a), int(b))) for a, b in zip(made.first[:-1], made.first[1:], strict=True))
    demand = np.zeros(n + 2 * v, np.int64)
    for task, group in zip(problem.tasks, groups, strict=True):
        demand[list(group)] = math.ceil(task.demand)
    price, seconds = made.price[0, 0], made.seconds[0, 0]
    refills = _refilling(problem)
    if refills:
        price, seconds = _with_refills(problem, made.arc_of.tolist(), price, seconds, list(refills))
    return Places(
        price=_whole(price),
        ms=_whole(1000.0 * seconds.astype(float), up=True),
        demand=np.concatenate([demand, np.zeros(len(refills), np.int64)]),
        groups=groups,
        kinds=_kinds(problem, n),
        refills={n + 2 * v + at: number for at, number in enumerate(refills.values())},
        arc_of=tuple(made.arc_of.tolist()),
    )


def routes(problem: Problem, made: Places, tours: Sequence[Tour]) -> tuple[Route, ...]:
    """The tours as routes of the problem's vehicles."""
    task_of = {place: task for task, group in enumerate(made.groups) for place in group}
    free = [list(kind.vehicles) for kind in made.kinds]
    found = []
    for kind, visited in tours:
        steps: list[Step] = [
            Serve(task_of[place], made.arc_of[place]) if place in task_of else Fill(made.refills[place])
            for place in visited
        ]
        found.append(Route(free[kind].pop(0), tuple(steps)))
    return tuple(found)


def _refuse_what_cannot_be_said(problem: Problem) -> None:
    timed = any(math.isfinite(task.deadline_s) or task.opens_s or task.vehicles is not None for task in problem.tasks)
    first = problem.vehicles[0]
    for vehicle in problem.vehicles:
        alike = (vehicle.profile, vehicle.price_per_m, vehicle.price_per_s, vehicle.price_used)
        odd = alike != (first.profile, first.price_per_m, 0.0, 0.0) or vehicle.first_load != vehicle.capacity
        partly = any(refill.amount < vehicle.capacity or math.isfinite(refill.stock) for refill in problem.refills)
        if timed or odd or partly or math.isfinite(vehicle.drive_s) or vehicle.start_arc >= 0:
            raise ValueError(f"{problem.name}: deadlines, breaks, partial loads and mixed fleets are left to our own")


def _kinds(problem: Problem, n: int) -> tuple[Kind, ...]:
    alike: dict[object, list[int]] = {}
    for number, vehicle in enumerate(problem.vehicles):
        alike.setdefault(replace(vehicle, id=""), []).append(number)
    return tuple(
        Kind(
            tuple(numbers),
            n + numbers[0],
            n + len(problem.vehicles) + numbers[0],
            math.floor(problem.vehicles[numbers[0]].capacity),
            math.floor(min(1000.0 * problem.vehicles[numbers[0]].shift_s, NO_WAY)),
        )
        for numbers in alike.values()
    )


def _refilling(problem: Problem) -> dict[int, int]:
    """Arc that leads to a refill -> number of the refill."""
    graph = problem.graph
    return {arc: number for number, refill in enumerate(problem.refills) for arc in graph.arriving[refill.node]}


Table = npt.NDArray[np.floating]


def _with_refills(
    problem: Problem, arc_of: Sequence[int], price: Table, seconds: Table, into: Sequence[int]
) -> tuple[Table, Table]:
    """The tables with a place more for each arc that leads to a refill: the ways there, and those on from there."""
    here, more = len(price), len(into)
    price = np.pad(price, (0, more), constant_values=NO_WAY)
    seconds = np.pad(seconds, (0, more), constant_values=NO_WAY)
    _ways_to(problem, arc_of, price, seconds, {arc: here + at for at, arc in enumerate(into)})
    _ways_on(problem, arc_of, price, seconds, {arc: here + at for at, arc in enumerate(into)})
    return price, seconds


def _ways_to(problem: Problem, arc_of: Sequence[int], price: Table, seconds: Table, place_of: dict[int, int]) -> None:
    """Fills in the ways from traversals and starts. One that ends at a refill is there at no price."""
    rates = problem.rates(problem.vehicles[0])
    starts = [EdgePlace(node=vehicle.start) for vehicle in problem.vehicles]
    for row, source in enumerate([*(EdgePlace(arc=arc) for arc in arc_of), *starts]):
        for refill in problem.refills:
            for arc, cost, time_s in arrivals(problem.graph, rates, source, refill.node):
                place = place_of.get(arc, -1)
                if place >= 0 and cost < price[row, place]:
                    price[row, place], seconds[row, place] = cost, time_s + refill.seconds


def _ways_on(problem: Problem, arc_of: Sequence[int], price: Table, seconds: Table, place_of: dict[int, int]) -> None:
    """Fills in the ways from a refill to the traversals, and to the ends: one that may end at a refill is there."""
    vehicle, n = problem.vehicles[0], len(arc_of)
    rates, profile = problem.rates(vehicle), problem.profile(vehicle)
    cost, time_s = between(problem.graph, rates, [EdgePlace(arc=arc) for arc in place_of], list(arc_of))
    rows = list(place_of.values())
    price[rows, :n] = cost + problem.work_price(vehicle)[list(arc_of)]
    seconds[rows, :n] = time_s + profile.work_seconds[list(arc_of)]
    ends = [n + len(problem.vehicles) + at for at, one in enumerate(problem.vehicles) if one.end == "refill"]
    price[np.ix_(rows, ends)] = seconds[np.ix_(rows, ends)] = 0.0


def _whole(values: Table, *, up: bool = False) -> Whole:
    """Whole numbers from a place to another, none from a place to itself."""
    capped = np.minimum(np.where(np.isfinite(values), values, NO_WAY), NO_WAY)
    whole: Whole = (np.ceil(capped - 1e-6) if up else np.round(capped)).astype(np.int64)
    np.fill_diagonal(whole, 0)
    return whole
