"""Arc states: turns, U-turns and restrictions, and the cheapest ways under them."""

from __future__ import annotations

import numpy as np
import pytest

from city.arcstates import from_network
from city.network import build
from city.shortest import Place, Rates, between, way
from tests.unit.planner.carp import streets
from tests.unit.planner.snapshots import street

LINE = [(0, 1, 10.0), (1, 2, 10.0), (2, 3, 10.0)]


def test_turning_round_only_where_it_is_allowed() -> None:
    """From the end of 1 > 2 back to 1: by the dead end 3, where one may turn, and not on the spot."""
    graph = streets(LINE, turning=[0, 3])
    rates = Rates(graph.metres, graph.metres / 10.0)
    price, seconds = between(graph, rates, [Place(arc=2)], [3])
    assert price[0, 0] == 20.0
    assert seconds[0, 0] == 2.0
    assert way(graph, rates, Place(arc=2), 3) == [4, 5]


def test_without_a_turning_place_there_is_no_way_back() -> None:
    graph = streets(LINE, turning=[])
    price, _ = between(graph, Rates(graph.metres, graph.metres), [Place(arc=2)], [3])
    assert np.isinf(price[0, 0])
    with pytest.raises(ValueError, match="no way"):
        way(graph, Rates(graph.metres, graph.metres), Place(arc=2), 3)


def test_a_priced_u_turn_takes_its_time() -> None:
    graph = streets(LINE, turning=[0, 3], u_turn_elsewhere_s=7.0)
    rates = Rates(graph.metres, graph.metres / 10.0, price_per_s=1.0)
    price, seconds = between(graph, rates, [Place(arc=2)], [3])
    assert (price[0, 0], seconds[0, 0]) == (7.0, 7.0)


def test_a_closed_arc_can_be_reached_but_not_driven_through() -> None:
    graph = streets(LINE, turning=[0, 3])
    price = graph.metres.copy()
    price[2] = np.inf
    found, _ = between(graph, Rates(price, graph.metres), [Place(node=0)], [2, 4])
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
