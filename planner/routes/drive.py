"""The order of driving: always on to the nearest traversal that is still to be done, on the one-way graph.

A plain rule that an arc-routing search can replace: what it takes in and gives out stays.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from city.network import StreetNetwork, open_to
from city.words import Network


@dataclass(frozen=True)
class Traversal:
    """One arc driven, with work (``serve``) or without."""

    arc: int
    serve: bool


@dataclass(frozen=True)
class Drive:
    """A whole drive from the start node and back. ``left_out`` are segments without a way there and home again."""

    start_node: int
    traversals: tuple[Traversal, ...]
    metres: float
    deadhead_m: float
    seconds: float
    left_out: tuple[int, ...]


@dataclass(frozen=True)
class Profile:
    """How a vehicle drives: ``seconds`` (n_arcs,) of driving, ``work_seconds`` (n_arcs,) of work, inf where not."""

    seconds: npt.NDArray[np.float64]
    work_seconds: npt.NDArray[np.float64]


def profile(network: StreetNetwork, clears: Network, work_kmh: float, drive_kmh: float) -> Profile:
    """The profile of a vehicle. Street vehicles keep off cycle ways; cycle-way ones may use smaller streets."""
    allowed = open_to(network.segments, clears)
    open_arcs = allowed[network.arc_segment] if len(allowed) else np.zeros(0, bool)
    seconds = np.where(open_arcs, network.seconds(drive_kmh), np.inf)
    work = np.where(open_arcs, network.arc_m / (work_kmh / 3.6), np.inf)
    return Profile(seconds, work)


def drive(network: StreetNetwork, needs: Mapping[int, int], start_node: int, how: Profile) -> Drive:
    """Drives ``needs`` (segment index -> passes) from ``start_node`` and home again.

    A two-way street with two passes is done once in each direction; a cycle way once in either.
    """
    todo = _tasks(network, needs, start_node, how)
    left = tuple(sorted(set(needs) - {int(network.arc_segment[arc]) for arc in todo}))
    seconds = how.seconds.tolist()
    node = start_node
    done: list[Traversal] = []
    while todo:
        way = _nearest(network, node, done[-1].arc if done else None, todo, seconds)
        done += [Traversal(arc, serve=False) for arc in way[:-1]]
        arc = way[-1]
        done.append(Traversal(arc, serve=True))
        _serve(network, arc, todo)
        node = int(network.arc_to[arc])
    home = [Traversal(arc, serve=False) for arc in network.path(node, start_node, how.seconds)]
    return _summed(network, start_node, done + home, how, left)


@dataclass
class _Task:
    """Passes left on an arc; both arcs of an either-way segment share one task."""

    passes: int
    arcs: tuple[int, ...]


def _tasks(network: StreetNetwork, needs: Mapping[int, int], start: int, how: Profile) -> dict[int, _Task]:
    """What is to be done on each arc that the vehicle can drive to from its start, and home from again."""
    near = network.round_trip(start, how.seconds)
    wanted = np.isin(network.arc_segment, list(needs)) & np.isfinite(how.work_seconds)
    arcs_of: dict[int, list[int]] = {index: [] for index in needs}
    for arc in np.flatnonzero(wanted & near[network.arc_from] & near[network.arc_to]).tolist():
        arcs_of[int(network.arc_segment[arc])].append(arc)
    todo: dict[int, _Task] = {}
    for index, count in needs.items():
        arcs = arcs_of[index]
        either = count == 1 and len(arcs) == 2
        shared = _Task(count, tuple(arcs))
        for arc in arcs:
            todo[arc] = shared if either else _Task(max(1, count // max(1, len(arcs))), (arc,))
    return todo


def _serve(network: StreetNetwork, arc: int, todo: dict[int, _Task]) -> None:
    task = todo[arc]
    task.passes -= 1
    if task.passes == 0:
        for member in task.arcs:
            todo.pop(member, None)


def _nearest(
    network: StreetNetwork, start: int, last: int | None, todo: Mapping[int, _Task], seconds: list[float]
) -> list[int]:
    """The arcs to the nearest arc to do, that one last. Ties go by arc index."""
    best = {start: 0.0}
    came: dict[int, int] = {}
    heap = [(0.0, start)]
    while heap:
        cost, node = heapq.heappop(heap)
        if cost > best[node]:
            continue
        here = [arc for arc in network.out_arcs[node] if arc in todo]
        if here:
            return [*_trace(network, came, start, node), _straightest(network, came.get(node, last), here)]
        for arc in network.out_arcs[node]:
            reached, total = int(network.arc_to[arc]), cost + seconds[arc]
            if total < best.get(reached, np.inf):
                best[reached], came[reached] = total, arc
                heapq.heappush(heap, (total, reached))
    raise ValueError(f"no way from node {network.node_ids[start]} to any arc that is to be done")


def _straightest(network: StreetNetwork, came: int | None, arcs: Iterable[int]) -> int:
    """Of the arcs to do at a node one that is no turn back on the segment just driven, else the first."""
    choices = sorted(arcs)
    if came is None:
        return choices[0]
    onward = [arc for arc in choices if network.arc_segment[arc] != network.arc_segment[came]]
    return (onward or choices)[0]


def _trace(network: StreetNetwork, came: Mapping[int, int], start: int, node: int) -> list[int]:
    way: list[int] = []
    while node != start:
        arc = came[node]
        way.append(arc)
        node = int(network.arc_from[arc])
    return way[::-1]


def _summed(network: StreetNetwork, start: int, done: list[Traversal], how: Profile, left: tuple[int, ...]) -> Drive:
    arcs = np.array([step.arc for step in done], int)
    serve = np.array([step.serve for step in done], bool)
    metres = network.arc_m[arcs]
    seconds = np.where(serve, how.work_seconds[arcs], how.seconds[arcs])
    return Drive(start, tuple(done), float(metres.sum()), float(metres[~serve].sum()), float(seconds.sum()), left)
