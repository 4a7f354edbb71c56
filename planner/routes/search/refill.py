"""Refills: for the order of a route, the gaps in which refilling costs least, for any number of refills."""

from __future__ import annotations

import numpy as np

from city.compiled import bare, compiled
from planner.routes.search.chain import rebuild, span
from planner.routes.search.journal import note, touch
from planner.routes.search.model import Floats, Ints, Model, SearchState


@compiled
def place_refills(m: Model, s: SearchState, r: int, price_of_load: float) -> None:
    """Moves, adds and drops the refills of a route where that is better, overload counted at ``price_of_load``.

    Exact for the directions that the route has; the directions are then found anew.
    """
    n = s.tour[r].count
    if n == 0:
        return
    before = s.tour[r].price + price_of_load * s.tour[r].over
    gaps, old = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    extra, load = np.empty(n + 1), np.empty(n + 1)
    _measure(m, s, r, gaps, old, extra, load)
    fills = old.copy()
    _cheapest(load, extra, m.car[r].load0, m.car[r].loadn, fills, s.load.shape[1] - 1)
    if not _set(s, gaps, fills):
        return
    touch(s, r)
    rebuild(m, s, r)
    if s.tour[r].price + price_of_load * s.tour[r].over > before:
        _set(s, gaps, old)
        rebuild(m, s, r)


@bare
def _measure(m: Model, s: SearchState, r: int, gaps: Ints, old: Ints, extra: Floats, load: Floats) -> None:
    """For each gap its element, its refill, what a refill there costs, and the demand before it."""
    e, total = m.n + r, 0.0
    for at in range(len(gaps)):
        if e < m.n:
            total += m.job[e].demand
        with_fill, _ = span(m, s, m.car[r].kind, e, s.el[e].nxt, 1)
        direct, _ = span(m, s, m.car[r].kind, e, s.el[e].nxt, 0)
        gaps[at], old[at], load[at], extra[at] = e, s.el[e].fill, total, max(0.0, with_fill - direct)
        e = s.el[e].nxt


@compiled
def _cheapest(load: Floats, extra: Floats, first_room: float, room: float, fills: Ints, most: int) -> None:
    """Sets ``fills`` to the refills of least cost that keep every segment within its room, if there are any.

    ``best[j]``: cheapest way to have refilled in gap j; the last refill before it lies in a window of the demand, so
    that a queue of falling candidates finds it (sliding minimum).
    """
    n = len(load)
    best, came, queue = np.full(n, np.inf), np.full(n, -1, np.int64), np.empty(n, np.int64)
    low, high = 0, 0
    slip = 1e-9 * (1.0 + load[n - 1])
    for j in range(n):
        while low < high and load[j] - load[queue[low]] > room + slip:
            low += 1
        if load[j] <= first_room + slip:
            best[j] = extra[j]
        elif low < high:
            best[j], came[j] = best[queue[low]] + extra[j], queue[low]
        while low < high and best[queue[high - 1]] >= best[j]:
            high -= 1
        queue[high] = j
        high += 1
    last, cost = -1, np.inf
    for j in range(n):
        if load[n - 1] - load[j] <= room + slip and best[j] < cost:
            last, cost = j, best[j]
    if load[n - 1] > first_room + slip and last < 0:
        return
    fills[:] = 0
    used = 0
    if load[n - 1] > first_room + slip:
        while last >= 0 and used < most:
            fills[last] = 1
            last = came[last]
            used += 1


@bare
def _set(s: SearchState, gaps: Ints, fills: Ints) -> bool:
    """Writes the refills of the gaps down; returns whether any changed."""
    changed = 0
    for at in range(len(gaps)):
        if s.el[gaps[at]].fill != fills[at]:
            note(s, gaps[at])
            s.el[gaps[at]].fill = fills[at]
            changed += 1
    return changed > 0
