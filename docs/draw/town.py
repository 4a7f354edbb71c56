"""A made town of about a hundred crossings as a salting problem: nothing in it is a real place.

Two depots with a vehicle each, loads that do not last for the work, some one-way streets, and U-turns at dead ends,
depots and a few wide crossings only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from city.arcstates import ArcGraph, from_arrays
from planner.routes.problem import Problem, Profile, Refill, RouteVehicle, Task

Road = tuple[int, int]
Places = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Town:
    """``problem`` and where its nodes lie, ``at`` (n_nodes, 2) [m], y to the south; ``needed``: roads to be salted;
    ``one_way``: from their first end to the second; ``turning``: crossings where one may turn round.
    """

    problem: Problem
    at: Places
    roads: tuple[Road, ...]
    needed: frozenset[Road]
    one_way: frozenset[Road]
    turning: frozenset[int]


def town(
    columns: int = 11,
    rows: int = 10,
    seed: int = 2,
    *,
    block_m: float = 140.0,
    lost: float = 0.22,
    idle: float = 0.22,
    one_way: float = 0.08,
    loads: float = 3.4,
    dose_per_m: float = 4.0,
    work_kmh: float = 25.0,
    drive_kmh: float = 40.0,
    shift_s: float = 30.0 * 60.0,
) -> Town:
    """A bent grid that has lost some of its roads; a share ``idle`` of the others is not to be salted.

    A vehicle carries all that is needed divided by ``loads``.
    """
    random = np.random.default_rng(seed)
    at = _crossings(random, columns, rows, block_m)
    roads = _roads(random, columns, rows, lost)
    needed = frozenset(road for road in roads if random.random() >= idle)
    depots = (_near(at, 0.12, 0.3), _near(at, 0.85, 0.75))
    turning = frozenset(_turning(random, roads, len(at)) | set(depots))
    candidates = [road for road in roads if random.random() < one_way]
    single: frozenset[Road] = frozenset()
    for road in candidates:
        if _nothing_is_a_trap(_graph(at, roads, single | {road}, turning)):
            single |= {road}
    graph = _graph(at, roads, single, turning)
    number = {ends: arc for arc, ends in enumerate(zip(graph.arc_from.tolist(), graph.arc_to.tolist(), strict=True))}
    tasks = tuple(
        Task(f"{u}-{v}", _arcs(number, (u, v)), dose_per_m * float(graph.metres[number[u, v]]))
        for u, v in roads
        if (u, v) in needed
    )
    load = sum(task.demand for task in tasks) / loads
    vehicles = tuple(
        RouteVehicle(name, depot, load, end="refill", shift_s=shift_s)
        for name, depot in zip(("A", "B"), depots, strict=True)
    )
    profile = Profile(graph.metres / (drive_kmh / 3.6), graph.metres / (work_kmh / 3.6))
    refills = tuple(Refill(depot) for depot in depots)
    problem = Problem("a made town", graph, tasks, vehicles, refills, {"": profile})
    return Town(problem, at, roads, needed, single, turning)


def _graph(at: Places, roads: Sequence[Road], single: frozenset[Road], turning: frozenset[int]) -> ArcGraph:
    arcs = [arc for road in roads for arc in ((road,) if road in single else (road, road[::-1]))]
    number = {arc: index for index, arc in enumerate(arcs)}
    return from_arrays(
        [str(node) for node in range(len(at))],
        [u for u, _ in arcs],
        [v for _, v in arcs],
        [float(np.hypot(*(at[u] - at[v]))) for u, v in arcs],
        [number.get((v, u), -1) for u, v in arcs],
        turning=turning,
    )


def _arcs(number: dict[Road, int], road: Road) -> tuple[int, ...]:
    """The arcs by which a road can be served."""
    return tuple(number[arc] for arc in (road, road[::-1]) if arc in number)


def _nothing_is_a_trap(graph: ArcGraph) -> bool:
    """Whether every arc can be reached from every other under the turning rules."""
    before = np.repeat(np.arange(graph.n_arcs), np.diff(graph.follows_at))
    return _connected(np.stack([before, graph.follows], axis=1), graph.n_arcs)


def _crossings(random: np.random.Generator, columns: int, rows: int, block_m: float) -> Places:
    """(columns x rows, 2) places of the crossings [m]: a grid, shaken, and bent a little as a whole."""
    x, y = np.meshgrid(np.arange(columns, dtype=float), np.arange(rows, dtype=float))
    x, y = x + 0.35 * np.sin(0.7 * y), y + 0.45 * np.sin(0.5 * x)
    places = block_m * np.stack([x.ravel(), y.ravel()], axis=1)
    shaken: Places = places + random.uniform(-0.22, 0.22, places.shape) * block_m
    return shaken


def _roads(random: np.random.Generator, columns: int, rows: int, lost: float) -> tuple[Road, ...]:
    """The roads of the grid, some of them taken away wherever all crossings stay connected."""
    node = np.arange(columns * rows).reshape(rows, columns)
    east = np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], axis=1)
    south = np.stack([node[:-1].ravel(), node[1:].ravel()], axis=1)
    roads = [(int(u), int(v)) for u, v in np.concatenate([east, south])]
    for at in random.permutation(len(roads))[: round(lost * len(roads))].tolist():
        rest = [road for index, road in enumerate(roads) if index != at and road != (-1, -1)]
        if _connected([*rest, *((v, u) for u, v in rest)], node.size):
            roads[at] = (-1, -1)
    return tuple(road for road in roads if road != (-1, -1))


def _connected(steps: npt.ArrayLike, n: int) -> bool:
    """Whether there is a way from each of ``n`` to every other; ``steps`` (n_steps, 2) from one to another."""
    tail, head = np.asarray(steps).T
    graph = coo_matrix((np.ones(len(tail)), (tail, head)), shape=(n, n))
    return int(connected_components(graph, connection="strong", return_labels=False)) == 1


def _degree(node: int, roads: tuple[Road, ...]) -> int:
    return sum(node in road for road in roads)


def _near(at: Places, share_x: float, share_y: float) -> int:
    """The crossing nearest to a place that is given in shares of the town's width and height."""
    low, high = at.min(axis=0), at.max(axis=0)
    wanted = low + np.array([share_x, share_y]) * (high - low)
    return int(np.argmin(np.hypot(*(at - wanted).T)))


def _turning(random: np.random.Generator, roads: tuple[Road, ...], n_nodes: int, *, wide: float = 0.05) -> set[int]:
    """Dead ends, and a few crossings that are wide enough."""
    return {node for node in range(n_nodes) if _degree(node, roads) == 1 or random.random() < wide}
