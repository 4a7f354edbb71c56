"""A whole town as one routing problem: Oslo east, reports while it is being driven, and how cost grows with size.

Streets are those of an OpenStreetMap extract; vehicles, depots, classes' deadlines and reports are made up.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from city.entities import Point, Segment, Vehicle
from city.network import StreetNetwork, build
from city.vocabulary import PLANNED_KEEPERS
from ingest.roads import with_reachable
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from planner.routes.borders import served
from planner.routes.bound import lower_bound
from planner.routes.carp.check import check
from planner.routes.drives import drive, solution
from planner.routes.encode import Route
from planner.routes.locally import LocalPlan, relieved, replan_near
from planner.routes.problem import Problem
from planner.routes.replan import Rest, blocked, breakdown, ice, remaining
from planner.routes.score import score
from planner.routes.sectors import passes
from planner.routes.solve import StopRule
from planner.routes.split import Split, solve_split
from planner.routes.town import TownCrew, TownPlan, TownWork, town
from planner.routes.worth import worth
from tests.benchmarks.measure import Row

HOUR = 3600.0
DUE_S = {"P1": 3 * HOUR, "P2": 5 * HOUR, "P3": 8 * HOUR}
"""Main streets within three hours, collectors within five, residential streets within eight."""
WEIGHT = {"P1": 3.0, "P2": 2.0, "P3": 1.0}
KINDS = frozenset(
    f"{kind}{link}"
    for kind in ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "road")
    for link in ("", "_link")
)
DEPOTS: Sequence[Point] = ((10.79, 59.91), (10.75, 59.93))
SIZES = (500, 1000, 2000, 4000)
SLICE = 500
"""Tasks of a district, and of a vehicle, where the town grows."""


def run() -> list[Row]:
    """Rows of the plan, of three reports an hour into it, and of four sizes of the same town."""
    extract = Path(os.environ.get("DAGSPLAN_DATA", "/nowhere")) / "roads" / "oslo-east-filtered.osm.pbf"
    if not extract.is_file():
        print("DAGSPLAN_DATA names no folder with roads/oslo-east-filtered.osm.pbf: benchmark left out")
        return []
    network = build(with_reachable(cut(read_extract(extract)).segments))
    wanted = os.environ.get("DAGSPLAN_BENCH_TOWN", "plan,growth").split(",")
    rows: list[Row] = []
    if "plan" in wanted:
        row, problem, routes = _planned(network)
        rows += [row, *_reports(problem, routes)]
    return rows + ([_grown(network, size) for size in SIZES] if "growth" in wanted else [])


def oslo(network: StreetNetwork, due: Sequence[int], vehicles: int, shift_h: float) -> TownPlan:
    """The work on some segments, with vehicles that work at 22 km/h, drive at 40 and start from two depots in turn."""
    work = [
        TownWork(at, passes(one), one.route_class, DUE_S[one.route_class], WEIGHT[one.route_class])
        for at, one in ((at, network.segments[at]) for at in due)
    ]
    here = np.zeros(network.n_nodes, bool)
    here[network.arc_from[np.isin(network.arc_segment, list(due))]] = True
    homes = [network.nearest_node(place, here) for place in DEPOTS]
    fleet = [
        TownCrew(
            Vehicle(f"V{number}", "snow", "d", work_kmh=22.0, drive_kmh=40.0), homes[number % 2], 0.0, shift_h * HOUR
        )
        for number in range(vehicles)
    ]
    return town(network, work, fleet, name=f"Oslo east, {len(due)} segments")


def wanted_segments(segments: Sequence[Segment]) -> list[int]:
    """Residential and larger streets that the town clears and can reach."""
    return [
        at
        for at, one in enumerate(segments)
        if one.highway in KINDS and one.network == "street" and one.reachable and one.keeper in PLANNED_KEEPERS
    ]


def _planned(network: StreetNetwork, *, vehicles: int = 10) -> tuple[Row, Problem, tuple[Route, ...]]:
    """A checked plan of the whole town on two processes."""
    began, before = time.perf_counter(), _cpu()
    problem = oslo(network, wanted_segments(network.segments), vehicles, 8.0).problem
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        made = solve_split(problem, StopRule(seconds=7.0), StopRule(seconds=2.0), executor, seed=1)
    routes = relieved(problem, made.routes, StopRule(seconds=3.0), seed=1)
    faults = check(problem, solution(problem.name, problem, drive(problem, routes))).faults
    row = {"what": "plan, 2 processes", "wall s": round(time.perf_counter() - began), "CPU s": round(_cpu() - before)}
    row |= _figures(problem, routes, made) | {"faults": len(faults)}
    return row | _beside(problem, routes), problem, routes


def _figures(problem: Problem, routes: Sequence[Route], made: Split) -> Row:
    found = score(problem, drive(problem, routes))
    met = ", ".join(
        f"{name} {one.deadlines_met:.1%} by {one.clear_s / HOUR:.1f} h" for name, one in found.classes.items()
    )
    return {
        "tasks": len(problem.tasks),
        "vehicles": len(problem.vehicles),
        "districts": len(made.districts),
        "search s": round(made.seconds),
        "iterations": made.iterations,
        "served": f"{found.served:.1%}",
        "km": round(found.metres / 1000, 1),
        "deadhead": f"{found.deadhead_share:.1%}",
        "overtime min": round(found.overtime_s / 60, 1),
        "deadlines met": met,
    }


def _beside(problem: Problem, routes: Sequence[Route]) -> Row:
    """The bound: hours of all vehicles together, beside their shifts; and how much more than it the plan costs."""
    bound = lower_bound(problem)
    over = worth(problem, routes, len(problem.tasks)).cost / bound.cost - 1.0
    hours = {"bound h": round(bound.work_s / HOUR, 1), "shifts h": round(bound.shifts_s / HOUR)}
    return {**hours, "over bound": f"{over:.0%}"}


def _cpu() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _reports(problem: Problem, routes: Sequence[Route]) -> list[Row]:
    """An hour into the plan: ice where all is done, a street that is blocked, a vehicle that breaks down."""
    left = remaining(problem, routes, HOUR)
    ids = {task.id for task in left.problem.tasks}
    done = [task for task in problem.tasks if task.id not in ids]
    arc = left.problem.tasks[served(left.routes[0])[40]].arcs[0]
    again = [done[len(done) // 2].arcs]
    street = {arc, int(problem.graph.reverse[arc])} - {-1}
    nodes = [int(problem.graph.arc_from[arc]), int(problem.graph.arc_to[arc])]
    reports: list[tuple[str, Callable[[Rest], Rest], list[int]]] = [
        (
            "ice on a street that is done",
            lambda rest: ice(rest, again, HOUR / 2, weight=10.0),
            [],
        ),
        ("a blocked street", lambda rest: blocked(rest, street), nodes),
        ("a breakdown", lambda rest: breakdown(rest, "V5"), []),
    ]
    replan_near(left, nodes, StopRule(iterations=50))  # loads what was compiled
    return [_reported(problem, routes, *report) for report in reports[:2]] + [
        _reported(problem, routes, *reports[2], 9)
    ]


def _reported(
    problem: Problem,
    routes: Sequence[Route],
    what: str,
    happens: Callable[[Rest], Rest],
    nodes: list[int],
    vehicles: int = 5,
) -> Row:
    began, before = time.perf_counter(), _cpu()
    rest = happens(remaining(problem, routes, HOUR))
    found = replan_near(rest, nodes, StopRule(seconds=1.0), seed=1, price_per_change=500.0, vehicles=vehicles)
    wall, cpu = time.perf_counter() - began, _cpu() - before
    forced = sum(rest.holder[task] not in {one.id for one in rest.problem.vehicles} for task in found.changed)
    tasks = len(rest.problem.tasks)
    return {
        "what": f"replanning: {what}",
        "wall s": round(wall, 1),
        "CPU s": round(cpu, 1),
        "tasks": tasks,
        "vehicles": len(found.searched),
        "changed": f"{len(found.changed)} ({len(found.changed) / tasks:.1%}), {forced} of them had to",
        "faults": _faults(found),
    }


def _faults(found: LocalPlan) -> int:
    problem = found.rest.problem
    return len(check(problem, solution("rest", problem, drive(problem, found.routes))).faults)


def _grown(network: StreetNetwork, size: int, *, per_task: int = 25) -> Row:
    """The same town as far round its middle as ``size`` tasks need: one process, so many iterations a task."""
    segments = wanted_segments(network.segments)
    x, y = (np.array([part[at] for part in _middles(network, segments)]) for at in (0, 1))
    order = np.argsort(np.hypot((x - DEPOTS[0][0]) * 0.5, y - DEPOTS[0][1]), kind="stable")
    counts = np.cumsum([passes(network.segments[segments[at]]) for at in order])
    near = [segments[at] for at in order[: int(np.searchsorted(counts, size)) + 1]]
    problem = oslo(network, near, max(1, size // SLICE), 8.0).problem
    before = _cpu()
    with ThreadPoolExecutor(1) as executor:
        made = _solved(problem, size, per_task, executor)
    cpu = _cpu() - before
    row = {"what": f"growing town, {per_task} iterations a task", "CPU s": round(cpu, 1)}
    row |= {"CPU ms a task": round(1000 * cpu / len(problem.tasks), 1)}
    row |= _figures(problem, made.routes, made)
    return row | _beside(problem, made.routes)


def _solved(problem: Problem, size: int, per_task: int, executor: Executor) -> Split:
    inner, border = StopRule(iterations=per_task * SLICE), StopRule(iterations=per_task * SLICE // 4)
    return solve_split(problem, inner, border, executor, seed=1, number=max(1, size // SLICE))


def _middles(network: StreetNetwork, segments: Sequence[int]) -> list[Point]:
    lines = (network.segments[at].geometry for at in segments)
    return [line[len(line) // 2] for line in lines]
