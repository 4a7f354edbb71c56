"""Benchmark files as problems: CARPLIB ``.dat`` and the Danish salting networks in JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from city.arcstates import ArcGraph, from_arrays
from city.errors import ImportRefused
from planner.routes.problem import Problem, Profile, Refill, RouteVehicle, Task

_LINE = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*coste\s+(\S+)(?:\s+demanda\s+(\S+))?\s*$", re.IGNORECASE)
_COUNTS = ("VERTICES", "ARISTAS_REQ", "ARISTAS_NOREQ", "VEHICULOS", "CAPACIDAD", "DEPOSITO")


@dataclass(frozen=True)
class Instance:
    """A problem with the file's name, and what in the file is odd but harmless."""

    name: str
    problem: Problem
    notes: tuple[str, ...] = ()


def read(file: Path, add_vehicles: Sequence[str] = ()) -> Instance:
    """Reads ``.dat`` or ``.json``. ``add_vehicles`` are node names: a vehicle like the first is added at each.

    Raises ImportRefused that names the file and the line or field.
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ImportRefused(file, error.strerror or str(error), "name a readable .dat or .json file") from error
    instance = _salting(file, text) if file.suffix.lower() == ".json" else _carplib(file, text)
    for home in add_vehicles:
        instance = replace(instance, problem=_with_vehicle(file, instance.problem, home))
    return instance


def _with_vehicle(file: Path, problem: Problem, home: str) -> Problem:
    if home not in problem.graph.index:
        raise ImportRefused(file, f"has no node {home} for another vehicle", "name one of its nodes")
    first, node = problem.vehicles[0], problem.graph.index[home]
    ids = {vehicle.id for vehicle in problem.vehicles}
    fresh = next(str(number) for number in range(len(ids) + 1, 2 * len(ids) + 2) if str(number) not in ids)
    return replace(problem, vehicles=(*problem.vehicles, replace(first, id=fresh, start=node, end_node=node)))


# ---- CARPLIB -----------------------------------------------------------------------------------------------------


def _carplib(file: Path, text: str) -> Instance:
    """Costs count as metres, all of them without time. The number of vehicles in the file is the least that can do it:

    published results are not bound by it, so that a third as many, and two, are added.
    """
    header, required, other = _carplib_lines(file, text)
    if len(required) != header["ARISTAS_REQ"] or len(other) != header["ARISTAS_NOREQ"]:
        found = f"lists {len(required)} required and {len(other)} other edges"
        stated = f"{header['ARISTAS_REQ']:g} and {header['ARISTAS_NOREQ']:g}"
        raise ImportRefused(file, f"{found}, its header says {stated}", "mend the header or the lists")
    nodes = [str(number) for number in range(1, int(header["VERTICES"]) + 1)]
    edges = [*required, *other]
    graph = _two_way(nodes, [(u - 1, v - 1, cost) for u, v, cost, _ in edges])
    tasks = tuple(
        Task(f"{u}-{v}#{at}" if _parallel(required, u, v) else f"{u}-{v}", (2 * at, 2 * at + 1), demand)
        for at, (u, v, _, demand) in enumerate(required)
    )
    depot = int(header["DEPOSITO"]) - 1
    if not 0 <= depot < len(nodes):
        raise ImportRefused(file, f"DEPOSITO {depot + 1} is not among its {len(nodes)} nodes", "name one of them")
    fleet = max(int(header["VEHICULOS"]), math.ceil(sum(task.demand for task in tasks) / header["CAPACIDAD"]))
    vehicles = tuple(
        RouteVehicle(str(number + 1), depot, header["CAPACIDAD"], end_node=depot)
        for number in range(fleet + fleet // 3 + 2)
    )
    total = sum(cost for _, _, cost, _ in required)
    notes = []
    if "COSTE_TOTAL_REQ" in header and header["COSTE_TOTAL_REQ"] != total:
        notes.append(f"{file.name}: COSTE_TOTAL_REQ says {header['COSTE_TOTAL_REQ']:g}, its lines sum up to {total:g}")
    problem = Problem(file.stem, graph, tasks, vehicles, profiles={"": _timeless(graph.n_arcs)})
    return Instance(file.stem, problem, tuple(notes))


Edge = tuple[int, int, float, float]


def _carplib_lines(file: Path, text: str) -> tuple[dict[str, float], list[Edge], list[Edge]]:
    header: dict[str, float] = {}
    required: list[Edge] = []
    other: list[Edge] = []
    into: list[Edge] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if ":" in line:
            key, _, value = (part.strip() for part in line.partition(":"))
            into = {"LISTA_ARISTAS_REQ": required, "LISTA_ARISTAS_NOREQ": other}.get(key)
            if key in (*_COUNTS, "COSTE_TOTAL_REQ"):
                header[key] = _figure(file, number, key, value)
        elif line.strip():
            if into is None:
                raise ImportRefused(file, f"line {number}: '{line.strip()}' belongs to no list", "remove it")
            into.append(_edge(file, number, line, needs_demand=into is required))
    missing = [key for key in _COUNTS if key not in header]
    if missing:
        raise ImportRefused(file, f"has no {missing[0]}", "take a complete CARPLIB file")
    if header["CAPACIDAD"] <= 0:
        raise ImportRefused(file, "CAPACIDAD is not above zero", "mend it")
    wrong = next((e for e in [*required, *other] if not 1 <= min(e[:2]) <= max(e[:2]) <= header["VERTICES"]), None)
    if wrong:
        raise ImportRefused(file, f"the edge ({wrong[0]}, {wrong[1]}) names an unknown node", "mend it or VERTICES")
    return header, required, other


def _figure(file: Path, line: int, field: str, text: str) -> float:
    try:
        if math.isfinite(value := float(text)) and value >= 0:
            return value
    except ValueError:
        pass
    raise ImportRefused(file, f"line {line}: {field} is '{text}', no number from zero on", "mend the line")


def _edge(file: Path, number: int, line: str, *, needs_demand: bool) -> Edge:
    match = _LINE.search(line)
    if not match or (needs_demand and match[4] is None):
        raise ImportRefused(file, f"line {number}: '{line.strip()}' is no edge", "write '(u, v) coste C demanda D'")
    cost = _figure(file, number, "coste", match[3])
    return int(match[1]), int(match[2]), cost, _figure(file, number, "demanda", match[4] or "0")


def _parallel(edges: Sequence[Edge], u: int, v: int) -> bool:
    return sum({u, v} == {a, b} for a, b, _, _ in edges) > 1


def _two_way(nodes: Sequence[str], edges: Sequence[tuple[int, int, float]]) -> ArcGraph:
    """Each edge becomes the arcs 2 i and 2 i + 1; turning round is free everywhere."""
    arc_from = [end for u, v, _ in edges for end in (u, v)]
    arc_to = [end for u, v, _ in edges for end in (v, u)]
    metres = [cost for _, _, cost in edges for _ in range(2)]
    return from_arrays(nodes, arc_from, arc_to, metres, [arc ^ 1 for arc in range(len(arc_from))])


def _timeless(n_arcs: int) -> Profile:
    return Profile(np.zeros(n_arcs), np.zeros(n_arcs))


# ---- salting -----------------------------------------------------------------------------------------------------


def _salting(file: Path, text: str) -> Instance:
    """Routes start full, refill at depots, end at a refill depot, and obey the U-turn nodes; the objective is
    metres."""
    try:
        data: Mapping[str, Any] = json.loads(text)
    except ValueError as error:
        raise ImportRefused(file, f"is no JSON ({error})", "take a salting instance") from error
    if not isinstance(data, dict):
        raise ImportRefused(file, "is no JSON object", "take a salting instance")
    names = [str(_of(file, node, "label", f"nodes[{at}]")) for at, node in enumerate(_list(file, data, "nodes"))]
    index = {name: at for at, name in enumerate(names)}
    arcs = _Arcs(file, index)
    tasks = []
    for key, field in (("E_R", "edge"), ("A_R", "arc")):
        for at, row in enumerate(_list(file, data, key)):
            where = f"{key}[{at}]"
            ends = arcs.ends(_of(file, row, field, where), where)
            served = arcs.add(ends, row, where, both=field == "edge")
            name = f"{names[ends[0]]}-{names[ends[1]]}" if field == "edge" else f"{names[ends[0]]}>{names[ends[1]]}"
            tasks.append(Task(arcs.unused(name), served, arcs.number(row, "dem", where)))
    for at, row in enumerate(_list(file, data, "A")):
        arcs.add(arcs.ends(_of(file, row, "arc", f"A[{at}]"), f"A[{at}]"), row, f"A[{at}]", both=False)
    turning = [
        arcs.node(_of(file, row, "label", f"U[{at}]"), f"U[{at}]") for at, row in enumerate(_list(file, data, "U"))
    ]
    graph = from_arrays(names, arcs.tails, arcs.heads, arcs.metres, arcs.reverses(), turning=turning)
    seconds = np.array(arcs.seconds)
    refills = tuple(
        Refill(
            arcs.node(_of(file, row, "label", f"depots[{at}]"), f"depots[{at}]"),
            arcs.number(row, "refill", f"depots[{at}]"),
        )
        for at, row in enumerate(_list(file, data, "depots"))
    )
    shift = 60.0 * arcs.number(data, "max_time", "the top")
    vehicles = tuple(
        _truck(arcs, row, f"vehicles[{at}]", shift) for at, row in enumerate(_list(file, data, "vehicles"))
    )
    name = str(data.get("name", file.stem))
    return Instance(name, Problem(name, graph, tuple(tasks), vehicles, refills, {"": Profile(seconds, seconds)}))


class _Arcs:
    """The arcs of a salting file as they are read, with errors that name the field."""

    def __init__(self, file: Path, index: Mapping[str, int]) -> None:
        self.file, self.index = file, index
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.metres: list[float] = []
        self.seconds: list[float] = []
        self.names: set[str] = set()

    def add(self, ends: tuple[int, int], row: Mapping[str, Any], where: str, *, both: bool) -> tuple[int, ...]:
        """Adds one arc, or both of an edge; returns their indices."""
        metres, seconds = self.number(row, "len", where), 60.0 * self.number(row, "time", where)
        for tail, head in (ends, ends[::-1])[: 2 if both else 1]:
            self.tails.append(tail)
            self.heads.append(head)
            self.metres.append(metres)
            self.seconds.append(seconds)
        return tuple(range(len(self.tails) - (2 if both else 1), len(self.tails)))

    def reverses(self) -> list[int]:
        """For each arc one that leads back along it; a U-turn is (u, v, u), whichever list the arcs are from."""
        at = {ends: arc for arc, ends in enumerate(zip(self.tails, self.heads, strict=True))}
        return [at.get((head, tail), -1) for tail, head in zip(self.tails, self.heads, strict=True)]

    def unused(self, name: str) -> str:
        """The name, numbered if it was given before."""
        fresh = name if name not in self.names else f"{name}#{len(self.names)}"
        self.names.add(fresh)
        return fresh

    def ends(self, pair: object, where: str) -> tuple[int, int]:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ImportRefused(self.file, f"{where}: {pair!r} is no pair of nodes", "mend it")
        return self.node(pair[0], where), self.node(pair[1], where)

    def node(self, label: object, where: str) -> int:
        if str(label) not in self.index:
            raise ImportRefused(self.file, f"{where}: the node {label} is not among the nodes", "add it or mend it")
        return self.index[str(label)]

    def number(self, row: Mapping[str, Any], field: str, where: str) -> float:
        value = _of(self.file, row, field, where)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise ImportRefused(self.file, f"{where}: {field} is {value!r}, no number from zero on", "mend it")
        return float(value)


def _truck(arcs: _Arcs, row: Mapping[str, Any], where: str, shift: float) -> RouteVehicle:
    home = arcs.node(_of(arcs.file, row, "home", where), where)
    capacity = arcs.number(row, "capacity", where)
    return RouteVehicle(
        str(_of(arcs.file, row, "id", where)), home, capacity, end="refill", end_node=home, shift_s=shift
    )


def _list(file: Path, data: Mapping[str, Any], field: str) -> list[Any]:
    rows = data.get(field, [] if field in ("A", "A_R", "E_R", "U") else None)
    if not isinstance(rows, list):
        raise ImportRefused(file, f"has no list '{field}'", "take a complete salting instance")
    return rows


def _of(file: Path, row: object, field: str, where: str) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(row, dict) or field not in row:
        raise ImportRefused(file, f"{where} has no '{field}'", "add it")
    return row[field]
