"""Arc states: turns, U-turns and restrictions, and the cheapest ways under them."""

from __future__ import annotations

import heapq
import random
from itertools import pairwise

import numpy as np
import pytest

from city.arcstates import ArcGraph, from_network
from city.network import build
from city.shortest import EdgePlace, Rates, between, way
from tests.unit.planner.carp import streets
from tests.unit.planner.snapshots import street

LINE = [(0, 1, 10.0), (1, 2, 10.0), (2, 3, 10.0)]


def test_turning_round_only_where_it_is_allowed() -> None:
    """From the end of 1 > 2 back to 1: by the dead end 3, where one may turn, and not on the spot."""
    graph = streets(LINE, turning=[0, 3])
    rates = Rates(graph.metres, graph.metres / 10.0)
    price, seconds = between(graph, rates, [EdgePlace(arc=2)], [3])
    assert price[0, 0] == 20.0
    assert seconds[0, 0] == 2.0
    assert way(graph, rates, EdgePlace(arc=2), 3) == [4, 5]


def test_without_a_turning_place_there_is_no_way_back() -> None:
    graph = streets(LINE, turning=[])
    price, _ = between(graph, Rates(graph.metres, graph.metres), [EdgePlace(arc=2)], [3])
    assert np.isinf(price[0, 0])
    with pytest.raises(ValueError, match="no way"):
        way(graph, Rates(graph.metres, graph.metres), EdgePlace(arc=2), 3)


def test_a_priced_u_turn_takes_its_time() -> None:
    graph = streets(LINE, turning=[0, 3], u_turn_elsewhere_s=7.0)
    rates = Rates(graph.metres, graph.metres / 10.0, price_per_s=1.0)
    price, seconds = between(graph, rates, [EdgePlace(arc=2)], [3])
    assert (price[0, 0], seconds[0, 0]) == (7.0, 7.0)


def test_a_closed_arc_can_be_reached_but_not_driven_through() -> None:
    graph = streets(LINE, turning=[0, 3])
    price = graph.metres.copy()
    price[2] = np.inf
    found, _ = between(graph, Rates(price, graph.metres), [EdgePlace(node=0)], [2, 4])
    assert found[0].tolist() == [10.0, np.inf]


def test_a_network_bans_turns_as_they_are_stated() -> None:
    """A crossing 1-2-3 with a side street 2-4: the turn from the first segment into the side street is banned."""
    network = build([street(1, 2, key="a"), street(2, 3, key="b"), street(2, 4, key="c")])
    node = network.node_ids.tolist().index(2)
    free, banned = from_network(network), from_network(network, banned=[(0, node, 2)])
    into = next(a for a in range(network.n_arcs) if network.arc_segment[a] == 0 and network.arc_to[a] == node)
    side = next(a for a in range(network.n_arcs) if network.arc_segment[a] == 2 and network.arc_from[a] == node)
    assert free.may_follow(into, side)
    assert not banned.may_follow(into, side)
    assert not free.may_follow(into, int(free.reverse[into]))
    assert free.may_follow(side, int(free.reverse[side]))  # a dead end


def town(seed: int, nodes: int = 60) -> tuple[ArcGraph, Rates]:
    """A random town with dead ends, one-way streets and a piece that cannot be left; prices that never tie."""
    chance = random.Random(seed)
    edges = [(at, chance.randrange(max(0, at - 8), at), 10.0 + 90.0 * chance.random()) for at in range(1, nodes)]
    ways = [(*chance.sample(range(nodes), 2), 10.0 + 90.0 * chance.random()) for _ in range(nodes // 2)]
    graph = streets(edges, [*ways, (3, nodes, 50.0)], turning=range(0, nodes, 7), u_turn_elsewhere_s=30.0)  # type: ignore[list-item]
    return graph, Rates(graph.metres, graph.metres / (5.0 + chance.random()), price_per_s=2.0)


def plain(graph: ArcGraph, rates: Rates, source: EdgePlace) -> dict[int, tuple[float, float]]:
    """Arc -> price and seconds, by the textbook."""
    if source.arc >= 0:
        first = range(int(graph.follows_at[source.arc]), int(graph.follows_at[source.arc + 1]))
        heap = [(2.0 * graph.turn_s[at], graph.turn_s[at], int(graph.follows[at])) for at in first]
    else:
        heap = [(0.0, 0.0, arc) for arc in graph.leaving[source.node]]
    heapq.heapify(heap)
    found: dict[int, tuple[float, float]] = {}
    while heap:
        price, seconds, arc = heapq.heappop(heap)
        if arc in found:
            continue
        found[arc] = price, seconds
        if not np.isfinite(rates.price[arc]):
            continue
        for at in range(int(graph.follows_at[arc]), int(graph.follows_at[arc + 1])):
            turn = float(graph.turn_s[at])
            after = price + rates.price[arc] + 2.0 * turn, seconds + rates.seconds[arc] + turn
            heapq.heappush(heap, (*after, int(graph.follows[at])))
    return found


@pytest.mark.parametrize(("sources", "targets"), [(1, 40), (3, 2), (40, 3), (50, 60)])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("climbed", [False, True])
def test_tables_are_those_of_the_plain_search(seed: int, sources: int, targets: int, climbed: bool) -> None:
    """Whichever side is searched from, or by the hierarchy; unreachable and closed targets, starts at crossings and
    ways back to where one is included."""
    graph, rates = town(seed)
    rates.price[seed::17] = np.inf
    chance = random.Random(seed)
    places = [EdgePlace(arc=arc) for arc in chance.sample(range(graph.n_arcs), sources)]
    places[-1] = EdgePlace(node=60 if seed == 3 else seed)
    wanted = chance.sample(range(graph.n_arcs), targets)
    found = [plain(graph, rates, place) for place in places]
    price, seconds = between(graph, rates, places, wanted, worth_an_order=0.0 if climbed else np.inf)
    never = (np.inf, np.inf)
    for part, table in enumerate((price, seconds)):
        want = [[one.get(arc, never)[part] for arc in wanted] for one in found]
        assert table == pytest.approx(np.array(want), rel=1e-6)


def test_a_kind_of_vehicle_is_laid_on_the_hierarchy_once_and_the_oldest_is_forgotten() -> None:
    graph, rates = town(2)
    first = graph.climb(rates.price, rates.seconds, 2.0, most=2)
    assert graph.climb(rates.price.copy(), rates.seconds, 2.0, most=2) is first
    assert graph.climb(rates.price, rates.seconds, 3.0, most=2) is not first
    graph.climb(rates.price * 2.0, rates.seconds, 2.0, most=2)
    assert graph.climb(rates.price, rates.seconds, 2.0, most=2) is not first


def test_a_way_costs_what_the_table_says() -> None:
    graph, rates = town(5)
    price, _ = between(graph, rates, [EdgePlace(arc=4)], [90])
    arcs = [4, *way(graph, rates, EdgePlace(arc=4), 90), 90]
    turns = sum(graph.turn(a, b) for a, b in pairwise(arcs))
    assert price[0, 0] == pytest.approx(rates.price[arcs[1:-1]].sum() + 2.0 * turns)
