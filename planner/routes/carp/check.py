"""The independent checker: takes a problem and a whole drive, and recomputes cost, service, loads, times and turns.

It shares no code with the search, nor with what expands its routes: all it uses is the graph as a value.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from city.network import Floats
from planner.routes.problem import Problem, RouteVehicle, Task

_SLACK_S = 0.5
"""Seconds by which sums of rounded times may differ."""


@dataclass(frozen=True)
class CarpAnswer:
    """What a drive costs, and its faults in words; ``overtime_s`` by vehicle id. Overtime alone is listed in it too."""

    cost: float
    metres: float
    overtime_s: Mapping[str, float]
    faults: tuple[str, ...]


def check(problem: Problem, solution: Mapping[str, Any]) -> CarpAnswer:
    """Checks a solution of the contract: ``routes`` of ``vehicle`` and ``traversals`` (from, to, serve, refill).

    Where several roads lead from one node to another, a traversal may say ``by`` which, as they are counted in the
    network from 0.
    """
    found = _Check(problem)
    by_id = {vehicle.id: vehicle for vehicle in problem.vehicles}
    seen: set[str] = set()
    for route in solution["routes"]:
        name = str(route["vehicle"])
        if name not in by_id:
            found.faults.append(f"vehicle {name} is not in the problem")
            continue
        if name in seen:
            found.faults.append(f"vehicle {name} has two routes")
        seen.add(name)
        found.route(by_id[name], route["traversals"])
    found.all_served()
    found.stocks()
    return CarpAnswer(found.cost, found.metres, found.overtime, tuple(found.faults))


@dataclass
class _Load:
    """What a vehicle has left, and the clock it carries."""

    left: float
    now: float
    driven: float = 0.0


@dataclass
class _Check:
    problem: Problem
    cost: float = 0.0
    metres: float = 0.0
    faults: list[str] = field(default_factory=list)
    overtime: dict[str, float] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    prices: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        graph = self.problem.graph
        self.arcs: dict[tuple[str, str], list[int]] = defaultdict(list)
        for arc in range(graph.n_arcs):
            ends = graph.nodes[int(graph.arc_from[arc])], graph.nodes[int(graph.arc_to[arc])]
            self.arcs[ends].append(arc)
        self.tasks_on: dict[int, list[Task]] = defaultdict(list)
        for task in self.problem.tasks:
            for arc in task.arcs:
                self.tasks_on[arc].append(task)

    def route(self, vehicle: RouteVehicle, traversals: Sequence[Mapping[str, Any]]) -> None:
        """Drives one route and notes all that is wrong with it."""
        if not traversals:
            return
        state = _Load(vehicle.first_load, vehicle.earliest_s)
        self.cost += vehicle.price_used
        before = vehicle.start_arc
        at = int(self.problem.graph.arc_to[before]) if before >= 0 else vehicle.start
        for number, step in enumerate(traversals):
            where = f"vehicle {vehicle.id}, traversal {number} ({step['from']} to {step['to']})"
            arc = self._arc(vehicle, step, where)
            if arc is None:
                return
            if int(self.problem.graph.arc_from[arc]) != at:
                self.faults.append(f"{where} does not begin where the one before ends")
                before = -1
            state.now += self._turn(before, arc, vehicle, where)
            self._drive(vehicle, state, arc, step, where)
            before, at = arc, int(self.problem.graph.arc_to[arc])
            if step["refill"]:
                self._refill(vehicle, state, at, where)
        self._end(vehicle, at, bool(traversals[-1]["refill"]))
        self._shift(vehicle, state)

    def _arc(self, vehicle: RouteVehicle, step: Mapping[str, Any], where: str) -> int | None:
        """The arc of a traversal: the one that can be served, if it serves; the cheapest, if not."""
        arcs = self.arcs.get((str(step["from"]), str(step["to"])), [])
        if not arcs:
            back = self.arcs.get((str(step["to"]), str(step["from"])))
            self.faults.append(f"{where} goes the wrong way on a one-way road" if back else f"{where} is no road")
            return None
        if "by" in step:
            return self._named(arcs, int(step["by"]), where)
        if step["serve"]:
            arcs = [arc for arc in arcs if self._open_task(arc)] or arcs
        price = self._prices(vehicle)[bool(step["serve"])]
        return min(arcs, key=lambda arc: float(price[arc]))

    def _named(self, arcs: Sequence[int], number: int, where: str) -> int | None:
        if 0 <= number < len(arcs):
            return arcs[number]
        self.faults.append(f"{where} names a road that is not there")
        return None

    def _prices(self, vehicle: RouteVehicle) -> tuple[Floats, Floats]:
        """Price of each arc without work and with it, worked out once for each vehicle."""
        if vehicle.id not in self.prices:
            self.prices[vehicle.id] = self.problem.rates(vehicle).price, self.problem.work_price(vehicle)
        return self.prices[vehicle.id]

    def _open_task(self, arc: int) -> Task | None:
        return next((task for task in self.tasks_on[arc] if not self.served[task.id]), None)

    def _turn(self, before: int, arc: int, vehicle: RouteVehicle, where: str) -> float:
        """Seconds of the turn into an arc; a fault where it is forbidden."""
        if before < 0:
            return 0.0
        graph = self.problem.graph
        if not graph.may_follow(before, arc):
            kind = "U-turn" if graph.arc_from[before] == graph.arc_to[arc] else "turn"
            self.faults.append(f"{where} is a forbidden {kind} at node {graph.nodes[int(graph.arc_to[before])]}")
            return 0.0
        seconds = graph.turn(before, arc)
        self.cost += seconds * vehicle.price_per_s
        return seconds

    def _drive(self, vehicle: RouteVehicle, state: _Load, arc: int, step: Mapping[str, Any], where: str) -> None:
        """Drives an arc, with work or without: cost, time and breaks, load."""
        profile = self.problem.profile(vehicle)
        seconds = float((profile.work_seconds if step["serve"] else profile.seconds)[arc])
        if not math.isfinite(seconds):
            self.faults.append(f"{where} is not open to the vehicle")
            seconds = 0.0
        metres = float(self.problem.graph.metres[arc])
        self.metres += metres
        self.cost += vehicle.price_per_m * metres + vehicle.price_per_s * seconds
        state.driven += seconds
        if step["serve"]:
            self._serve(vehicle, state, arc, seconds, where)
        else:
            state.now += seconds

    def _serve(self, vehicle: RouteVehicle, state: _Load, arc: int, seconds: float, where: str) -> None:
        task = self._open_task(arc)
        if task is None:
            again = f"serves {self.tasks_on[arc][0].id} again" if self.tasks_on[arc] else "serves what is no task"
            self.faults.append(f"{where} {again}")
            state.now += seconds
            return
        self.served[task.id] += 1
        if task.vehicles is not None and vehicle.id not in task.vehicles:
            self.faults.append(f"{where} serves task {task.id}, which vehicle {vehicle.id} may not")
        state.now = max(state.now, task.opens_s) + seconds
        if state.now > task.deadline_s + _SLACK_S:
            self.faults.append(
                f"{where} is done {state.now - task.deadline_s:.0f} s after the deadline of task {task.id}"
            )
        state.left -= task.demand
        if state.left < -1e-6 * max(1.0, vehicle.capacity):
            self.faults.append(f"{where} serves task {task.id} with {-state.left:g} less than it needs on board")
            state.left = 0.0

    def _refill(self, vehicle: RouteVehicle, state: _Load, node: int, where: str) -> None:
        here = [number for number, refill in enumerate(self.problem.refills) if refill.node == node]
        if not here:
            self.faults.append(f"{where} refills at node {self.problem.graph.nodes[node]}, where there is no refill")
            return
        number = next((one for one in here if self.used[one] < self.problem.refills[one].stock), here[0])
        refill = self.problem.refills[number]
        if math.isfinite(state.left):
            taken = min(refill.amount, vehicle.capacity - state.left)
            self.used[number] += taken
            state.left += taken
        state.now += refill.seconds
        self.cost += refill.seconds * vehicle.price_per_s

    def _end(self, vehicle: RouteVehicle, at: int, refilled: bool) -> None:
        graph = self.problem.graph
        if vehicle.end == "node" and at != vehicle.end_node:
            wanted = graph.nodes[vehicle.end_node]
            self.faults.append(f"vehicle {vehicle.id} ends at node {graph.nodes[at]} and not at {wanted}")
        if vehicle.end == "refill" and not (refilled and any(refill.node == at for refill in self.problem.refills)):
            self.faults.append(f"vehicle {vehicle.id} does not end with a visit to a refill")

    def _shift(self, vehicle: RouteVehicle, state: _Load) -> None:
        breaks = max(0, math.ceil(state.driven / vehicle.drive_s) - 1) if math.isfinite(vehicle.drive_s) else 0
        over = state.now + breaks * vehicle.break_s - vehicle.earliest_s - vehicle.shift_s
        if over > _SLACK_S:
            self.overtime[vehicle.id] = over
            self.faults.append(f"vehicle {vehicle.id} works {over / 60.0:.1f} min longer than its shift")

    def all_served(self) -> None:
        """Names the tasks that nobody served."""
        self.faults += [f"task {task.id} is not served" for task in self.problem.tasks if not self.served[task.id]]

    def stocks(self) -> None:
        """Names the refills of which more was taken than there is."""
        for number, used in sorted(self.used.items()):
            if used > self.problem.refills[number].stock * (1.0 + 1e-6):
                node = self.problem.graph.nodes[self.problem.refills[number].node]
                self.faults.append(f"the refill at node {node} gives {used:g}, more than its stock")
