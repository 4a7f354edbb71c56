"""Cheapest ways between traversals, over arc states: a table of prices and times, and one way arc by arc."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from city.arcstates import ArcGraph
from city.compiled import compiled
from city.heap import pop, push
from city.network import Floats, Ints

Table = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Rates:
    """What driving each arc without work costs: ``price`` (n_arcs,) in the unit of the objective, ``seconds``
    (n_arcs,).

    An infinite price means that the vehicle may not drive there. ``price_per_s`` prices the time of turns.
    """

    price: Floats
    seconds: Floats
    price_per_s: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a way begins: at the end of ``arc``, just driven; or at ``node``, from standstill, where arc is -1."""

    arc: int = -1
    node: int = -1


def between(graph: ArcGraph, rates: Rates, sources: Sequence[Place], targets: Sequence[int]) -> tuple[Table, Table]:
    """(len(sources), len(targets)) price and seconds from each source to the *beginning* of each target arc.

    Inf where there is no way. The turn into the target arc is included, the target arc itself is not.
    """
    price = np.full((len(sources), len(targets)), np.inf, np.float32)
    seconds = np.full((len(sources), len(targets)), np.inf, np.float32)
    wanted = np.asarray(targets, np.int64)
    for row, source in enumerate(sources):
        label, time, _ = _spread_from(graph, rates, source)
        price[row], seconds[row] = label[wanted], time[wanted]
    return price, seconds


def arrivals(graph: ArcGraph, rates: Rates, source: Place, node: int) -> list[tuple[int, float, float]]:
    """(arc, price, seconds) of the ways from a source to a node, one for each arc that one may arrive by.

    Being there already is the source's own arc at no price, or arc -1 where the source is the node itself.
    """
    label, time, _ = _spread_from(graph, rates, source)
    found = [
        (arc, float(label[arc] + rates.price[arc]), float(time[arc] + rates.seconds[arc]))
        for arc in graph.arriving[node]
        if np.isfinite(label[arc] + rates.price[arc])
    ]
    if source.arc >= 0 and graph.arc_to[source.arc] == node:
        found.append((source.arc, 0.0, 0.0))
    if source.arc < 0 and source.node == node:
        found.append((-1, 0.0, 0.0))
    return found


def way(graph: ArcGraph, rates: Rates, source: Place, target: int) -> list[int]:
    """The arcs driven from a source to the beginning of the target arc, without it. Raises ValueError if there is no
    way."""
    label, _, before = _spread_from(graph, rates, source)
    if not np.isfinite(label[target]):
        raise ValueError(f"no way to the arc from node {graph.nodes[int(graph.arc_from[target])]}")
    arcs = []
    at = int(before[target])
    while at >= 0:
        arcs.append(at)
        at = int(before[at])
    return arcs[::-1]


def _spread_from(graph: ArcGraph, rates: Rates, source: Place) -> tuple[Floats, Floats, Ints]:
    if source.arc >= 0:
        begin, end = int(graph.follows_at[source.arc]), int(graph.follows_at[source.arc + 1])
        first, turn_s = graph.follows[begin:end], graph.turn_s[begin:end]
    else:
        first = np.asarray(graph.leaving[source.node], np.int64)
        turn_s = np.zeros(len(first))
    label, time, before = _spread(
        graph.follows_at, graph.follows, graph.turn_s, rates.price, rates.seconds, rates.price_per_s, first, turn_s
    )
    return label, time, before


@compiled
def _spread(
    follows_at: Ints,
    follows: Ints,
    turn_s: Floats,
    price: Floats,
    seconds: Floats,
    price_per_s: float,
    first: Ints,
    first_turn_s: Floats,
) -> tuple[Floats, Floats, Ints]:
    """Dijkstra over arcs: label of an arc is the price of standing at its beginning, about to drive it.

    Returns (n_arcs,) prices, seconds along the same way, and the arc before (-1 for the first).
    """
    n = len(price)
    label, time = np.full(n, np.inf), np.full(n, np.inf)
    before = np.full(n, -1, np.int64)
    heap_key, heap_arc = np.empty(len(follows) + len(first) + 1), np.empty(len(follows) + len(first) + 1, np.int64)
    size = 0
    for at in range(len(first)):
        key = first_turn_s[at] * price_per_s
        if key < label[first[at]]:
            label[first[at]], time[first[at]] = key, first_turn_s[at]
            size = push(heap_key, heap_arc, size, key, first[at])
    while size > 0:
        key, arc = heap_key[0], heap_arc[0]
        size = pop(heap_key, heap_arc, size)
        if key > label[arc] or not np.isfinite(price[arc]):
            continue
        for at in range(follows_at[arc], follows_at[arc + 1]):
            following = follows[at]
            reached = key + price[arc] + turn_s[at] * price_per_s
            if reached < label[following]:
                label[following], before[following] = reached, arc
                time[following] = time[arc] + seconds[arc] + turn_s[at]
                size = push(heap_key, heap_arc, size, reached, following)
    return label, time, before
