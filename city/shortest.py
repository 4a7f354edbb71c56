"""Cheapest ways between traversals, over arc states: a table of prices and times, and one way arc by arc."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from city.arcstates import ArcGraph
from city.compiled import bare, threaded
from city.heap import pop, push
from city.hierarchy import ways
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
class EdgePlace:
    """Where a way begins: at the end of ``arc``, just driven; or at ``node``, from standstill, where arc is -1."""

    arc: int = -1
    node: int = -1


def between(
    graph: ArcGraph, rates: Rates, sources: Sequence[EdgePlace], targets: Sequence[int], *, worth_an_order: float = 1e6
) -> tuple[Table, Table]:
    """(len(sources), len(targets)) price and seconds from each source to the *beginning* of each target arc.

    Inf where there is no way. The turn into the target arc is included, the target arc itself is not. Where sources
    times arcs are over ``worth_an_order``, the graph's hierarchy is climbed. Else each source is searched by itself, no
    further than the last end that it looks for; the few targets that lie far off are searched from their side.
    """
    wanted = np.asarray(targets, np.int64)
    if len(sources) * graph.n_arcs > worth_an_order and len(wanted):
        return _climbed(graph, rates, [_first_of(graph, source) for source in sources], wanted)
    far = _far_off(graph, rates, sources, wanted)
    price = np.full((len(sources), len(targets)), np.inf, np.float32)
    seconds = price.copy()
    rows = [_first_of(graph, source) for source in sources]
    price[:, ~far], seconds[:, ~far] = _tables(_forward(graph), rates, rows, wanted[~far])
    price[:, far], seconds[:, far] = _from_targets(graph, rates, sources, wanted[far].tolist())
    return price, seconds


def _climbed(graph: ArcGraph, rates: Rates, rows: Sequence[First], wanted: Ints) -> tuple[Table, Table]:
    """(len(rows), len(wanted)) the same by the graph's hierarchy: from each arc that a row begins with, then the best
    of these."""
    most = max(len(first) for first, _ in rows)
    begins, turn_s = np.zeros((len(rows), most), np.int64), np.full((len(rows), most), np.inf)
    for row, (first, turns) in enumerate(rows):
        begins[row, : len(first)], turn_s[row, : len(first)] = first, turns
    arcs, at = np.unique(begins, return_inverse=True)
    onward, onward_s = ways(graph.hierarchy, graph.climb(rates.price, rates.seconds, rates.price_per_s), arcs, wanted)
    price, seconds = np.full((2, len(rows), len(wanted)), np.inf)
    for k, first in enumerate(at.reshape(len(rows), most).T):
        turn = turn_s[:, k][:, None]
        priced = np.where(np.isfinite(turn), turn * rates.price_per_s, np.inf)
        better = priced + onward[first] < price
        price[better] = (priced + onward[first])[better]
        seconds[better] = (turn + onward_s[first])[better]
    return price.astype(np.float32), seconds.astype(np.float32)


def _far_off(
    graph: ArcGraph, rates: Rates, sources: Sequence[EdgePlace], wanted: Ints, *, samples: int = 3
) -> npt.NDArray[np.bool_]:
    """(len(wanted),) which targets are better searched from their own side.

    How many arcs lie nearer than a target is seen from a few sources; the least sum of arcs looked at decides. One
    street behind a long way round would otherwise send every search through the whole town.
    """
    if len(sources) <= samples or not len(wanted):
        return np.full(len(wanted), len(wanted) < len(sources))
    picked = [sources[int((at + 0.5) / samples * len(sources))] for at in range(samples)]
    labels = [_spread_from(graph, rates, source)[0] for source in picked]
    rank = np.median([np.searchsorted(np.sort(label), label[wanted]) for label in labels], axis=0)
    order = np.argsort(rank, kind="stable")
    ahead = np.concatenate([[0], rank[order] + 1]) * len(sources)
    back = np.arange(len(wanted), -1, -1) * graph.n_arcs
    far = np.ones(len(wanted), np.bool_)
    far[order[: int(np.argmin(ahead + back))]] = False
    return far


def _from_targets(
    graph: ArcGraph, rates: Rates, sources: Sequence[EdgePlace], targets: Sequence[int]
) -> tuple[Table, Table]:
    """The same, searched against the direction of driving: from the end of every arc to the targets."""
    ahead = [[source.arc] if source.arc >= 0 else list(graph.leaving[source.node]) for source in sources]
    arcs, at = np.unique([arc for some in ahead for arc in some], return_inverse=True)
    rows = [_behind(graph, target) for target in targets]
    price, seconds = (table.T for table in _tables(_backward(graph), rates, rows, arcs.astype(np.int64)))
    out = np.full((2, len(sources), len(targets)), np.inf, np.float32)
    begin = 0
    for row, (source, some) in enumerate(zip(sources, ahead, strict=True)):
        own = at[begin : begin + len(some)]
        begin += len(some)
        if source.arc >= 0:
            out[0, row], out[1, row] = price[own[0]], seconds[own[0]]
        elif some:
            out[:, row] = _from_node(rates, some, price[own], seconds[own], targets)
    return out[0], out[1]


def _from_node(rates: Rates, leaving: Sequence[int], price: Table, seconds: Table, targets: Sequence[int]) -> Table:
    """(2, n_targets) price and seconds from a node, by the best of the arcs that leave it."""
    here = np.asarray(leaving)[:, None] == np.asarray(targets)[None, :]
    whole = np.where(here, 0.0, price + rates.price[leaving][:, None])
    time = np.where(here, 0.0, seconds + rates.seconds[leaving][:, None])
    pick, columns = whole.argmin(axis=0), np.arange(len(targets))
    return np.stack([whole[pick, columns], time[pick, columns]]).astype(np.float32)


def apart(links: csr_matrix, sources: Sequence[int], targets: Sequence[int]) -> Floats:
    """(len(sources), len(targets)) how far nodes are from each other by the prices of ``links`` (n_nodes, n_nodes).

    Inf where there is no way. Each search ends at the last target, and other threads run meanwhile.
    """
    n, wanted = links.shape[0], np.asarray(targets, np.int64)
    steps = links.indptr.astype(np.int64), links.indices.astype(np.int64), links.data.astype(float)
    found, begins, nothing = np.full((2, len(sources), len(wanted)), np.inf), np.arange(len(sources) + 1), np.zeros(n)
    first = np.asarray(sources, np.int64)
    _fill(*steps, nothing, nothing, 1.0, begins, first, np.zeros(len(first)), wanted, found[0], found[1])
    distances: Floats = found[0]
    return distances


def arrivals(graph: ArcGraph, rates: Rates, source: EdgePlace, node: int) -> list[tuple[int, float, float]]:
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


def way(graph: ArcGraph, rates: Rates, source: EdgePlace, target: int) -> list[int]:
    """The arcs driven from a source to the beginning of the target arc, without it. Raises ValueError if there is no
    way."""
    first, turn_s = _first_of(graph, source)
    if target in first[turn_s == 0.0].tolist():
        return []  # straight on, which nothing can undercut
    label, _, before = _spread_from(graph, rates, source, target)
    if not np.isfinite(label[target]):
        raise ValueError(f"no way to the arc from node {graph.nodes[int(graph.arc_from[target])]}")
    arcs = []
    at = int(before[target])
    while at >= 0:
        arcs.append(at)
        at = int(before[at])
    return arcs[::-1]


Steps = tuple[Ints, Ints, Floats]
"""Which arcs come next in a direction of search: (n_arcs + 1,) where those of each arc begin, the arcs, the turns."""

First = tuple[Ints, Floats]
"""The arcs that a search begins with, and the turns into them [s]."""


def _forward(graph: ArcGraph) -> Steps:
    return graph.follows_at, graph.follows, graph.turn_s


def _backward(graph: ArcGraph) -> Steps:
    return graph.leads_at, graph.leads, graph.lead_turn_s


def _first_of(graph: ArcGraph, source: EdgePlace) -> First:
    if source.arc < 0:
        leaving = np.asarray(graph.leaving[source.node], np.int64)
        return leaving, np.zeros(len(leaving))
    own = slice(int(graph.follows_at[source.arc]), int(graph.follows_at[source.arc + 1]))
    return graph.follows[own], graph.turn_s[own]


def _behind(graph: ArcGraph, target: int) -> First:
    own = slice(int(graph.leads_at[target]), int(graph.leads_at[target + 1]))
    return graph.leads[own], graph.lead_turn_s[own]


def _tables(steps: Steps, rates: Rates, rows: Sequence[First], wanted: Ints) -> tuple[Table, Table]:
    """(len(rows), len(wanted)) price and seconds, one search a row, none where nothing is wanted."""
    if not len(wanted) or not rows:
        return np.zeros((len(rows), len(wanted)), np.float32), np.zeros((len(rows), len(wanted)), np.float32)
    begins = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])]).astype(np.int64)
    first = np.concatenate([np.zeros(0, np.int64), *(row[0] for row in rows)])
    turn_s = np.concatenate([np.zeros(0), *(row[1] for row in rows)])
    price = np.full((len(rows), len(wanted)), np.inf, np.float32)
    seconds = np.full((len(rows), len(wanted)), np.inf, np.float32)
    _fill(*steps, rates.price, rates.seconds, rates.price_per_s, begins, first, turn_s, wanted, price, seconds)
    return price, seconds


def _spread_from(graph: ArcGraph, rates: Rates, source: EdgePlace, target: int = -1) -> tuple[Floats, Floats, Ints]:
    """Prices, seconds and the arcs before, from a source to everywhere; only as far as ``target`` if it is given."""
    found = _Found(np.full(graph.n_arcs, np.inf), np.empty(graph.n_arcs), np.full(graph.n_arcs, -1, np.int64))
    wanted = np.zeros(graph.n_arcs, np.bool_)
    wanted[target] = target >= 0
    first, turn_s = _first_of(graph, source)
    room = len(graph.follows) + graph.n_arcs
    heap = _Heap(np.empty(room), np.empty(room, np.int64))
    prices = rates.price, rates.seconds, rates.price_per_s
    _spread(*_forward(graph), *prices, first, turn_s, wanted, int(target >= 0), found, heap)
    return found


class _Found(NamedTuple):
    """(n_arcs,) price and seconds to stand at the beginning of an arc, and the arc before (-1 for the first)."""

    label: Floats
    time: Floats
    before: Ints


class _Heap(NamedTuple):
    """Room for a binary heap of prices and arcs."""

    key: Floats
    arc: Ints


@threaded
def _fill(
    next_at: Ints,
    next_arc: Ints,
    turn_s: Floats,
    price: Floats,
    seconds: Floats,
    price_per_s: float,
    begins: Ints,
    first: Ints,
    first_turn_s: Floats,
    wanted: Ints,
    to_price: Table | Floats,
    to_seconds: Table | Floats,
) -> None:
    """Fills the tables row by row; row ``k`` begins with ``first[begins[k] : begins[k + 1]]``."""
    n, room = len(price), len(next_arc) + len(price)
    found = _Found(np.full(n, np.inf), np.empty(n), np.full(n, -1, np.int64))
    heap = _Heap(np.empty(room), np.empty(room, np.int64))
    marked, count = np.zeros(n, np.bool_), 0
    for arc in wanted:
        count += not marked[arc]
        marked[arc] = True
    for row in range(len(begins) - 1):
        own = slice(begins[row], begins[row + 1])
        _spread(
            next_at, next_arc, turn_s, price, seconds, price_per_s,
            first[own], first_turn_s[own], marked, count, found, heap,
        )  # fmt: skip
        for column in range(len(wanted)):
            arc = wanted[column]
            if np.isfinite(found.label[arc]):
                to_price[row, column], to_seconds[row, column] = found.label[arc], found.time[arc]
        found.label[:] = np.inf


@bare
def _spread(
    next_at: Ints,
    next_arc: Ints,
    turn_s: Floats,
    price: Floats,
    seconds: Floats,
    price_per_s: float,
    first: Ints,
    first_turn_s: Floats,
    wanted: npt.NDArray[np.bool_],
    count: int,
    found: _Found,
    heap: _Heap,
) -> None:
    """Dijkstra over arcs: label of an arc is the price of standing at its beginning, about to drive it.

    ``found.label`` comes in as infinite. Ends once the ``count`` arcs that are ``wanted`` are settled, at once where
    the last is; with none it goes everywhere.
    """
    size = 0
    for at in range(len(first)):
        key = first_turn_s[at] * price_per_s
        if key < found.label[first[at]]:
            found.label[first[at]], found.time[first[at]], found.before[first[at]] = key, first_turn_s[at], -1
            size = push(heap.key, heap.arc, size, key, first[at])
    while size > 0:
        key, arc = heap.key[0], heap.arc[0]
        size = pop(heap.key, heap.arc, size)
        if key > found.label[arc]:
            continue
        if wanted[arc]:
            count -= 1
            if count == 0:
                break
        if not np.isfinite(price[arc]):
            continue
        for at in range(next_at[arc], next_at[arc + 1]):
            following = next_arc[at]
            reached = key + price[arc] + turn_s[at] * price_per_s
            if reached < found.label[following]:
                found.label[following], found.before[following] = reached, arc
                found.time[following] = found.time[arc] + seconds[arc] + turn_s[at]
                size = push(heap.key, heap.arc, size, reached, following)
