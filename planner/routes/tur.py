"""The drive of one tur: its needed streets by one vehicle from home and back, searched by the arc-routing engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

from city.arcstates import ArcGraph, from_network
from city.entities import TurnBan, Vehicle
from city.network import StreetNetwork
from city.vocabulary import Network
from planner.routes.bound import least_metres
from planner.routes.drives import drive
from planner.routes.encode import Route
from planner.routes.problem import Problem
from planner.routes.score import Score, score
from planner.routes.solve import StopRule, solve
from planner.routes.timeline import moments
from planner.routes.town import TownCrew, TownPlan, TownWork, town


@dataclass(frozen=True, slots=True)
class Traversal:
    """One arc driven, with work (``serve``) or without."""

    arc: int
    serve: bool


@dataclass(frozen=True)
class Drive:
    """A whole drive from the start node and back. ``left_out`` are segments without a way there and home again.

    ``done_s``: when the last pass of each segment is done [s after it leaves]; ``least_m``: no drive does this work in
    fewer metres.
    """

    start_node: int
    traversals: tuple[Traversal, ...]
    score: Score
    done_s: Mapping[int, float]
    least_m: float
    left_out: tuple[int, ...]

    @property
    def metres(self) -> float:
        return self.score.metres

    @property
    def deadhead_m(self) -> float:
        return self.score.deadhead_metres

    @property
    def seconds(self) -> float:
        return self.score.seconds


def graph_for(
    network: StreetNetwork,
    homes: Iterable[int],
    clears: Network,
    turns: Iterable[TurnBan] = (),
    *,
    lorry_s: tuple[float, float] = (30.0, 120.0),
    small_s: tuple[float, float] = (10.0, 15.0),
) -> ArcGraph:
    """The graph that all turer of a kind share, without the banned ``turns``.

    Turning round at dead ends and at home, and elsewhere, where a lorry backs round a corner, takes ``lorry_s`` [s], a
    plough for cycle ways ``small_s``: design choices.
    """
    here_s, elsewhere_s = lorry_s if clears == "street" else small_s
    return from_network(
        network,
        turning=homes,
        banned=_indices(network, (ban for ban in turns if ban.binds(clears))),
        u_turn_s=here_s,
        u_turn_elsewhere_s=elsewhere_s,
    )


def _indices(network: StreetNetwork, turns: Iterable[TurnBan]) -> Iterable[tuple[int, int, int]]:
    """Banned turns as indices; those of segments that are not in the network are passed over."""
    segment = {one.id: index for index, one in enumerate(network.segments)}
    node = {name: index for index, name in enumerate(network.node_ids.tolist())}
    for ban in turns:
        if ban.from_segment in segment and ban.to_segment in segment and ban.via_node in node:
            yield segment[ban.from_segment], node[ban.via_node], segment[ban.to_segment]


@dataclass(frozen=True)
class Job:
    """A tur to be driven: ``needs`` (segment index -> passes) by ``vehicle`` from the node ``home`` and back again."""

    graph: ArcGraph
    needs: Mapping[int, int]
    vehicle: Vehicle
    home: int


def drive_turer(
    network: StreetNetwork,
    jobs: Sequence[Job],
    executor: Executor | None = None,
    *,
    iterations_each: int = 50,
    seed: int = 1,
) -> list[Drive]:
    """The drives of some turer, side by side on the executor's workers where one is given.

    A two-way street with two passes is done once in each direction; a cycle way once in either. The search takes
    ``iterations_each`` steps for each pass, so that the same needs always give the same drive, whoever works it out.
    """
    asked: list[TownPlan] = []
    found: list[Callable[[], Found]] = []
    for job in jobs:  # searched while the next is still being put together
        asked.append(_asked(network, job))
        what = asked[-1].problem, iterations_each, seed
        found.append(partial(_searched, *what) if executor is None else executor.submit(_searched, *what).result)
    return [_driven(network, one, *result()) for one, result in zip(asked, found, strict=True)]


def _asked(network: StreetNetwork, job: Job) -> TownPlan:
    vehicle = job.vehicle
    work = [
        TownWork(segment, passes, network.segments[segment].route_class, network=vehicle.network)
        for segment, passes in sorted(job.needs.items())
    ]
    return town(network, work, [TownCrew(vehicle, job.home)], name=f"tur of {vehicle.id}", graph=job.graph)


Found = tuple[tuple[Route, ...], float]
"""What a worker finds: the routes, and the bound [m]."""


def _searched(problem: Problem, iterations_each: int, seed: int) -> Found:
    """What a worker does of a tur."""
    if not problem.tasks:
        return (), 0.0
    return solve(problem, StopRule(iterations=iterations_each * len(problem.tasks)), seed).routes, least_metres(problem)


def _driven(network: StreetNetwork, asked: TownPlan, routes: Sequence[Route], least_m: float) -> Drive:
    problem = asked.problem
    whole = [one for one in drive(problem, routes) if one.legs]
    legs = [leg for one in whole for leg in one.legs]
    done_s: dict[int, float] = {}
    for moment in (moment for one in whole for moment in moments(problem, one) if moment.leg.task >= 0):
        done_s[int(network.arc_segment[moment.leg.arc])] = moment.seconds
    return Drive(
        start_node=problem.vehicles[0].start,
        traversals=tuple(Traversal(leg.arc, leg.task >= 0) for leg in legs),
        score=score(problem, whole),
        done_s=done_s,
        least_m=least_m,
        left_out=asked.left_out,
    )


def served(network: StreetNetwork, drive: Drive) -> Iterable[int]:
    """The rows of the segments that a drive works on, in driving order, each once."""
    return dict.fromkeys(int(network.arc_segment[step.arc]) for step in drive.traversals if step.serve)


def geometry_of(network: StreetNetwork, drive: Drive) -> dict[str, Any]:
    """A whole drive as one line."""
    return {"type": "LineString", "coordinates": network.along(step.arc for step in drive.traversals)}
