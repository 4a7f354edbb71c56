"""The drive of a tur on streets of every kind: whatever they are, the checker finds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.catalogue.words import words
from city.entities import Segment, TurnBan, Vehicle
from city.network import StreetNetwork, build
from planner.routes.check import violations
from planner.routes.sectors import passes
from planner.routes.tur import Drive, Job, drive_turer, graph_for
from tests.unit.planner.snapshots import street

roads = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans(), st.sampled_from(["street", "cycle"])),
    min_size=1,
    max_size=25,
)


def network_of(rows: list[tuple[int, int, bool, str]]) -> StreetNetwork:
    """Any streets: loops, parallels, dead ends, one-ways, parts without a way between them."""
    return build(
        [
            street(a, b, network=kind, oneway=oneway, key=f"{i}")  # type: ignore[arg-type]
            for i, (a, b, oneway, kind) in enumerate(rows)
        ]
    )


def drive_of(
    network: StreetNetwork, needs: dict[int, int], clears: str, start: int, turns: Sequence[TurnBan] = ()
) -> Drive:
    vehicle = Vehicle("v", "snow", "dep", network=clears, work_kmh=15.0, drive_kmh=40.0)  # type: ignore[arg-type]
    graph = graph_for(network, [start], vehicle.network, turns)
    return drive_turer(network, [Job(graph, needs, vehicle, start)], iterations_each=20)[0]


def steps_of(
    network: StreetNetwork, needs: dict[int, int], clears: str, start: int, turns: Sequence[TurnBan] = ()
) -> tuple[list[tuple[int, bool]], tuple[int, ...]]:
    done = drive_of(network, needs, clears, start, turns)
    return [(step.arc, step.serve) for step in done.traversals], done.left_out


@settings(max_examples=200, deadline=None)
@given(roads, st.data())
def test_every_drive_passes_the_checker(rows: list[tuple[int, int, bool, str]], data: st.DataObject) -> None:
    """Whatever the streets, the needs and the start: no fault, and only what cannot be reached is left out."""
    network = network_of(rows)
    clears = data.draw(st.sampled_from(["street", "cycle"]))
    able = [i for i, s in enumerate(network.segments) if clears == "cycle" or s.network == "street"]
    wanted = data.draw(st.sets(st.sampled_from(range(len(rows)))))
    needs = {i: passes(network.segments[i]) for i in sorted(wanted)}
    start = data.draw(st.integers(0, network.n_nodes - 1))
    steps, left = steps_of(network, needs, clears, start)
    assert violations(network, start, steps, needs, left) == []
    assert set(needs) - set(able) <= set(left)
    driven = {int(network.arc_segment[arc]) for arc, _ in steps}
    assert driven <= set(able)


@settings(max_examples=100, deadline=None)
@given(roads, st.data())
def test_what_is_left_out_has_no_way_there_and_home(
    rows: list[tuple[int, int, bool, str]], data: st.DataObject
) -> None:
    """A segment is left out exactly where its ends are not on a round trip from the start."""
    network = network_of([(a, b, oneway, "street") for a, b, oneway, _ in rows])
    needs = {i: passes(s) for i, s in enumerate(network.segments)}
    start = data.draw(st.integers(0, network.n_nodes - 1))
    _, left = steps_of(network, needs, "street", start)
    out = network.travel([start], range(network.n_nodes), network.arc_m)[0]
    home = network.travel(range(network.n_nodes), [start], network.arc_m)[:, 0]
    round_trip = np.isfinite(out) & np.isfinite(home)
    for index in needs:
        ends = {
            int(node)
            for arc in np.flatnonzero(network.arc_segment == index)
            for node in (network.arc_from[arc], network.arc_to[arc])
        }
        assert (index in left) == (not all(round_trip[node] for node in ends))


def said(*asked: Any) -> list[str]:
    """What the checker says, in English."""
    return [words("en").say(fault) for fault in violations(*asked)]


def bans_of(segments: Sequence[Segment]) -> list[TurnBan]:
    """Every turn that could be banned, turning round too."""
    return [
        TurnBan(one.id, node, other.id)
        for one in segments
        for node in {one.from_node, one.to_node}
        for other in segments
        if node in (other.from_node, other.to_node)
    ]


@settings(max_examples=200, deadline=None)
@given(roads, st.data())
def test_whatever_is_banned_strands_no_drive(rows: list[tuple[int, int, bool, str]], data: st.DataObject) -> None:
    """With any bans there is a drive that obeys them and serves all that it does not name as left out."""
    network = network_of(rows)
    clears = data.draw(st.sampled_from(["street", "cycle"]))
    turns = data.draw(st.lists(st.sampled_from(bans_of(network.segments)), max_size=12, unique=True))
    needs = {i: passes(s) for i, s in enumerate(network.segments)}
    start = data.draw(st.integers(0, network.n_nodes - 1))
    steps, left = steps_of(network, needs, clears, start, turns)
    assert violations(network, start, steps, needs, left, turns) == []


def test_a_banned_turn_is_driven_round() -> None:
    """Left into the side street is banned: the drive goes on to the dead end and comes back from the other side."""
    network = build([street(0, 1, key="in"), street(1, 2, key="on"), street(1, 6, key="side")])
    ban = TurnBan("in", 1, "side")
    free, bound = (drive_of(network, {2: 2}, "street", 0, turns) for turns in ([], [ban]))
    assert (free.metres, bound.metres) == (pytest.approx(400.0), pytest.approx(600.0))
    steps = [(step.arc, step.serve) for step in free.traversals]
    assert said(network, 0, steps, {2: 2}, (), [ban]) == ["the turn from street in to side at node 1 is banned"]


def test_what_bans_close_is_left_out() -> None:
    """No way on from the first street: the others are named, the first is still done."""
    network = build([street(0, 1, key="in"), street(1, 2, key="on"), street(2, 3, key="far")])
    steps, left = steps_of(network, {0: 2, 1: 2, 2: 2}, "street", 0, [TurnBan("in", 1, "on")])
    assert left == (1, 2)
    assert [serve for _, serve in steps] == [True, True]


def test_a_ban_binds_those_whom_it_names() -> None:
    network = build([street(0, 1, key="in"), street(1, 2, key="on"), street(1, 6, key="side")])
    for_lorries = [TurnBan("in", 1, "side", "street")]
    lengths = [drive_of(network, {2: 2}, clears, 0, for_lorries).metres for clears in ("street", "cycle")]
    assert lengths == [pytest.approx(600.0), pytest.approx(400.0)]


def test_bans_of_streets_that_are_not_there_are_passed_over() -> None:
    network = build([street(0, 1, key="in")])
    gone = [TurnBan("in", 1, "gone"), TurnBan("gone", 1, "in"), TurnBan("in", 99, "in")]
    assert steps_of(network, {0: 2}, "street", 0, gone)[1] == ()


def test_a_street_with_no_way_back_is_left_out_and_traps_nobody() -> None:
    """A one-way street into nowhere is not driven into, and the rest is still served."""
    network = build([street(0, 1, oneway=True, key="trap"), street(0, 5, key="far"), street(5, 10, key="on")])
    steps, left = steps_of(network, {0: 1, 1: 2, 2: 2}, "street", 0)
    assert left == (0,)
    assert violations(network, 0, steps, {0: 1, 1: 2, 2: 2}, left) == []


def test_a_lorry_keeps_off_cycle_ways_and_a_small_plough_uses_streets() -> None:
    """The shortest way over a cycle way is not for a lorry; a small plough reaches its path over a street."""
    network = build([street(0, 1, key="a"), street(1, 6, key="b", network="cycle"), street(6, 7, key="c")])
    _, left = steps_of(network, {2: 2}, "street", 0)
    assert left == (2,)
    steps, left = steps_of(network, {1: 1}, "cycle", 0)
    assert left == ()
    assert [serve for _, serve in steps] == [False, True, False, False]


def test_the_figures_of_a_drive_are_those_of_its_parts() -> None:
    """Metres, deadhead and time are the sums over the traversals: work at 15 km/h, driving at 40, and a U-turn."""
    network = build([street(0, 1), street(1, 2)])
    done = drive_of(network, {1: 2}, "street", 0)
    assert done.metres == pytest.approx(400.0)
    assert done.deadhead_m == pytest.approx(200.0)
    assert done.seconds == pytest.approx(200 / (15 / 3.6) + 200 / (40 / 3.6) + 30.0)  # turned round at the end
