"""The compiled heart of map matching: the likeliest arcs under a row of positions (Viterbi over arc states).

A state is an arc with a place on it near a position. From state to state one drives the cheapest way over arcs that may
follow each other; how much longer that is than the straight line says how unlikely it is (Newson & Krumm 2009).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from city.compiled import compiled
from city.heap import pop, push
from city.network import Floats, Ints


class Roads(NamedTuple):
    """``follows_at`` (n_arcs + 1,), ``follows``: which arc may follow which; ``reverse`` (n_arcs,) the same road the
    other way, -1 for none; ``metres`` (n_arcs,); ``weight`` (n_arcs,) price of a metre, inf where one may not drive;
    ``turn_m`` (n_arcs,) what turning round on an arc or at its end counts as [m]."""

    follows_at: Ints
    follows: Ints
    reverse: Ints
    metres: Floats
    weight: Floats
    turn_m: Floats


class Seen(NamedTuple):
    """n positions and their states. ``x``, ``y`` (n,) [m]; ``gone`` (n,) metres of track up to each; the states of
    position i are from ``at[i]`` to ``at[i + 1]``: ``arc``, ``place`` on it [m], ``unlikely`` [nats]."""

    x: Floats
    y: Floats
    gone: Floats
    at: Ints
    arc: Ints
    place: Floats
    unlikely: Floats


class Rules(NamedTuple):
    """``beta_m``: metres of detour a nat; ``gap_m``: the longest leap between positions that is driven over;
    ``away_m``: the longest stretch without a street or a way; ``back_m``: how far noise may lead backwards; ``detour``,
    ``slack_m``: a way is at most ``detour`` x straight line + ``slack_m`` long; ``beam``: states so many nats behind
    the best are given up."""

    beta_m: float = 8.0
    gap_m: float = 300.0
    away_m: float = 80.0
    back_m: float = 30.0
    detour: float = 2.0
    slack_m: float = 150.0
    beam: float = 60.0


class ViterbiScratch(NamedTuple):
    """What a search writes on; only what bears its ``stamp`` is of the present one."""

    label: Floats
    stamp: Ints
    before: Ints
    heap_key: Floats
    heap_arc: Ints


def scratch(roads: Roads) -> ViterbiScratch:
    """Fresh paper for the searches on a network."""
    n, pushes = len(roads.metres), len(roads.follows) + 64
    return ViterbiScratch(
        np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(pushes), np.zeros(pushes, np.int64)
    )


@compiled
def follow(roads: Roads, seen: Seen, rules: Rules, work: ViterbiScratch) -> tuple[Ints, Ints]:
    """(n,) the chosen state of each position, -1 where none, and (n,) the unbroken piece that it belongs to, or -1.

    A position that cannot be reached is passed over; where that lasts, the piece ends and the next begins behind it.
    """
    n = len(seen.x)
    chosen, piece = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    before = np.full(n, -1, np.int64)
    cost, came = np.full(len(seen.arc), np.inf), np.full(len(seen.arc), -1, np.int64)
    pieces, last, dropped, t = 0, -1, -1, 0
    work.stamp[:] = 0
    mark = 0
    while t < n:
        if seen.at[t] < seen.at[t + 1]:
            if last >= 0 and _lost(seen, rules, last, t, dropped):
                _trace(seen, cost, came, before, last, chosen, piece, pieces)
                t = dropped if dropped >= 0 else t
                pieces, last, dropped = pieces + 1, -1, -1
            if last < 0:
                cost[seen.at[t] : seen.at[t + 1]] = seen.unlikely[seen.at[t] : seen.at[t + 1]]
                came[seen.at[t] : seen.at[t + 1]] = -1
                before[t], last = -1, t
            else:
                mark, reached = _advance(roads, seen, rules, work, mark, last, t, cost, came)
                if reached:
                    before[t], last, dropped = last, t, -1
                elif dropped < 0:
                    dropped = t
        t += 1
        if t == n and dropped >= 0:
            _trace(seen, cost, came, before, last, chosen, piece, pieces)
            t, pieces, last, dropped = dropped, pieces + 1, -1, -1
    if last >= 0:
        _trace(seen, cost, came, before, last, chosen, piece, pieces)
    return chosen, piece


@compiled
def _lost(seen: Seen, rules: Rules, last: int, t: int, dropped: int) -> bool:
    """Whether what lies between two positions is too much to be driven over."""
    if np.hypot(seen.x[t] - seen.x[last], seen.y[t] - seen.y[last]) > rules.gap_m:
        return True
    if dropped >= 0:
        return bool(seen.gone[t] - seen.gone[last] > rules.gap_m or seen.gone[t] - seen.gone[dropped] > rules.away_m)
    return bool(t > last + 1 and seen.gone[t] - seen.gone[last] > rules.away_m)


@compiled
def _advance(
    roads: Roads, seen: Seen, rules: Rules, work: ViterbiScratch, mark: int, last: int, t: int, cost: Floats, came: Ints
) -> tuple[int, bool]:
    """Costs of the states of ``t`` from those of ``last``: the stamp used last, and whether any could be reached."""
    straight = np.hypot(seen.x[t] - seen.x[last], seen.y[t] - seen.y[last])
    limit = rules.detour * straight + rules.slack_m
    begin, end = seen.at[t], seen.at[t + 1]
    cost[begin:end] = np.inf
    best = cost[seen.at[last] : seen.at[last + 1]].min()
    for state in range(seen.at[last], seen.at[last + 1]):
        if not cost[state] <= best + rules.beam:
            continue
        mark += 1
        arc, place = seen.arc[state], seen.place[state]
        _spread(roads, work, mark, arc, (roads.metres[arc] - place) * roads.weight[arc], limit)
        for target in range(begin, end):
            price = _price(roads, rules, work, mark, arc, place, seen.arc[target], seen.place[target])[0]
            if price <= limit:
                total = cost[state] + abs(price - straight) / rules.beta_m + seen.unlikely[target]
                if total < cost[target]:
                    cost[target], came[target] = total, state
    return mark, bool(np.isfinite(cost[begin:end].min()))


@compiled
def _price(
    roads: Roads, rules: Rules, work: ViterbiScratch, mark: int, arc: int, place: float, target: int, there: float
) -> tuple[float, int]:
    """Price from a place on an arc to one on another, and how: 0 on along it, 1 turning round on it, 2 by its end."""
    best, how = np.inf, -1
    if target == arc and there >= place - rules.back_m:
        best, how = (there - place) * roads.weight[arc], 0
    if target == roads.reverse[arc]:
        back = roads.metres[arc] - there
        price = abs(place - back) * roads.weight[target] + roads.turn_m[arc]
        if back <= place + rules.back_m and price < best:
            best, how = price, 1
    if work.stamp[target] == mark:
        price = work.label[target] + there * roads.weight[target]
        if price < best:
            best, how = price, 2
    return best, how


@compiled
def _spread(roads: Roads, work: ViterbiScratch, mark: int, arc: int, rest: float, limit: float) -> None:
    """Labels the arcs whose beginning lies within a price of ``limit``, ``rest`` being what is left of ``arc``."""
    size = _open(roads, work, mark, arc, rest, limit, 0, -1)
    while size > 0:
        key, at = work.heap_key[0], work.heap_arc[0]
        size = pop(work.heap_key, work.heap_arc, size)
        if key <= work.label[at]:
            size = _open(roads, work, mark, at, key + roads.metres[at] * roads.weight[at], limit, size, at)


@compiled
def _open(
    roads: Roads, work: ViterbiScratch, mark: int, arc: int, reached: float, limit: float, size: int, came: int
) -> int:
    """Puts what may follow an arc on the heap; its new size."""
    for at in range(roads.follows_at[arc], roads.follows_at[arc + 1]):
        following = roads.follows[at]
        key = reached + (roads.turn_m[arc] if following == roads.reverse[arc] else 0.0)
        fresh = work.stamp[following] != mark or key < work.label[following]
        if key <= limit and np.isfinite(roads.weight[following]) and fresh:
            work.label[following], work.stamp[following], work.before[following] = key, mark, came
            size = push(work.heap_key, work.heap_arc, size, key, following)
    return size


@compiled
def _trace(
    seen: Seen, cost: Floats, came: Ints, before: Ints, last: int, chosen: Ints, piece: Ints, number: int
) -> None:
    """Writes down the likeliest states of the piece that ends at position ``last``."""
    begin, end = seen.at[last], seen.at[last + 1]
    state = begin + cost[begin:end].argmin()
    t = last
    while t >= 0:
        chosen[t], piece[t] = state, number
        state, t = came[state], before[t]


@compiled
def between(
    roads: Roads, rules: Rules, work: ViterbiScratch, straight: float, arc: int, place: float, target: int, there: float
) -> tuple[int, Ints]:
    """How one drives from state to state, as ``_price`` has it, and the whole arcs that lie between."""
    work.stamp[:] = 0
    limit = rules.detour * straight + rules.slack_m
    _spread(roads, work, 1, arc, (roads.metres[arc] - place) * roads.weight[arc], limit)
    how = _price(roads, rules, work, 1, arc, place, target, there)[1]
    count, at = 0, work.before[target] if how == 2 else -1
    while at >= 0:
        count, at = count + 1, work.before[at]
    arcs, at = np.empty(count, np.int64), work.before[target] if how == 2 else -1
    while at >= 0:
        count -= 1
        arcs[count], at = at, work.before[at]
    return how, arcs
