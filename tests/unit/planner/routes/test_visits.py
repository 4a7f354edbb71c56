"""A vehicle's round to places: every one, under all bans, by the shortest way, and the same however they are given."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.entities import Point, TurnBan, Vehicle
from city.network import StreetNetwork, build
from city.shortest import EdgePlace, Rates, between
from city.upkeep import Place
from planner.routes.profiles import profile
from planner.routes.reach import reached
from planner.routes.rounds import Client, RoundVehicle, find_tours
from planner.routes.tur import graph_for
from planner.routes.visits import Roundtrips, Visit
from planner.snow.check import round_violations
from tests.unit.planner.snapshots import SOUTH, WEST, place, snow_snapshot, street

PLOUGH = Vehicle("G01", "snow", "dep", network="cycle", drive_kmh=36.0)
roads = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=1, max_size=25)
spots = st.lists(st.tuples(st.floats(-0.5, 4.5), st.floats(-0.5, 1.5)), min_size=1, max_size=8)


def trips_of(network: StreetNetwork, home: int, turns: tuple[TurnBan, ...] = ()) -> Roundtrips:
    graph, cost = graph_for(network, [home], "cycle", turns), profile(network, PLOUGH).seconds
    return Roundtrips(network, graph, cost, reached(graph, home, np.isfinite(cost)), home)


def at(spot: tuple[float, float]) -> Point:
    return WEST + 0.002 * spot[0], SOUTH + 0.001 * spot[1]


def visit(trips: Roundtrips, places: list[Point]) -> Visit:
    found = trips.visit(places, iterations=60, seed=1)
    assert found is not None
    return found


@settings(max_examples=150, deadline=None)
@given(roads, spots, st.data())
def test_every_round_passes_the_checker(
    rows: list[tuple[int, int, bool]], where: list[tuple[float, float]], data: st.DataObject
) -> None:
    """Whatever the streets, the bans, the home and the places, of which some lie on each other."""
    network = build([street(a, b, oneway=oneway, key=f"{i}") for i, (a, b, oneway) in enumerate(rows)])
    ends = [(one.from_node, one.to_node) for one in network.segments]
    every = [
        TurnBan(one.id, node, other.id)
        for one, own in zip(network.segments, ends, strict=True)
        for node in own
        for other, its in zip(network.segments, ends, strict=True)
        if node in its
    ]
    turns = tuple(data.draw(st.lists(st.sampled_from(every), max_size=8, unique=True)))
    home = data.draw(st.integers(0, network.n_nodes - 1))
    places = [at(spot) for spot in [*where, where[0]]]
    found = visit(trips_of(network, home, turns), places)
    asked = [Place(f"{i}", "crossing", "", *point) for i, point in enumerate(places)]
    assert round_violations(snow_snapshot(turns=turns), network, home, PLOUGH, asked, found) == []


@settings(max_examples=60, deadline=None)
@given(roads, spots, st.data())
def test_no_other_way_of_coming_to_the_places_is_shorter(
    rows: list[tuple[int, int, bool]], where: list[tuple[float, float]], data: st.DataObject
) -> None:
    """In the order of the round, by brute force over the streets that one may come to each place by."""
    network = build([street(a, b, oneway=oneway, key=f"{i}") for i, (a, b, oneway) in enumerate(rows)])
    trips = trips_of(network, data.draw(st.integers(0, network.n_nodes - 1)))
    found = visit(trips, [at(spot) for spot in where[:4]])
    way = [trips.home, *network.arc_to[list(found.arcs)].tolist()]
    stops = [node for node in dict.fromkeys(way[n] for n in found.after) if node != trips.home]
    if stops:
        best = min(_cost(trips, by) for by in product(*(trips.graph.arriving[node] for node in [*stops, trips.home])))
        assert found.seconds == pytest.approx(best, abs=0.01)


def _cost(trips: Roundtrips, by: tuple[int, ...]) -> float:
    """Seconds from home to the end of each of these arcs, one after the other."""
    sources = [EdgePlace(node=trips.home), *(EdgePlace(arc=arc) for arc in by)]
    rates = Rates(trips.cost, trips.cost, price_per_s=1.0)
    legs = (between(trips.graph, rates, [one], [arc])[1][0, 0] for one, arc in zip(sources, by, strict=False))
    return float(sum(legs) + trips.cost[list(by)].sum())


@settings(max_examples=60, deadline=None)
@given(spots, st.randoms(use_true_random=False))
def test_the_round_is_the_same_however_the_places_are_numbered(
    where: list[tuple[float, float]], chance: object
) -> None:
    network = build([street(5 * row + i, 5 * row + i + 1) for row in (0, 1) for i in range(4)] + [street(0, 5)])
    trips, places = trips_of(network, 0), [at(spot) for spot in where]
    mixed = sorted(places, key=lambda _: chance.random())  # type: ignore[attr-defined]
    one, other = visit(trips, places), visit(trips, mixed)
    assert [places[i] for i in one.order] == [mixed[i] for i in other.order]
    assert one.arcs == other.arcs


def test_a_banned_turn_at_a_place_and_on_the_way_is_driven_round() -> None:
    """A place at the corner 1: from there the way up to 6 is banned for who comes from home; it turns round at 2."""
    network = build([street(0, 1, key="in"), street(1, 2, key="on"), street(1, 6, key="up")])
    corner, above = place(1), place(6)
    free = visit(trips_of(network, 0), [corner, above])
    bound = visit(trips_of(network, 0, (TurnBan("in", 1, "up"),)), [corner, above])
    assert (free.metres, bound.metres) == (pytest.approx(400.0), pytest.approx(600.0))
    # 100 m take 10 s, and a small plough turns round at a dead end in 10 s
    assert (free.seconds, bound.seconds) == (pytest.approx(50.0), pytest.approx(80.0))


def test_places_at_home_alone_need_no_driving() -> None:
    found = visit(trips_of(build([street(0, 1)]), 0), [place(0), place(0)])
    assert (found.order, found.arcs, found.after, found.seconds, found.metres) == ((0, 1), (), (0, 0), 0.0, 0.0)


@pytest.mark.parametrize("seed", range(8))
def test_the_solver_finds_the_shortest_order_of_a_few(seed: int) -> None:
    """Brute force over seven clients with ways that differ there and back is no better."""
    table = np.random.default_rng(seed).integers(10, 500, (8, 8)).astype(float)
    np.fill_diagonal(table, 0.0)
    (tour,) = find_tours([Client()] * 7, [0.0], [RoundVehicle()], table, table, iterations=200, seed=1) or []
    ways = (np.array([0, *order, 0]) for order in permutations(range(1, 8)))
    best = min(float(table[way[:-1], way[1:]].sum()) for way in ways)
    assert sorted(stop for stop in tour.stops if stop is not None) == list(range(7))
    assert tour.seconds == best


@pytest.mark.parametrize(("load", "capacity", "fits"), [(6.0, 5.9, False), (5.4, 5.9, False), (5.0, 5.9, True)])
def test_what_breaks_a_rule_by_the_solvers_own_word_is_no_tour(load: float, capacity: float, fits: bool) -> None:
    """More than it can carry at one place; a part of a unit counts as a whole one."""
    table, vehicle = np.ones((2, 2)), RoundVehicle(capacity=(capacity,))
    found = find_tours([Client((load,))], [0.0], [vehicle], table, table, iterations=20, seed=1)
    assert (found is not None) is fits
