"""The checker of whole drives: each broken rule is seen, and a sound drive is not blamed."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import Any

import pytest

from planner.routes.carp.check import check
from planner.routes.problem import Problem, Refill, RouteVehicle, Task
from tests.unit.planner.carp import still, streets

ARCS = [(0, 1, 100.0), (1, 2, 100.0), (2, 0, 100.0)]


def town(**vehicle: Any) -> Problem:
    """A triangle of two-way streets and a one-way street 2 > 3 > 0; turning round is forbidden everywhere."""
    graph = streets(ARCS, [(2, 3, 100.0), (3, 0, 100.0)], turning=[])
    tasks = (Task("a", (0, 1), 1.0), Task("b", (2, 3), 1.0), Task("c", (4, 5), 1.0))
    truck = RouteVehicle("v", 0, **{"capacity": 3.0, "end_node": 0, **vehicle})
    return Problem("town", graph, tasks, (truck,), (Refill(2, stock=2.0),), {"": still(graph)})


def legs(*steps: tuple[int, int, bool] | tuple[int, int, bool, bool]) -> dict[str, Any]:
    rows = [
        {"from": str(s[0]), "to": str(s[1]), "serve": s[2], "refill": len(s) > 3 and bool(s[3])}  # type: ignore[misc]
        for s in steps
    ]
    return {"instance": "town", "routes": [{"vehicle": "v", "traversals": rows}]}


ROUND = legs((0, 1, True), (1, 2, True), (2, 0, True))


def test_a_sound_drive_has_no_fault() -> None:
    verdict = check(town(), ROUND)
    assert verdict.faults == ()
    assert verdict.cost == 300.0


@pytest.mark.parametrize(
    ("solution", "vehicle", "says"),
    [
        (legs((0, 1, True), (1, 2, True), (2, 0, False)), {}, "task c is not served"),
        (legs((0, 1, True), (1, 2, True), (2, 0, True), (0, 1, True), (1, 2, False), (2, 0, False)), {}, "again"),
        (
            legs((0, 1, True), (1, 0, False), (0, 1, False), (1, 2, True), (2, 0, True)),
            {},
            "forbidden U-turn at node 1",
        ),
        (legs((0, 1, True), (1, 2, True), (2, 0, True), (0, 3, False), (3, 0, False)), {}, "wrong way"),
        (legs((0, 1, True), (1, 3, False), (3, 0, False)), {}, "is no road"),
        (legs((0, 1, True), (2, 0, True), (0, 1, False), (1, 2, True), (2, 0, False)), {}, "does not begin where"),
        (ROUND, {"capacity": 2.0}, "with 1 less than it needs"),
        (ROUND, {"shift_s": 20.0}, "longer than its shift"),
        (ROUND, {"drive_s": 20.0, "break_s": 60.0, "shift_s": 31.0}, "1.0 min longer than its shift"),
        (ROUND, {"end": "refill"}, "does not end with a visit to a refill"),
        (ROUND, {"end_node": 2}, "ends at node 0 and not at 2"),
        (legs((0, 1, True, True), (1, 2, True), (2, 0, True)), {}, "where there is no refill"),
        (legs((0, 1, True), (1, 2, True, True), (2, 0, True)), {"load": 2.0, "capacity": 9.0}, "more than its stock"),
        (legs((0, 1, True), (1, 2, True), (2, 3, True), (3, 0, False)), {}, "serves what is no task"),
    ],
)
def test_each_broken_rule_is_named(solution: dict[str, Any], vehicle: dict[str, Any], says: str) -> None:
    assert any(says in fault for fault in check(town(**vehicle), solution).faults)


def test_unknown_and_doubled_vehicles_are_named() -> None:
    other = copy.deepcopy(ROUND)
    other["routes"].append(copy.deepcopy(other["routes"][0]))
    assert any("two routes" in fault for fault in check(town(), other).faults)
    other["routes"][1]["vehicle"] = "x"
    assert any("vehicle x is not in the problem" in fault for fault in check(town(), other).faults)


def test_a_vehicle_that_never_empties_takes_nothing_and_a_second_refill_at_a_node_helps_out() -> None:
    """Whoever drives without a load may pass a refill; where two stand at one node, one gives on when the other is
    empty."""
    steps = legs((0, 1, True), (1, 2, True, True), (2, 0, True))
    assert check(town(capacity=math.inf), steps).faults == ()
    half = replace(town(load=2.0, capacity=9.0), refills=(Refill(2, stock=0.0), Refill(2, stock=9.0)))
    assert check(half, steps).faults == ()
