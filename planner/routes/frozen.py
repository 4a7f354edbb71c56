"""A part of a plan searched again while the rest stays as it is: what is not loose is frozen into pieces.

A piece is a run of tasks that one route serves one after the other, with the driving between them. To the search it
is one task on an arc of its own, which begins as its first task does and ends as its last: price, time, load and
turns are exact. So the size of the search is that of what is loose, however large the town and long the routes are.

Deadlines within a piece are kept by one of the whole: met where all of them are. A piece that is late weighs as if all
that is due in it were as late as the most urgent of it. Waiting and breaks within a piece are not seen.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from city.arcstates import ArcGraph
from city.shortest import EdgePlace, Rates, between
from planner.routes.drives import deadhead
from planner.routes.encode import Fill, Route, Serve, Step
from planner.routes.problem import Problem, Profile, RouteVehicle, Task

Run = tuple[Serve, ...]
"""Tasks that are served one after the other."""


@dataclass(frozen=True)
class Frozen:
    """The smaller problem with the present routes in it. ``runs``: what each of its tasks stands for in the whole;
    ``vehicles``: the number of each of its vehicles in the whole."""

    problem: Problem
    routes: tuple[Route, ...]
    runs: tuple[Run, ...]
    vehicles: tuple[int, ...]

    def thawed(self, routes: Sequence[Route]) -> tuple[Route, ...]:
        """Routes of the smaller problem as routes of the whole."""
        return tuple(Route(self.vehicles[route.vehicle], tuple(self._steps(route))) for route in routes)

    def _steps(self, route: Route) -> Iterator[Step]:
        for step in route.steps:
            if isinstance(step, Fill):
                yield step
            elif len(self.runs[step.task]) == 1:
                yield Serve(self.runs[step.task][0].task, step.arc)
            else:
                yield from self.runs[step.task]


def freeze(
    problem: Problem,
    routes: Sequence[Route],
    loose: Collection[int],
    orphans: Sequence[Sequence[Serve]] = (),
    *,
    longest: int = 10,
    longest_held: int = 50,
) -> Frozen:
    """The problem of the vehicles of ``routes`` in which only the tasks ``loose`` (and those of no route in it) move.

    No piece has more than ``longest_held`` tasks, so that there is always a gap near enough for what must be done soon.
    ``orphans`` are runs without a vehicle: they are cut into pieces of at most ``longest`` tasks that any may take.
    """
    free = set(loose)
    fleet = [problem.vehicles[route.vehicle] for route in routes]
    pieces = _Pieces(problem, longest_held)
    inner = [
        Route(number, tuple(pieces.steps(route.steps, free, vehicle)))
        for number, (route, vehicle) in enumerate(zip(routes, fleet, strict=True))
    ]
    for run in orphans:
        kind = problem.vehicles[routes[0].vehicle]
        for part in (part for one in _cut(run, longest) for part in pieces.joined(one, kind)):
            pieces.add(part, kind, None)
    for task in sorted(free - pieces.known):
        pieces.add((Serve(task, problem.tasks[task].arcs[0]),), fleet[0], None)
    graph, profiles = pieces.extended()
    small = replace(problem, graph=graph, profiles=profiles, tasks=tuple(pieces.tasks), vehicles=tuple(fleet))
    return Frozen(small, tuple(inner), tuple(pieces.runs), tuple(route.vehicle for route in routes))


class _Pieces:
    """Collects the tasks of the smaller problem, and the arcs of its pieces."""

    def __init__(self, problem: Problem, longest: int) -> None:
        self.problem, self.longest = problem, longest
        self.tasks: list[Task] = []
        self.runs: list[Run] = []
        self.known: set[int] = set()
        self.ends: list[tuple[int, int]] = []
        self.metres: list[float] = []
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def steps(self, steps: Sequence[Step], free: Collection[int], vehicle: RouteVehicle) -> Iterator[Step]:
        """The steps of a route: loose tasks and refills as they are, what lies between them in pieces."""
        held, run = frozenset({vehicle.id}), list[Serve]()
        for step in steps:
            if isinstance(step, Serve) and step.task not in free:
                run.append(step)
                continue
            yield from (self.add(part, vehicle, held) for part in self.held(run, vehicle))
            run = []
            yield self.add((step,), vehicle, None) if isinstance(step, Serve) else step
        yield from (self.add(part, vehicle, held) for part in self.held(run, vehicle))

    def held(self, run: Sequence[Serve], vehicle: RouteVehicle) -> Iterator[Run]:
        """A run in pieces that stay with their vehicle."""
        return (part for some in _cut(run, self.longest) for part in self.joined(some, vehicle))

    def joined(self, run: Sequence[Serve], vehicle: RouteVehicle) -> Iterator[Run]:
        """A run, cut where a vehicle has no way on, or no longer works."""
        graph, rates = self.problem.graph, self.problem.rates(vehicle)
        work_s, part = self.problem.profile(vehicle).work_seconds, list[Serve]()
        for step in run:
            if part and not (
                np.isfinite(work_s[[part[-1].arc, step.arc]]).all() and _ways(graph, rates, part[-1], step)
            ):
                yield tuple(part)
                part = []
            part.append(step)
        if part:
            yield tuple(part)

    def add(self, run: Run, vehicle: RouteVehicle, vehicles: frozenset[str] | None) -> Serve:
        """A run as a task of the smaller problem; ``vehicle`` is the kind that finds its way between the tasks."""
        self.known.update(step.task for step in run)
        self.runs.append(run)
        if len(run) == 1:
            own = self.problem.tasks[run[0].task]
            self.tasks.append(replace(own, vehicles=vehicles or own.vehicles))
            return Serve(len(self.tasks) - 1, run[0].arc)
        arc = self.problem.graph.n_arcs + len(self.ends)
        self.tasks.append(self._piece(run, self._legs(run, vehicle), vehicle, arc, vehicles))
        self.ends.append((run[0].arc, run[-1].arc))
        return Serve(len(self.tasks) - 1, arc)

    def _legs(self, run: Run, vehicle: RouteVehicle) -> list[tuple[int, int]]:
        """(arc, task or -1) of a run with the driving between its tasks."""
        graph, rates = self.problem.graph, self.problem.rates(vehicle)
        legs = [(run[0].arc, run[0].task)]
        for step in run[1:]:
            legs += [(arc, -1) for arc in deadhead(graph, rates, EdgePlace(arc=legs[-1][0]), step.arc)]
            legs.append((step.arc, step.task))
        return legs

    def _piece(
        self,
        run: Run,
        legs: Sequence[tuple[int, int]],
        vehicle: RouteVehicle,
        arc: int,
        vehicles: frozenset[str] | None,
    ) -> Task:
        """One task that stands for a run. Its length and times are noted for its arc."""
        tasks = [self.problem.tasks[step.task] for step in run]
        named = [task.vehicles for task in tasks if task.vehicles is not None]
        able = frozenset.intersection(*named) if named and vehicles is None else vehicles
        self.metres.append(math.fsum(float(self.problem.graph.metres[leg]) for leg, _ in legs))
        for name, profile in self.problem.profiles.items():
            self.seconds[name].append(_done(self.problem.graph, profile, legs)[-1])
        done = _done(self.problem.graph, self.problem.profile(vehicle), legs)
        ends = {task: at for (_, task), at in zip(legs, done, strict=True) if task >= 0}
        due = min(self.problem.tasks[task].deadline_s + done[-1] - at for task, at in ends.items())
        opens = max(self.problem.tasks[task].opens_s - at for task, at in ends.items())
        weight = math.fsum(task.weight for task in tasks if math.isfinite(task.deadline_s))
        return Task(
            f"{tasks[0].id}…{tasks[-1].id}",
            (arc,),
            math.fsum(task.demand for task in tasks),
            max(due, opens, 0.0),
            weight,
            max(0.0, opens),
            able,
        )

    def extended(self) -> tuple[ArcGraph, Mapping[str, Profile]]:
        """Graph and profiles with an arc for each piece, which is never driven without its work."""
        closed = np.full(len(self.ends), np.inf)
        profiles = {
            name: Profile(
                np.concatenate([profile.seconds, closed]),
                np.concatenate([profile.work_seconds, np.array(self.seconds[name], float)]),
            )
            for name, profile in self.problem.profiles.items()
        }
        return _with_arcs(self.problem.graph, self.ends, self.metres), profiles


def _cut(run: Sequence[Serve], longest: int) -> Iterator[Sequence[Serve]]:
    return (run[at : at + longest] for at in range(0, len(run), longest))


def _ways(graph: ArcGraph, rates: Rates, one: Serve, other: Serve) -> bool:
    """Whether there is a way from the end of one task to the beginning of another."""
    return graph.may_follow(one.arc, other.arc) or bool(
        np.isfinite(between(graph, rates, [EdgePlace(arc=one.arc)], [other.arc])[0][0, 0])
    )


def _done(graph: ArcGraph, profile: Profile, legs: Sequence[tuple[int, int]]) -> list[float]:
    """Seconds from the beginning of the first leg to the end of each; infinite where the vehicle may not go."""
    now, before, done = 0.0, -1, []
    for arc, task in legs:
        turn = graph.turn(before, arc) if before >= 0 else 0.0
        now += turn + float((profile.work_seconds if task >= 0 else profile.seconds)[arc])
        done.append(now)
        before = arc
    return done


def _with_arcs(graph: ArcGraph, ends: Sequence[tuple[int, int]], metres: Sequence[float]) -> ArcGraph:
    """A graph with further arcs, each of which begins as one arc does and ends as another."""
    ending: defaultdict[int, list[int]] = defaultdict(list)
    for number, (_, last) in enumerate(ends):
        ending[last].append(graph.n_arcs + number)
    before, after, turn_s = [], [], []
    for number, (first, last) in enumerate(ends):
        own = graph.n_arcs + number
        for at in range(int(graph.leads_at[first]), int(graph.leads_at[first + 1])):
            into = [int(graph.leads[at]), *ending[int(graph.leads[at])]]
            before += into
            after += [own] * len(into)
            turn_s += [float(graph.lead_turn_s[at])] * len(into)
        for at in range(int(graph.follows_at[last]), int(graph.follows_at[last + 1])):
            before.append(own)
            after.append(int(graph.follows[at]))
            turn_s.append(float(graph.turn_s[at]))
    all_before = np.concatenate([np.repeat(np.arange(graph.n_arcs), np.diff(graph.follows_at)), before]).astype(int)
    order = np.argsort(all_before, kind="stable")
    count = np.bincount(all_before, minlength=graph.n_arcs + len(ends))
    return ArcGraph(
        graph.nodes,
        np.concatenate([graph.arc_from, graph.arc_from[[first for first, _ in ends]]]).astype(np.int64),
        np.concatenate([graph.arc_to, graph.arc_to[[last for _, last in ends]]]).astype(np.int64),
        np.concatenate([graph.metres, np.array(metres, float)]),
        np.concatenate([graph.reverse, np.full(len(ends), -1, np.int64)]),
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        np.concatenate([graph.follows, np.array(after, np.int64)])[order],
        np.concatenate([graph.turn_s, np.array(turn_s, float)])[order],
    )
