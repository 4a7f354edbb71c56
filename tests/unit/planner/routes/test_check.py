"""The checker of drives: each broken rule is seen, and a sound drive is not blamed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.catalogue.message import message
from city.catalogue.words import words
from city.entities import TurnBan
from city.network import StreetNetwork, build
from planner.routes.check import broken, refusal, violations
from planner.words.sentences import left_out
from tests.unit.planner.snapshots import street


def faults(*drive: Any) -> list[str]:
    """What is wrong with a drive, in English."""
    return [words("en").say(fault) for fault in violations(*drive)]


def square() -> tuple[StreetNetwork, list[tuple[int, bool]], dict[int, int]]:
    """A round of three streets: two-way 0-1, one-way 1-6 and one-way 6-0; the drive serves all."""
    network = build([street(0, 1, key="ab"), street(1, 6, oneway=True, key="bc"), street(6, 0, oneway=True, key="ca")])
    needs = {0: 2, 1: 1, 2: 1}
    there = next(arc for arc in range(4) if network.arc_segment[arc] == 0 and network.arc_forward[arc])
    back = next(arc for arc in range(4) if network.arc_segment[arc] == 0 and not network.arc_forward[arc])
    steps = [(there, True), (back, True), (there, False), (1, True), (2, True)]
    assert faults(network, 0, steps, needs) == []
    return network, steps, needs


def test_the_checker_sees_what_was_left_out() -> None:
    """A needed segment that is only driven over is a fault, unless it is named."""
    network, steps, needs = square()
    unserved = [*steps[:3], (1, False), *steps[4:]]
    assert faults(network, 0, unserved, needs) == ["street bc is served 0 times, 1 is needed"]
    assert faults(network, 0, unserved, needs, [1]) == []


def test_the_checker_sees_a_false_excuse() -> None:
    """A segment that is served cannot be said to be left out."""
    network, steps, needs = square()
    assert "although" in faults(network, 0, steps, needs, [1])[0]


def test_the_checker_sees_one_direction_only() -> None:
    """A two-way street that is ploughed twice in the same direction is a fault."""
    network, steps, needs = square()
    there, back = steps[0][0], steps[1][0]
    wrong = [(there, True), (back, False), (there, True), *steps[3:]]
    assert faults(network, 0, wrong, needs) == ["street ab is served in one direction only"]


def test_the_checker_sees_a_one_way_street_driven_against_as_a_jump() -> None:
    """A one-way street has one arc, so driving it backwards cannot join on."""
    network, steps, needs = square()
    assert any("join" in fault for fault in faults(network, 0, [steps[4], steps[3], *steps[:3]], needs))


def test_the_checker_sees_a_jump() -> None:
    """An arc that does not begin where the last ended is a fault."""
    network, steps, needs = square()
    jumping = [steps[0], steps[2], *steps[3:]]
    assert any("does not join on" in fault for fault in faults(network, 0, jumping, needs))


def test_the_checker_sees_service_without_need() -> None:
    """A segment that nobody asked for must not be served."""
    network, steps, _ = square()
    assert faults(network, 0, steps, {0: 2, 1: 1}) == ["street ca is served without need"]


def test_the_checker_sees_too_few_and_too_many_passes() -> None:
    """Served once where two are needed, and twice where one is."""
    network, steps, needs = square()
    once = [(steps[0][0], True), (steps[1][0], False), *steps[2:]]
    assert "served once, 2 are needed" in faults(network, 0, once, needs)[0]
    assert "served 2 times, 1 is needed" in faults(network, 0, [*steps, *steps], needs | {0: 4})[0]


def test_a_fault_is_said_in_swedish_too_and_names_its_run() -> None:
    """As the plan says it: one thing as one, a second run as omgång 2."""
    network, steps, needs = square()
    once = [(steps[0][0], True), (steps[1][0], False), *steps[2:]]
    refused = refusal("P1-1", violations(network, 0, once, needs), run=1)
    assert refused is not None
    weak = left_out(message("plan.left_out.tur", target=refused.target), refused.why, refused.run)
    assert (weak.source, weak.effect, weak.effect_en) == (
        "checker",
        "Tur P1-1, omgång 2 lämnas utanför planen: sträcka ab körs 1 gång, 2 behövs.",
        "Route P1-1, run 2 is left out of the plan: street ab is served once, 2 are needed.",
    )


def test_a_node_is_named_and_not_counted() -> None:
    """Its number stands as it is, without the marks of thousands."""
    network = replace(build([street(0, 1, key="one"), street(1, 6, key="two")]), node_ids=np.array([5000, 6000, 7000]))
    node = int(network.node_ids[network.arc_to[0]])
    (fault,) = broken(network, [0, 1], [TurnBan("one", node, "two")])
    assert f"at node {node} is banned" in words("en").say(fault)


def test_the_checker_sees_a_wrong_start_and_a_missing_way_home() -> None:
    """A drive begins and ends at its start."""
    network, steps, needs = square()
    assert "the drive does not begin at its start" in faults(network, 1, steps, needs)
    assert "the drive does not come home to its start" in faults(network, 0, steps[:-1], needs)


walks = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), min_size=2, max_size=12)


@settings(max_examples=100, deadline=None)
@given(walks, st.data())
def test_the_checker_sees_each_banned_turn(rows: list[tuple[int, int, bool]], data: st.DataObject) -> None:
    """Any way through any streets: the fault is named exactly as often as the turn is made, round turns too."""
    network = build([street(a, b, oneway=oneway, key=f"{i}") for i, (a, b, oneway) in enumerate(rows)])
    arcs = [data.draw(st.sampled_from(range(network.n_arcs)))]
    while len(arcs) < 20 and (onward := np.flatnonzero(network.arc_from == network.arc_to[arcs[-1]]).tolist()):
        arcs.append(data.draw(st.sampled_from(onward)))
    names = [segment.id for segment in network.segments]
    driven = [names[network.arc_segment[arc]] for arc in arcs]
    at = [int(network.node_ids[network.arc_to[arc]]) for arc in arcs]
    nodes = st.sampled_from([int(node) for node in network.node_ids])
    ban = data.draw(st.builds(TurnBan, st.sampled_from(names), nodes, st.sampled_from(names)))
    found = faults(network, int(network.arc_from[arcs[0]]), [(arc, False) for arc in arcs], {}, (), [ban])
    said = f"the turn from street {ban.from_segment} to {ban.to_segment} at node {ban.via_node} is banned"
    made = list(zip(driven, at, driven[1:], strict=False)).count((ban.from_segment, ban.via_node, ban.to_segment))
    assert [fault for fault in found if "banned" in fault] == [said] * made


@pytest.mark.parametrize("via", [1, 0])
def test_a_ban_holds_at_its_own_node_alone(via: int) -> None:
    """Two parallel streets meet at both ends: banned at one, allowed at the other."""
    network = build([street(0, 1, key="one"), street(0, 1, key="two")])
    there, back = 0, next(arc for arc in range(4) if network.arc_segment[arc] == 1 and not network.arc_forward[arc])
    found = faults(network, 0, [(there, False), (back, False)], {}, (), [TurnBan("one", via, "two")])
    assert found == (["the turn from street one to two at node 1 is banned"] if via == 1 else [])


def test_a_drive_that_serves_nothing_of_nothing_is_sound() -> None:
    network, _, needs = square()
    assert faults(network, 0, [], {}) == []
    assert faults(network, 3, [], needs, list(needs)) == []
    assert len(faults(network, 0, [], needs)) == len(needs)
