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
from city.catalogue.message import Message, Part, message
from city.errors import ImportRefused
from planner.routes.problem import Problem, Profile, Refill, RouteVehicle, Task

_LINE = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*coste\s+(\S+)(?:\s+demanda\s+(\S+))?\s*$", re.IGNORECASE)
_COUNTS = ("VERTICES", "ARISTAS_REQ", "ARISTAS_NOREQ", "VEHICULOS", "CAPACIDAD", "DEPOSITO")


@dataclass(frozen=True)
class Instance:
    """A problem with the file's name, and what in the file is odd but harmless."""

    name: str
    problem: Problem
    notes: tuple[Message, ...] = ()


def read(file: Path, add_vehicles: Sequence[str] = ()) -> Instance:
    """Reads ``.dat`` or ``.json``. ``add_vehicles`` are node names: a vehicle like the first is added at each.

    Raises ImportRefused that names the file and the line or field.
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ImportRefused(file, error.strerror or str(error), message("error.carp.way.readable")) from error
    instance = _salting(file, text) if file.suffix.lower() == ".json" else _carplib(file, text)
    for home in add_vehicles:
        instance = replace(instance, problem=_with_vehicle(file, instance.problem, home))
    return instance


def _refused(file: Path, problem: str, way_out: str, **parts: Part) -> ImportRefused:
    """The refusal of a file, by the keys of what is wrong and of the way out."""
    return ImportRefused(file, message(f"error.carp.{problem}", **parts), message(f"error.carp.way.{way_out}"))


def _with_vehicle(file: Path, problem: Problem, home: str) -> Problem:
    if home not in problem.graph.index:
        raise _refused(file, "no_node", "name_node", node=home)
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
        stated = {"stated": f"{header['ARISTAS_REQ']:g}", "stated_other": f"{header['ARISTAS_NOREQ']:g}"}
        raise _refused(file, "counts", "mend_header", required=len(required), other=len(other), **stated)
    nodes = [str(number) for number in range(1, int(header["VERTICES"]) + 1)]
    edges = [*required, *other]
    graph = _two_way(nodes, [(u - 1, v - 1, cost) for u, v, cost, _ in edges])
    tasks = tuple(
        Task(f"{u}-{v}#{at}" if _parallel(required, u, v) else f"{u}-{v}", (2 * at, 2 * at + 1), demand)
        for at, (u, v, _, demand) in enumerate(required)
    )
    depot = int(header["DEPOSITO"]) - 1
    if not 0 <= depot < len(nodes):
        raise _refused(file, "no_depot", "name_node", depot=str(depot + 1), n=len(nodes))
    fleet = max(int(header["VEHICULOS"]), math.ceil(sum(task.demand for task in tasks) / header["CAPACIDAD"]))
    vehicles = tuple(
        RouteVehicle(str(number + 1), depot, header["CAPACIDAD"], end_node=depot)
        for number in range(fleet + fleet // 3 + 2)
    )
    total = sum(cost for _, _, cost, _ in required)
    notes = []
    if "COSTE_TOTAL_REQ" in header and header["COSTE_TOTAL_REQ"] != total:
        said = f"{header['COSTE_TOTAL_REQ']:g}"
        notes.append(message("cli.bench.total", file=file.name, said=said, total=f"{total:g}"))
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
                raise _refused(file, "no_list_of_line", "remove", line=str(number), text=line.strip())
            into.append(_edge(file, number, line, needs_demand=into is required))
    missing = [key for key in _COUNTS if key not in header]
    if missing:
        raise _refused(file, "no_field", "complete_carplib", field=missing[0])
    if header["CAPACIDAD"] <= 0:
        raise _refused(file, "no_capacity", "mend")
    wrong = next((e for e in [*required, *other] if not 1 <= min(e[:2]) <= max(e[:2]) <= header["VERTICES"]), None)
    if wrong:
        raise _refused(file, "unknown_node", "mend_vertices", edge=f"({wrong[0]}, {wrong[1]})")
    return header, required, other


def _figure(file: Path, line: int, field: str, text: str) -> float:
    try:
        if math.isfinite(value := float(text)) and value >= 0:
            return value
    except ValueError:
        pass
    where = message("error.carp.line", line=str(line))
    raise _refused(file, "no_number", "mend_line", where=where, field=field, value=f"'{text}'")


def _edge(file: Path, number: int, line: str, *, needs_demand: bool) -> Edge:
    match = _LINE.search(line)
    if not match or (needs_demand and match[4] is None):
        raise _refused(file, "no_edge", "write_edge", line=str(number), text=line.strip())
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
        raise _refused(file, "no_json", "salting", said=str(error)) from error
    if not isinstance(data, dict):
        raise _refused(file, "no_object", "salting")
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
            raise _refused(self.file, "no_pair", "mend", where=where, value=repr(pair))
        return self.node(pair[0], where), self.node(pair[1], where)

    def node(self, label: object, where: str) -> int:
        if str(label) not in self.index:
            raise _refused(self.file, "not_among", "add_or_mend", where=where, node=str(label))
        return self.index[str(label)]

    def number(self, row: Mapping[str, Any], field: str, where: str) -> float:
        value = _of(self.file, row, field, where)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise _refused(self.file, "no_number", "mend", where=where, field=field, value=repr(value))
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
        raise _refused(file, "no_list", "complete_salting", field=field)
    return rows


def _of(file: Path, row: object, field: str, where: str) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(row, dict) or field not in row:
        raise _refused(file, "no_value", "add", where=where, field=field)
    return row[field]
