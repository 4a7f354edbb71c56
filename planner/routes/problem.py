"""The problem as a value: what must be served, who drives, where one refills. It refuses what nothing can solve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from city.arcstates import ArcGraph
from city.catalogue.message import Message, Part, message
from city.errors import PlanNotPossible
from city.network import Floats
from city.shortest import Rates

End = Literal["node", "refill", "open"]


@dataclass(frozen=True)
class Profile:
    """How a kind of vehicle drives: (n_arcs,) seconds without work and while working; inf where it may not."""

    seconds: Floats
    work_seconds: Floats


@dataclass(frozen=True)
class Task:
    """One service of a street: driving any one of ``arcs`` (one or two) with work. Several passes are several tasks.

    ``deadline_s``: to be done by then, each late second weighs ``weight``; ``opens_s``: work may not begin earlier; all
    counted from the start of planning. ``vehicles``: who may do it, None for all. ``route_class`` is for the score.
    """

    id: str
    arcs: tuple[int, ...]
    demand: float = 0.0
    deadline_s: float = math.inf
    weight: float = 1.0
    opens_s: float = 0.0
    vehicles: frozenset[str] | None = None
    route_class: str = ""


@dataclass(frozen=True)
class RouteVehicle:
    """A vehicle with its shift. It starts at ``start``, or at the end of ``start_arc`` if that is set (it is on its
    way).

    ``end``: the drive ends at ``end_node``, at the nearest refill, or (open) after the last task. ``load`` is what it
    starts with, None for full. ``shift_s`` counts from ``earliest_s``. After ``drive_s`` of driving it rests
    ``break_s``. The objective is ``price_per_m`` x metres + ``price_per_s`` x seconds + ``price_used`` if it leaves
    at all.
    """

    id: str
    start: int
    capacity: float = math.inf
    end: End = "node"
    end_node: int = -1
    start_arc: int = -1
    load: float | None = None
    earliest_s: float = 0.0
    shift_s: float = math.inf
    drive_s: float = math.inf
    break_s: float = 0.0
    profile: str = ""
    price_per_m: float = 1.0
    price_per_s: float = 0.0
    price_used: float = 0.0

    @property
    def first_load(self) -> float:
        return self.capacity if self.load is None else min(self.load, self.capacity)


@dataclass(frozen=True)
class Refill:
    """A place to refill: load after a visit = min(capacity, load + ``amount``). It takes ``seconds``."""

    node: int
    amount: float = math.inf
    stock: float = math.inf
    seconds: float = 0.0


@dataclass(frozen=True)
class Problem:
    """A graph, its tasks, and who may do them. ``profiles`` are named by the vehicles."""

    name: str
    graph: ArcGraph
    tasks: tuple[Task, ...]
    vehicles: tuple[RouteVehicle, ...]
    refills: tuple[Refill, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    def profile(self, vehicle: RouteVehicle) -> Profile:
        return self.profiles[vehicle.profile]

    def rates(self, vehicle: RouteVehicle) -> Rates:
        """What driving without work costs this vehicle."""
        seconds = self.profile(vehicle).seconds
        price = np.where(np.isfinite(seconds), _priced(vehicle, self.graph.metres, seconds), np.inf)
        return Rates(price, seconds, vehicle.price_per_s)

    def work_price(self, vehicle: RouteVehicle) -> Floats:
        """(n_arcs,) what driving each arc with work costs; inf where the vehicle may not."""
        seconds = self.profile(vehicle).work_seconds
        return np.where(np.isfinite(seconds), _priced(vehicle, self.graph.metres, seconds), np.inf)

    def may_serve(self, vehicle: RouteVehicle, task: Task) -> bool:
        """Whether the vehicle is allowed to do the task and may work on one of its arcs."""
        named = task.vehicles is None or vehicle.id in task.vehicles
        return named and bool(np.isfinite(self.profile(vehicle).work_seconds[list(task.arcs)]).any())

    def largest_load(self, vehicle: RouteVehicle) -> float:
        """The most that a vehicle can carry to one task: its first load, or what a refill gives it."""
        return max([vehicle.first_load, *(min(vehicle.capacity, refill.amount) for refill in self.refills)])


def refuse_impossible(problem: Problem) -> None:
    """Raises PlanNotPossible that names the first vehicle, refill or task which no plan can obey."""
    if not problem.vehicles:
        raise PlanNotPossible(message("error.route.no_vehicles", problem=problem.name))
    _refuse_twice(problem.name, message("error.route.vehicles"), [vehicle.id for vehicle in problem.vehicles])
    _refuse_twice(problem.name, message("error.route.tasks"), [task.id for task in problem.tasks])
    for vehicle in problem.vehicles:
        _refuse_vehicle(problem, vehicle)
    for number, refill in enumerate(problem.refills):
        which: dict[str, Part] = {"problem": problem.name, "refill": str(number)}
        if not 0 <= refill.node < len(problem.graph.nodes):
            raise PlanNotPossible(message("error.route.refill_nowhere", node=str(refill.node), **which))
        if not (refill.amount > 0 and refill.stock >= 0 and 0 <= refill.seconds < math.inf):
            raise PlanNotPossible(message("error.route.refill_figures", **which))
    for task in problem.tasks:
        _refuse_task(problem, task)


def without(problem: Problem, left_out: Iterable[str]) -> Problem:
    """The same problem without the tasks of these ids."""
    gone = set(left_out)
    return replace(problem, tasks=tuple(task for task in problem.tasks if task.id not in gone))


def _priced(vehicle: RouteVehicle, metres: Floats, seconds: Floats) -> Floats:
    """Objective of metres and seconds; an unpriced second costs nothing even where it is infinite."""
    timed = vehicle.price_per_s * np.where(np.isfinite(seconds), seconds, 0.0)
    priced: Floats = vehicle.price_per_m * metres + timed
    return priced


def _refuse_twice(name: str, what: Message, ids: list[str]) -> None:
    twice = next((one for one, following in pairwise(sorted(ids)) if one == following), None)
    if twice is not None:
        raise PlanNotPossible(message("error.route.twice", problem=name, what=what, id=twice))


def _refuse_vehicle(problem: Problem, vehicle: RouteVehicle) -> None:
    def refuse(why: str, **parts: Part) -> None:
        said = message(f"error.route.vehicle.{why}", **parts)
        raise PlanNotPossible(message("error.route.of_vehicle", problem=problem.name, vehicle=vehicle.id, said=said))

    known = range(len(problem.graph.nodes))
    if vehicle.start_arc >= problem.graph.n_arcs or (vehicle.start_arc < 0 and vehicle.start not in known):
        refuse("unknown_start", node=str(vehicle.start))
    if vehicle.end == "node" and vehicle.end_node not in known:
        refuse("unknown_end", node=str(vehicle.end_node))
    if vehicle.end == "refill" and not problem.refills:
        refuse("no_refill")
    if vehicle.profile not in problem.profiles:
        refuse("unknown_profile", profile=vehicle.profile, known=tuple(sorted(problem.profiles)))
    if not vehicle.capacity >= 0 or not vehicle.first_load >= 0:
        refuse("negative_load")
    if not (vehicle.shift_s > 0 and vehicle.drive_s > 0 and 0 <= vehicle.break_s < math.inf):
        refuse("no_time")
    prices = (vehicle.price_per_m, vehicle.price_per_s, vehicle.price_used)
    if min(prices) < 0 or not all(math.isfinite(price) for price in prices):
        refuse("no_price")


def _refuse_task(problem: Problem, task: Task) -> None:
    def refuse(why: str, **parts: Part) -> None:
        said = message(f"error.route.task.{why}", **parts)
        raise PlanNotPossible(message("error.route.of_task", problem=problem.name, task=task.id, said=said))

    if not 1 <= len(task.arcs) <= 2 or not all(0 <= arc < problem.graph.n_arcs for arc in task.arcs):
        refuse("no_arcs")
    if not (math.isfinite(task.demand) and task.demand >= 0):
        refuse("demand", demand=str(task.demand))
    if math.isnan(task.deadline_s) or math.isnan(task.opens_s) or task.deadline_s < task.opens_s or task.weight < 0:
        refuse("never_open")
    able = [vehicle for vehicle in problem.vehicles if problem.may_serve(vehicle, task)]
    if not able:
        refuse("nobody")
    largest = max(problem.largest_load(vehicle) for vehicle in able)
    if task.demand > largest:
        refuse("too_much", demand=f"{task.demand:g}", largest=f"{largest:g}")
